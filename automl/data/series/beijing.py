"""Fine dust in Beijing."""

from __future__ import annotations

from automl.data.series.published import PublishedSeries


class BeijingPm25(PublishedSeries):
    """PM2.5 in µg/m³ and the weather of Beijing, hourly for 2010 to 2014: 43,824 steps.

    Source: S. Chen, Beijing PM2.5, UCI 2017 (https://doi.org/10.24432/C5JS49), of X. Liang et al.,
    Proceedings of the Royal Society A 471, 2015.
    """

    target: str | None = "pm2.5"
    """The column to forecast."""
