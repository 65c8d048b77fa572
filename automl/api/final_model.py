"""The final model of a study: whether there is one, making it, and how far that is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from statistics import fmean
from typing import TYPE_CHECKING, Any

from automl.api.bundles import validation_outputs
from automl.api.ensemble import EnsembleMaker, has_ensemble
from automl.api.final_bundle import FinalBundle, has_bundle_of
from automl.core.executor import RunTrials, TimeLimits
from automl.core.final import (
    ASKED_FOR,
    MOST_REFITS,
    NO_REFIT,
    Estimate,
    FinalProgress,
    FinalRecord,
    RunningRefit,
)
from automl.core.machine import is_alive, locked, this_process, write_text
from automl.core.records import StudyRecord, TrialRecord
from automl.core.text import count, value
from automl.core.trial import Config
from automl.finalizing import ranking
from automl.finalizing.ensemble import load_model, task_of
from automl.finalizing.record import read_final
from automl.store import StudyFolder
from automl.tasks import metric_bounds
from automl.tuning.context import SearchContext, Watcher
from automl.tuning.plan import Plan

if TYPE_CHECKING:
    import numpy.typing as npt

    from automl.data.dataset import Dataset
    from automl.finalizing.finalizer import FinalTraining
    from automl.finalizing.refits import Refit, Refits

# Share of the time for measuring and writing the final model in which running refits may report.
WAITING_SHARE = 0.25


def known_final(study: StudyRecord, folder: StudyFolder) -> FinalRecord | None:
    """The record of a study's final model, which may be outdated; None while there is none."""
    final = read_final(folder)
    if final is None:
        return None
    numbers = {each.number for each in ranking.pick_in_time(study, folder)}
    return replace(final, outdated=numbers != {each.trial for each in final.finalists})


def finished_final(study: StudyRecord, folder: StudyFolder, plan: Plan) -> FinalRecord | None:
    """The record of the final model if it is up to date and its bundles exist, else None."""
    final = known_final(study, folder)
    if final is None or not _is_current(final, plan) or not has_bundle_of(final, folder):
        return None
    return final if has_ensemble(final, folder, plan.ensemble) else None


def _is_current(final: FinalRecord, plan: Plan) -> bool:
    """Whether a final model is of the best trials, and an average unless a single one is wanted."""
    if final.outdated or final.single_because == NO_REFIT:
        return False
    return not final.members if plan.single else final.single_because != ASKED_FOR


def lacks_final(study: StudyRecord, folder: StudyFolder, plan: Plan) -> bool:
    """Whether a study is to have a final model, and has no finished one yet."""
    wanted = plan.finalize and bool(ranking.pick_finalists(study, folder))
    return wanted and finished_final(study, folder, plan) is None


@dataclass(frozen=True)
class FinalModel:
    """Makes the final model of a study.

    Args:
        context: Context of the search that the study is from.
        limits: Any of ``COSTS`` -> its maximum.
        run_trials: Loop that runs the trainings.
        watcher: Watcher that is told of the progress.
        interrupted: Function that says whether to stop at the next report and leave it unfinished.
        left: Function that gives the seconds that are left for refits. When they are over, the
            model is made of the refits that have ended.
    """

    context: SearchContext
    limits: Mapping[str, float]
    run_trials: RunTrials
    watcher: Watcher
    interrupted: Callable[[], bool]
    left: Callable[[], float]

    def make(self, study: StudyRecord) -> FinalRecord | None:
        """Make the final model unless it exists.

        Returns:
            Its record; None if it was interrupted.

        Raises:
            NoFinalModel: if no finalist could be trained again.
        """
        plan, folder = self.context.plan, self.context.folder
        with locked(folder.final_lock, waiting=self._tell_of_another):
            if final := finished_final(study, folder, plan):
                return final
            with _publishing_progress(folder) as publish:
                return self._make(study, publish)

    def _make(
        self, study: StudyRecord, publish: Callable[[FinalProgress], None]
    ) -> FinalRecord | None:
        from automl.finalizing.refits import Refits

        plan, folder, datasets = self.context.plan, self.context.folder, self.context.datasets
        fits, seeds = Refits(folder, datasets), ranking.new_seeds(plan.seed)
        trained = self._train(study, fits, seeds, publish)
        if trained is None:
            return None
        data = datasets(trained.fits[0].spec.config)
        bundle = FinalBundle(plan, folder, study, trained, data, seeds)
        final = known_final(study, folder)
        opened = final is None or not _is_current(final, plan)
        if final is None or opened:
            final = bundle.open_test()  # else the process was killed between this and the bundle
        if not has_ensemble(final, folder, plan.ensemble):
            final = EnsembleMaker(plan, folder, study, datasets).make(final, opened)
        bundle.write(final)
        fits.forget_others([each.trial for each in final.finalists])
        return final

    def _train(
        self,
        study: StudyRecord,
        fits: Refits,
        seeds: Sequence[int],
        publish: Callable[[FinalProgress], None],
    ) -> FinalTraining | None:
        from automl.finalizing.finalizer import Finalizer, ModelLimits, RaceRules

        context, plan = self.context, self.context.plan
        finalists = ranking.pick_in_time(study, context.folder)
        # What a trial takes depends on the machine.
        most = MOST_REFITS if plan.deterministic else ranking.affordable_refits(study, finalists)
        self._announce(finalists[: ranking.count_starters(len(finalists), most)])
        objective = ranking.RankingObjective(context.metric, context.maximize)
        limits = ModelLimits(plan.single, plan.minimize, self.limits)
        finalizer = Finalizer(
            fits,
            RefitRunner(self, publish),
            partial(measure_mean, metric=context.metric, datasets=context.datasets),
            RaceRules(objective, seeds, plan.steps, most, limits),
            self.interrupted,
            self.watcher.announce,
        )
        return finalizer.run(finalists)

    def _announce(self, finalists: Sequence[TrialRecord]) -> None:
        trials = f"trial{'' if len(finalists) == 1 else 's'}"
        numbers = ", ".join(str(each.number) for each in finalists)
        self.watcher.announce(
            f"Final model: refitting {trials} {numbers} with a new seed, then the best with more"
        )

    def _tell_of_another(self) -> None:
        self.watcher.announce(
            "waiting for another process that makes the final model of this study"
        )


