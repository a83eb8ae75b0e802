"""How many people are reached: by views where they are shown, by published shares of followers elsewhere."""

import pytest
from metrics_builders import AS_OF, assert_row, page, post, snap

from socialsync_cli.metrics import DEFAULT, DEFAULT_BENCHMARKS, Reach, reach


def row(platform, followers, posts, **more):
    return reach(page(platform, [snap(0, followers)], posts), AS_OF, **more)


def test_no_posts_reach_nobody():
    assert row("instagram", 8000, []) == Reach(n_posts=0, n_view_posts=0, gross_reach_30d=0.0)
    assert row("instagram", 8000, [post(0.5, 9, 1), post(181, 9, 1)]) == row("instagram", 8000, [])


def test_a_month_with_too_few_posts_is_seen_together_with_older_ones():
    made = row("tiktok", 1000, [post(2, views=100), post(3, views=300), post(60, views=900)])
    assert (made.reach_window, made.n_posts, made.views_median) == ("last12", 3, 300.0)
    assert made.gross_reach_30d == 400.0


def test_an_empty_month_reaches_nobody_though_older_posts_did():
    made = row("tiktok", 1000, [post(60, views=900)])
    assert (made.reach_window, made.reach_per_post, made.gross_reach_30d) == ("last12", 900.0, 0.0)


def test_three_posts_make_a_month():
    posts = [post(2, views=100), post(3, views=300), post(4, views=500), post(60, views=9000)]
    made = row("tiktok", 1000, posts)
    assert (made.reach_window, made.n_posts, made.views_mean) == ("30d", 3, 300.0)


def test_hidden_likes_do_not_matter():
    posts = [post(age, -1, 3, views=100 * age) for age in (2, 3, 4)]
    assert row("instagram", 1000, posts).reach_per_post == 300.0


def test_the_basis_says_where_the_reach_was_taken_from():
    seen, unseen = [post(2, views=100), post(3, views=100)], [post(4), post(5)]
    assert row("facebook", 1000, seen).reach_basis == "views"
    assert row("facebook", 1000, seen).reach_estimated is False
    assert row("facebook", 1000, unseen).reach_basis == "followers"
    assert row("facebook", 1000, seen + unseen).reach_basis == "mixed"
    assert row("facebook", 1000, seen + unseen).reach_estimated is True


def test_facebook_posts_without_views_reach_a_published_share_of_the_followers():
    made = row("facebook", 2000, [post(2), post(40)])
    expected = Reach(
        reach_window="last12",
        n_posts=2,
        n_view_posts=0,
        reach_per_post=33.0,
        reach_rate=0.0165,
        gross_reach_30d=33.0,
        reach_basis="followers",
        reach_estimated=True,
    )
    assert_row(made, expected)


def test_tiktok_posts_without_views_reach_what_the_views_of_peers_would():
    made = row("tiktok", 2236, [post(2)])
    assert made.reach_rate == pytest.approx(0.1565)


def test_facebook_has_no_benchmark_for_views():
    made = row("facebook", 1000, [post(2, views=100)])
    assert (made.view_rate, made.view_rate_benchmark, made.view_rate_vs_benchmark) == (0.1, None, None)


def test_no_views_at_all_are_known_to_be_none():
    made = row("tiktok", 1000, [post(2, views=0)])
    assert (made.n_view_posts, made.views_median, made.view_rate, made.reach_per_post) == (1, 0.0, 0.0, 0.0)
    assert (made.reach_basis, made.view_rate_vs_benchmark) == ("views", 0.0)


def test_unknown_followers_leave_the_views_and_hide_what_needs_them():
    seen = row("instagram", None, [post(2, views=100), post(3, views=300)])
    assert seen == Reach(
        reach_window="last12",
        n_posts=2,
        n_view_posts=2,
        views_median=200.0,
        views_mean=200.0,
        reach_per_post=200.0,
        gross_reach_30d=400.0,
        reach_basis="views",
        reach_estimated=False,
    )
    mixed = row("instagram", None, [post(2, views=100), post(3)])
    assert mixed == Reach(reach_window="last12", n_posts=2, n_view_posts=1, views_median=100.0, views_mean=100.0)


def test_a_page_without_followers_reaches_nobody_but_those_who_viewed():
    made = row("facebook", 0, [post(2, views=100), post(3)])
    assert (made.reach_per_post, made.gross_reach_30d, made.reach_rate, made.view_rate) == (
        50.0,
        100.0,
        None,
        None,
    )


def test_without_a_published_share_a_post_without_views_reaches_nobody_knows_how_many():
    bare = DEFAULT_BENCHMARKS._replace(version="mine", reach_rate={}, view_rate={})
    settings = DEFAULT._replace(benchmarks=bare)
    made = row("tiktok", 1000, [post(2, views=100), post(3)], settings=settings)
    assert made == Reach(
        reach_window="last12",
        n_posts=2,
        n_view_posts=1,
        views_median=100.0,
        views_mean=100.0,
        view_rate=0.1,
        benchmark_version="mine",
    )
