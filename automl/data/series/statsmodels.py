"""Series that come with statsmodels."""

from __future__ import annotations

from automl.data.series.published import PublishedSeries


class Co2(PublishedSeries):
    """CO2 in the air over Mauna Loa in ppm, weekly for 1958 to 2001: 2,284 steps.

    Source: C. D. Keeling and T. P. Whorf, Scripps Institution of Oceanography, 2004.
    """


class Sunspots(PublishedSeries):
    """Sunspots, yearly for 1700 to 2008: 309 steps.

    Source: the National Geophysical Data Center's table of yearly mean sunspot numbers.
    """

    season = 11  # years of a solar cycle, which no calendar has
