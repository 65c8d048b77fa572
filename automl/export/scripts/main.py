"""Predict with this model: python predict.py FILE...

It reads the other files of this folder, and needs what requirements.txt names.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from automl.export.onnx import load_model
from automl.export.scripts.read_images import read

FOLDER = Path(__file__).resolve().parent


def in_lines(name: Any, target: dict[str, Any], output: Any) -> list[str]:
    """The answer to an example: one line, or for a forecast, whose steps have names, one a step."""
    if isinstance(name, str):
        return [f"{name}\t{in_words(target, output)}"]
    steps = zip(name, output, strict=True)
    return [f"{step}\t{in_words(target, numbers[None])}" for step, numbers in steps]


def in_words(target: dict[str, Any], output: Any) -> str:
    """The likeliest label and its probability, or the names of numbers and their steps."""
    if "labels" in target:
        odds = np.exp(output - output.max())
        best = int(output.argmax())
        return f"{target['labels'][best]}\t{odds[best] / odds.sum():.4f}"
    numbers = zip(target["names"], target["mean"], target["std"], output.T, strict=True)
    return "\t".join(
        f"{name}: {' '.join(in_full(mean, std, unit) for unit in units)}"
        for name, mean, std, units in numbers
    )


def in_full(mean: float, std: float, unit: float) -> str:
    """A number in its own unit, with as many digits as are known, and no power of ten."""
    digits = 6 - int(np.floor(np.log10(std)))
    return str(np.format_float_positional(round(mean + std * float(unit), digits), trim="-"))


def main() -> None:
    """Print the answers to the files, a line each; exit with 2 if one of them cannot be read."""
    if not sys.argv[1:]:
        print("Usage: python predict.py FILE...", file=sys.stderr)
        sys.exit(2)
    options = json.loads((FOLDER / "preprocessing.json").read_text("utf-8"))
    target = json.loads((FOLDER / "bundle.json").read_text("utf-8"))["target"]
    run, refused = load_model(FOLDER), False
    for file in sys.argv[1:]:
        try:
            for name, example in read(file, options):
                for line in in_lines(name, target, run(example[None])[0]):
                    print(line)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            print(f"predict.py: {file}: {reason}", file=sys.stderr)
            refused = True
    sys.exit(2 if refused else 0)


if __name__ == "__main__":
    main()
