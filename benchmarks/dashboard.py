"""How long a browser takes to show a study of thousands of trials.

The same study is served by ``automl dashboard`` and by ``optuna-dashboard`` as it comes, one after
the other, and opened in a headless Chromium. Two figures for each: seconds until all trials have
arrived, and seconds that the page then stands still while it draws.

    python benchmarks/dashboard.py [TRIALS]      needs Chromium and: pip install playwright
"""

from __future__ import annotations

import random
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import optuna
from playwright.sync_api import sync_playwright

from automl.core.records import NetworkProfile
from automl.core.trial import Config, Measurement, Status, TrialResult, TrialSpec
from automl.plots.trial import write_curve
from automl.store import Store
from automl.tuning.dashboard import DashboardArtifacts, trial_note
from automl.tuning.storage import open_storage
from automl.tuning.study import SharedStudy, create_study
from automl.tuning.trial_records import note_begin, note_end

if TYPE_CHECKING:
    from collections.abc import Iterator

ROWS = tuple((f"layer {at}", (32, 28, 28), 1000 + at) for at in range(18))
STEPS = 6
# The page is looked at for so long after the trials have arrived.
PATIENCE_MS = 40_000
WATCH = """
window.still = 0;
new PerformanceObserver(list => {
  for (const each of list.getEntries()) window.still += each.duration;
}).observe({entryTypes: ["longtask"]});
"""


def make_study(store: Store, trials: int) -> None:
    """A study as a search leaves it: parameters, curves, notes and a picture for each trial."""
    store.prepare()
    sampler, pruner = optuna.samplers.RandomSampler(seed=0), optuna.pruners.NopPruner()
    lock = store.root / "lock"
    storage = open_storage(store.journal)
    study = create_study(storage, "big", "accuracy", True, sampler, pruner, lock)
    exhibits, numbers = DashboardArtifacts(store.artifacts), random.Random(0)
    for _ in range(trials):
        add_trial(study, exhibits, numbers, store.root)


def add_trial(
    study: SharedStudy, exhibits: DashboardArtifacts, numbers: random.Random, folder: Path
) -> None:
    """One trial, of which one in five ran to its end."""
    trial = study.ask()
    drawn = {f"p{at}": trial.suggest_float(f"p{at}", 0, 1) for at in range(8)}
    config = Config((), {**drawn, "number": trial.number})
    note_begin(trial, config, 12_345, 67_890)
    curve = [
        Measurement(at, at / 2, {"accuracy": numbers.random()}, 0.1 * at) for at in range(STEPS)
    ]
    for each in curve:
        trial.report(each.metrics["accuracy"], each.step)
    status = Status.PRUNED if trial.number % 5 else Status.COMPLETE
    value = max(each.metrics["accuracy"] for each in curve)
    result = TrialResult(trial.number, status, tuple(curve[1:]), value, device="cpu", seconds=1.0)
    spec = TrialSpec(trial.number, config, 0, 10, "accuracy", True, "")
    if trial.number == 0:
        write_curve(folder, curve, "accuracy")
    exhibits.attach(trial, [folder / "learning_curve.png"])
    note_end(trial, result, trial_note(NetworkProfile(12_345, 67_890, ROWS), spec, result, ""))
    study.tell(trial)


@contextmanager
def served(command: list[str], port: int) -> Iterator[str]:
    """A dashboard in a process of its own, ended afterwards."""
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/dashboard/studies/0"
    finally:
        process.terminate()
        process.wait()


def measure(url: str, browser_path: str) -> tuple[float, float]:
    """Seconds until all trials are there, and seconds that the page stands still."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        page.add_init_script(WATCH)
        started = time.perf_counter()
        with page.expect_response(
            lambda each: "api/studies/0?after=0" in each.url, timeout=300_000
        ):
            page.goto(url, timeout=300_000)
        arrived = time.perf_counter() - started
        page.wait_for_timeout(PATIENCE_MS)
        return arrived, page.evaluate("window.still") / 1000


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def main() -> None:
    """Measure both and print a line each."""
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("needs Chromium")
    with TemporaryDirectory() as folder:
        store = Store(Path(folder))
        make_study(store, trials)
        print(f"{trials:,} trials, {store.journal.stat().st_size / 1e6:.0f} MB of journal")
        beside = str(Path(sys.executable).with_name("optuna-dashboard"))
        for name, command in (
            (
                "automl dashboard",
                [sys.executable, "-m", "automl", "dashboard", "--results", folder],
            ),
            (
                "optuna-dashboard",
                [beside, str(store.journal), "--artifact-dir", str(store.artifacts)],
            ),
        ):
            port = free_port()
            with served([*command, "--port", str(port)], port) as url:
                arrived, still = measure(url, browser)
            print(f"{name}: trials after {arrived:.1f} s, the page stands still for {still:.1f} s")


if __name__ == "__main__":
    main()
