"""The rates, the headline, and what they are when something is missing."""

import pytest
from metrics_builders import AS_OF, page, post, snap

from socialsync_cli.metrics import Engagement, engagement
from socialsync_cli.metrics.median import median, median_interval

FEW_SECONDS = 5 / 86400


def row(platform, followers, posts, **more):
    return engagement(page(platform, [snap(0, followers)], posts), AS_OF, **more)


def headline(made):
    return (
        made.er_headline,
        made.er_headline_window,
        made.er_headline_denominator,
        made.er_headline_n,
    )


NO_HEADLINE = (None, None, None, None)


@pytest.mark.parametrize(
    ("ages", "share"),
    [
        ([0], 0.25),
        ([6.9], 0.25),
        ([7], 0.25),
        ([0, 7], 0.5),
        ([7 - FEW_SECONDS, 7], 0.5),
        ([0, 8, 15, 22], 1.0),
        ([28], 0.0),
        ([21, 28 - FEW_SECONDS], 0.25),
        ([], 0.0),
    ],
)
def test_active_weeks_are_blocks_of_seven_days_back_from_now(ages, share):
    assert row("instagram", 1000, [post(age, 1, 1) for age in ages]).active_weeks_share == share


@pytest.mark.parametrize(("oldest", "weeks"), [(3, 1), (7, 1), (13.9, 1), (14, 2), (27, 3), (29, 4)])
def test_weeks_that_the_fetch_did_not_reach_are_not_held_against_the_page(oldest, weeks):
    posts = [post(0.5, 1, 1) for _ in range(29)] + [post(oldest, 1, 1)]
    active = {0, int(oldest // 7)} & set(range(weeks))
    made = row("instagram", 1000, posts)
    assert made.active_weeks_share == len(active) / weeks
    assert made.posts_per_week == pytest.approx(7 * 30 / oldest)


def test_a_month_without_posts_has_no_interactions_and_a_hidden_one_unknown_ones():
    assert row("instagram", 1000, [post(0.5, 9, 9)]).interactions_30d == 0
    assert row("instagram", 1000, [post(2, -1, 9)]).interactions_30d is None
    mixed = row("instagram", 1000, [post(2, -1, 9), post(3, 5, 1)])
    assert (mixed.interactions_30d, mixed.n_30d, mixed.hidden_likes_30d) == (6, 1, 1)


def test_posts_nobody_reacts_to_have_rates_of_zero_and_no_top_post():
    made = row("instagram", 1000, [post(2, 0, 0, views=50), post(3, 0, 0), post(4, 0, 0)])
    assert (made.er_followers_mean_30d, made.er_followers_median_30d, made.er_headline) == (0.0, 0.0, 0.0)
    assert (made.er_views_pooled_30d, made.er_views_median_30d) == (0.0, 0.0)
    assert (made.interactions_30d, made.top_post_share_30d) == (0, None)
    assert (made.er_vs_benchmark, made.comment_rate_median_30d) == (0.0, 0.0)
    assert made.er_shrunk > 0


def test_views_of_zero_enter_no_rate_by_views():
    made = row("tiktok", 1000, [post(2, 9, 1, 0, 0, 0), post(3, 9, 1, 0, 0, 100), post(4, 9, 1, 0, 0)])
    assert (made.n_30d, made.n_views_30d, made.er_views_pooled_30d) == (3, 1, 0.1)


def test_comments_are_counted_where_likes_are_hidden():
    made = row("instagram", 1000, [post(2, -1, 8), post(3, 5, 2), post(4, 5)])
    assert made.comment_rate_median_30d == 0.005
    assert row("instagram", 1000, [post(2, 5)]).comment_rate_median_30d is None


@pytest.mark.parametrize("followers", [0, None])
def test_without_followers_there_is_no_rate_by_followers(followers):
    made = row("instagram", followers, [post(age, 9, 1, views=100) for age in (2, 3, 4)])
    assert made == Engagement(
        followers=followers,
        tier=None if followers is None else "lt1k",
        posts_30d=3,
        posts_per_week=0.7,
        active_weeks_share=0.25,
        n_30d=3,
        hidden_likes_30d=0,
        interactions_30d=30,
        n_views_30d=3,
        er_views_pooled_30d=0.1,
        er_views_median_30d=0.1,
        n_last12=3,
        n_views_last12=3,
        er_views_pooled_last12=0.1,
        er_views_median_last12=0.1,
        top_post_share_30d=1 / 3,
    )


def test_the_headline_is_of_the_month_from_three_posts_on():
    three = [post(age, 10 * age, 0) for age in (2, 3, 4)]
    assert headline(row("instagram", 1000, [*three, post(50, 900, 0)])) == (0.03, "30d", "followers", 3)
    two = [post(age, 10 * age, 0) for age in (2, 3, 40)]
    assert headline(row("instagram", 1000, two)) == (0.03, "last12", "followers", 3)
    assert headline(row("instagram", 1000, two[:1])) == (0.02, "last12", "followers", 1)
    assert headline(row("instagram", 1000, [post(0.5, 10, 0), post(2, -1, 0)])) == NO_HEADLINE


@pytest.mark.parametrize("platform", ["instagram", "facebook"])
def test_views_make_no_headline_on_instagram_and_facebook(platform):
    made = row(platform, 1000, [post(age, 9, 1, 0, views=20) for age in (2, 3, 4)])
    assert headline(made) == (0.01, "30d", "followers", 3)


def test_the_headline_on_tiktok_is_by_views():
    posts = [post(age, 9, 1, 0, 0, 20 * age) for age in (2, 3, 4)]
    assert headline(row("tiktok", 1000, posts)) == (10 / 60, "30d", "views", 3)


def test_the_headline_on_tiktok_rather_looks_further_back_than_away_from_views():
    posts = [post(age, 9, 1, 0, 0) for age in (2, 3, 4)] + [post(60, 9, 1, 0, 0, 100)]
    assert headline(row("tiktok", 1000, posts)) == (0.1, "last12", "views", 1)


def test_the_headline_on_tiktok_is_by_followers_where_no_views_are_shown():
    made = row("tiktok", 1000, [post(age, 9, 1, 0, 0) for age in (2, 3, 4)])
    assert headline(made) == (0.01, "30d", "followers", 3)
    assert made.er_benchmark == 0.0173
    assert headline(row("tiktok", 0, [post(age, 9, 1, 0, 0) for age in (2, 3, 4)])) == NO_HEADLINE


def test_the_headline_on_tiktok_goes_by_followers_when_views_lie_beyond_the_latest_twelve_and_are_too_few():
    posts = [post(1 + d, 9, 1, 0, 0) for d in range(13)] + [post(20, 9, 1, 0, 0, 100)]
    assert headline(row("tiktok", 1000, posts)) == (0.01, "30d", "followers", 14)


def test_a_headline_by_views_needs_no_followers_and_has_its_benchmark():
    made = row("tiktok", None, [post(age, 9, 1, 0, 0, 100) for age in (2, 3, 4)])
    assert headline(made) == (0.1, "30d", "views", 3)
    assert (made.er_benchmark, made.er_vs_benchmark) == (0.04, 2.5)


def test_the_headline_has_an_interval_from_six_posts_on():
    five = row("instagram", 1000, [post(2 + n, 10 * n, 0) for n in range(5)])
    assert (five.er_headline_lo, five.er_headline_hi) == (None, None)
    nine = row("instagram", 1000, [post(2 + n, 10 * n, 0) for n in range(9)])
    assert (nine.er_headline_lo, nine.er_headline, nine.er_headline_hi) == (0.01, 0.04, 0.07)


@pytest.mark.parametrize(
    ("n", "k"),
    [(6, 1), (8, 1), (9, 2), (11, 2), (12, 3), (15, 4), (20, 6), (25, 8), (30, 10), (50, 18), (100, 40)],
)
def test_the_interval_of_the_median_takes_the_ranks_of_the_sign_test(n, k):
    # The ranks are those of the tables of the sign test at 5 %, two-sided.
    assert median_interval(range(1, n + 1)) == (k, n + 1 - k)


def test_the_median_of_an_even_number_is_the_mean_of_the_middle_two():
    assert [median(values) for values in ([], [3], [3, 4], [1, 3, 9])] == [None, 3, 3.5, 3]


def test_a_headline_of_nothing_counts_as_half_an_interaction_among_peers():
    silent = row("instagram", 1000, [post(age, 0, 0) for age in (2, 3)])
    assert silent.er_shrunk == pytest.approx(0.0178 * (0.0005 / 0.0178) ** 0.5)
    unseen = row("tiktok", 1000, [post(age, 0, 0, 0, 0, views) for age, views in ((2, 100), (3, 300))])
    assert unseen.er_shrunk == pytest.approx(0.04 * (0.0025 / 0.04) ** 0.5)


def test_more_posts_pull_the_shrunk_rate_away_from_the_peers():
    few = row("instagram", 1000, [post(2 + n, 100, 0) for n in range(3)])
    many = row("instagram", 1000, [post(2 + n, 100, 0) for n in range(20)])
    assert few.er_benchmark < few.er_shrunk < many.er_shrunk < many.er_headline
