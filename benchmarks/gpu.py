"""What a machine with a GPU makes of automl: one call of under eight minutes, without a network.

It tells what `automl doctor` sees; whether the whole path works (search over Ray with its final
model, ONNX export, predict); what two and four trials on one GPU gain; whether memory is given
back after a trial that ran out of it; samples a second beside a plain loop, in float32 and
bfloat16; and the seconds from the command to the first measured step. A part that fails does not
end the others; the exit code is 1 then.

    python benchmarks/gpu.py --out figures
    python benchmarks/gpu.py --tiny --out figures    # the same calls on a CPU, for the tests

It writes figures.md and figures.json there, with the card's name.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

HERE = Path(__file__).parent
AUTOML = (sys.executable, "-m", "automl")
# Seconds a part may take, so that all stay under eight minutes; on a busy machine one may set more.
LIMIT = float(os.environ.get("LIMIT", "110"))


@dataclass(frozen=True)
class Figure:
    """One line of the table.

    Args:
        part: What was tried.
        value: What came out, in words.
        failed: Whether it did not work.
    """

    part: str
    value: str
    failed: bool = False


@dataclass(frozen=True)
class Size:
    """How much is run.

    Args:
        data: Dataset of the searches.
        trials: Of each search.
        epochs: Of each trial.
        executor: Of the searches.
        shares: Of a GPU, for the searches whose trials share one.
        device: What benchmarks/training.py trains on.
        seeds: Of each training there.
        models: That are trained there.
        precisions: They are trained in.
    """

    data: str
    trials: int
    epochs: int
    executor: str
    shares: tuple[float, ...]
    device: str
    seeds: int
    models: tuple[str, ...]
    precisions: tuple[str, ...]

    @property
    def flags(self) -> tuple[str, ...]:
        """Those of a search."""
        amount = ("--trials", str(self.trials), "--epochs", str(self.epochs))
        return ("--data", self.data, *amount, "--executor", self.executor)


FULL = Size(
    data="fashion_mini",
    trials=8,
    epochs=3,
    executor="ray",
    shares=(1.0, 0.5, 0.25),
    device="cuda",
    seeds=3,
    models=("cnn", "lstm"),
    precisions=("float32", "bfloat16"),
)
TINY = Size(
    data="digits",
    trials=1,
    epochs=1,
    executor="local",
    shares=(0.0,),
    device="cpu",
    seeds=1,
    models=("cnn",),
    precisions=("bfloat16",),
)


class CommandFailed(Exception):
    """A command did not end with 0, or not in time; the text is its last words."""


def run(*command: str, folder: Path) -> tuple[str, float]:
    """Run a command in ``folder``: its output, and its seconds.

    Raises:
        CommandFailed: if it fails, or takes longer than its share.
    """
    began = time.monotonic()
    path = os.pathsep.join([str(HERE.parent), os.environ.get("PYTHONPATH", "")])
    try:
        ended = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": path, "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise CommandFailed(f"more than {LIMIT:.0f} s") from error
    if ended.returncode:
        raise CommandFailed(_last_line(ended.stderr or ended.stdout))
    return ended.stdout, time.monotonic() - began


# --- the parts -----------------------------------------------------------------------------------


def doctor(size: Size, folder: Path) -> Iterator[Figure]:
    """What the machine has."""
    output, _ = run(*AUTOML, "doctor", "--json", folder=folder)
    for finding in json.loads(output):
        yield Figure(f"doctor: {finding['name']}", finding["text"])


def whole_path(size: Size, folder: Path) -> Iterator[Figure]:
    """From the command to predictions."""
    output, seconds = run(*AUTOML, "search", "cnn", *size.flags, folder=folder)
    done = next(line for line in output.splitlines() if line.startswith("Done: "))
    yield Figure("search cnn with its final model", f"{seconds:.1f} s; {done}")
    _, seconds = run(*AUTOML, "export", "cnn", "--format", "onnx", folder=folder)
    yield Figure("export as ONNX, checked", f"{seconds:.1f} s")
    picture = _write_picture(size.data, folder)
    output, seconds = run(*AUTOML, "predict", "cnn", picture, folder=folder)
    yield Figure("predict an image", f"{seconds:.1f} s; {_last_line(output)}")


def sharing(size: Size, folder: Path) -> Iterator[Figure]:
    """Trials that share a GPU."""
    for share in size.shares:
        of_gpu = ("--gpus-per-trial", f"{share:g}") if share else ()
        alone = ("--name", f"share-{share:g}", "--pruner", "none", "--no-finalize")
        _, seconds = run(*AUTOML, "search", "cnn", *size.flags, *of_gpu, *alone, folder=folder)
        at_once = f"{1 / share:.0f} at once on a GPU" if share else "on a CPU"
        yield Figure(f"{size.trials} trials, {at_once}", f"{seconds:.1f} s")


def memory(size: Size, folder: Path) -> Iterator[Figure]:
    """What is left reserved on a GPU after a trial that had too little of it."""
    if size.device == "cpu":
        yield Figure("memory after a trial that ran out of it", "not run: needs a GPU")
        return
    output, _ = run(sys.executable, __file__, *began_now("memory", size), folder=folder)
    yield Figure("memory after a trial that ran out of it", _last_line(output))


def speed(size: Size, folder: Path) -> Iterator[Figure]:
    """Samples a second beside a plain loop."""
    for precision in size.precisions:
        flags = ("--device", size.device, "--seeds", str(size.seeds), "--precision", precision)
        epochs = ("--epochs", "11" if size.device == "cuda" else "1")
        models = ("--models", *size.models)
        output, _ = run(
            *(sys.executable, str(HERE / "training.py"), *flags, *epochs, *models), folder=folder
        )
        for line in output.splitlines()[2:]:
            name, plain, ours, ratio = line.split()[:4]
            words = f"{ours} samples/s, a plain loop {plain}: {ratio}"
            yield Figure(f"training the {name} in {precision}", words)


def first_step(size: Size, folder: Path) -> Iterator[Figure]:
    """Seconds from the command to the first measured step."""
    output, _ = run(sys.executable, __file__, *began_now("first-step", size), folder=folder)
    yield Figure("from the command to the first measured step", _last_line(output))


PARTS: tuple[Callable[[Size, Path], Iterator[Figure]], ...] = (
    *(doctor, first_step, whole_path, sharing, memory, speed),
)


def measure(size: Size, folder: Path) -> Iterator[Figure]:
    """All figures, as they come; a part that fails is one of them."""
    for part in PARTS:
        try:
            yield from part(size, folder)
        except CommandFailed as error:
            yield Figure(part.__name__.replace("_", " "), f"failed: {error}", failed=True)


# --- what needs a process of its own -------------------------------------------------------------


def time_first_step(size: Size, began: float) -> None:
    """Search, and print when the first measurement came."""
    import automl
    from automl.tuning.context import Watcher

    class First(Watcher):
        seconds = 0.0

        def measure(self, number: int, measurement: object) -> None:
            self.seconds = self.seconds or time.time() - began

    watcher = First()
    with tempfile.TemporaryDirectory() as results:
        automl.search(
            "cnn",
            data=size.data,
            trials=1,
            epochs=1,
            executor=size.executor,
            results=results,
            finalize=False,
            watcher=watcher,
        )
    print(f"{watcher.seconds:.1f} s")


def leave_little_memory(size: Size, began: float) -> None:
    """Fill the GPU but for a little, search there, and print what is reserved before and after."""
    import torch

    import automl

    torch.zeros(1, device="cuda")
    before = torch.cuda.memory_reserved()
    free, _ = torch.cuda.mem_get_info()
    filling = torch.empty(free - 300 * 2**20, dtype=torch.uint8, device="cuda")
    with tempfile.TemporaryDirectory() as results:
        study = automl.search(
            "cnn", trials=2, epochs=1, results=results, finalize=False, executor="local"
        )
        ended = ", ".join(f"{trial.status} {trial.reason}".strip() for trial in study.trials)
    del filling
    torch.cuda.empty_cache()
    after = torch.cuda.memory_reserved()
    print(f"{before / 2**20:.0f} MiB reserved before, {after / 2**20:.0f} after ({ended})")


def began_now(part: str, size: Size) -> list[str]:
    """The flags of a part's own process."""
    tiny = ["--tiny"] if size is TINY else []
    return ["--only", part, "--began", str(time.time()), *tiny]


