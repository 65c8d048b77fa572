"""What a model is worth on data with targets, and how honest that number is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from automl.core.errors import UserError
from automl.data import DATASETS
from automl.data.dataset import Dataset
from automl.data.progress import Progress
from automl.data.source import Announce
from automl.export.bundle import Bundle
from automl.export.evaluate import Evaluation, evaluate, evaluate_labelled
from automl.export.labelled.named import examples_of, read_named
from automl.export.labelled.read import read_labelled
from automl.export.labelled.sieve import LeftOut
from automl.export.training_data import is_cut_alike, load_as_trained

SPLITS = ("all", "train", "validation", "test")
_NO_SPLITS = {
    False: "the model was not trained on this data, so that all of it is new to it",
    True: "the splits of this data are not those of the search, whose model was trained on it",
}
_CUT_OTHERWISE = (
    "the model was trained on most of this very data, which flatters it; its splits cannot be told "
    "(give the --seed of the search; they cannot either where rows were cut by --group or --time)"
)
_TRAINED = "the model was trained on this very data; only its test split is new to it"
_CHOSEN = "the search chose the model by this very split; only the test split is new to it"
# Split, and whether the model was trained on train and validation together.
_NOTES: Mapping[tuple[str, bool], tuple[str, ...]] = {
    ("test", False): (),
    ("test", True): (),
    ("validation", False): (_CHOSEN,),
    ("validation", True): (_TRAINED,),
    **{(split, final): (_TRAINED,) for split in ("train", "all") for final in (False, True)},
}


@dataclass(frozen=True)
class Judgement:
    """Scores on data.

    Args:
        data: As the user named it.
        split: Which part of it.
        trained_on: Whether it is the data of the model's training, by its SHA-256.
        evaluation: The scores.
        left_out: What could not be counted.
        notes: What the user should be told, a sentence each.
    """

    data: str
    split: str
    trained_on: bool
    evaluation: Evaluation
    left_out: LeftOut
    notes: tuple[str, ...]


def judge(
    bundle: Bundle,
    data: str,
    split: str | None,
    target: str | None,
    seed: int,
    announce: Announce,
) -> Judgement:
    """Measure a model; the arguments are those of ``automl.api.evaluate``.

    Raises:
        UserError: if there is no such data or split, or nothing to measure.
    """
    if split is not None and split not in SPLITS:
        raise UserError(f"--split {split!r}: choose one of {', '.join(SPLITS)}")
    facts = bundle.facts
    loaded = load_as_trained(data, facts, target, seed, announce)
    trained_on = loaded is not None and loaded.fingerprint == facts.origin.fingerprint
    progress = Progress(announce, f"{facts.encoding.unit} measured:", total=0)
    if loaded and trained_on and is_cut_alike(loaded, facts):
        return _judge_known(bundle, data, loaded, split or "test", progress)
    if split not in (None, "all"):
        raise UserError(f"--split {split!r}: {_NO_SPLITS[trained_on]}; leave out --split")
    if loaded and data in DATASETS:
        examples = read_named(data, loaded, facts.encoding, announce)
    else:
        examples = read_labelled(Path(data).expanduser(), facts, target)
    evaluation, left_out = evaluate_labelled(bundle, examples, progress)
    notes = (_CUT_OTHERWISE,) if trained_on else ()
    return Judgement(data, "all", trained_on, evaluation, left_out, notes)


def _judge_known(
    bundle: Bundle, name: str, data: Dataset, split: str, progress: Progress
) -> Judgement:
    """On the data of the training, whose splits are known."""
    if split == "all":
        examples = examples_of(name, data)
        evaluation, left_out = evaluate_labelled(bundle, examples, progress)
    else:
        evaluation, left_out = evaluate(bundle, getattr(data, split)), LeftOut()
    final = bundle.facts.origin.final
    return Judgement(name, split, True, evaluation, left_out, _NOTES[split, final])
