"""Trackers that reach no server and write in a test's own folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import wandb
from tracked_trials import small_trial

from automl.tracking.tracker import TrackedTrial


@pytest.fixture(autouse=True)
def offline_wandb(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """No account, no server, nobody's settings, and none of the test before."""
    home = tmp_path_factory.mktemp("home")
    for name in ("HOME", "WANDB_CONFIG_DIR", "WANDB_CACHE_DIR", "WANDB_DATA_DIR"):
        monkeypatch.setenv(name, str(home))
    for name in ("WANDB_API_KEY", "WANDB_PROJECT", "WANDB_ENTITY", "WANDB_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("WANDB_MODE", "offline")
    yield
    wandb.teardown()


@pytest.fixture
def trial(tmp_path: Path) -> TrackedTrial:
    """A trial that may be tracked, with a folder of its own."""
    return small_trial(tmp_path / "trials" / "0003")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Weights & Biases has a process of its own."""
    for item in items:
        if item.path.parent == Path(__file__).parent and "[wandb" in item.name:
            item.add_marker("slow")
