"""The trend and its margins, against the definitions written out the slow way."""

from itertools import combinations
from math import exp, inf, isfinite, log, sqrt
from statistics import median as plain_median

import pytest
from hypothesis import given
from hypothesis import strategies as st
from metrics_builders import AS_OF, snap
from metrics_strategies import examples

from socialsync_cli.metrics import growth
from socialsync_cli.metrics.projection import fit

RATES = [
    "growth_rate_1d",
    "growth_rate_7d",
    "growth_rate_30d",
    "trend_daily_log",
    "projected_growth_rate_30d",
]


def days_that_qualify(n, span):
    points = [(-span * (1 - i / (n - 1)), 1000 + i) for i in range(n)]
    trend = fit(points, points[-1][1])
    assert (trend.daily_log is None) is (not trend.forecasts)
    return sorted(trend.forecasts)


@pytest.mark.parametrize(
    ("n", "span", "horizons"),
    [
        (10, 14, [30]),
        (9, 14, []),
        (10, 13.99, []),
        (20, 30, [30, 90]),
        (19, 30, [30]),
        (20, 29.99, [30]),
        (30, 60, [30, 90, 365]),
        (29, 60, [30, 90]),
        (30, 59.99, [30, 90]),
    ],
)
def test_a_horizon_asks_for_enough_days_over_long_enough_a_time(n, span, horizons):
    assert days_that_qualify(n, span) == horizons


def test_the_fit_looks_back_ninety_days():
    row = growth([snap(age, 1000) for age in range(101)], AS_OF)
    assert (row.fit_n, row.fit_span_days) == (91, 90.0)


def test_the_fit_leaves_out_zeros_and_unknown_counts_and_takes_imported_ones():
    snapshots = [snap(0, 30), snap(1, None), snap(2, 0), snap(3, 20)]
    snapshots += [snap(10, 10, imported=True)]
    row = growth(snapshots, AS_OF)
    assert (row.fit_n, row.fit_span_days) == (3, 9.75)


def test_a_page_that_lost_everybody_is_fitted_and_not_projected():
    row = growth([snap(0, 0), *(snap(age, 50) for age in range(1, 41))], AS_OF)
    assert (row.fit_n, row.fit_span_days) == (40, 39.0)
    assert (row.trend_daily_log, row.projected_30d, row.projected_growth_rate_30d) == (None, None, None)


def test_a_flat_page_stays_where_it_is_with_a_margin():
    row = growth([snap(age, 1000) for age in range(91)], AS_OF)
    assert (row.trend_daily_log, row.projected_365d, row.projected_growth_rate_365d) == (0.0, 1000.0, 0.0)
    assert row.projected_365d_lo < 1000 < row.projected_365d_hi


def test_projections_start_from_the_last_count_and_not_from_the_line():
    row = growth([snap(0, 2000), *(snap(age, 1000) for age in range(1, 91))], AS_OF)
    assert row.projected_30d == 2000.0


def test_a_third_of_wild_days_does_not_bend_the_trend():
    steady = {age: round(100_000 * exp(-0.001 * age)) for age in range(61)}
    wild = steady | dict.fromkeys(range(1, 61, 4), 1_000_000)
    rows = [growth([snap(age, count) for age, count in counts.items()], AS_OF) for counts in (steady, wild)]
    assert rows[0].trend_daily_log == pytest.approx(0.001, abs=1e-6)
    assert rows[1].trend_daily_log == pytest.approx(0.001, rel=0.5)


def test_a_projection_beyond_all_numbers_is_unknown():
    snapshots = [snap(age, 10 ** (18 - age) if age < 18 else 1) for age in range(61)]
    row = growth(snapshots, AS_OF)
    assert all(value is None or isinstance(value, str) or isfinite(value) for value in row)
    steep = fit([(float(day), 10 ** (5 * day)) for day in range(61)], 10**300)
    assert isfinite(steep.daily_log)
    assert steep.forecasts == {}


def slow_fit(points, followers, days):
    """The definitions, word for word: (slope, projected, low, high)."""
    x, y = [day for day, _ in points], [log(count) for _, count in points]
    n = len(points)
    slope = plain_median((y[j] - y[i]) / (x[j] - x[i]) for i, j in combinations(range(n), 2))
    phi = 0.9 ** (1 / 30)
    damped = sum(phi**day for day in range(1, days + 1))
    steps = [abs(y[j] - y[j - 1] - slope * (x[j] - x[j - 1])) / sqrt(x[j] - x[j - 1]) for j in range(1, n)]
    cap = 8 * max(1.4826 * plain_median(steps), 0.0005)
    sigma = max(sqrt(sum(min(u, cap) ** 2 for u in steps) / (len(steps) - 1)), 0.0005)
    variance = sigma**2 * days
    variance += 1.2 * damped**2 * sigma**2 / (x[-1] - x[0])
    variance += slope**2 * (days - damped) ** 2
    margin = 1.2815515655446004 * sqrt(variance)
    projected = followers * exp(slope * damped)
    return slope, projected, projected * exp(-margin), projected * exp(margin)


@examples(40)
@given(
    gaps=st.lists(st.floats(min_value=0.01, max_value=3), min_size=29, max_size=60),
    counts=st.lists(st.integers(min_value=500, max_value=50_000), min_size=61, max_size=61),
)
def test_the_fit_is_what_the_definitions_say(gaps, counts):
    days = [-sum(gaps[i:]) for i in range(len(gaps))] + [0.0]
    points = list(zip(days, counts, strict=False))
    trend = fit(points, points[-1][1])
    for horizon, forecast in trend.forecasts.items():
        slope, *expected = slow_fit(points, points[-1][1], horizon)
        assert trend.daily_log == pytest.approx(slope, rel=1e-12, abs=1e-15)
        assert forecast[:3] == pytest.approx(expected, rel=1e-9)
        assert forecast.growth_rate == pytest.approx(forecast.followers / points[-1][1] - 1, abs=1e-12)


@examples(40)
@given(st.lists(st.integers(min_value=1, max_value=10**18), min_size=10, max_size=91))
def test_what_is_projected_lies_within_its_margins(counts):
    row = growth([snap(age, count) for age, count in enumerate(counts)], AS_OF)
    for days in (30, 90, 365):
        middle = getattr(row, f"projected_{days}d")
        low, high = getattr(row, f"projected_{days}d_lo"), getattr(row, f"projected_{days}d_hi")
        if middle is None:
            assert (low, high) == (None, None)
        else:
            assert 0 <= low <= middle <= high < inf


@examples(40)
@given(st.lists(st.integers(min_value=1, max_value=10**6), min_size=31, max_size=91), st.integers(2, 1000))
def test_rates_do_not_depend_on_the_size_of_the_page(counts, factor):
    small = growth([snap(age, count) for age, count in enumerate(counts)], AS_OF)
    large = growth([snap(age, count * factor) for age, count in enumerate(counts)], AS_OF)
    for name in RATES:
        assert getattr(large, name) == pytest.approx(getattr(small, name), rel=1e-9, abs=1e-9)
