"""The final model of a study: whether there is one, making it, and how far that is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from automl.api.bundles import FinalBundle, has_bundle_of
from automl.api.ensemble import EnsembleMaker, has_ensemble
from automl.core.executor import RunTrials, TimeLimits
from automl.core.files import locked, write_text
from automl.core.final import FinalProgress, FinalRecord, RunningRefit
from automl.core.machine import is_alive, this_process
from automl.core.text import count
from automl.finalizing.ranking import RankingObjective, new_seeds, pick_finalists
from automl.finalizing.record import read_final
from automl.store import StudyFolder
from automl.tuning.context import SearchContext
from automl.tuning.watcher import Watcher

if TYPE_CHECKING:
    from automl.core.records import StudyRecord, TrialRecord
    from automl.finalizing.finalizer import FinalTraining
    from automl.finalizing.refits import Refit, Refits
    from automl.tuning.plan import Plan


def known_final(study: StudyRecord, folder: StudyFolder) -> FinalRecord | None:
    """The record of a study's final model, which may be outdated; None while there is none."""
    final = read_final(folder)
    if final is None:
        return None
    numbers = {each.number for each in pick_finalists(study, folder)}
    return replace(final, outdated=numbers != {each.trial for each in final.finalists})


def finished_final(study: StudyRecord, folder: StudyFolder, plan: Plan) -> FinalRecord | None:
    """The record of the final model if it is up to date and its bundles exist, else None."""
    final = known_final(study, folder)
    if final is None or final.outdated or not has_bundle_of(final, folder):
        return None
    return final if has_ensemble(final, folder, plan.ensemble) else None


def lacks_final(study: StudyRecord, folder: StudyFolder, plan: Plan) -> bool:
    """Whether a study is to have a final model, and has no finished one yet."""
    wanted = plan.finalize and bool(pick_finalists(study, folder))
    return wanted and finished_final(study, folder, plan) is None


@dataclass(frozen=True)
class FinalModel:
    """Makes the final model of a study.

    Args:
        context: Context of the search that the study is from.
        run_trials: Loop that runs the trainings.
        watcher: Watcher that is told of the progress.
        stop: Function that says whether to stop at the next report.
    """

    context: SearchContext
    run_trials: RunTrials
    watcher: Watcher
    stop: Callable[[], bool]

    def make(self, study: StudyRecord) -> FinalRecord | None:
        """Make the final model unless it exists; None if that was stopped.

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
        fits, seeds = Refits(folder, datasets), new_seeds(plan.seed)
        trained = self._train(pick_finalists(study, folder), fits, seeds, publish)
        if trained is None:
            return None
        data = datasets(trained.fit.spec.config)
        bundle = FinalBundle(plan, folder, study, trained, data, seeds)
        final = known_final(study, folder)
        opened = final is None or final.outdated
        if final is None or final.outdated:
            final = bundle.open_test()  # else the process was killed between this and the bundle
        if not has_ensemble(final, folder, plan.ensemble):
            final = EnsembleMaker(plan, folder, study, datasets).make(final, opened)
        bundle.write(final)
        fits.forget_others([each.trial for each in final.finalists])
        return final

    def _train(
        self,
        finalists: Sequence[TrialRecord],
        fits: Refits,
        seeds: Sequence[int],
        publish: Callable[[FinalProgress], None],
    ) -> FinalTraining | None:
        from automl.finalizing.finalizer import Finalizer
        from automl.finalizing.refit_queue import RefitQueue

        self._announce(finalists, seeds)
        total = len(finalists) * len(seeds) + 1
        context, limits = self.context, TimeLimits(stall=self.context.plan.stall_timeout)

        before = 0  # trainings of earlier queues

        def progress(done: float, running: tuple[RunningRefit, ...]) -> None:
            now = FinalProgress(before + done, total, running)
            self.watcher.finalizing(now)
            publish(now)

        def run_fits(fits: Sequence[Refit], steps: int) -> bool:
            nonlocal before
            queue = RefitQueue(fits, steps, self.stop, progress)
            self.run_trials(queue, limits)
            before += len(fits)
            return queue.ended

        objective = RankingObjective(context.metric, context.maximize)
        tell, steps = self.watcher.announce, context.plan.steps
        return Finalizer(fits, run_fits, objective, seeds, steps, tell).run(finalists)

    def _announce(self, finalists: Sequence[TrialRecord], seeds: Sequence[int]) -> None:
        trials = f"trial{'' if len(finalists) == 1 else 's'}"
        numbers = ", ".join(str(each.number) for each in finalists)
        self.watcher.announce(
            f"Final model: refitting {trials} {numbers} over {count(len(seeds), 'new seed')}, then "
            "the chosen one on train + validation"
        )

    def _tell_of_another(self) -> None:
        self.watcher.announce(
            "waiting for another process that makes the final model of this study"
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
        return FinalProgress(found["done"], found["total"], running)
    except (OSError, ValueError, KeyError, TypeError):  # none is made, or a power cut left half
        return None
