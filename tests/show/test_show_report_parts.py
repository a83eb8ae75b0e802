"""The parts of a report that decide something: lines and their breaks, posting hours, trouble, links."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from report_builders import NOW, WEIGHTS, a_page, a_post, a_report, days, rate_day, score_day

from socialsync_cli.show.chart import Point
from socialsync_cli.show.report import LastResult, trends
from socialsync_cli.show.report.card import json_in_script
from socialsync_cli.show.report.hours import hours_of
from socialsync_cli.show.report.links import link
from socialsync_cli.show.report.records import Trouble
from socialsync_cli.show.report.trouble import trouble_of

FIRST, SECOND, THIRD = days(3)
DAY = 20511
"""The first of them, counted from 1970."""


def test_a_line_breaks_where_the_formula_the_benchmarks_or_the_denominator_change():
    changes = (
        ({"formula_version": "2.0.0"}, "formula 2.0.0"),
        ({"benchmark_version": "2027.1"}, "benchmarks 2027.1"),
        ({"er_headline_denominator": "views"}, "rate of views"),
    )
    for change, why in changes:
        line = trends.engagement({FIRST: rate_day(), SECOND: rate_day(), THIRD: rate_day(0.5, **change)}, 2)
        assert line.data() == {
            "x": [DAY, DAY + 1, DAY + 1.5, DAY + 2], "y": [1.23, 1.23, None, 50.0], "z": [0.68, 0.68, None, 0.68],
            "b": [(DAY + 1.5, why)],
        }  # fmt: skip
        assert f"not comparable across {THIRD}" in line.spoken()


def test_a_score_breaks_where_its_weights_or_the_way_it_is_made_change():
    other = WEIGHTS | {"reach": 0.3}
    for change, why in (({"weights": other}, "new weights"), ({"aggregation": "geometric"}, "way geometric")):
        line = trends.score({FIRST: score_day(), SECOND: score_day(60.04, **change)})
        assert line.data() == {"x": [DAY, DAY + 0.5, DAY + 1], "y": [52.5, None, 60.0], "b": [(DAY + 0.5, why)]}
    assert "b" not in trends.score({FIRST: score_day(), SECOND: score_day()}).data()


def test_an_unknown_value_is_a_hole_and_no_break():
    unknown = rate_day(None, er_headline_denominator=None)
    line = trends.engagement({FIRST: rate_day(), SECOND: unknown, THIRD: rate_day()}, 2)
    assert line.data() == {"x": DAY, "y": [1.23, None, 1.23], "z": [0.68, 0.68, 0.68]}
    first_unknown = trends.engagement({FIRST: unknown, SECOND: rate_day()}, 2)
    assert "b" not in first_unknown.data()


def test_followers_are_drawn_over_missing_days_but_not_over_many():
    def line(gap):
        return trends.followers([Point(FIRST, 100.0), Point(FIRST + timedelta(days=gap), 90.0)]).data()

    assert line(10) == {"x": [DAY, DAY + 10], "from": 100, "y": [0, -10]}
    assert line(11) == {"x": [DAY, DAY + 10, DAY + 11], "from": 100, "y": [0, None, -10]}


def test_a_single_value_is_no_chart():
    assert not trends.followers([Point(FIRST, 100.0)]).drawable
    assert not trends.followers([]).drawable
    assert not trends.score({FIRST: score_day(None), SECOND: score_day()}).drawable


def test_posting_hours_are_of_the_pages_own_posts():
    friday = NOW - timedelta(days=2)  # 2026-02-27 06:00
    posts = [a_post(i, published_at=friday - timedelta(weeks=i)) for i in range(5)]
    posts += [
        a_post(6, published_at=friday + timedelta(hours=1, minutes=59)),
        a_post(7, published_at=friday, owner_username="somebody.else"),
        a_post(8, published_at=NOW - timedelta(days=91)),
        a_post(9, published_at=NOW - timedelta(days=400), pinned=True),
        a_post(10, published_at=None),
    ]
    hours = hours_of(a_page(), posts, NOW, 90)
    assert (hours.cells, hours.data()) == ({(4, 6): 5, (4, 7): 1}, [4, 6, 5, 4, 7, 1])
    assert hours.spoken() == "6 posts in 90 days, most on Fridays (6) and from 06:00 to 07:00 UTC (5)."
    assert hours_of(a_page(), [], NOW, 90).spoken() == "No post of its own in the last 90 days."


@pytest.mark.parametrize(
    ("page", "last", "kind"),
    [
        ({}, None, None),
        ({}, LastResult("ok", None, NOW), None),
        ({"status": "private"}, LastResult("private", None, NOW), "private"),
        ({"status": "not_found"}, LastResult("not_found", None, NOW), "not_found"),
        ({"status": "restricted"}, None, "restricted"),
        ({"status": "private"}, LastResult("failed", None, NOW), "failed"),
        ({}, LastResult("partial", None, NOW), "partial"),
        ({"status": None, "last_synced_at": None}, None, "silent"),
        ({"last_synced_at": NOW - timedelta(days=7, seconds=1)}, None, "stale"),
        ({"last_synced_at": NOW - timedelta(days=7)}, None, None),
    ],
)
def test_pages_that_need_a_look_are_told_from_the_others(page, last, kind):
    trouble = trouble_of(a_report(a_page(**page), span=0, posts=0, last=last), NOW)
    assert (trouble and trouble.kind) == kind


def test_the_reason_of_a_failure_is_told():
    last = LastResult("failed", {"type": "network", "message": "Apify did not answer"}, None)
    assert trouble_of(a_report(span=0, posts=0, last=last), NOW) == Trouble(
        "failed", "last sync failed", "Apify did not answer"
    )


@pytest.mark.parametrize(
    "address", ["https://www.instagram.com/nasa/", "http://example.com/a?b=c#d", "HTTPS://EXAMPLE.COM"]
)
def test_web_addresses_may_be_followed(address):
    assert link(address) == address


@pytest.mark.parametrize(
    "address",
    [
        None, "", "javascript:alert(1)", "JavaScript:alert(1)", "java\nscript:alert(1)", " javascript:alert(1)",
        "\x01javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "//example.com", "/etc",
        "https:", "https://", "https:///path", "https://user@example.com", "https://a:b@example.com",
        "https://example.com\\@evil.example", "https://exa mple.com", "https://[::1", "https://e.com/\u202egnp",
        "https://e.com/" + "a" * 2000,
    ],
)  # fmt: skip
def test_other_addresses_are_no_links(address):
    assert link(address) is None


def test_json_in_a_script_cannot_end_it():
    value = {"</script>": "<!--<script>\u2028\u2029&'\""}
    text = json_in_script(value)
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == value
