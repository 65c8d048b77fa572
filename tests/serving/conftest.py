from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import httpx
import pytest
from served import Sample, make_sample, serving

from automl.serving.settings import Settings


@pytest.fixture(scope="session")
def sample_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Sample]]:
    """A kind's bundle, made once. Nobody writes into it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTOML_DATA", str(tmp_path_factory.mktemp("cache")))
        yield cache(lambda kind: make_sample(kind, tmp_path_factory.mktemp(kind)))


@pytest.fixture(scope="module")
def texts(sample_of: Callable[[str], Sample]) -> Iterator[httpx.Client]:
    """A server of a model of texts, with low limits."""
    settings = Settings(port=0, body=2_000, examples=5)
    with serving(sample_of("text"), settings) as client:
        yield client
