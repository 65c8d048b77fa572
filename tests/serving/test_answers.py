"""Over HTTP a model says what it says of files."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from predicting import predict_files
from served import ServedSample, as_sent, serving

from automl.inference.predict import Predictor
from automl.serving import ServerSettings

SampleOf = Callable[[str], ServedSample]
SETTINGS = ServerSettings(port=0)


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def json_of(kind: str, file: Path) -> dict[str, Any]:
    """The examples of a kind's file as JSON."""
    rows = rows_of(file)
    if kind == "text":
        return {"texts": [row["text"] for row in rows]}
    if kind == "table":
        keys = ("size", "colour", "age")
        return {"rows": [{key: row[key] or None for key in keys} for row in rows]}
    if kind == "series":
        return {"series": [[float(row[f"t{step}"]) for step in range(12)] for row in rows]}
    numbers = [{**row, "load": float(row["load"]), "heat": float(row["heat"])} for row in rows]
    return {"windows": [numbers]}


@pytest.mark.parametrize("kind", ["text", "table", "series", "forecast"])
def test_json_and_csv_are_as_files(sample_of: SampleOf, kind: str) -> None:
    sample = sample_of(kind)
    predictor = Predictor(sample.folder)
    expected = [as_sent(each.prediction) for each in predict_files(predictor, [sample.file])]
    with serving(predictor, SETTINGS) as client:
        query = {} if kind in ("table", "forecast") else {"probabilities": True}
        by_json = client.post("/predict", params=query, json=json_of(kind, sample.file))
        headers = {"content-type": "text/csv"}
        content = sample.file.read_bytes()
        by_csv = client.post("/predict", params=query, content=content, headers=headers)
    for answer in (by_json, by_csv):
        assert answer.status_code == 200, answer.text
        for found, wanted in zip(answer.json()["predictions"], expected, strict=True):
            assert_near(found, wanted)


def assert_near(found: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Batches of other sizes differ in the last digits."""
    assert found.keys() == wanted.keys()
    for key, value in wanted.items():
        if isinstance(value, dict):
            for name, each in value.items():
                assert found[key][name] == pytest.approx(each, rel=1e-4, abs=1e-5)
        else:
            near = pytest.approx(value, rel=1e-4) if isinstance(value, float) else value
            assert found[key] == near


def test_an_image_is_sent_as_it_is_or_several_in_a_form(sample_of: SampleOf) -> None:
    sample = sample_of("images")
    files = sorted(sample.file.rglob("*.png"))[:3]
    expected = [each.prediction for each in predict_files(sample.folder, files)]
    with serving(sample, SETTINGS) as client:
        alone = client.post("/predict", content=files[0].read_bytes())
        form = [("files", (file.name, file.read_bytes(), "image/png")) for file in files]
        together = client.post("/predict", files=[*form, ("files", ("no.png", b"no", "image/png"))])
    (one,) = alone.json()["predictions"]
    assert one["label"] == expected[0].label
    assert one["probability"] == pytest.approx(expected[0].probability, abs=1e-5)
    *three, last = together.json()["predictions"]
    assert [each["label"] for each in three] == [each.label for each in expected]
    assert "no.png" in last["error"]


def test_labels_are_ranked_as_they_are_asked_for(texts: httpx.Client) -> None:
    body = {"texts": ["a lovely film"]}

    def ask(**query: Any) -> dict[str, Any]:
        (found,) = texts.post("/predict", params=query, json=body).json()["predictions"]
        return found

    assert set(ask()) == {"label", "probability"}
    every = ask(probabilities=True)["probabilities"]
    assert set(every) == {"good", "bad"}
    assert sum(every.values()) == pytest.approx(1)
    best = ask(top_k=1)
    assert best["probabilities"] == {best["label"]: best["probability"]}


def test_what_cannot_be_read_has_its_error_in_place(texts: httpx.Client) -> None:
    body = {"texts": ["well made", " ", "a dull film"]}
    first, empty, third = texts.post("/predict", json=body).json()["predictions"]
    assert first["label"]
    assert third["label"]
    assert empty == {"error": "there is no text in it"}


def test_the_card_is_told(texts: httpx.Client) -> None:
    facts = texts.get("/model").json()
    assert facts["task"] == "text_classification"
    assert facts["target"] == {"labels": ["bad", "good"]}
    assert facts["origin"]["trial"] == 7
    assert facts["input"]["name"] == "texts"
    assert facts["scores"][0]["metric"] == "loss"


def test_it_says_how_it_is(texts: httpx.Client) -> None:
    before = texts.get("/health").json()
    texts.post("/predict", json={"texts": ["well made"]})
    after = texts.get("/health").json()
    assert after["status"] == "ready"
    assert after["model"] == "s, trial 7"
    assert after["requests"] == before["requests"] + 1
    assert after["examples"] == before["examples"] + 1
    assert after["waiting"] == 0


def test_the_schema_says_what_a_body_may_be(texts: httpx.Client) -> None:
    schema = texts.get("/openapi.json").json()
    body = schema["paths"]["/predict"]["post"]["requestBody"]["content"]
    assert set(body) == {
        "application/json",
        "text/plain",
        "text/csv",
        "application/x-ndjson",
        "multipart/form-data",
    }
    assert list(body["application/json"]["schema"]["properties"]) == ["texts"]
    assert json.dumps(schema)
