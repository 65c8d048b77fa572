from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from pickle import dumps, loads

import pytest
from bundle_fixtures import bundle, bundle_of, data_of, digits, facts, model
from export_models import CASES
from made_once import made_once

from automl.data.dataset import Dataset
from automl.export.bundle import Bundle
from automl.export.exporter import Exported, export_bundle

__all__ = ["bundle", "bundle_of", "data_of", "digits", "exported_of", "facts", "model"]


@pytest.fixture(scope="session")
def exported_of(
    tmp_path_factory: pytest.TempPathFactory,
    data_of: Callable[[str], tuple[Path, Dataset]],
    bundle_of: Callable[[str], Bundle],
) -> Callable[[str, str], Exported]:
    """A case's model in a format; exported once. Nobody writes into it."""

    def find(name: str, format: str) -> Exported:
        def export(folder: Path) -> None:
            inputs = data_of(CASES[name].kind)[1].validation.inputs
            made = export_bundle(bundle_of(name), format, folder / "out" / format, inputs)
            (folder / "exported").write_bytes(dumps(made))

        folder = made_once(tmp_path_factory, f"{name} as {format}", export)
        found: Exported = loads((folder / "exported").read_bytes())
        return found

    return cache(find)
