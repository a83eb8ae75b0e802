"""Where a page's followers may go if they go on as they did: a robust trend, damped, with a margin.

The slope is the Theil–Sen estimate (Sen 1968), which a third of wild days does not bend. It is damped by a
tenth per 30 days, as forecasting competitions have taught (Gardner & McKenzie 2011). The margin adds up three
doubts: the level wanders, the slope is an estimate, the damping is an assumption. It is nominal: real margins
of 80 % hold less often than that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import exp, expm1, log, sqrt
from typing import NamedTuple

from socialsync_cli.metrics.median import median

_CONDITIONS = {30: (10, 14.0), 90: (20, 30.0), 365: (30, 60.0)}
"""Per horizon in days: the counts and the days between first and last that a projection asks for."""
_DAMPING = 0.9 ** (1 / 30)
_SMALLEST_STEP = 0.0005
"""Per √day: no page is steadier than this."""
_OUTLYING = 8.0
_MAD_TO_SIGMA = 1.4826
_Z_80 = 1.2815515655446004
_SLOPE_DOUBT = 1.2
"""Variance of a fitted slope over n evenly spaced days of a random walk: 1.2 σ² per day of span."""
_LARGEST_LOG = 700.0
"""e to more than this is no number for a computer."""


class Forecast(NamedTuple):
    """Followers at the end of one horizon, and the rate of change until then."""

    followers: float
    low: float
    high: float
    growth_rate: float


class Trend(NamedTuple):
    """What the counts of the last 90 days say."""

    n: int
    span_days: float
    daily_log: float | None
    """Change of ln(followers) per day; None when no horizon has enough behind it."""
    forecasts: Mapping[int, Forecast]
    """By horizon in days, those that have enough behind them."""


class _Line(NamedTuple):
    slope: float
    """Of ln(followers), per day."""
    sigma: float
    """How far ln(followers) wanders off the slope, per √day."""
    span_days: float


def fit(points: Sequence[tuple[float, int]], followers: int) -> Trend:
    """The trend of `points` (day, count above 0), oldest first and no two at the same time.

    `followers` is the last count: forecasts start there and not on the fitted line, so that the first of them
    joins what was measured. A page without followers has none.
    """
    n = len(points)
    span_days = points[-1][0] - points[0][0] if points else 0.0
    horizons = [
        days for days, (enough, long) in _CONDITIONS.items() if followers > 0 and n >= enough and span_days >= long
    ]
    if not horizons:
        return Trend(n, span_days, None, {})
    logs = [(day, log(count)) for day, count in points]
    slope = _theil_sen(logs)
    line = _Line(slope, _sigma(logs, slope), span_days)
    forecasts = ((days, _forecast(line, followers, days)) for days in horizons)
    return Trend(n, span_days, slope, {days: forecast for days, forecast in forecasts if forecast})


def _theil_sen(points: Sequence[tuple[float, float]]) -> float:
    """The median of the slopes between any two of two or more points."""
    slopes: list[float] = []
    for i, (x, y) in enumerate(points, start=1):
        slopes += [(later_y - y) / (later_x - x) for later_x, later_y in points[i:]]
    slopes.sort()
    middle = median(slopes)
    assert middle is not None  # there are points
    return middle


def _sigma(points: Sequence[tuple[float, float]], slope: float) -> float:
    """The size of the steps between neighbours beside the slope, wild ones cut to a fair size."""
    steps = sorted(
        abs(later_y - y - slope * (later_x - x)) / sqrt(later_x - x) for (x, y), (later_x, later_y) in pairwise(points)
    )
    usual = median(steps) or 0.0
    largest = _OUTLYING * max(_MAD_TO_SIGMA * usual, _SMALLEST_STEP)
    squares = sum(min(step, largest) ** 2 for step in steps)
    return max(sqrt(squares / (len(steps) - 1)), _SMALLEST_STEP)


def _forecast(line: _Line, followers: int, days: int) -> Forecast | None:
    """Where the line leads in so many days; None when it leads beyond all numbers."""
    damped_days = _DAMPING * (1 - _DAMPING**days) / (1 - _DAMPING)
    centre = line.slope * damped_days
    wandering = line.sigma**2 * days
    sloping = _SLOPE_DOUBT * (damped_days * line.sigma) ** 2 / line.span_days
    undamped = (line.slope * (days - damped_days)) ** 2
    margin = _Z_80 * sqrt(wandering + sloping + undamped)
    if log(followers) + centre + margin > _LARGEST_LOG:
        return None
    return Forecast(
        followers=followers * exp(centre),
        low=followers * exp(centre - margin),
        high=followers * exp(centre + margin),
        growth_rate=expm1(centre),
    )
