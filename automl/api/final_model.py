"""The final model of a study, wired from its parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from automl.api.ensembling import Ensembling, has_ensemble
from automl.api.final_bundle import FinalBundle, has_bundle_of
from automl.api.final_progress import published
from automl.api.parts import Datasets
from automl.core.final import Final
from automl.core.text import count
from automl.finalizing.finalists import fresh_seeds, pick_finalists
from automl.finalizing.record import read_final
from automl.store import StudyFolder
from automl.tuning.lock import locked
from automl.tuning.watch import Setting, Watcher

if TYPE_CHECKING:
    from automl.core.protocols import Executor
    from automl.core.records import StudyRecord, TrialRecord
    from automl.finalizing.finalizer import Trained
    from automl.finalizing.fits import Fits
    from automl.tuning.plan import Plan


def known_final(study: StudyRecord, folder: StudyFolder) -> Final | None:
    """The final model of a study, which may be outdated; None while there is none."""
    final = read_final(folder)
    if final is None:
        return None
    numbers = {each.number for each in pick_finalists(study, folder)}
    return replace(final, outdated=numbers != {each.trial for each in final.finalists})


def finished_final(study: StudyRecord, folder: StudyFolder, plan: Plan) -> Final | None:
    """The final model of a study if there is nothing left to do for it, else None."""
    final = known_final(study, folder)
    if final is None or final.outdated or not has_bundle_of(final, folder):
        return None
    return final if has_ensemble(final, folder, plan.ensemble) else None


def lacks_final(study: StudyRecord, folder: StudyFolder, plan: Plan) -> bool:
    """Whether a study that has its trials still is to have a final model made of them."""
    wanted = plan.finalize and bool(pick_finalists(study, folder))
    return wanted and finished_final(study, folder, plan) is None


@dataclass(frozen=True)
class FinalModel:
    """Makes the final model of a study.

    Args:
        plan: The study's, settled.
        folder: Its folder.
        setting: What is known of it.
        executor: Where trainings run.
        datasets: Its data.
        watcher: Hears how far it is.
        stop: Whether to stop at the next report.
    """

    plan: Plan
    folder: StudyFolder
    setting: Setting
    executor: Executor
    datasets: Datasets
    watcher: Watcher
    stop: Callable[[], bool]

    def make(self, study: StudyRecord) -> Final | None:
        """Make it, unless it is there; None where that was stopped before its end.

        Raises:
            NoFinalModel: if no finalist could be trained anew.
        """
        with locked(self.folder.final_lock, waiting=self._tell_of_another):
            if final := finished_final(study, self.folder, self.plan):
                return final
            with published(self.folder) as publish:
                return self._make(study, publish)

    def _make(self, study: StudyRecord, publish: Callable[[float, int], None]) -> Final | None:
        fits, seeds = self._fits(), fresh_seeds(self.plan.seed)
        trained = self._train(pick_finalists(study, self.folder), fits, seeds, publish)
        if trained is None:
            return None
        data = self.datasets(trained.fit.spec.config)
        bundle = FinalBundle(self.plan, self.folder, study, trained, data, seeds)
        final = known_final(study, self.folder)
        opened = final is None or final.outdated
        if final is None or final.outdated:
            final = bundle.open_test()  # else a kill came between that and its bundle
        if not has_ensemble(final, self.folder, self.plan.ensemble):
            ensembling = Ensembling(self.plan, self.folder, study, self.datasets)
            final = ensembling.make(final, opened)
        bundle.write(final)
        fits.forget_others([each.trial for each in final.finalists])
        return final

    def _fits(self) -> Fits:
        from automl.finalizing.fits import Fits

        return Fits(self.folder, self.datasets)

    def _train(
        self,
        finalists: Sequence[TrialRecord],
        fits: Fits,
        seeds: Sequence[int],
        publish: Callable[[float, int], None],
    ) -> Trained | None:
        from automl.finalizing.finalizer import Finalizer
        from automl.finalizing.ranking import Objective
        from automl.finalizing.refitting import Refitting
        from automl.tuning.watchdog import Limits, Watchdog

        self._announce(finalists, seeds)
        total = len(finalists) * len(seeds) + 1

        def progress(done: float) -> None:
            self.watcher.finalizing(done, total)
            publish(done, total)

        refitting = Refitting(
            self.executor,
            partial(Watchdog, Limits(stall=self.plan.stall_timeout)),
            self.stop,
            progress,
        )
        objective = Objective(self.setting.metric, self.setting.maximize)
        steps, tell = self.setting.steps, self.watcher.announce
        return Finalizer(fits, refitting, objective, seeds, steps, tell).run(finalists)

    def _announce(self, finalists: Sequence[TrialRecord], seeds: Sequence[int]) -> None:
        trials = f"trial{'' if len(finalists) == 1 else 's'}"
        numbers = ", ".join(str(each.number) for each in finalists)
        self.watcher.announce(
            f"Final model: refitting {trials} {numbers} over {count(len(seeds), 'new seed')}, then "
            "the chosen one on train + validation"
        )

    def _tell_of_another(self) -> None:
        self.watcher.announce("waiting for another process, which makes this study's final model")
