"""Datasets: named ones, and one's own files; all yield the same arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.core.registry import Registry

if TYPE_CHECKING:
    from automl.data.source import Source

DATASETS: Registry[type[Source]] = Registry(
    "dataset",
    {
        "fashion_mini": "automl.data.images.fashion_mini:FashionMini",
        "digits": "automl.data.images.digits:Digits",
        "fashion_mnist": "automl.data.images.fashion_mnist:FashionMnist",
        "mnist": "automl.data.images.published:Mnist",
        "cifar10": "automl.data.images.published:Cifar10",
        "cifar100": "automl.data.images.published:Cifar100",
        "rotten_tomatoes": "automl.data.text.movie_reviews:RottenTomatoes",
        "imdb": "automl.data.text.movie_reviews:Imdb",
        "newsgroups": "automl.data.text.newsgroups:Newsgroups",
        "breast_cancer": "automl.data.tables.scikit_learn:BreastCancer",
        "diabetes": "automl.data.tables.scikit_learn:Diabetes",
        "diamonds": "automl.data.tables.diamonds:Diamonds",
        "arrow_head": "automl.data.series.ucr:ArrowHead",
        "gun_point": "automl.data.series.ucr:GunPoint",
        "italy_power_demand": "automl.data.series.ucr:ItalyPowerDemand",
        "beijing_pm25": "automl.data.series.beijing:BeijingPm25",
        "co2": "automl.data.series.statsmodels:Co2",
        "sunspots": "automl.data.series.statsmodels:Sunspots",
    },
)

# What reads a path, by the kind of data that a space's task is about.
READERS: Registry[type[Source]] = Registry(
    "kind of data",
    {
        "images": "automl.data.images.folder:ImageFolder",
        "text": "automl.data.text.files:TextFiles",
        "table": "automl.data.tables.file:TableFile",
        "series": "automl.data.series.labelled:LabelledSeries",
        "forecast": "automl.data.series.file:SeriesFile",
    },
)
