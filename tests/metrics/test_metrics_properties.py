"""What holds for every page, however odd its numbers."""

from math import isfinite
from typing import get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from metrics_builders import AS_OF, page, post, snap
from metrics_strategies import examples, pages, posts

from socialsync_cli.metrics import DEFAULT, Engagement, Growth, Reach, Score, compute, engagement

GEOMETRIC = DEFAULT._replace(aggregation="geometric")
ALLOWED = {
    row: {name: get_args(declared) or (declared,) for name, declared in get_type_hints(row).items()}
    for row in (Engagement, Growth, Reach, Score)
}
ALLOWED[Score] |= {"weights": (dict,), "flags": (tuple,)}
FROM_POSTS = [
    "interactions_30d",
    "er_followers_mean_30d",
    "er_followers_median_30d",
    "er_views_pooled_30d",
    "er_views_median_30d",
    "er_followers_mean_last12",
    "er_followers_median_last12",
    "er_views_pooled_last12",
    "er_views_median_last12",
    "top_post_share_30d",
    "er_headline",
    "er_headline_window",
    "er_headline_denominator",
    "er_headline_n",
    "er_headline_lo",
    "er_headline_hi",
    "er_benchmark",
    "er_vs_benchmark",
    "er_shrunk",
]


@given(pages())
@examples(70)
def test_columns_hold_what_they_are_declared_to_hold_and_never_nan_or_infinity(history):
    for row in compute(history, AS_OF):
        for name, value in row._asdict().items():
            assert type(value) in ALLOWED[type(row)][name], (name, value)
            if isinstance(value, float):
                assert isfinite(value), name


@given(pages(), st.randoms(use_true_random=False))
@examples(40)
def test_the_order_of_what_was_read_changes_nothing(history, random):
    shuffled = history._replace(
        snapshots=random.sample(history.snapshots, len(history.snapshots)),
        posts=random.sample(history.posts, len(history.posts)),
    )
    assert compute(shuffled, AS_OF) == compute(history, AS_OF)


@given(pages())
@examples(40)
def test_scores_stay_on_their_scale_and_are_explained(history):
    row = compute(history, AS_OF).score
    names = tuple(row.weights)
    subs = [getattr(row, f"sub_{name}") for name in names]
    points = [getattr(row, f"contribution_{name}") for name in names]
    assert all(sub is None or 0 <= sub <= 100 for sub in subs)
    assert 0 <= row.coverage <= 1
    if row.score is None:
        assert row.coverage < 0.5
        assert points == [None] * 5
    else:
        assert 0 <= row.score <= 100
        assert [point is None for point in points] == [sub is None for sub in subs]
        assert sum(point for point in points if point is not None) == pytest.approx(row.score)
        lopsided = compute(history, AS_OF, settings=GEOMETRIC).score
        assert lopsided.score <= max(row.score, 1.0) + 1 + 1e-9


@given(pages())
@examples(40)
def test_what_is_read_later_changes_no_row(history):
    future = [snap(-1, 5), snap(-20, None, private=True)]
    unseen = [post(3, 9, 9, 9, 9, 9, seen=-1), post(-2, 9, 9, 9, 9, 9, seen=-3)]
    unseen += [each._replace(observed_at=unseen[0].observed_at, likes=77) for each in history.posts]
    later = history._replace(
        snapshots=[*history.snapshots, *future],
        posts=[*history.posts, *unseen],
    )
    assert compute(later, AS_OF) == compute(history, AS_OF)


@given(pages())
@examples(40)
def test_unknown_followers_never_become_none(history):
    unknown = history._replace(snapshots=[each._replace(followers=None) for each in history.snapshots])
    metrics = compute(unknown, AS_OF)
    assert metrics.growth == Growth()
    followed = [metrics.engagement.er_followers_mean_30d, metrics.engagement.comment_rate_median_30d]
    followed += [metrics.reach.view_rate, metrics.reach.reach_rate, metrics.score.sub_audience]
    assert followed == [None] * 5
    assert metrics.engagement.er_headline_denominator in (None, "views")
    assert metrics.score.sub_reach is None


