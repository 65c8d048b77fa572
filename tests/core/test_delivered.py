"""The model that a study delivers, whatever became of its final model."""

from __future__ import annotations

from dataclasses import replace

from automl.core.delivered import delivered_model
from automl.core.final import NO_REFIT, Estimate, Finalist, FinalRecord
from automl.core.records import StudyRecord, TrialRecord

TRIALS = (
    TrialRecord(0, "complete", 0.9, {}, num_parameters=10, flops=20, latency=0.5),
    TrialRecord(1, "complete", 0.95, {}, num_parameters=1_000),
)
STUDY = StudyRecord("s", "accuracy", True, TRIALS)
TEST = (Estimate("accuracy", 0.88, 0.8, 0.93), Estimate("loss", 0.4))
CHOSEN = Finalist(0, 10, (0.9, 0.92), Estimate("accuracy", 0.91))
AVERAGE = FinalRecord((CHOSEN,), (7, 8), 0, None, 3.0, 100, TEST, "100 examples", members=2)


def test_it_is_the_final_model_on_test_with_its_interval() -> None:
    found = delivered_model(STUDY, AVERAGE)
    assert found is not None
    assert (found.kind, found.trial.number, found.split) == ("final model", 0, "test")
    assert found.scored() == "accuracy 0.8800 (0.8000 to 0.9300) on test"
    assert found.made() == "trial 0, the average of its 2 refits"
    assert found.validation.value == 0.91


def test_an_average_costs_as_much_as_all_its_networks() -> None:
    found = delivered_model(STUDY, AVERAGE)
    assert found is not None
    costs = {name: found.cost(name) for name in ("parameters", "flops", "latency")}
    assert costs == {"parameters": 20, "flops": 40, "latency": 1.0}
    assert found.network() == "2 × 10 parameters, 20 FLOPs an example each"
    single = delivered_model(STUDY, replace(AVERAGE, members=0, single_because="as asked for"))
    assert single is not None
    assert (single.members, single.num_parameters) == (1, 10)


def test_without_a_final_model_it_is_the_best_trial_and_is_called_so() -> None:
    found = delivered_model(STUDY, None)
    assert found is not None
    assert (found.kind, found.trial.number, found.split) == ("best trial", 1, "validation")
    assert found.scored() == "accuracy 0.9500 on validation"
    assert found.made() == "trial 1"
    assert delivered_model(replace(STUDY, trials=()), None) is None


def test_one_that_was_never_refitted_says_so() -> None:
    found = delivered_model(STUDY, replace(AVERAGE, members=1, single_because=NO_REFIT))
    assert found is not None
    assert (found.kind, found.split) == ("final model", "test")
    assert found.made() == "trial 0, as the search trained it, since no time was left for a refit"


def test_scripts_have_both_scores() -> None:
    found = delivered_model(STUDY, AVERAGE)
    assert found is not None
    told = found.as_stored()
    assert (told["kind"], told["split"], told["metric"]) == ("final model", "test", "accuracy")
    assert (told["value"], told["low"], told["high"], told["size"]) == (0.88, 0.8, 0.93, 20)
    assert told["validation"]["value"] == 0.91
