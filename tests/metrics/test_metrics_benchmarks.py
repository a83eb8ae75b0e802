"""Reading the tables of peers, and tables of one's own."""

import tomllib
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from metrics_builders import AS_OF, page, post, snap
from metrics_strategies import examples

from socialsync_cli.errors import ConfigError
from socialsync_cli.metrics import (
    BENCHMARK_VERSION,
    DEFAULT,
    DEFAULT_BENCHMARKS,
    compute,
    read_benchmarks,
)
from socialsync_cli.metrics.benchmarks import interpolate, tier

ANCHORS = ((100, 0.4), (10_000, 0.1), (1_000_000, 0.2))


@pytest.mark.parametrize(
    ("followers", "value"),
    [
        (0, 0.4),
        (99, 0.4),
        (100, 0.4),
        (1_000, 0.2),
        (10_000, 0.1),
        (100_000, 0.1 * sqrt(2)),
        (1_000_000, 0.2),
        (10**18, 0.2),
    ],
)
def test_between_anchors_lines_are_straight_on_logarithmic_paper_and_flat_outside(followers, value):
    assert interpolate(ANCHORS, followers) == pytest.approx(value)


def test_several_anchors_need_followers_and_one_does_not():
    assert interpolate(ANCHORS, None) is None
    assert interpolate(((3162, 0.04),), None) == 0.04
    assert interpolate(((3162, 0.04),), 10) == 0.04
    assert interpolate(None, 1000) is None


@examples(40)
@given(st.integers(0, 10**18))
def test_a_benchmark_lies_between_its_anchors(followers):
    for table in DEFAULT_BENCHMARKS[1:5]:
        for anchors in table.values():
            values = [value for _, value in anchors]
            assert min(values) <= interpolate(anchors, followers) * (1 + 1e-12)
            assert interpolate(anchors, followers) <= max(values) * (1 + 1e-12)


def test_no_benchmark_jumps():
    for table in DEFAULT_BENCHMARKS[1:5]:
        for anchors in table.values():
            for followers in (999, 4999, 9999, 49_999, 99_999, 999_999, *(int(f) for f, _ in anchors)):
                here, there = interpolate(anchors, followers), interpolate(anchors, followers + 1)
                assert here == pytest.approx(there, rel=2e-3)


@pytest.mark.parametrize(
    ("followers", "name"),
    [
        (None, None),
        (0, "lt1k"),
        (999, "lt1k"),
        (1_000, "1k-5k"),
        (4_999, "1k-5k"),
        (5_000, "5k-10k"),
        (10_000, "10k-50k"),
        (50_000, "50k-100k"),
        (100_000, "100k-1m"),
        (999_999, "100k-1m"),
        (1_000_000, "gte1m"),
    ],
)
def test_a_bound_belongs_to_the_tier_above_it(followers, name):
    assert tier(followers) == name


def test_nothing_said_means_the_built_in_tables():
    assert read_benchmarks({}) == DEFAULT_BENCHMARKS
    assert DEFAULT_BENCHMARKS.version == BENCHMARK_VERSION
    assert DEFAULT.benchmarks is DEFAULT_BENCHMARKS


def test_a_table_of_ones_own_replaces_the_whole_table_and_no_other():
    own = read_benchmarks(
        tomllib.loads(
            """
            version = "ours"
            [er_followers]
            instagram = [[1000, 0.02], [50_000, 0.006]]
            [posts_per_week]
            tiktok = 3
            [growth_rate_30d]
            facebook = -0.01
            """
        )
    )
    assert own == DEFAULT_BENCHMARKS._replace(
        version="ours",
        er_followers={"instagram": ((1000, 0.02), (50_000, 0.006))},
        posts_per_week={"tiktok": 3},
        growth_rate_30d={"facebook": -0.01},
    )


