"""Layers that know the columns of a row."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
import torch

from automl.core.data_types import Shape, TableRow
from automl.core.errors import Infeasible
from automl.models.layers import LAYERS
from automl.models.modules.preprocessing import Preprocess
from automl.models.modules.tables import PiecewiseLinear
from automl.models.network import build_body, build_model, measure_layer, summarize


class RawRows(Preprocess):
    """Takes rows as they are."""

    def forward(self, raw: torch.Tensor) -> torch.Tensor:
        return raw


RAW = RawRows()


def head(shape: Shape) -> torch.nn.Module:
    return torch.nn.Linear(*shape, 1)


# Two numbers, a flag, and categories of 2 and 5 values.
ROW = TableRow(2, 1, (2, 5))


def embed(options: dict[str, Any], shape: Shape, rows: torch.Tensor) -> torch.Tensor:
    torch.manual_seed(0)
    return LAYERS["periodic_embedding"].model_validate(options).build(shape)(rows)


class TestTableRow:
    def test_it_is_a_vector(self) -> None:
        assert ROW == (10,)
        assert len(ROW) == 1

    def test_columns_tell_rows_of_one_length_apart(self) -> None:
        assert TableRow(2, 1, (2, 5)) == ROW
        assert TableRow(3, 0, (2, 5)) != ROW
        sizes = {measure_layer("periodic_embedding", "{}", row).shape for row in (ROW, (10,))}
        assert sizes == {(16,), (40,)}

    def test_it_survives_pickle(self) -> None:
        copy = pickle.loads(pickle.dumps(ROW))
        assert (copy, copy.numbers, copy.categories) == (ROW, 2, (2, 5))

    def test_layers_that_keep_the_shape_keep_its_columns(self) -> None:
        network = [{"dropout": {"rate": 0.1}}, {"periodic_embedding": {}}]
        assert build_body(network, ROW)[1] == (2 * 4 + 1 + 7,)

    def test_a_summary_has_plain_shapes(self) -> None:
        summary = summarize([{"feature_scale": {}}], ROW, RAW, head)
        assert [type(row.shape) for row in summary.rows] == [tuple, tuple]


class TestPeriodicEmbedding:
    def test_numbers_end_their_vectors_and_the_rest_stays(self) -> None:
        rows = torch.randn(3, 10)
        vectors = embed({"size": 3}, ROW, rows)
        assert vectors.shape == (3, 2 * 3 + 8)
        torch.testing.assert_close(vectors[:, (2, 5)], rows[:, :2])
        torch.testing.assert_close(vectors[:, 6:], rows[:, 2:])

    def test_a_number_does_not_see_the_other(self) -> None:
        rows = torch.randn(3, 10)
        others = rows.clone()
        others[:, 1] += 1
        before, after = (embed({}, ROW, each) for each in (rows, others))
        torch.testing.assert_close(before[:, :4], after[:, :4])
        assert (before[:, 4:8] != after[:, 4:8]).all()

    def test_large_categories_become_vectors(self) -> None:
        rows = torch.eye(10)
        vectors = embed({"size": 3, "categories": 2}, ROW, rows)
        assert vectors.shape == (10, 2 * 3 + 1 + 2 + 2)
        assert not vectors[:5, 9:].any()
        assert len({tuple(each) for each in vectors[5:, 9:].tolist()}) == 5

    @pytest.mark.parametrize("row", [TableRow(0, 0, (2, 5)), TableRow(3, 0, ())])
    def test_categories_alone_and_numbers_alone(self, row: TableRow) -> None:
        vectors = embed({}, row, torch.randn(2, *row))
        assert vectors.shape == (2, row.numbers * 4 + sum(row.categories))

    def test_it_refuses_a_sequence(self) -> None:
        with pytest.raises(Infeasible, match="row of a table"):
            measure_layer("periodic_embedding", "{}", (5, 4))


class TestPiecewiseEmbedding:
    def test_bins_hold_equally_many_of_the_rows_it_adapts_to(self) -> None:
        model = build_model([{"piecewise_embedding": {"bins": 4}}], TableRow(1, 0, ()), RAW, head)
        model.adapt([torch.arange(101.0)[:, None]])
        embedding = model.body.get_submodule("piecewise_embedding_1.numbers")
        assert isinstance(embedding, PiecewiseLinear)
        assert embedding.edges.tolist() == [[0, 25, 50, 75, 100]]
        shares = embedding.encode(torch.tensor([[-5.0], [30.0], [100.0]]))[:, 0]
        expected = torch.tensor([[0, 0, 0, 0], [1, 0.2, 0, 0], [1, 1, 1, 1]])
        torch.testing.assert_close(shares, expected)

    def test_a_column_of_one_value_stays_finite(self) -> None:
        model = build_model([{"piecewise_embedding": {}}], TableRow(2, 0, ()), RAW, head)
        model.adapt([torch.zeros(9, 2)])
        assert model(torch.tensor([[-1.0, 0.0], [0.0, 1.0]])).isfinite().all()


class TestWhatRealMlpLearns:
    @pytest.mark.parametrize("shape", [(6,), (5, 6), (6, 4, 4)])
    def test_an_activation_begins_as_the_plain_one(self, shape: Shape) -> None:
        options = {"name": "silu"}
        plain, learned = (
            LAYERS[name].model_validate(options).build(shape)
            for name in ("activation", "parametric_activation")
        )
        inputs = torch.randn(3, *shape)
        torch.testing.assert_close(learned(inputs), plain(inputs))
        assert sum(each.numel() for each in learned.parameters()) == 6

    def test_each_channel_has_a_share_of_its_own(self) -> None:
        module = LAYERS["parametric_activation"].model_validate({"name": "relu"}).build((2, 3, 3))
        with torch.no_grad():
            module.get_parameter("change").copy_(torch.tensor([-10.0, 0.0]))
        images = torch.randn(4, 2, 3, 3)
        torch.testing.assert_close(module(images)[:, 0], images[:, 0])
        torch.testing.assert_close(module(images)[:, 1], images[:, 1].relu())

    def test_scaling_begins_with_1_and_keeps_the_columns(self) -> None:
        rows = torch.randn(3, 10)
        module = LAYERS["feature_scale"].model_validate({}).build(ROW)
        torch.testing.assert_close(module(rows), rows)
        body, shape = build_body([{"feature_scale": {}}, {"periodic_embedding": {}}], ROW)
        assert body(rows).shape == (3, *shape) == (3, 16)
