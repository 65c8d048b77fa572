"""What a server does not take: one clear sentence, and never more."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image
from served import ServedSample, serving

from automl.serving import ServerSettings

SampleOf = Callable[[str], ServedSample]

# Content, its type, the status and what is said.
BODIES: dict[str, tuple[str | bytes, str, int, str]] = {
    "no json": ("[1", "application/json", 422, "the body is not JSON"),
    "nested": ("[" * 1_500, "application/json", 422, "the body is not JSON"),
    "a list": ('["a"]', "application/json", 422, 'should be {"texts": […]}'),
    "another key": ('{"rows": []}', "application/json", 422, 'should be {"texts": […]}'),
    "none": ('{"texts": []}', "application/json", 422, "a list of at least one"),
    "a number": ('{"texts": ["a", 1]}', "application/json", 422, "\"texts\", 2: '1' should be"),
    "too many": ('{"texts": ["a", "a", "a", "a", "a", "a"]}', "application/json", 413, "5"),
    "too many rows": ("text\na\na\na\na\na\na", "text/csv", 413, "more than 5 texts"),
    "all empty": ('{"texts": [" "]}', "application/json", 422, "no text in it"),
    "nothing": ("", "application/json", 422, "the body is empty"),
    "ragged": ("text,more\na,b\nc", "text/csv", 422, "the body:3: the header has 2 fields"),
    "no column": ("words\na\nb", "text/csv", 422, "the body: there is no column 'text'"),
    "a picture": (b"\x89PNG", "image/png", 415, "the body (image/png) is not what the model takes"),
    "no type": ("a", "", 415, "(no content type)"),
    "too long": ("x" * 5_000, "text/plain", 413, "over 2,000 bytes"),
    "no form": ("a", "multipart/form-data", 422, "no form"),
    "not UTF-8": (b"text\n\x81", "text/csv", 422, "not UTF-8"),
}


@pytest.mark.parametrize("case", BODIES)
def test_a_body_is_refused_in_a_sentence(texts: httpx.Client, case: str) -> None:
    content, kind, status, told = BODIES[case]
    answer = texts.post("/predict", content=content, headers={"content-type": kind})
    assert_told(answer, status, told)
    assert "/tmp" not in answer.text


@pytest.mark.parametrize("name", ["a.csv.gz", "a.parquet", "a.pt", "a"])
def test_files_that_unpack_to_more_are_not_taken(texts: httpx.Client, name: str) -> None:
    answer = texts.post("/predict", files={"file": (name, b"text\na", "application/octet-stream")})
    assert_told(answer, 415, name)


def test_a_stream_of_no_known_length_is_cut_off(texts: httpx.Client) -> None:
    parts = (b"x" * 1_000 for _ in range(10))
    answer = texts.post("/predict", content=parts, headers={"content-type": "text/plain"})
    assert_told(answer, 413, "over 2,000 bytes")


@pytest.mark.parametrize(
    ("query", "told"), [({"top_k": 0}, "top_k (='0')"), ({"probabilities": "x"}, "probabilities")]
)
def test_a_wrong_option_is_named(texts: httpx.Client, query: dict[str, Any], told: str) -> None:
    assert_told(texts.post("/predict", params=query, json={"texts": ["a"]}), 422, told)


def test_a_wrong_path_leads_to_the_right_page(texts: httpx.Client) -> None:
    assert_told(texts.get("/nowhere"), 404, "see /docs")
    assert_told(texts.get("/predict"), 405, "see /docs")


def test_it_goes_on_afterwards(texts: httpx.Client) -> None:
    assert texts.post("/predict", json={"texts": ["well made"]}).status_code == 200


def test_numbers_have_no_probabilities(sample_of: SampleOf) -> None:
    with serving(sample_of("table"), ServerSettings(port=0)) as client:
        body = {"rows": [{"size": 4, "colour": "red", "age": 5}]}
        assert_told(client.post("/predict", params={"top_k": 2}, json=body), 422, "numbers")
        assert client.post("/predict", json=body).status_code == 200


def test_an_image_of_too_many_pixels_is_not_decoded(sample_of: SampleOf) -> None:
    file = BytesIO()
    Image.new("L", (200, 100)).save(file, "PNG")
    with serving(sample_of("images"), ServerSettings(port=0, pixels=19_999)) as client:
        answer = client.post("/predict", content=file.getvalue())
        assert_told(answer, 413, "200×100 pixels")
        assert_told(client.post("/predict", json={"images": ["a"]}), 415, "not as JSON")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"series": [["a"]]}, "a list of numbers"),
        ({"series": [[1, 2]]}, "12 steps × 1 variable are expected"),
        ({"series": [[[1] * 12, [2] * 12]]}, "12 steps × 2 variables"),
        ({"series": [[True] * 12]}, "a list of numbers"),
    ],
)
def test_a_series_of_another_shape(sample_of: SampleOf, body: Any, told: str) -> None:
    with serving(sample_of("series"), ServerSettings(port=0)) as client:
        assert_told(client.post("/predict", json=body), 422, told)


def assert_told(answer: httpx.Response, status: int, told: str) -> None:
    assert answer.status_code == status, answer.text
    assert list(answer.json()) == ["error"]
    assert told in answer.json()["error"]
    assert "\n" not in answer.json()["error"]