ALONE = {"first-step": time_first_step, "memory": leave_little_memory}


# --- the table -----------------------------------------------------------------------------------


def table(title: str, figures: list[Figure]) -> str:
    """The figures in Markdown."""
    rows = [f"| {each.part} | {each.value} |" for each in figures]
    return "\n".join([f"### {title}", "", "| | |", "|---|---|", *rows, ""])


def device_name() -> str:
    """The card, or the lack of one, and PyTorch's version."""
    import torch

    card = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"
    return f"{card}, PyTorch {torch.__version__}"


def _write_picture(data: str, folder: Path) -> str:
    """One image of the test split, as a file."""
    import numpy as np
    from PIL import Image

    from automl.data.source import load_dataset

    pixels = load_dataset(data, "images", {}, 0, print).test.inputs[0]
    Image.fromarray(np.squeeze(pixels)).save(folder / "one.png")
    return "one.png"


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "no word"


def main() -> int:
    """Measure, print, and write what came out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(), help="folder of figures.md and .json")
    parser.add_argument("--tiny", action="store_true", help="small, and on a CPU")
    parser.add_argument("--only", choices=sorted(ALONE), help="a part's own process")
    parser.add_argument("--began", type=float, help="when that process was begun")
    options = parser.parse_args()
    size = TINY if options.tiny else FULL
    if options.only:
        ALONE[options.only](size, options.began)
        return 0
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        for figure in measure(size, Path(folder)):
            figures.append(figure)
            print(f"{figure.part}: {figure.value}", flush=True)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "figures.md").write_text(table(device_name(), figures))
    (options.out / "figures.json").write_text(json.dumps([asdict(each) for each in figures]))
    return int(any(figure.failed for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
