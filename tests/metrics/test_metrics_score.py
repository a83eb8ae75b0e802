"""The five sub-scores, what they weigh, and when there is no score."""

from math import exp, log, sqrt

import pytest
from metrics_builders import AS_OF, page, post, snap

from socialsync_cli.metrics import (
    BENCHMARK_VERSION,
    DEFAULT,
    DEFAULT_BENCHMARKS,
    DEFAULT_WEIGHTS,
    FORMULA_VERSION,
    Engagement,
    Growth,
    Reach,
    Score,
    compute,
    score,
)

FULL = (
    Engagement(followers=10_000, er_benchmark=0.01, er_shrunk=0.01, posts_per_week=4.4, active_weeks_share=1.0),
    Growth(growth_rate_30d=0.004),
    Reach(n_view_posts=8, view_rate=0.1, view_rate_benchmark=0.1),
)
NAMES = ("audience", "engagement", "growth", "consistency", "reach")


def made(engagement=FULL[0], growth=FULL[1], reach=FULL[2], platform="instagram", **settings):
    return score(platform, engagement, growth, reach, settings=DEFAULT._replace(**settings))


def subs(row):
    return [getattr(row, f"sub_{name}") for name in NAMES]


def contributions(row):
    return [getattr(row, f"contribution_{name}") for name in NAMES]


def test_a_page_like_its_peers_scores_fifty_where_it_is_compared():
    assert subs(made()) == pytest.approx([40.0, 50.0, 50.0, 75.0, 50.0])


@pytest.mark.parametrize(
    ("followers", "points"),
    [(None, None), (0, 0.0), (100, 0.0), (1_000, 20.0), (10**7, 100.0), (10**18, 100.0)],
)
def test_audience_grows_by_twenty_per_power_of_ten(followers, points):
    row = made(engagement=Engagement(followers=followers))
    assert row.sub_audience == (None if points is None else pytest.approx(points))


@pytest.mark.parametrize(
    ("ratio", "points"), [(1 / 64, 0.0), (1 / 8, 0.0), (1, 50.0), (sqrt(8), 75.0), (8, 100.0), (99, 100.0)]
)
def test_engagement_is_a_hundred_at_eight_times_the_peers(ratio, points):
    row = made(engagement=Engagement(er_benchmark=0.01, er_shrunk=0.01 * ratio))
    assert row.sub_engagement == pytest.approx(points, abs=1e-9)


@pytest.mark.parametrize(
    ("platform", "rate", "points"),
    [
        ("instagram", 0.004, 50.0),
        ("instagram", 0.024, 75.0),
        ("facebook", 0.0, 50.0),
        ("facebook", -0.02, 25.0),
        ("tiktok", 0.025, 50.0),
        ("facebook", 1e18, 100.0),
        ("facebook", -1.0, 50 - 50 * 50 / 51),
    ],
)
def test_growth_is_bent_so_that_no_growth_leaves_the_scale(platform, rate, points):
    row = made(growth=Growth(growth_rate_30d=rate), platform=platform)
    assert row.sub_growth == pytest.approx(points)


@pytest.mark.parametrize(
    ("per_week", "share", "points"),
    [
        (4.4, 0.0, 25.0),
        (4.4, 1.0, 75.0),
        (17.6, 1.0, 100.0),
        (99, 0.5, 75.0),
        (1.1, 0.25, 12.5),
        (0.0, 0.0, 0.0),
    ],
)
def test_consistency_is_half_how_often_and_half_how_steadily(per_week, share, points):
    row = made(engagement=Engagement(posts_per_week=per_week, active_weeks_share=share))
    assert row.sub_consistency == pytest.approx(points)


@pytest.mark.parametrize(
    ("n", "rate", "points"),
    [(2, 0.1, 50.0), (2, 0.8, 75.0), (6, 0.8, 87.5), (10**6, 0.8, 100.0), (6, 0.1 / 8, 12.5)],
)
def test_reach_believes_views_the_more_the_more_posts_show_them(n, rate, points):
    row = made(reach=Reach(n_view_posts=n, view_rate=rate, view_rate_benchmark=0.1))
    assert row.sub_reach == pytest.approx(points, abs=1e-3)


def test_a_view_rate_of_nothing_counts_as_half_a_view():
    row = made(
        engagement=Engagement(followers=100),
        reach=Reach(n_view_posts=2, view_rate=0.0, view_rate_benchmark=0.04),
    )
    assert row.sub_reach == pytest.approx(50 + 25 * log(0.005 / 0.04) / log(8))


def test_what_is_unknown_has_no_points():
    row = made(Engagement(), Growth(), Reach())
    assert row == Score(coverage=0.0)
    no_views = Reach(n_posts=3, n_view_posts=0, reach_per_post=30.0, reach_rate=0.03, reach_basis="followers")
    assert made(reach=no_views).sub_reach is None
    no_peers = Reach(n_view_posts=3, view_rate=0.1)
    assert made(reach=no_peers).sub_reach is None


def test_a_platform_without_peers_has_no_points_where_it_is_compared():
    bare = DEFAULT_BENCHMARKS._replace(version="mine", posts_per_week={}, growth_rate_30d={})
    row = made(benchmarks=bare)
    assert (row.sub_growth, row.sub_consistency, row.benchmark_version) == (None, None, "mine")


def test_contributions_add_up_to_the_score():
    row = made()
    assert row.score == pytest.approx(0.15 * 40 + 0.35 * 50 + 0.2 * 50 + 0.15 * 75 + 0.15 * 50)
    assert sum(contributions(row)) == pytest.approx(row.score)
    assert row.coverage == 1.0