def test_a_table_of_ones_own_asks_for_a_version_of_its_own():
    table = {"posts_per_week": {"tiktok": 3.0}}
    with pytest.raises(ConfigError, match=r"^score\.benchmarks\.version "):
        read_benchmarks(table)
    with pytest.raises(ConfigError, match=r"^score\.benchmarks\.version "):
        read_benchmarks({**table, "version": BENCHMARK_VERSION})
    assert read_benchmarks({**table, "version": "ours"}).version == "ours"


def test_a_repetition_of_the_built_in_table_needs_no_version():
    table = {"er_views": {name: [*map(list, anchors)] for name, anchors in DEFAULT_BENCHMARKS.er_views.items()}}
    assert read_benchmarks(table) == DEFAULT_BENCHMARKS


@pytest.mark.parametrize(
    ("key", "table"),
    [
        ("reach", {"reach": {}}),
        ("version", {"version": 3}),
        ("version", {"version": " "}),
        ("er_views", {"er_views": [[3162, 0.04]]}),
        ("er_views.myspace", {"er_views": {"myspace": [[3162, 0.04]]}}),
        ("er_views.tiktok", {"er_views": {"tiktok": 0.04}}),
        ("er_views.tiktok", {"er_views": {"tiktok": []}}),
        ("er_views.tiktok", {"er_views": {"tiktok": [3162, 0.04]}}),
        ("er_views.tiktok", {"er_views": {"tiktok": [[3162]]}}),
        ("er_views.tiktok", {"er_views": {"tiktok": [[0, 0.04]]}}),
        ("er_views.tiktok", {"er_views": {"tiktok": [[3162, 0]]}}),
        ("er_views.tiktok", {"er_views": {"tiktok": [[3162, float("nan")]]}}),
        ("er_views.tiktok", {"er_views": {"tiktok": [[3162, "0.04"]]}}),
        ("er_views.tiktok", {"er_views": {"tiktok": [[3162, True]]}}),
        ("er_views.tiktok", {"er_views": {"tiktok": [[10**400, 0.04]]}}),
        ("er_views.tiktok", {"er_views": {"tiktok": [[5000, 0.04], [3000, 0.05]]}}),
        ("er_views.tiktok", {"er_views": {"tiktok": [[5000, 0.04], [5000, 0.05]]}}),
        ("posts_per_week.tiktok", {"posts_per_week": {"tiktok": 0}}),
        ("posts_per_week.tiktok", {"posts_per_week": {"tiktok": float("inf")}}),
        ("growth_rate_30d.tiktok", {"growth_rate_30d": {"tiktok": -1}}),
    ],
)
def test_what_is_no_benchmark_is_refused_by_its_key(key, table):
    with pytest.raises(ConfigError, match=rf"^score\.benchmarks\.{key} "):
        read_benchmarks({"version": "ours", **table})


def test_rows_tell_whose_peers_they_were_compared_with():
    own = read_benchmarks({"version": "ours", "er_followers": {"tiktok": [[10, 0.01]]}})
    settings = DEFAULT._replace(benchmarks=own)
    history = page("instagram", [snap(0, 1000)], [post(2, 9, 1)])
    metrics = compute(history, AS_OF, settings=settings)
    rows = (metrics.engagement, metrics.reach, metrics.score)
    assert [row.benchmark_version for row in rows] == ["ours"] * 3
    assert (metrics.engagement.er_headline, metrics.engagement.er_benchmark) == (0.01, None)
    assert (metrics.engagement.er_vs_benchmark, metrics.engagement.er_shrunk) == (None, None)
    assert metrics.score.sub_engagement is None


def test_tiktok_follows_a_view_rate_of_ones_own_also_where_views_are_missing():
    own = read_benchmarks({"version": "ours", "view_rate": {"tiktok": [[10, 0.5]]}})
    made = compute(page("tiktok", [snap(0, 1000)], [post(2)]), AS_OF, settings=DEFAULT._replace(benchmarks=own))
    assert made.reach.reach_per_post == 500.0
