"""The posts of random pages, reckoned a second time in the plainest way: no shared code, no cleverness."""

from math import comb
from statistics import fmean
from statistics import median as plain_median

import pytest
from hypothesis import given
from hypothesis import strategies as st
from metrics_builders import AS_OF, DAY, assert_row, page, snap
from metrics_strategies import examples, posts

from socialsync_cli.metrics import Engagement, Reach, engagement, reach
from socialsync_cli.metrics.benchmarks import DEFAULT_BENCHMARKS, tier
from socialsync_cli.metrics.median import median_interval

PARTS = {
    "instagram": ["likes", "comments"],
    "facebook": ["likes", "comments", "shares"],
    "tiktok": ["likes", "comments", "shares", "saves"],
}


class Plain:
    """A post of the second reckoning."""

    def __init__(self, copies, platform):
        copies = sorted(copies, key=lambda copy: copy.observed_at)
        self.id = copies[-1].external_id
        self.age = (AS_OF - copies[-1].published_at) / DAY
        self.owner = copies[-1].owner_username
        self.pinned = copies[-1].pinned
        known = {}
        for copy in copies:
            for name in ("likes", "comments", "shares", "saves", "views"):
                value = getattr(copy, name)
                if value is not None and value >= 0:
                    known[name] = value
        self.comments, self.views = known.get("comments"), known.get("views")
        self.e = sum(known.get(name, 0) for name in PARTS[platform]) if "likes" in known else None


def own_posts(platform, records):
    usable = [
        each for each in records if each.published_at and each.published_at <= AS_OF and each.observed_at <= AS_OF
    ]
    ids = {each.external_id for each in usable}
    joined = [Plain([each for each in usable if each.external_id == id_], platform) for id_ in ids]
    loose = [each.age for each in joined if not each.pinned]
    kept = [each for each in joined if not each.pinned or not loose or each.age <= max(loose)]
    own = [each for each in kept if each.owner is None or each.owner.lower() == "nasa"]
    return sorted(own, key=lambda each: (each.age, each.id))


def window_columns(name, chosen, followers):
    columns = {f"n_{name}": len(chosen)}
    rates = [each.e / each.views for each in chosen if each.views]
    columns[f"n_views_{name}"] = len(rates)
    if chosen and followers:
        columns[f"er_followers_mean_{name}"] = fmean(each.e / followers for each in chosen)
        columns[f"er_followers_median_{name}"] = plain_median(each.e / followers for each in chosen)
    if rates:
        viewed = [each for each in chosen if each.views]
        columns[f"er_views_pooled_{name}"] = sum(each.e for each in viewed) / sum(each.views for each in viewed)
        columns[f"er_views_median_{name}"] = plain_median(rates)
    return columns


def headline_columns(platform, followers, windows):
    tries = [("views", lambda each: each.views)] if platform == "tiktok" else []
    for denominator, size in [*tries, ("followers", lambda each: followers)]:
        for name, fewest in (("30d", 3), ("last12", 1)):
            chosen = [each for each in windows[name] if size(each)]
            if len(chosen) < fewest:
                continue
            rates = sorted(each.e / size(each) for each in chosen)
            n, middle = len(rates), plain_median(rates)
            peers = DEFAULT_BENCHMARKS.engagement_rate(platform, denominator, followers)
            floor = 0.5 / plain_median(size(each) for each in chosen)
            ranks = [k for k in range(1, n) if sum(comb(n, i) for i in range(k)) / 2**n <= 0.025]
            return {
                "er_headline": middle,
                "er_headline_window": name,
                "er_headline_denominator": denominator,
                "er_headline_n": n,
                "er_headline_lo": rates[ranks[-1] - 1] if ranks else None,
                "er_headline_hi": rates[-ranks[-1]] if ranks else None,
                "er_benchmark": peers,
                "er_vs_benchmark": middle / peers,
                "er_shrunk": peers * (max(middle, floor) / peers) ** (n / (n + 2)),
            }
    return {}


def slow_engagement(platform, followers, records):
    own = own_posts(platform, records)
    month = [each for each in own if 1 <= each.age <= 30]
    rated = [each for each in own if 1 <= each.age <= 180 and each.e is not None][:12]
    windows = {"30d": [each for each in month if each.e is not None], "last12": rated}
    columns = {"followers": followers, "tier": tier(followers)}
    columns["posts_30d"] = len([each for each in own if each.age <= 30])
    columns["posts_per_week"] = columns["posts_30d"] * 7 / 30
    active = [any(7 * k <= each.age < 7 * k + 7 for each in own) for k in range(4)]
    columns["active_weeks_share"] = sum(active) / 4
    columns["hidden_likes_30d"] = len([each for each in month if each.e is None])
    known = [each.e for each in windows["30d"]]
    columns["interactions_30d"] = sum(known) if known or not month else None
    if known and sum(known):
        columns["top_post_share_30d"] = max(known) / sum(known)
    comments = [each.comments for each in month if each.comments is not None]
    if comments and followers:
        columns["comment_rate_median_30d"] = plain_median(comments) / followers
    for name, chosen in windows.items():
        columns |= window_columns(name, chosen, followers)
    return Engagement(**columns, **headline_columns(platform, followers, windows))


def slow_reach(platform, followers, records):
    own = own_posts(platform, records)
    month = [each for each in own if 1 <= each.age <= 30]
    chosen = month if len(month) >= 3 else [each for each in own if 1 <= each.age <= 180][:12]
    share = DEFAULT_BENCHMARKS.reach_per_follower(platform, followers)

    def people(each):
        return followers * share if each.views is None else each.views

    columns = {"n_posts": len(chosen), "gross_reach_30d": sum(people(each) for each in month)}
    views = [each.views for each in chosen if each.views is not None]
    columns["n_view_posts"] = len(views)
    if chosen:
        columns["reach_window"] = "30d" if len(month) >= 3 else "last12"
        columns["reach_per_post"] = plain_median(people(each) for each in chosen)
        columns["reach_basis"] = {len(chosen): "views", 0: "followers"}.get(len(views), "mixed")
        columns["reach_estimated"] = len(views) != len(chosen)
        if followers:
            columns["reach_rate"] = columns["reach_per_post"] / followers
    if views:
        columns |= {"views_median": plain_median(views), "views_mean": fmean(views)}
        if followers:
            peers = DEFAULT_BENCHMARKS.views_per_follower(platform, followers)
            columns |= {"view_rate": plain_median(views) / followers, "view_rate_benchmark": peers}
            if peers:
                columns["view_rate_vs_benchmark"] = columns["view_rate"] / peers
    return Reach(**columns)


OBSERVED = posts(counters=st.one_of(st.none(), st.integers(-1, 300), st.integers(0, 10**5)))


@pytest.mark.parametrize("platform", list(PARTS))
@given(followers=st.one_of(st.just(0), st.integers(1, 10**7)), observed=OBSERVED)
@examples(40)
def test_both_reckonings_agree(platform, followers, observed):
    history = page(platform, [snap(0, followers, posts_count=0)], observed)
    assert_row(engagement(history, AS_OF), slow_engagement(platform, followers, observed))
    assert_row(reach(history, AS_OF), slow_reach(platform, followers, observed), tolerance=1e-4)


@pytest.mark.parametrize("n", [*range(6, 60), 99, 100, 1000])
def test_the_interval_of_the_median_misses_it_at_most_once_in_twenty_times(n):
    low, high = median_interval(range(1, n + 1))
    assert low + high == n + 1
    assert sum(comb(n, i) for i in range(low)) / 2**n <= 0.025 < sum(comb(n, i) for i in range(low + 1)) / 2**n
