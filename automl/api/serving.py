"""Using a model: on files, on examples whose targets are known, and over HTTP."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from automl.data.encodings.encoding import Reading
    from automl.export.judge import Judgement
    from automl.export.predict import InputPrediction, Predictor
    from automl.serving.settings import Settings

STANDARD_INPUT = "-"


def predict(bundle: str, inputs: list[str]) -> list[InputPrediction]:
    """Run a bundle on every example of files; see ``predictions``, which does not wait for all.

    Raises:
        UserError: if the bundle or an input is not there.
    """
    return list(predictions(bundle, inputs))


def predictions(
    bundle: str, inputs: list[str], announce: Callable[[str], None] = lambda line: None
) -> Iterator[InputPrediction]:
    """Run a bundle on every example of files, one after the other as they are read.

    Args:
        bundle: Folder of an exported model.
        inputs: Files and folders; ``-`` is standard input.
        announce: Hears every two seconds how far it is.

    Raises:
        UserError: if the bundle or an input is not there.
    """
    from automl.data.progress import Progress
    from automl.export.predict import Predictor

    predictor = Predictor(Path(bundle))
    told = Progress(announce, f"{predictor.facts.encoding.unit} predicted:", total=0)
    found = predictor.stream(_readings(predictor, inputs))
    for done, each in enumerate(found, start=1):
        yield each
        told(done)


def evaluate(
    bundle: str,
    data: str,
    *,
    split: str | None = None,
    target: str | None = None,
    seed: int = 0,
    announce: Callable[[str], None] = lambda line: None,
) -> Judgement:
    """Measure a bundle's model on data with targets, with 95 % intervals.

    Args:
        bundle: Folder of an exported model.
        data: A dataset's name, or the path of a file or a folder.
        split: ``"train"``, ``"validation"``, ``"test"`` or ``"all"``. None: the test split of what
            the model was trained on, all of any other data.
        target: The column of a table that holds the targets; None to find it.
        seed: Of the search, which cut the data of its training.
        announce: Is told, a line at a time, of work that takes seconds.

    Raises:
        UserError: if there is no such bundle, data or split, or nothing to measure.
    """
    from automl.export.bundle import Bundle
    from automl.export.judge import judge

    return judge(Bundle.load(Path(bundle)), data, split, target, seed, announce)


def serve(bundle: str, settings: Settings, ready: Callable[[str, str], None]) -> int:
    """Answer requests over HTTP until interrupted, and finish those that are under way.

    Args:
        bundle: Folder of an exported model.
        settings: Where to listen, and what a request may be.
        ready: Is given the URL and an example of a request, once requests are answered.

    Returns:
        How many requests were answered.

    Raises:
        MissingPackage: if the extra ``serve`` is not installed.
        UserError: if there is no such bundle, or the address cannot be listened on.
    """
    from automl.serving.require import require

    require()
    from automl.export.predict import Predictor
    from automl.serving.server import Server

    return Server(Predictor(Path(bundle)), settings, ready).run()


def _readings(predictor: Predictor, inputs: list[str]) -> Iterator[Reading]:
    """Paths are looked for before the first file is read."""
    from automl.export.files import expand
    from automl.export.standard_input import read_stream

    encoding = predictor.facts.encoding
    named = [
        [None] if each == STANDARD_INPUT else list(expand([Path(each)], encoding))
        for each in inputs
    ]
    for file in (each for files in named for each in files):
        if file is None:
            yield from read_stream(sys.stdin.buffer, encoding)
        else:
            yield from predictor.read(file)
