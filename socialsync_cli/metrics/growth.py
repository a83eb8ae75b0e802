"""How a page's followers change, from the counts of its days alone.

A count from exactly h days ago seldom exists: syncs come at odd hours and sometimes not at all. So the count
of that moment is taken from the neighbours, and `growth_method_hd` says how. What cannot be said honestly is
None: a page that is synced for the first time has no growth, not a growth of 0.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from socialsync_cli.metrics.history import DAY, Count, Series
from socialsync_cli.metrics.projection import fit
from socialsync_cli.metrics.versions import FORMULA_VERSION

_TOLERANCES = {
    1: timedelta(days=0.5),
    7: timedelta(days=2),
    30: timedelta(days=5),
    90: timedelta(days=10),
}
"""Per horizon in days: how far from the wanted moment a count may lie and still stand for it."""
_ROUNDING_MATTERS = (1, 7)
"""Horizons so short that the error of a count like "12.3K" is as large as the growth itself."""
_TREND_FROM = timedelta(days=90)
_ANOMALY_FROM = 100
_ANOMALY_WITHIN = timedelta(days=3)


class Growth(NamedTuple):
    """A row of social_page_growth: amounts in followers, rates as fractions, losses negative."""

    follower_following_ratio: float | None = None
    growth_abs_1d: float | None = None
    growth_rate_1d: float | None = None
    growth_method_1d: str | None = None
    """exact, interpolated (between two counts) or nearest (another span's rate, converted)."""
    growth_abs_7d: float | None = None
    growth_rate_7d: float | None = None
    growth_method_7d: str | None = None
    growth_abs_30d: float | None = None
    growth_rate_30d: float | None = None
    growth_method_30d: str | None = None
    growth_abs_90d: float | None = None
    growth_rate_90d: float | None = None
    growth_method_90d: str | None = None
    delta_since_previous: int | None = None
    days_since_previous: float | None = None
    anomaly: str | None = None
    """drop, spike or none, against a count of the last three days; the figures keep what it marks."""
    trend_daily_log: float | None = None
    """The slope of ln(followers) per day."""
    fit_n: int | None = None
    """How many days of the last 90 the trend rests on."""
    fit_span_days: float | None = None
    projected_30d: float | None = None
    projected_30d_lo: float | None = None
    projected_30d_hi: float | None = None
    projected_growth_rate_30d: float | None = None
    projected_90d: float | None = None
    projected_90d_lo: float | None = None
    projected_90d_hi: float | None = None
    projected_growth_rate_90d: float | None = None
    projected_365d: float | None = None
    projected_365d_lo: float | None = None
    projected_365d_hi: float | None = None
    projected_growth_rate_365d: float | None = None
    formula_version: str = FORMULA_VERSION


class _Change(NamedTuple):
    """What happened over one horizon."""

    amount: float
    rate: float | None
    method: str


def growth_row(series: Series, as_of: datetime) -> Growth:
    """The row of the day of `as_of`; all of it is None when the day's own count is unknown."""
    today, followers = series.today, series.followers
    if today is None or followers is None:
        return Growth()
    # One column for each horizon and figure: their names are made here, and nowhere else.
    columns: dict[str, Any] = {}
    for days in _TOLERANCES:
        if change := _change(series, followers, as_of, days):
            columns[f"growth_abs_{days}d"] = change.amount
            columns[f"growth_rate_{days}d"] = change.rate
            columns[f"growth_method_{days}d"] = change.method
    if series.earlier:
        previous = series.earlier[-1]
        columns["delta_since_previous"] = followers - previous.followers
        columns["days_since_previous"] = (as_of - previous.at) / DAY
        columns["anomaly"] = _anomaly(previous, followers, as_of)
    trend = fit(_points(series.earlier, followers, as_of), followers)
    for days, forecast in trend.forecasts.items():
        columns[f"projected_{days}d"] = forecast.followers
        columns[f"projected_{days}d_lo"] = forecast.low
        columns[f"projected_{days}d_hi"] = forecast.high
        columns[f"projected_growth_rate_{days}d"] = forecast.growth_rate
    return Growth(
        follower_following_ratio=followers / today.following if today.following else None,
        trend_daily_log=trend.daily_log,
        fit_n=trend.n,
        fit_span_days=trend.span_days,
        **columns,
    )


def _change(series: Series, followers: int, as_of: datetime, days: int) -> _Change | None:
    """The change over so many days, None if no earlier day has a count that can stand for its beginning."""
    earlier, then, tolerance = series.earlier, as_of - days * DAY, _TOLERANCES[days]
    split = bisect_left(earlier, then, key=lambda count: count.at)
    before = earlier[split - 1] if split > 0 else None
    after = earlier[split] if split < len(earlier) else None

    if after and after.at == then:
        base = [after]
    elif before and after and after.at - before.at <= 2 * tolerance:
        base = [before, after]
    else:
        base = _nearest(before, after, then, tolerance)
    if not base or (days in _ROUNDING_MATTERS and (series.rounded or any(count.rounded for count in base))):
        return None
    if base[0].at == then:
        return _since(followers, base[0].followers, "exact")
    if len(base) == 2:
        left, right = base
        share = (then - left.at) / (right.at - left.at)
        return _since(followers, left.followers + share * (right.followers - left.followers), "interpolated")
    return _converted(followers, base[0].followers, days / ((as_of - base[0].at) / DAY))


def _nearest(before: Count | None, after: Count | None, then: datetime, tolerance: timedelta) -> list[Count]:
    """The count next to the moment, the earlier of two at the same distance; none if it is too far off."""
    distances = [(abs(count.at - then), count) for count in (before, after) if count]
    distance, nearest = min(distances, default=(tolerance, None), key=lambda pair: pair[0])
    return [nearest] if nearest and distance <= tolerance else []


def _since(followers: int, base: float, method: str) -> _Change:
    return _Change(float(followers - base), followers / base - 1 if base else None, method)


def _converted(followers: int, base: int, horizon_per_span: float) -> _Change:
    """The change over another span, converted to the horizon as if it had gone on at the same rate."""
    if base == 0:
        return _Change(float(followers), None, "nearest")
    if followers == 0:
        return _Change(float(-base), -1.0, "nearest")
    return _Change(
        followers - followers * (base / followers) ** horizon_per_span,
        (followers / base) ** horizon_per_span - 1,
        "nearest",
    )


def _anomaly(previous: Count, followers: int, as_of: datetime) -> str | None:
    """Whether followers fell by 5 % or rose by 20 % and more; in integers, where 20 % are exactly 20 %."""
    if previous.followers < _ANOMALY_FROM or as_of - previous.at > _ANOMALY_WITHIN:
        return None
    delta = followers - previous.followers
    if 20 * delta <= -previous.followers:
        return "drop"
    return "spike" if 5 * delta >= previous.followers else "none"


def _points(earlier: list[Count], followers: int, as_of: datetime) -> list[tuple[float, int]]:
    """The counts of the last 90 days that have a logarithm, by day (0 is `as_of`, -1 the day before)."""
    since = bisect_left(earlier, as_of - _TREND_FROM, key=lambda count: count.at)
    points = [((count.at - as_of) / DAY, count.followers) for count in earlier[since:] if count.followers]
    return [*points, (0.0, followers)] if followers else points
