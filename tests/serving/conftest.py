from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import httpx
import pytest
from served import ServedSample, make_sample, serving

from automl.serving import ServerSettings


@pytest.fixture(scope="session")
def sample_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], ServedSample]]:
    """A kind's bundle, made once. Nobody writes into it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTOML_DATA", str(tmp_path_factory.mktemp("cache")))
        yield cache(lambda kind: make_sample(kind, tmp_path_factory.mktemp(kind)))


@pytest.fixture(scope="module")
def texts(sample_of: Callable[[str], ServedSample]) -> Iterator[httpx.Client]:
    """A server of a model of texts, with low limits."""
    settings = ServerSettings(port=0, body=2_000, examples=5)
    with serving(sample_of("text"), settings) as client:
        yield client
