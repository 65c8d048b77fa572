"""Predict with this model: python predict.py FILE...

It reads the other files of this folder, and needs what requirements.txt names.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from automl.export.scripts.read_images import read
from automl.export.scripts.run_onnx import load

FOLDER = Path(__file__).resolve().parent


def in_words(target: dict[str, Any], output: Any) -> str:
    """The most probable label and its probability, or each number by its name, step by step."""
    if "labels" in target:
        odds = np.exp(output - output.max())
        best = int(output.argmax())
        return f"{target['labels'][best]}\t{odds[best] / odds.sum():.4f}"
    steps = zip(target["names"], output.T, strict=True)
    return "\t".join(f"{name}: {' '.join(f'{each:.5g}' for each in row)}" for name, row in steps)


def main() -> None:
    """Print a line for each example of the files; what cannot be read is told, and ends with 2."""
    if not sys.argv[1:]:
        print("Usage: python predict.py FILE...", file=sys.stderr)
        sys.exit(2)
    options = json.loads((FOLDER / "preprocessing.json").read_text("utf-8"))
    target = json.loads((FOLDER / "bundle.json").read_text("utf-8"))["target"]
    run, refused = load(FOLDER), False
    for file in sys.argv[1:]:
        try:
            for name, example in read(file, options):
                print(f"{name}\t{in_words(target, run(example[None])[0])}")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            print(f"predict.py: {file}: {reason}", file=sys.stderr)
            refused = True
    sys.exit(2 if refused else 0)


if __name__ == "__main__":
    main()
