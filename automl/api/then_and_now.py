"""What is no longer as it was when a trial was trained, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from automl.api.changes import versions
from automl.core.leg import Leg
from automl.core.text import count

if TYPE_CHECKING:
    from automl.api.trained import Trained
    from automl.data.dataset import Dataset
    from automl.tuning.plan import Plan


def change_of_data(record: Mapping[str, Any], data: Dataset) -> Iterator[str]:
    """That the data is other than the study's, if it is."""
    before, now = str(record.get("data_sha256", "")), data.fingerprint
    if before != now:
        was, is_now = record.get("data_is", "?"), data.describe()
        difference = (
            f"it was {was} and is {is_now}" if was != is_now else "it is as large as it was"
        )
        yield (
            "the data is not what the study was begun with "
            f"(SHA-256 {before[:12]}… is now {now[:12]}…): {difference}"
        )


def changes_of_place(legs: Sequence[Leg], device: str) -> Iterator[str]:
    """What is other on this machine than where ``legs`` were trained.

    Args:
        legs: The parts that the trial was trained in.
        device: What it was replayed on.
    """
    from automl.report.hardware import hardware

    yield from _changed("the hardware", [leg.hardware for leg in legs], hardware())
    yield from _changed("the device", [leg.device for leg in legs], device)
    for package, version in versions().items():
        yield from _changed(package, [leg.versions.get(package, "") for leg in legs], version)


def _changed(what: str, before: Iterable[str], now: str) -> Iterator[str]:
    """What was other than ``now``; empty where it is not known."""
    for each in dict.fromkeys(before):
        if each and each != now:
            yield f"{what} was {each}, and is {now}"


def unknown(trained: Trained) -> Iterator[str]:
    """What a study from an older version has not kept."""
    if not trained.kept or trained.kept[0].begins > 0:
        threads = count(trained.legs[0].threads, "thread")
        yield f"how many threads it had was not kept then; it was replayed with {threads}"


def chance(plan: Plan, device: str) -> Iterator[str]:
    """What may be other each time."""
    if device.startswith("cuda") and not plan.deterministic:
        yield "GPUs add numbers in an order that varies, unless a search is --deterministic"
