"""Numbers as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from socialsync_cli.show import figures

NOW = datetime(2026, 1, 10, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "–"), (0, "0"), (950, "950"), (999.4, "999"), (999.96, "1.0k"), (12_345, "12.3k"), (99_949, "99.9k"),
     (999_950, "1.0M"), (123_456, "123k"), (4_500_000, "4.5M"), (7_654_321_000, "7.7G"), (-1500, "-1.5k")],
)  # fmt: skip
def test_short_counts(value, shown):
    assert figures.short_count(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "–"), (0, "$0.00"), (0.00001, "<$0.0001"), (0.0031, "$0.0031"), (0.01, "$0.01"), (1234.5, "$1,234.50")],
)
def test_money_is_finer_where_there_is_less_than_a_cent(value, shown):
    assert figures.usd(value) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(None, "–"), (0, "0 s"), (0.34, "0.3 s"), (41, "41 s"), (59.7, "1 min"), (192, "3 min 12 s"), (3600, "1 h"),
     (3900, "1 h 5 min"), (97_200, "1 d 3 h")],
)  # fmt: skip
def test_durations_have_at_most_two_units(seconds, shown):
    assert figures.duration(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "just now"), (50, "1 min ago"), (300, "5 min ago"), (7200, "2 h ago"), (3 * 86_400, "3 d ago")],
)
def test_how_long_ago(seconds, shown):
    assert figures.ago(NOW - timedelta(seconds=seconds), NOW) == shown


def test_changes_have_a_sign_and_none_is_plus_minus_0():
    assert [figures.change(v, 1) for v in (None, 0.04, -0.04, 1.25, -1234.56)] == ["–", "±0", "±0", "+1.2", "-1,234.6"]


def test_rates_and_counts():
    assert figures.percent(0.01234) == "1.23%"
    assert figures.percent(-0.00051, 3, signed=True) == "-0.051%"
    assert figures.percent(None) == "–"
    assert figures.count(1234567) == "1,234,567"
    assert (figures.plural(1, "page"), figures.plural(2000, "page")) == ("1 page", "2,000 pages")


def test_moments_are_shown_in_utc():
    moment = datetime(2026, 1, 10, 7, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=1)))
    assert figures.iso(moment) == "2026-01-10T06:00:00Z"
    assert figures.clock_time(moment) == "2026-01-10 06:00"
    assert (figures.iso(None), figures.clock_time(None)) == (None, "–")
