"""The state of a training: its checkpoint file, and an earlier training that guides it."""

from __future__ import annotations

import pytest
import torch
from small_runs import images, make_run

from automl.core.trial import best_measurement
from automl.training.fit import fit
from automl.training.state import load_checkpoint, save_checkpoint

PLATEAU = {"schedule": {"plateau": {"patience": 1, "factor": 0.3}}}


class TestCheckpoint:
    def test_leaves_no_other_file(self, tmp_path):
        run = make_run(epochs=1)
        next(fit(run, images(), images()))
        save_checkpoint(run, tmp_path / "state.pt")
        save_checkpoint(run, tmp_path / "state.pt")
        assert [each.name for each in tmp_path.iterdir()] == ["state.pt"]

    def test_a_failed_save_leaves_the_last_one(self, tmp_path):
        path = tmp_path / "state.pt"
        run = make_run(epochs=1)
        save_checkpoint(run, path)
        run.best_weights["unwritable"] = (each for each in ())
        with pytest.raises(TypeError):
            save_checkpoint(run, path)
        load_checkpoint(make_run(epochs=1), path)
        assert [each.name for each in tmp_path.iterdir()] == ["state.pt"]

    def test_a_folder_that_is_gone_is_made_again(self, tmp_path):
        path = tmp_path / "gone" / "state.pt"
        save_checkpoint(make_run(epochs=1), path)
        load_checkpoint(make_run(epochs=1), path)

    def test_a_folder_that_cannot_be_written_is_an_os_error(self, tmp_path):
        (tmp_path / "file").touch()
        with pytest.raises(OSError, match="file"):
            save_checkpoint(make_run(epochs=1), tmp_path / "file" / "state.pt")


@pytest.mark.parametrize(
    ("steps", "maximize", "best"),
    [
        ([(0.5, 0.9), (0.9, 0.4), (0.8, 0.1)], True, 2),  # the objective comes first
        ([(0.9, 0.9), (0.9, 0.4), (0.9, 0.5)], True, 2),  # then the loss
        ([(0.9, 0.4), (0.9, 0.4), (0.8, 0.4)], True, 2),  # then the last
        ([(3.0, 0.4), (1.0, 0.9), (1.0, 0.2)], False, 3),
    ],
)
def test_the_weights_of_the_best_step_are_kept(steps, maximize, best):
    run = make_run(metric="accuracy" if maximize else "loss")
    run.metric, run.maximize = "score", maximize
    for number, (score, loss) in enumerate(steps, 1):
        with torch.no_grad():
            next(run.model.parameters()).fill_(number)
        run.record({"score": score, "loss": loss}, seconds=1.0)
    kept = next(iter(run.best_weights.values()))
    assert torch.equal(kept, torch.full_like(kept, best))


class TestGuide:
    """A training that repeats an earlier one follows that one's measurements."""

    def test_repeats_the_earlier_one_up_to_its_best_step_whatever_it_measures_itself(self):
        train, validation = images(), images(80, seed=1)
        earlier = make_run(epochs=6, **PLATEAU)
        curve = list(fit(earlier, train, validation))
        best = best_measurement(curve, "accuracy", maximize=True)
        guide = tuple(each.metrics["accuracy"] for each in curve[: best.step])

        again = make_run(epochs=6, guide=guide, **PLATEAU)
        assert len(list(fit(again, train, train))) == len(
            guide
        )  # measured on what it is trained on
        for name, weights in earlier.best_weights.items():
            assert torch.equal(again.best_weights[name], weights), name

    def test_keeps_the_weights_of_its_end_wherever_it_was_best(self):
        run = make_run(epochs=2, guide=(0.9, 0.1, 0.2))
        list(fit(run, images(), images()))
        for name, weights in run.model.state_dict().items():
            assert torch.equal(run.best_weights[name], weights), name

    def test_ends_where_the_guide_does_and_early_stopping_has_no_say(self):
        guide = (0.9, *[0.1] * 10, 0.95)
        run = make_run(epochs=6, early_stopping=1, guide=guide)
        assert len(list(fit(run, images(), images()))) == len(guide)
