"""The catalogue: what is known of each named dataset, and where its files are had from."""

from __future__ import annotations

from automl.core.registry import Registry
from automl.data.catalogue.entry import Entry

CATALOGUE: Registry[Entry] = Registry(
    "dataset",
    {
        "fashion_mini": "automl.data.catalogue.images:FASHION_MINI",
        "digits": "automl.data.catalogue.images:DIGITS",
        "fashion_mnist": "automl.data.catalogue.images:FASHION_MNIST",
        "mnist": "automl.data.catalogue.images:MNIST",
        "cifar10": "automl.data.catalogue.images:CIFAR10",
        "cifar100": "automl.data.catalogue.images:CIFAR100",
        "rotten_tomatoes": "automl.data.catalogue.text:ROTTEN_TOMATOES",
        "imdb": "automl.data.catalogue.text:IMDB",
        "newsgroups": "automl.data.catalogue.text:NEWSGROUPS",
        "breast_cancer": "automl.data.catalogue.tables:BREAST_CANCER",
        "diabetes": "automl.data.catalogue.tables:DIABETES",
        "diamonds": "automl.data.catalogue.tables:DIAMONDS",
        "arrow_head": "automl.data.catalogue.series:ARROW_HEAD",
        "gun_point": "automl.data.catalogue.series:GUN_POINT",
        "italy_power_demand": "automl.data.catalogue.series:ITALY_POWER_DEMAND",
        "beijing_pm25": "automl.data.catalogue.forecasts:BEIJING_PM25",
        "co2": "automl.data.catalogue.forecasts:CO2",
        "sunspots": "automl.data.catalogue.forecasts:SUNSPOTS",
    },
)
