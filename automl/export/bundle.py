"""A bundle: the folder a model is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from automl.core.errors import Infeasible, UserError
from automl.core.one_line import one_line
from automl.export.card import render_card
from automl.export.facts import ModelFacts
from automl.export.member import find_member
from automl.export.replace import replacing

if TYPE_CHECKING:
    from torch import Tensor

    from automl.models.modules.model import Model

FACTS = "bundle.json"
CARD = "README.md"
WEIGHTS = "model.safetensors"
# Bytes of ``bundle.json``: room for a vocabulary of a million words.
LARGEST_FACTS = 1 << 26

USAGE = """\
from pathlib import Path

import torch

from automl.export.bundle import Bundle

model = Bundle.load(Path(".")).model()
with torch.inference_mode():
    outputs = model(torch.from_numpy(inputs)).numpy()
"""


@dataclass(frozen=True)
class Bundle:
    """A model's folder: ``bundle.json``, a model card, the weights, and the model in a format.

    Nothing else is ever read of it than ``bundle.json`` and the weights, of which neither can run
    code, whatever the format: so a stranger's bundle is safe to use.

    Args:
        folder: Where it is.
        facts: What its ``bundle.json`` holds.
    """

    folder: Path
    facts: ModelFacts

    @classmethod
    def write(cls, folder: Path, facts: ModelFacts, weights: Mapping[str, Tensor]) -> Bundle:
        """Write a bundle with the weights as safetensors; it is there whole or not at all.

        Args:
            folder: Where to; a bundle that is there already is replaced.
            facts: About the model.
            weights: The ``state_dict`` of the model that ``model`` builds, on any device.

        Raises:
            ExportError: if ``folder`` holds something else, or cannot be written.
        """
        from safetensors.torch import save

        with replacing(folder) as fresh:
            describe(fresh, facts, USAGE)
            plain = {name: each.detach().cpu().contiguous() for name, each in weights.items()}
            (fresh / WEIGHTS).write_bytes(save(plain))
        return cls(folder, facts)

    @classmethod
    def load(cls, folder: Path) -> Bundle:
        """Read a bundle of any format; the model itself is read on use.

        Raises:
            UserError: if there is none, or its ``bundle.json`` is damaged, foreign or too new.
        """
        file = find_member(folder, FACTS)
        if (size := file.stat().st_size) > LARGEST_FACTS:
            raise UserError(f"{file} is damaged: {size:,} bytes, over {LARGEST_FACTS:,}")
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise UserError(f"{file} is damaged: it is not text") from None
        except OSError as error:
            raise UserError(f"{file} cannot be read: {error.strerror}") from None
        return cls(folder, ModelFacts.from_json(text, source=str(file)))

    def model(self) -> Model:
        """The model with its weights, on the CPU, in eval mode: raw batches in, outputs out.

        Raises:
            UserError: if the weights are missing, damaged or not of this network.
        """
        file = find_member(self.folder, WEIGHTS)
        weights = _read_weights(file)
        try:
            return _build(self.facts, weights)
        except UserError:
            raise
        except Exception as error:  # what a stranger wrote can fail anywhere in PyTorch
            reason = f"{type(error).__name__}: {error}".strip().splitlines()[-1].strip()
            if isinstance(error, Infeasible):
                reason = one_line(error.reason)
            raise UserError(f"{file} does not fit the network in {FACTS}: {reason}") from None


def describe(folder: Path, facts: ModelFacts, usage: str) -> None:
    """Write ``bundle.json`` and the model card, the two files that every bundle has."""
    (folder / FACTS).write_text(facts.to_json(), encoding="utf-8")
    (folder / CARD).write_text(render_card(facts, usage), encoding="utf-8")


def _read_weights(file: Path) -> dict[str, Tensor]:
    from safetensors.torch import load_file

    try:
        weights: dict[str, Tensor] = load_file(file)
    except OSError as error:
        raise UserError(f"cannot read the weights {str(file)!r}: {error.strerror}") from None
    except Exception as error:  # beside SafetensorError, of whatever its Python half meets
        raise UserError(f"the weights {str(file)!r} are damaged: {error}") from None
    return weights


def _build(facts: ModelFacts, weights: Mapping[str, Tensor]) -> Model:
    import torch

    from automl.models.network import build_model
    from automl.models.preprocessing.make import make_preprocess

    # On the meta device no random number is drawn, and a foreign file cannot ask for memory that
    # its weights do not take.
    with torch.device("meta"):
        model = build_model(
            facts.network,
            facts.encoding.shape,
            make_preprocess(facts.encoding.preprocessing),
            facts.make_task().head,
        )
    model.load_state_dict(weights, assign=True)
    return model.eval()
