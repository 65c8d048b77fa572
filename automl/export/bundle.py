"""A bundle: the folder that an exported model is.

A folder is written whole or not at all (``fresh_folder``), and its files are opened only where they
are what they seem (``safe_path``), for a bundle may come from anybody.
"""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from automl.core.errors import ExportError, Infeasible, UserError
from automl.core.text import one_line
from automl.export.facts import ModelFacts
from automl.export.quantization import Quantization, is_matrix, to_fp16
from automl.export.sidecars import FACTS_FILE, SAFETENSORS, write_sidecars

if TYPE_CHECKING:
    from torch import Tensor

    from automl.models.modules.model import EnsembleModel, Model
    from automl.models.network import Network

WEIGHTS = "model.safetensors"
# Bytes of ``bundle.json``: enough for a vocabulary of a million words.
LARGEST_FACTS = 1 << 26
# What a bundle may hold; a folder with anything else in it belongs to the user.
_OURS = (
    FACTS_FILE,
    "README.md",
    "labels.txt",
    "preprocessing.json",
    "requirements.txt",
    "predict.py",
    "model.*",
)


@dataclass(frozen=True)
class Bundle:
    """A model's folder: ``bundle.json``, the weights, the model in a format, and files for people.

    Only ``bundle.json`` and the weights are ever read, whatever the format. Neither can run code,
    so a stranger's bundle is safe to use.

    Args:
        folder: Path of the folder.
        facts: Content of its ``bundle.json``.
    """

    folder: Path
    facts: ModelFacts

    @classmethod
    def write(cls, folder: Path, facts: ModelFacts, weights: Mapping[str, Tensor]) -> Bundle:
        """Write a bundle with the weights as safetensors, whole or not at all.

        Args:
            folder: Path to write to; a bundle that is there already is replaced.
            facts: Description of the model.
            weights: The ``state_dict`` of the model that ``model`` builds, on any device.

        Raises:
            ExportError: ``folder`` holds something else, or cannot be written.
        """
        from safetensors.torch import save

        with fresh_folder(folder) as fresh:
            write_sidecars(fresh, facts, SAFETENSORS)
            plain = {name: each.detach().cpu().contiguous() for name, each in weights.items()}
            (fresh / WEIGHTS).write_bytes(save(plain))
        return cls(folder, facts)

    @classmethod
    def load(cls, folder: Path) -> Bundle:
        """Read a bundle of any format; the weights are read later, by ``model``.

        Raises:
            UserError: there is no bundle, or its ``bundle.json`` is damaged or of another version.
        """
        file = safe_path(folder, FACTS_FILE)
        if (size := file.stat().st_size) > LARGEST_FACTS:
            raise UserError(f"{file} is damaged: {size:,} bytes, over {LARGEST_FACTS:,}")
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise UserError(f"{file} is damaged: it is not text") from None
        except OSError as error:
            raise UserError(f"{file} cannot be read: {error.strerror}") from None
        return cls(folder, ModelFacts.from_json(text, source=str(file)))

    def model(self) -> Model | EnsembleModel:
        """The model with its weights, on the CPU and in eval mode: raw batches in, outputs out.

        Raises:
            UserError: the weights are missing, damaged or those of another network.
        """
        file = safe_path(self.folder, WEIGHTS)
        weights = _read_weights(file)
        try:
            return _build(self.facts, weights)
        except UserError:
            raise
        except Exception as error:  # a stranger's file can fail anywhere in PyTorch
            reason = f"{type(error).__name__}: {error}".strip().splitlines()[-1].strip()
            if isinstance(error, Infeasible):
                reason = error.reason
            raise UserError(
                f"{file} does not fit the network in bundle.json: {one_line(reason)}"
            ) from None


def _read_weights(file: Path) -> dict[str, Tensor]:
    from safetensors.torch import load_file

    try:
        weights: dict[str, Tensor] = load_file(file)
    except OSError as error:
        raise UserError(f"cannot read the weights {str(file)!r}: {error.strerror}") from None
    except Exception as error:  # SafetensorError, or any other that safetensors lets through
        raise UserError(f"the weights {str(file)!r} are damaged: {one_line(str(error))}") from None
    return {name: _as_float32(each) for name, each in weights.items()}


def _as_float32(weight: Tensor) -> Tensor:
    """A weight in float32, in which layers compute, also where the file has it in fp16."""
    import torch

    is_fp16 = weight.dtype == torch.float16 and is_matrix(weight.shape)
    return weight.float() if is_fp16 else weight


