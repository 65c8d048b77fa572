"""An ensemble beside the final model: chosen on validation, measured with it, exported as one."""

from __future__ import annotations

from pathlib import Path

import pytest

from automl import api
from automl.core.errors import StudyError
from automl.core.final import EnsembleRecord
from automl.data.source import load_dataset
from automl.export.bundle import Bundle
from automl.finalizing.record import read_test_opened
from automl.inference.evaluate import evaluate_split
from automl.store import Store, StudyFolder

pytestmark = pytest.mark.slow


def folder() -> StudyFolder:
    return Store(Path("results")).study("small")


def opened() -> int:
    return read_test_opened(folder())


def made() -> EnsembleRecord:
    final = api.finalize("small", ensemble=4).final
    assert final is not None
    assert final.ensemble is not None
    return final.ensemble


@pytest.mark.usefixtures("without")
def test_it_is_measured_in_the_final_models_own_opening() -> None:
    ensemble = made()
    assert opened() == 1
    assert sum(each.share for each in ensemble.members) == pytest.approx(1)
    best = max(each.objective or 0 for each in api.show("small").trials)
    assert ensemble.validation.value >= best  # each trial could have been chosen alone
    data = load_dataset("digits", "images", {}, 0, print)
    bundle = Bundle.load(folder().ensemble)
    assert evaluate_split(bundle, data.test).score("accuracy").value == ensemble.test[0].value
    validation = evaluate_split(bundle, data.validation).score("accuracy").value
    assert validation == pytest.approx(ensemble.validation.value)


@pytest.mark.usefixtures("with_final")
def test_one_that_is_asked_for_later_opens_the_test_split_again_and_is_made_once() -> None:
    ensemble = made()
    assert opened() == 2
    assert api.finalize("small", ensemble=4).reason == "unchanged"
    assert api.finalize("small").reason == "unchanged"  # the study is one with an ensemble now
    assert opened() == 2
    final = api.final("small")
    assert final is not None
    assert (final.ensemble, final.test_opened) == (ensemble, 2)
    assert Bundle.load(folder().best).facts.origin.test_opened == 2


@pytest.mark.usefixtures("with_final")
def test_it_is_taken_away_as_one_model_and_reported_beside_the_single_one() -> None:
    with pytest.raises(StudyError, match="has none; make one: automl finalize small --ensemble 5"):
        api.export("small", ensemble=True)
    ensemble = made()
    exported = api.export("small", ensemble=True, format="torch_export")
    assert exported.parity.agrees
    card = (exported.path / "README.md").read_text()
    assert all(f"Trial {each.trial}, with a share of" in card for each in ensemble.members)
    report = api.report("small", format="md").read_text()
    assert f"The ensemble is {ensemble.made()}; its score" in report
    with pytest.raises(StudyError, match="--ensemble and --trial both name a model"):
        api.export("small", ensemble=True, trial=0)
