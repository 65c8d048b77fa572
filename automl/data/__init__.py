"""Datasets: published ones, and users' own files; all become the same arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.core.registry import Registry

if TYPE_CHECKING:
    from automl.data.catalogue.published import PublishedSource
    from automl.data.source import Source

DATASETS: Registry[type[PublishedSource]] = Registry(
    "dataset",
    {
        "fashion_mini": "automl.data.catalogue.images:FashionMini",
        "digits": "automl.data.catalogue.images:Digits",
        "fashion_mnist": "automl.data.catalogue.images:FashionMnist",
        "mnist": "automl.data.catalogue.images:Mnist",
        "cifar10": "automl.data.catalogue.images:Cifar10",
        "cifar100": "automl.data.catalogue.images:Cifar100",
        "rotten_tomatoes": "automl.data.catalogue.texts:RottenTomatoes",
        "imdb": "automl.data.catalogue.texts:Imdb",
        "newsgroups": "automl.data.catalogue.texts:Newsgroups",
        "breast_cancer": "automl.data.catalogue.tables:BreastCancer",
        "diabetes": "automl.data.catalogue.tables:Diabetes",
        "diamonds": "automl.data.catalogue.tables:Diamonds",
        "arrow_head": "automl.data.catalogue.series:ArrowHead",
        "gun_point": "automl.data.catalogue.series:GunPoint",
        "italy_power_demand": "automl.data.catalogue.series:ItalyPowerDemand",
        "beijing_pm25": "automl.data.catalogue.series:BeijingPm25",
        "co2": "automl.data.catalogue.series:Co2",
        "sunspots": "automl.data.catalogue.series:Sunspots",
    },
)

# Readers of a user's own data, by the kind of data that a task is about.
READERS: Registry[type[Source]] = Registry(
    "kind of data",
    {
        "images": "automl.data.images.folder:ImageFolder",
        "text": "automl.data.text.files:TextFiles",
        "table": "automl.data.tables.dataset:TableFile",
        "series": "automl.data.series.labelled:LabelledSeries",
        "forecast": "automl.data.series.forecast:SeriesFile",
    },
)
