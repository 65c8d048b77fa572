"""The bag of n-grams: what counts in it, and how much."""

from __future__ import annotations

import pytest
import torch
from sklearn.feature_extraction.text import TfidfVectorizer

from automl.core.data_types import Tokens
from automl.core.errors import Infeasible
from automl.models.layers import LAYERS
from automl.models.modules.model import Body, Model
from automl.models.modules.preprocessing import TokenIds
from automl.models.modules.text import SCALE, HashedNgrams

TEXTS = torch.tensor([[2, 3, 2, 4, 0, 0], [3, 4, 5, 6, 7, 3], [2, 0, 0, 0, 0, 0]])


def bag(ngrams: int = 2, units: int = 1000, adapted: bool = True) -> HashedNgrams:
    module = HashedNgrams(10, units, ngrams, 990)
    if adapted:
        Model(TokenIds(), Body(module), torch.nn.Identity()).adapt([TEXTS], whole_split=True)
    return module


def values_of(module: HashedNgrams, texts: torch.Tensor) -> torch.Tensor:
    """What each n-gram of the texts adds, in the order of their rows: (N, rows)."""
    module.table.data = torch.eye(len(module.table))
    return module(texts)


@pytest.mark.parametrize("ngrams", [1, 2, 3])
def test_it_is_the_tf_idf_of_scikit_learn_where_each_ngram_counts_once(ngrams: int) -> None:
    words = TfidfVectorizer(ngram_range=(1, ngrams), binary=True, token_pattern=r"\d+")
    strings = [" ".join(str(each) for each in text if each) for text in TEXTS.tolist()]
    expected = torch.tensor(words.fit_transform(strings).toarray(), dtype=torch.float32)
    found = values_of(bag(ngrams), TEXTS) / SCALE
    torch.testing.assert_close(
        found.sort(dim=1, descending=True).values[:, : expected.shape[1]],
        expected.sort(dim=1, descending=True).values,
    )


def test_an_ngram_of_no_train_text_does_not_count() -> None:
    module = bag()
    torch.testing.assert_close(
        values_of(module, torch.tensor([[2, 9, 0]])), values_of(module, torch.tensor([[2, 0, 0]]))
    )
    assert not values_of(module, torch.tensor([[9, 8]])).any()


def test_padding_changes_nothing() -> None:
    module = bag()
    torch.testing.assert_close(values_of(module, TEXTS[:1]), values_of(module, TEXTS[:1, :4]))


def test_order_counts_within_an_ngram_only() -> None:
    one, two = torch.tensor([[2, 3, 4, 5]]), torch.tensor([[4, 5, 2, 3]])
    assert torch.equal(values_of(bag(1, adapted=False), one), values_of(bag(1, adapted=False), two))
    assert not torch.equal(
        values_of(bag(2, adapted=False), one), values_of(bag(2, adapted=False), two)
    )


def test_a_text_of_one_token_has_no_pairs() -> None:
    assert (values_of(bag(3), torch.tensor([[2]])) > 0).sum() == 1


def test_document_frequencies_are_saved_with_the_weights() -> None:
    module, other = bag(), bag(adapted=False)
    other.load_state_dict(module.state_dict())
    assert torch.equal(values_of(module, TEXTS), values_of(other, TEXTS))


def test_it_needs_tokens() -> None:
    layer = LAYERS["ngram_bag"].model_validate({"units": 4})
    assert layer.build(Tokens(12, 30)).table.shape == (30 + 2**17, 4)
    with pytest.raises(Infeasible, match="token ids"):
        layer.build((12, 16))