def test_what_is_known_shares_the_weight_of_what_is_not():
    row = made(growth=Growth(), reach=Reach())
    assert row.coverage == pytest.approx(0.65)
    assert row.score == pytest.approx((0.15 * 40 + 0.35 * 50 + 0.15 * 75) / 0.65)
    assert contributions(row)[2] is None
    assert contributions(row)[4] is None


def test_below_the_smallest_coverage_there_are_parts_and_no_score():
    row = made(engagement=Engagement(followers=10_000), reach=Reach())
    assert row == Score(sub_audience=row.sub_audience, sub_growth=50.0, coverage=row.coverage)
    assert row.coverage == pytest.approx(0.35)


def test_a_coverage_that_is_just_enough_is_enough():
    thirds = dict.fromkeys(NAMES, 0.1)
    only_growth = made(engagement=Engagement(), reach=Reach(), weights=thirds, min_coverage=0.2)
    assert only_growth.score == 50.0
    just = made(engagement=Engagement(), reach=Reach(), weights=thirds, min_coverage=0.2 + 9e-10)
    assert just.score == 50.0
    more = made(engagement=Engagement(), reach=Reach(), weights=thirds, min_coverage=0.2 + 2e-9)
    assert more.score is None


def test_weights_may_have_any_sum_and_are_stored_as_given():
    tenfold = {name: 10 * weight for name, weight in DEFAULT_WEIGHTS.items()}
    row = made(weights=tenfold)
    assert row.weights == tenfold
    assert row.score == pytest.approx(made().score)
    assert contributions(row) == pytest.approx(contributions(made()))
    assert type(row.weights) is dict


def test_a_part_without_weight_is_shown_and_not_counted():
    row = made(weights={**dict.fromkeys(NAMES, 0), "engagement": 1})
    assert (row.score, row.coverage, row.contribution_audience) == (50.0, 1.0, 0.0)


def test_without_any_weight_there_is_neither_coverage_nor_score():
    row = made(weights=dict.fromkeys(NAMES, 0.0), min_coverage=0.0)
    assert (row.coverage, row.score, contributions(row)) == (None, None, [None] * 5)


def test_where_nothing_that_weighs_is_known_there_is_no_score():
    weights = {**dict.fromkeys(NAMES, 0.0), "growth": 1.0}
    row = made(growth=Growth(), weights=weights, min_coverage=0.0)
    assert (row.coverage, row.score, contributions(row)) == (0.0, None, [None] * 5)


def test_the_geometric_mean_punishes_one_sided_pages_and_explains_nothing():
    arithmetic, geometric = made(), made(aggregation="geometric")
    parts = zip(DEFAULT_WEIGHTS.values(), (40, 50, 50, 75, 50), strict=True)
    assert geometric.score == pytest.approx(exp(sum(weight * log(points) for weight, points in parts)))
    assert geometric.score < arithmetic.score
    assert subs(geometric) == subs(arithmetic)
    assert contributions(geometric) == [None] * 5
    assert geometric.aggregation == "geometric"


def test_the_geometric_mean_takes_nothing_for_one_point():
    row = made(
        engagement=Engagement(followers=0, er_benchmark=0.01, er_shrunk=0.01),
        growth=Growth(),
        reach=Reach(),
        aggregation="geometric",
    )
    assert row.score == pytest.approx(exp(0.35 * log(50) / 0.5))


def test_an_unknown_aggregation_and_a_missing_weight_are_refused():
    with pytest.raises(ValueError, match="'harmonic'"):
        made(aggregation="harmonic")
    with pytest.raises(KeyError, match="reach"):
        made(weights={name: 1.0 for name in NAMES if name != "reach"})


def test_flags_are_in_order():
    row = score("instagram", *FULL, flags=["private", "hidden_likes", "posts_unknown"])
    assert row.flags == ("hidden_likes", "posts_unknown", "private")


def test_every_flag_can_be_raised_at_once_or_by_turns():
    young = [post(0.5 * n, -1, 3, external_id=f"{n}") for n in range(2, 40)]
    odd = [*young, post(21, 9, external_id="partial")]
    rounded = compute(page("instagram", [snap(0, 12_300, followers_rounded=True)], odd), AS_OF)
    assert rounded.score.flags == ("cadence_truncated", "hidden_likes", "partial_counts", "rounded_followers")
    lost = compute(page("instagram", [snap(0, 0, private=True), snap(1, 5000)], odd), AS_OF)
    assert lost.score.flags == ("posts_unknown", "private", "suspect_zero")


def test_rows_carry_the_versions_and_the_settings_they_were_made_with():
    metrics = compute(page("instagram", [snap(0, 1000)]), AS_OF)
    assert [row.formula_version for row in metrics] == [FORMULA_VERSION] * 4 == ["1.0.0"] * 4
    rows = (metrics.engagement, metrics.reach, metrics.score)
    assert [row.benchmark_version for row in rows] == [BENCHMARK_VERSION] * 3 == ["2026.1"] * 3
    assert (metrics.score.aggregation, metrics.score.weights) == ("arithmetic", DEFAULT_WEIGHTS)
    assert not hasattr(metrics.growth, "benchmark_version")


def test_the_rows_of_compute_are_those_of_its_parts():
    from socialsync_cli.metrics import engagement, growth, reach

    history = page("tiktok", [snap(age, 5000 - age) for age in range(40)], [post(3, 9, 1, 2, 3, 400)])
    metrics = compute(history, AS_OF)
    assert metrics.engagement == engagement(history, AS_OF)
    assert metrics.growth == growth(history.snapshots, AS_OF)
    assert metrics.reach == reach(history, AS_OF)
    assert metrics.score == score("tiktok", metrics.engagement, metrics.growth, metrics.reach)
