"""A bundle: the folder a model is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from automl.core.errors import Infeasible, UserError
from automl.core.one_line import one_line
from automl.export.companions import FACTS, describe
from automl.export.facts import ModelFacts
from automl.export.member import find_member
from automl.export.replace import replacing
from automl.export.software import SAFETENSORS

if TYPE_CHECKING:
    from torch import Tensor

    from automl.models.modules.ensemble import Ensemble
    from automl.models.modules.model import Model
    from automl.models.network import Network

WEIGHTS = "model.safetensors"
# Bytes of ``bundle.json``: room for a vocabulary of a million words.
LARGEST_FACTS = 1 << 26


@dataclass(frozen=True)
class Bundle:
    """A model's folder: ``bundle.json``, the weights, the model in a format, and files for people.

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
            describe(fresh, facts, SAFETENSORS)
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

    def model(self) -> Model | Ensemble:
        """What it holds, with its weights, on the CPU, in eval mode: raw batches in, outputs out.

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
                reason = error.reason
            said = f"{file} does not fit the network in {FACTS}: {one_line(reason)}"
            raise UserError(said) from None


def _read_weights(file: Path) -> dict[str, Tensor]:
    from safetensors.torch import load_file

    try:
        weights: dict[str, Tensor] = load_file(file)
    except OSError as error:
        raise UserError(f"cannot read the weights {str(file)!r}: {error.strerror}") from None
    except Exception as error:  # beside SafetensorError, of whatever its Python half meets
        raise UserError(f"the weights {str(file)!r} are damaged: {one_line(str(error))}") from None
    return {name: _in_full(each) for name, each in weights.items()}


def _in_full(weight: Tensor) -> Tensor:
    """Layers compute in float32, also where the file has matrices of half of its bits."""
    import torch

    from automl.export.half import is_matrix

    is_half = weight.dtype == torch.float16 and is_matrix(weight.shape)
    return weight.float() if is_half else weight


def _build(facts: ModelFacts, weights: Mapping[str, Tensor]) -> Model | Ensemble:
    import torch

    from automl.models.modules.ensemble import Ensemble

    # On the meta device no random number is drawn, and a foreign file cannot ask for memory that
    # its weights do not take.
    with torch.device("meta"):
        if facts.ensemble:
            members = [_build_one(facts, each.network) for each in facts.ensemble]
            shares = [each.share for each in facts.ensemble]
            model: Model | Ensemble = Ensemble(members, shares, facts.make_task().average)
        else:
            model = _build_one(facts, facts.network)
    model.load_state_dict(weights, assign=True)
    return model.eval()


def _build_one(facts: ModelFacts, network: Network) -> Model:
    from automl.models.network import build_model
    from automl.models.preprocessing.make import make_preprocess

    preprocess = make_preprocess(facts.encoding.preprocessing)
    return build_model(network, facts.encoding.shape, preprocess, facts.make_task().head)
