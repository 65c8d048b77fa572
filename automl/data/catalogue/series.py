"""Whole series, each of one class, as the UCR archive publishes them."""

from __future__ import annotations

from automl.data.catalogue.entry import Entry, File
from automl.data.catalogue.sources.download import Download
from automl.data.catalogue.sources.pypi import PyPI
from automl.data.catalogue.sources.source import FileSource

UCR = "Dau et al., The UCR Time Series Archive, 2019, https://arxiv.org/abs/1810.07758"
NOTE = "the package's; the archive states none"
FOLDER = "aeon/datasets/data"


def _home(name: str) -> str:
    return f"https://github.com/aeon-toolkit/aeon/tree/v1.0.0/{FOLDER}/{name}"


def _sources(name: str) -> tuple[FileSource, ...]:
    return (
        Download(f"https://raw.githubusercontent.com/aeon-toolkit/aeon/v1.0.0/{FOLDER}/{name}"),
        PyPI("aeon", "1.0.0", f"{FOLDER}/{name}"),
    )


ARROW_HEAD = Entry(
    name="arrow_head",
    title="Outlines of arrowheads, of three cultures",
    kind="series",
    rows=211,
    licence="BSD-3-Clause",
    licence_note=NOTE,
    home=_home("ArrowHead"),
    citation=UCR,
    files=(
        File(
            "ArrowHead_TRAIN.ts",
            100_357,
            "sha256:a83c470aaf611a5f5284377cce27a5fc9f6292bc3d110257b0fd4905ced5ee72",
        ),
        File(
            "ArrowHead_TEST.ts",
            484_894,
            "sha256:5417dab42626d41df5e435bb22458c2df40dfad4bcd3b59559bbe72e20e84904",
        ),
    ),
    sources=_sources("ArrowHead"),
)

GUN_POINT = Entry(
    name="gun_point",
    title="The way of a hand that draws a gun, or points with a finger",
    kind="series",
    rows=200,
    licence="BSD-3-Clause",
    licence_note=NOTE,
    home=_home("GunPoint"),
    citation=UCR,
    files=(
        File(
            "GunPoint_TRAIN.ts",
            84_188,
            "sha256:f842401779fd9800d247d8b33121a1a4643710a19b24917dbdd9a060ca8630d5",
        ),
        File(
            "GunPoint_TEST.ts",
            252_305,
            "sha256:79332750788a6227b325b96bd0d70130c8eb707b9731f8d7dec62b7a7d36017e",
        ),
    ),
    sources=_sources("GunPoint"),
)

ITALY_POWER_DEMAND = Entry(
    name="italy_power_demand",
    title="A day's power demand, in winter or in summer",
    kind="series",
    rows=1_096,
    licence="BSD-3-Clause",
    licence_note=NOTE,
    home=_home("ItalyPowerDemand"),
    citation=UCR,
    files=(
        File(
            "ItalyPowerDemand_TRAIN.ts",
            18_300,
            "sha256:341269cb7e6cef96846b30e774580beec79addb93848ba360145219115a74b7c",
        ),
        File(
            "ItalyPowerDemand_TEST.ts",
            274_054,
            "sha256:26122451f87dd0387ef90b18bc8a86c041371b8a1c068004922b939971247144",
        ),
    ),
    sources=_sources("ItalyPowerDemand"),
)