@given(pages())
@examples(40)
def test_hidden_likes_never_become_none(history):
    hidden = history._replace(posts=[each._replace(likes=None) for each in history.posts])
    row = engagement(hidden, AS_OF)
    empty = row.n_30d == row.hidden_likes_30d == 0
    assert row.interactions_30d == (0 if empty else None)
    assert [getattr(row, name) for name in FROM_POSTS if name != "interactions_30d"] == [None] * 18
    assert (row.n_30d, row.n_last12) in ((0, 0), (None, None))


SMALL = st.integers(0, 10**6)
SCALE_FREE = [
    "posts_per_week",
    "er_followers_mean_30d",
    "er_followers_median_30d",
    "er_views_pooled_30d",
    "er_views_median_30d",
    "er_followers_mean_last12",
    "er_followers_median_last12",
    "er_views_pooled_last12",
    "er_views_median_last12",
    "comment_rate_median_30d",
    "top_post_share_30d",
    "er_headline",
    "er_headline_lo",
    "er_headline_hi",
]


@given(
    st.sampled_from(["instagram", "facebook", "tiktok"]),
    posts(counters=SMALL),
    st.integers(1, 10**6),
    st.integers(2, 1000),
)
@examples(40)
def test_rates_do_not_depend_on_the_size_of_the_page(platform, observed, followers, factor):
    def measured(times):
        counters = ("likes", "comments", "shares", "saves", "views")
        scaled = [each._replace(**{name: getattr(each, name) * times for name in counters}) for each in observed]
        metrics = compute(page(platform, [snap(0, followers * times)], scaled), AS_OF)
        rates = {name: getattr(metrics.engagement, name) for name in SCALE_FREE}
        rates["view_rate"] = metrics.reach.view_rate
        return {name: rate for name, rate in rates.items() if rate is not None}

    assert measured(factor) == pytest.approx(measured(1), rel=1e-9)


@given(posts(counters=SMALL), st.integers(1, 10**6), st.integers(0, 17), st.integers(1, 10**6))
@examples(40)
def test_more_interactions_never_lower_a_rate_or_the_score(observed, followers, which, more):
    def measured(records):
        return compute(page("instagram", [snap(0, followers)], records), AS_OF)

    liked = [each._replace(likes=each.likes + more) if each.external_id == f"{which:02}" else each for each in observed]
    before, after = measured(observed), measured(liked)
    columns = (
        "interactions_30d er_followers_mean_30d er_followers_median_30d er_followers_mean_last12"
        " er_followers_median_last12 er_views_pooled_30d er_views_median_30d er_headline er_headline_lo"
        " er_headline_hi er_vs_benchmark er_shrunk"
    )
    for name in columns.split():
        low, high = getattr(before.engagement, name), getattr(after.engagement, name)
        assert low is high is None or low <= high * (1 + 1e-12), name
    assert before.score.score is after.score.score is None or before.score.score <= after.score.score + 1e-9


@given(st.lists(st.tuples(SMALL, st.integers(1, 10**6)), min_size=1, max_size=30))
@examples(40)
def test_the_headline_lies_within_its_interval_and_shrinks_towards_the_peers(counters):
    observed = [post(1 + n / 2, likes, 0, 0, 0, views) for n, (likes, views) in enumerate(counters)]
    for platform in ("instagram", "tiktok"):
        row = engagement(page(platform, [snap(0, 5000)], observed), AS_OF)
        assert (row.er_headline_lo is None) is (row.er_headline_n < 6)
        if row.er_headline_lo is not None:
            assert row.er_headline_lo <= row.er_headline <= row.er_headline_hi
        if row.er_headline > 0.5:  # so that half an interaction, the least that is measured, does not matter
            low, high = sorted((row.er_benchmark, row.er_headline))
            assert low * (1 - 1e-12) <= row.er_shrunk <= high * (1 + 1e-12)