@dataclass
class RefitRunner:
    """Runs the trainings of a final model, and tells how far they all are.

    Args:
        making: The final model.
        publish: Function that publishes the progress to other processes.
    """

    making: FinalModel
    publish: Callable[[FinalProgress], None]
    _before: int = 0  # trainings of earlier calls

    def __call__(self, fits: Sequence[Refit], steps: int, later: int, alone: int = 0) -> bool:
        """Run trainings to their ends; see ``automl.finalizing.finalizer.RunFits``."""
        from automl.finalizing.refits import RefitQueue

        total = self._before + len(fits) + later + alone

        def tell(done: float, running: tuple[RunningRefit, ...]) -> None:
            now = FinalProgress(self._before + done, total, running, alone)
            self.making.watcher.finalizing(now)
            self.publish(now)

        queue = RefitQueue(fits, steps, self._stops, tell, self._gives_up)
        limits = TimeLimits(stall=self.making.context.plan.stall_timeout)
        self.making.run_trials(queue, limits)
        self._before += len(fits)
        return queue.ended

    def _stops(self) -> bool:
        return self.making.interrupted() or self.making.left() <= 0

    def _gives_up(self) -> bool:
        return self.making.left() <= -self.making.context.closing * WAITING_SHARE


def measure_mean(
    fits: Sequence[Refit], metric: str, datasets: Callable[[Config], Dataset]
) -> ranking.MeanScore:
    """The mean objective of refits of one trial on the validation split, with its interval.

    Args:
        fits: Refits that have ended.
        metric: Name of the objective.
        datasets: Function that loads the dataset a configuration asks for.
    """
    import torch

    from automl.export.runtime import one_thread
    from automl.inference.bootstrap import score_over_seeds

    data = datasets(fits[0].spec.config)
    task, split = task_of(data), data.validation
    without = task.costly - {metric}

    def measure(outputs: npt.NDArray[Any], targets: npt.NDArray[Any]) -> float:
        return task.measure(torch.tensor(outputs), torch.tensor(targets), without)[metric]

    models = [load_model(each.spec.config, each.weights, data) for each in fits]
    with one_thread():  # for so few numbers, several threads would be slower
        found = score_over_seeds(
            measure,
            [validation_outputs(each, data) for each in models],
            split.targets,
            seed=0,
            bounds=metric_bounds(metric),
            is_share=metric in task.shares,
            clusters=split.clusters,
        )
    values = [result.objective for each in fits if (result := each.result()) is not None]
    seeds = count(len(values), "seed")
    known = [each for each in values if each is not None]
    spread = f" ({value(min(known))} to {value(max(known))})" if len(known) > 1 else ""
    drawn = count(len(split), "example")
    if split.clusters is not None:
        drawn += f" in {split.clusters.count:,} {split.clusters.name}"
    basis = f"mean of {seeds}{spread}, {drawn}, {found.method}"
    return ranking.MeanScore(
        Estimate(metric, fmean(known), found.low, found.high, basis), found.error
    )


@contextmanager
def _publishing_progress(folder: StudyFolder) -> Iterator[Callable[[FinalProgress], None]]:
    """Publish progress for other processes to read, as long as the block runs."""
    owner, file = this_process(), folder.final_progress

    def publish(progress: FinalProgress) -> None:
        write_text(file, json.dumps({"owner": owner, **asdict(progress)}))

    file.parent.mkdir(exist_ok=True)
    try:
        yield publish
    finally:
        file.unlink(missing_ok=True)


def read_progress(folder: StudyFolder) -> FinalProgress | None:
    """The published progress; None while no process makes a final model."""
    try:
        found = json.loads(folder.final_progress.read_text(encoding="utf-8"))
        if not is_alive(found["owner"]):
            return None
        running = tuple(RunningRefit(**each) for each in found["running"])
        return FinalProgress(found["done"], found["total"], running, found.get("alone", 0))
    except (OSError, ValueError, KeyError, TypeError):  # none is made, or a power cut left half
        return None
