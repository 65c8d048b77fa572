"""What is said when a search has ended."""

from __future__ import annotations

from automl.api.tracking import next_steps as tracked_steps
from automl.cli.answer import answer, tally
from automl.cli.final_text import final_text
from automl.cli.show_front import front_text
from automl.cli.tables import columns
from automl.cli.terminal import wrap
from automl.cli.text import next_steps, where
from automl.core.text import count, duration
from automl.store import Store
from automl.tuning.watch import Outcome

_ENDED = {
    "done": "Done",
    "time limit": "Time is up",
    "interrupted": "Stopped",
    "exhausted": "Done, the space has no configuration left",
    "shared": "Nothing is left to begin, another search of this study runs its last trials",
}


def summarize(outcome: Outcome, store: Store) -> str:
    """The best trial, what the baseline scored, where things are and what to type next."""
    study, folder = outcome.study, store.study(outcome.study.name)
    lines = [
        _ended(outcome),
        "",
        answer(study),
        *([f"\n{front_text(study)}"] if study.minimize else []),
        *(["", final_text(outcome.final)] if outcome.final else []),
        *([] if study.best is None else ["", f"Model  {folder.best}"]),
        f"Study  {folder.path}",
        "",
        _next(outcome, store),
    ]
    return "\n".join(lines)


def _ended(outcome: Outcome) -> str:
    if outcome.reason == "unchanged":
        return wrap(
            "Nothing has changed since the final model was made; the test split stays closed."
        )
    study = outcome.study
    ended = f"{_ENDED[outcome.reason]}: {count(study.counted, 'trial')}"
    return f"{ended} in {duration(outcome.seconds)} ({tally(study)})."


def _next(outcome: Outcome, store: Store) -> str:
    name, results = outcome.study.name, where(str(store.root))
    steps = []
    if outcome.reason in ("interrupted", "time limit"):
        steps.append((f"resume {name}{results}", "go on where it stopped"))
        if outcome.study.count("complete"):
            steps.append((f"finalize {name}{results}", "make the final model of what there is"))
    steps += [
        (f"show {name}{results}", "the best trials"),
        (f"dashboard{results}", "every trial, in the browser"),
    ]
    if outcome.study.best is not None:
        steps += [
            (f"report {name}{results}", "all of it in one file"),
            (f"export {name} --format onnx{results}", "take the model away"),
            (f"predict {store.study(name).best} FILE", "use it"),
        ]
    looks = columns(tracked_steps(store.study(name)), "  ")
    return "\n".join(filter(None, (next_steps(steps), looks)))
