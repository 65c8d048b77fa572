"""From a finished study to a model that was measured on the test split, once."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from automl import api
from automl.core.errors import StudyError
from automl.core.final import MOST_REFITS, FinalProgress, FinalRecord
from automl.core.trial import Config, Measurement, Status, best_measurement
from automl.data.dataset import Split
from automl.data.source import load_dataset
from automl.export.bundle import Bundle
from automl.finalizing.ensemble import load_model
from automl.finalizing.record import read_test_opened
from automl.inference import evaluate as evaluating
from automl.store import Store, StudyFolder
from automl.tuning.context import Watcher

pytestmark = pytest.mark.slow


class ProgressListener(Watcher):
    """Remembers how far the final model was, and acts on it."""

    def __init__(self, on_step: Callable[[float], None] = lambda done: None) -> None:
        self.done: list[float] = []
        self.totals: list[int] = []
        self.said: list[str] = []
        self._on_step = on_step

    def announce(self, text: str) -> None:
        self.said.append(text)

    def finalizing(self, progress: FinalProgress) -> None:
        self.done.append(progress.done)
        self.totals.append(progress.total)
        self._on_step(progress.done)


def folder() -> StudyFolder:
    return Store(Path("results")).study("small")


def opened() -> int:
    return read_test_opened(folder())


def made(final: FinalRecord | None) -> FinalRecord:
    assert final is not None
    return final


def stop_after(done: float) -> tuple[ProgressListener, threading.Event]:
    stop = threading.Event()
    return ProgressListener(lambda now: stop.set() if now > done else None), stop


def test_a_search_ends_with_the_final_model(
    space: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    study = api.search(space, executor="local", deterministic=True, trials=1)
    final = made(study.final)
    assert study.outcome.reason == "done"
    assert [each.trial for each in final.finalists] == [0]
    assert final.why() == "no other trial to choose from"
    assert opened() == final.test_opened == 1

    second = made(api.resume("small", trials=3).final)
    assert len(second.finalists) == 3
    assert second.test_opened == opened() == 2
    assert Bundle.load(folder().best).facts.origin.test_opened == 2
    kept = {path.name[:4] for path in folder().final.glob("*/*")}
    assert kept == {"0000", "0001", "0002"}


def test_without_time_for_a_whole_trial_it_is_the_one_that_paused_until_there_is(
    space: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    study = api.search(space, executor="local", timeout=0.001)
    final = made(study.final)
    assert study.outcome.reason == "time limit"
    assert final.made() == "trial 0, as the search trained it, since no time was left for a refit"
    assert final.score.value == pytest.approx(api.show("small").trials[0].objective)
    assert (final.members, opened()) == (1, 1)
    assert Bundle.load(folder().best).facts.origin.final

    assert api.show("small").trials[0].status == "paused"
    assert not final.outdated

    later = made(api.resume("small", timeout=600).final)
    assert (later.members, later.test_opened) == (3, 2)


def test_a_study_is_done_when_its_time_is_up_and_its_final_model_is_made(
    space: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    endless = {"training.optimizer.adamw.lr": "{low: 1e-4, high: 1e-2}"}
    limits = {"trials": 10_000, "timeout": 5, "sampler": "random"}
    study = api.search(space, executor="local", overrides=endless, **limits)
    assert study.outcome.reason == "time limit"
    assert made(study.final).members >= 1
    assert api.state(api.show("small")) == "done"


@pytest.mark.usefixtures("with_final")
class TestMade:
    def test_the_best_few_were_refitted_with_seeds_that_no_trial_had(self) -> None:
        final, trials = made(api.final("small")), api.show("small").trials
        assert {each.trial for each in final.finalists} == {0, 1, 2}
        assert len(final.chosen.values) == 3
        assert sum(len(each.values) for each in final.finalists) <= MOST_REFITS
        assert not set(final.seeds) & set(range(len(trials)))
        assert (final.members, final.examples) == (3, 1259)
        assert api.load("small").final == final

    def test_each_mean_has_an_interval_over_examples_and_seeds(self) -> None:
        for each in made(api.final("small")).finalists:
            low, high = each.mean.low, each.mean.high
            assert low is not None
            assert high is not None
            assert 0 <= low < each.mean.value < high <= 1
            assert (each.error or 0) > 0
            assert "269 examples, Wilson's interval" in each.mean.basis
            spread = f"({min(each.values):.4f} to {max(each.values):.4f})"
            assert (spread in each.mean.basis) == (len(each.values) > 1)

    def test_the_bundle_is_the_average_of_the_refits_and_says_so(self) -> None:
        final, facts = made(api.final("small")), Bundle.load(folder().best).facts
        assert facts.origin.final
        assert (facts.origin.trial, facts.origin.seed) == (final.trial, final.seeds[0])
        assert [(each.trial, each.share) for each in facts.ensemble] == [(final.trial, 1 / 3)] * 3
        assert facts.parameters == 3 * final.chosen.num_parameters
        assert facts.origin.test_opened == 1
        assert facts.origin.found.endswith("refitted over 3 seeds")
        first, *others = facts.scores
        assert (first.metric, first.value, first.low, first.high) == (
            *(final.score.metric, final.score.value, final.score.low, final.score.high),
        )
        assert (first.split, first.basis) == ("validation", "269 examples, Wilson's interval")
        assert {each.split for each in others} == {"test"}
        assert [each.metric for each in others] == [each.metric for each in final.test]
        assert others[0].metric == "accuracy"
        card = (folder().best / "README.md").read_text()
        assert "The answers of 3 trainings of it are averaged." in card

    def test_its_answers_are_the_mean_of_the_refits_probabilities(self) -> None:
        final, data = made(api.final("small")), load_dataset("digits", "images", {}, 0, print)
        batch = torch.tensor(data.test.inputs[:20])
        config = Config(**folder().trial(final.trial).config())
        fits = [folder().refit(final.trial, seed) / "weights.safetensors" for seed in final.seeds]
        with torch.inference_mode():
            answers = [load_model(config, each, data)(batch).softmax(dim=1) for each in fits]
            together = Bundle.load(folder().best).model()(batch).softmax(dim=1)
        torch.testing.assert_close(together, torch.stack(answers).mean(dim=0))

    def test_a_single_one_is_made_when_it_is_asked_for_and_an_average_again(self) -> None:
        first, listener = made(api.final("small")), ProgressListener()
        single = made(api.finalize("small", single=True, watcher=listener).final)
        assert (single.members, single.single_because) == (0, "as asked for")
        assert (single.examples, single.trial) == (1259 + 269, first.trial)
        assert single.score == single.chosen.mean
        refits = sum(len(each.values) for each in single.finalists)
        assert listener.totals[-1] == listener.done[-1] == refits + 1
        facts = Bundle.load(folder().best).facts
        assert (facts.ensemble, facts.parameters) == ((), single.chosen.num_parameters)
        assert "was then trained on both splits" in (folder().best / "README.md").read_text()
        assert api.finalize("small").reason == "unchanged"  # the study is one with a single model
        again = made(api.finalize("small", single=False).final)
        assert (again.members, again.test[0].value) == (3, first.test[0].value)
        assert opened() == 3

    def test_a_single_one_ends_where_the_refits_were_best_or_after_an_epoch(self) -> None:
        final = made(api.finalize("small", single=True).final)
        (last,) = folder().final.glob("models/*/result.json")
        steps = len(json.loads(last.read_text())["measurements"])
        lengths = []
        for seed in final.seeds:
            ended = json.loads((folder().refit(final.trial, seed) / "result.json").read_text())
            assert Status(ended["status"]) is Status.COMPLETE
            curve = [Measurement(**each) for each in ended["measurements"]]
            best = best_measurement(curve, "accuracy", maximize=True)
            lengths.append(max(best.step if best else 0, 4))  # an epoch has four steps
        assert steps == sorted(lengths)[1]
        assert final.epochs == steps / 4

    def test_what_it_scored_is_what_the_bundle_scores(self) -> None:
        test = load_dataset("digits", "images", {}, 0, print).test
        found = evaluating.evaluate_split(Bundle.load(folder().best), test)
        kept = {each.metric: each.value for each in made(api.final("small")).test}
        assert {each.metric: each.value for each in found.scores} == kept

    def test_again_nothing_is_done_and_nothing_opened(self) -> None:
        before, listener = api.final("small"), ProgressListener()
        again = api.finalize("small", watcher=listener)
        assert (again.reason, again.final, listener.done) == ("unchanged", before, [])
        assert api.resume("small").final == before
        assert opened() == 1

    def test_a_bundle_that_was_not_written_is_written_without_opening(self) -> None:
        before, listener = api.final("small"), ProgressListener()
        for file in folder().best.iterdir():
            file.unlink()
        assert api.finalize("small", watcher=listener).final == before
        refits = sum(len(each.values) for each in before.finalists)
        assert listener.done[-1] == listener.totals[-1] == refits  # all were there
        assert Bundle.load(folder().best).facts.origin.final
        assert opened() == 1

    def test_a_look_by_evaluate_counts_for_every_study_of_the_data(self) -> None:
        shutil.copytree("results/small", "results/other")
        record = Path("results/other/study.yaml")
        record.write_text(record.read_text().replace("name: small", "name: other"))
        bundle = str(folder().best)
        assert api.evaluate(bundle, "digits", split="train").test_opened is None
        assert api.evaluate(bundle, "digits").test_opened == opened() == 2
        assert api.evaluate("small", "digits", split="all").test_opened == 3
        assert read_test_opened(Store(Path("results")).study("other")) == 3
        assert "opened 3 times, by all studies and eval" in api.report_text("small", "md")
        card = (Path(api.export("small").path) / "README.md").read_text()
        assert "opened 3 times" in card
        assert made(api.final("small")).test_opened == 3
        assert api.finalize("small").reason == "unchanged"

    def test_a_look_that_nobody_counts_is_told(self, tmp_path: Path) -> None:
        taken = shutil.copytree(folder().best, tmp_path / "elsewhere" / "model")
        found = api.evaluate(str(taken), "digits", results=str(tmp_path / "none"))
        assert found.test_opened is None
        assert "is not counted" in found.notes[-1]
        assert not (tmp_path / "none").exists()
        assert opened() == 1

    def test_it_is_what_is_exported(self) -> None:
        assert Bundle.load(api.export("small").path).facts.origin.final
        trial = made(api.final("small")).trial
        own = api.export("small", trial=trial, output="own")
        assert not Bundle.load(own.path).facts.origin.final

    def test_an_outdated_one_stays_and_says_so(self) -> None:
        api.resume("small", trials=4)  # began without: it does not make another by itself
        final = made(api.final("small"))
        best = [each.number for each in api.show("small").ranked[:3]]
        assert final.outdated == (set(best) != {each.trial for each in final.finalists})
        assert Bundle.load(folder().best).facts.origin.final


@pytest.mark.usefixtures("without")
class TestNotMadeYet:
    def test_the_best_trial_is_the_model_and_the_study_stays_so(self) -> None:
        assert not Bundle.load(folder().best).facts.origin.final
        assert api.resume("small").final is None
        assert opened() == 0

    def test_an_interrupted_one_goes_on_and_does_nothing_twice(self, finished: Path) -> None:
        listener, stop = stop_after(2.3)
        broken_off = api.finalize("small", watcher=listener, stop=stop)
        assert (broken_off.reason, broken_off.final) == ("interrupted", None)
        assert not Bundle.load(folder().best).facts.origin.final
        assert opened() == 0
        ended = {each: each.stat().st_mtime_ns for each in folder().final.rglob("result.json")}
        assert len(ended) == 2
        assert len(list(folder().final.rglob("state.pt"))) == 1  # paused

        final = made(api.load("small").finalize().final)
        assert all(each.stat().st_mtime_ns == at for each, at in ended.items())
        assert not list(folder().final.rglob("state.pt"))
        assert opened() == 1
        # No number is another one for it.
        assert final == api.final("small", results=str(finished / "results"))

    def test_an_opening_that_is_cut_short_was_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        evaluate, test = (
            evaluating.evaluate_split,
            load_dataset("digits", "images", {}, 0, print).test,
        )

        def die_on_test(bundle: Bundle, split: Split, *only: str) -> evaluating.Evaluation:
            if np.array_equal(split.inputs, test.inputs):
                raise KeyboardInterrupt
            return evaluate(bundle, split, *only)

        with monkeypatch.context() as patched:
            patched.setattr(evaluating, "evaluate_split", die_on_test)
            with pytest.raises(KeyboardInterrupt):
                api.finalize("small")
        assert opened() == 1
        assert api.final("small") is None
        assert "The test split was opened once" in api.report_text("small", "md")
        assert made(api.finalize("small").final).test_opened == 2

    def test_a_finalist_that_fails_is_out_with_its_reason(self) -> None:
        best, *others = (each.number for each in api.show("small").ranked)
        let_diverge(best)
        listener = ProgressListener()
        final = made(api.finalize("small", watcher=listener).final)
        assert [each.trial for each in final.finalists if each.reason] == [best]
        assert final.trial in others
        assert any(f"trial {best} is out" in said for said in listener.said)

    def test_without_any_there_is_none_and_the_best_trial_stays(self) -> None:
        for trial in api.show("small").trials:
            let_diverge(trial.number)
        with pytest.raises(StudyError, match="no final model: no finalist could be trained"):
            api.finalize("small")
        assert opened() == 0
        assert not Bundle.load(folder().best).facts.origin.final


def let_diverge(number: int) -> None:
    """Have a trial's configuration diverge when it is trained anew."""
    spec = folder().trial(number).path / "spec.json"
    text = spec.read_text()
    assert '"lr": 0.001' in text
    spec.write_text(text.replace('"lr": 0.001', '"lr": 1e38'))


def test_a_study_without_a_complete_trial_has_none(
    space: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    stop = threading.Event()
    stop.set()
    api.search(space, executor="local", stop=stop)
    with pytest.raises(StudyError, match=r"no complete trial .* automl resume small"):
        api.finalize("small")