def _build(facts: ModelFacts, weights: Mapping[str, Tensor]) -> Model | EnsembleModel:
    import torch

    from automl.models.modules.model import EnsembleModel

    # On the meta device no random numbers are drawn, and a stranger's file cannot ask for more
    # memory than its weights take.
    with torch.device("meta"):
        if facts.ensemble:
            members = [_build_network(facts, each.network) for each in facts.ensemble]
            shares = [each.share for each in facts.ensemble]
            model: Model | EnsembleModel = EnsembleModel(members, shares, facts.make_task().average)
        else:
            model = _build_network(facts, facts.network)
    model.load_state_dict(weights, assign=True)
    return model.eval()


def _build_network(facts: ModelFacts, network: Network) -> Model:
    from automl.models import make_preprocess
    from automl.models.network import build_model

    preprocess = make_preprocess(facts.encoding.preprocessing)
    return build_model(network, facts.encoding.shape, preprocess, facts.make_task().head)


def copy_bundle_weights(bundle: Bundle, folder: Path, quantization: Quantization | None) -> None:
    """Copy a bundle's weights to another folder, where ``automl predict`` runs them.

    With ``fp16`` they are rounded like the model in the format. With ``int8``, which only the
    format's own software can run, they stay as they were trained.
    """
    if quantization is None or quantization.kind != "fp16":
        shutil.copyfile(safe_path(bundle.folder, WEIGHTS), folder / WEIGHTS)
        return
    from safetensors.torch import save

    (folder / WEIGHTS).write_bytes(save(to_fp16(bundle.model().state_dict())))


def safe_path(folder: Path, name: str) -> Path:
    """The path of one of a bundle's files, checked to be an ordinary file inside the folder.

    Args:
        folder: Folder of the bundle.
        name: Name of the file.

    Raises:
        UserError: the file is missing, leads out of the folder, or is a folder, pipe or device.
    """
    path = folder / name
    try:
        real = path.resolve(strict=True)
        mode = real.stat().st_mode
    except (OSError, RuntimeError) as error:  # RuntimeError: a link that leads to itself
        reason = getattr(error, "strerror", None) or error
        raise UserError(
            f"{str(folder)!r} is no bundle: {name} cannot be read ({reason}); "
            "give the whole folder that `automl export` writes"
        ) from None
    if not real.is_relative_to(folder.resolve()):
        raise UserError(f"{path} leads out of its bundle, to {str(real)!r}; put the file there")
    if not stat.S_ISREG(mode):
        raise UserError(f"{path} is not an ordinary file, as every file of a bundle is")
    return path


@contextmanager
def fresh_folder(folder: Path) -> Iterator[Path]:
    """An empty folder that replaces ``folder`` when the block ends without an error.

    Until then it lies in a hidden folder beside ``folder``, which is removed afterwards.

    Args:
        folder: Path that is missing, an empty folder or a bundle.

    Yields:
        The empty folder.

    Raises:
        ExportError: ``folder`` holds anything else, or cannot be written.
    """
    folder = folder.resolve()
    try:
        _check_replaceable(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as scratch:
            fresh, old = Path(scratch, "new"), Path(scratch, "old")
            fresh.mkdir()
            yield fresh
            _swap(folder, fresh, old)
    except OSError as error:
        raise ExportError(f"cannot write {str(folder)!r}: {error.strerror or error}") from error


def _swap(folder: Path, fresh: Path, old: Path) -> None:
    """Move ``folder`` to ``old`` and ``fresh`` to ``folder``, or leave all as it was."""
    try:
        if folder.exists():
            folder.rename(old)
        fresh.rename(folder)
    except BaseException:  # also Ctrl-C between the two
        if old.exists() and not folder.exists():
            old.rename(folder)
        raise


def _check_replaceable(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ExportError(f"{str(folder)!r} is a file; choose a folder that is not there yet")
    inside = sorted(folder.iterdir())
    others = [path.name for path in inside if not any(map(path.match, _OURS))]
    if others or (inside and not (folder / FACTS_FILE).is_file()):
        found = f"also holds {', '.join(others)}" if others else f"has no {FACTS_FILE}"
        raise ExportError(
            f"{str(folder)!r} {found}, so it is left as it is; "
            "choose a folder that is not there yet, or a bundle to replace"
        )
