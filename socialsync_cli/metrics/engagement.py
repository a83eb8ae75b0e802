"""How a page's public reacts to its posts: the rates that everybody knows, and one for all.

Rates are fractions (0.0123 is 1.23 %). Followers are those of the day itself for every post: what they were
when a post came out is unknown for posts older than the tracking. Nothing is ever taken out as an outlier;
beside every mean stands a median.
"""

from __future__ import annotations

from typing import NamedTuple

from socialsync_cli.metrics.benchmarks import DEFAULT_BENCHMARKS, Benchmarks, tier
from socialsync_cli.metrics.median import median, median_interval
from socialsync_cli.metrics.platforms import FACTS
from socialsync_cli.metrics.sample import Post, Sample
from socialsync_cli.metrics.versions import FORMULA_VERSION

_ENOUGH_IN_A_MONTH = 3
_PRIOR_POSTS = 2
"""As many posts the peers' rate weighs in the shrunk one."""


class Engagement(NamedTuple):
    """A row of social_page_engagement.

    `30d` are posts of one to 30 days, `last12` the 12 latest whose likes are known.
    """

    followers: int | None = None
    tier: str | None = None
    posts_30d: int | None = None
    """Own posts of the last 30 days, those of the last day included."""
    posts_per_week: float | None = None
    active_weeks_share: float | None = None
    """Of the last four weeks (fewer if the fetch did not reach so far), those with a post."""
    n_30d: int | None = None
    hidden_likes_30d: int | None = None
    interactions_30d: int | None = None
    er_followers_mean_30d: float | None = None
    """Average engagement rate per post by followers, as Rival IQ, Socialinsider and Phlanx have it."""
    er_followers_median_30d: float | None = None
    n_views_30d: int | None = None
    er_views_pooled_30d: float | None = None
    """Engagement rate by views, all posts thrown together: HypeAuditor, Modash, CreatorIQ on TikTok."""
    er_views_median_30d: float | None = None
    n_last12: int | None = None
    er_followers_mean_last12: float | None = None
    er_followers_median_last12: float | None = None
    n_views_last12: int | None = None
    er_views_pooled_last12: float | None = None
    er_views_median_last12: float | None = None
    comment_rate_median_30d: float | None = None
    """Comments per follower: what is left to measure where likes are hidden."""
    top_post_share_30d: float | None = None
    """How much of all interactions one post carries, 0 to 1."""
    er_headline: float | None = None
    """The engagement rate of the page: a median rate, by followers or (on some platforms) by views."""
    er_headline_window: str | None = None
    er_headline_denominator: str | None = None
    er_headline_n: int | None = None
    er_headline_lo: float | None = None
    er_headline_hi: float | None = None
    er_benchmark: float | None = None
    er_vs_benchmark: float | None = None
    er_shrunk: float | None = None
    """The headline, drawn towards the peers the more the fewer posts it rests on."""
    formula_version: str = FORMULA_VERSION
    benchmark_version: str = DEFAULT_BENCHMARKS.version


class _Window(NamedTuple):
    """The rates of a window of posts."""

    n: int
    interactions: int | None
    """All together; None without a post whose likes are known."""
    top: int | None
    mean: float | None
    median: float | None
    by_followers: list[float]
    """Rates of the single posts, ascending."""
    pooled: float | None
    by_views: list[float]
    views: list[int]
    """Views of the posts behind `by_views`, ascending."""


class _Headline(NamedTuple):
    rate: float
    window: str
    denominator: str
    ordered: list[float]
    """The rates whose median it is."""
    half_an_interaction: float
    """The smallest rate that is told from nothing."""


def engagement_row(platform: str, followers: int | None, sample: Sample | None, benchmarks: Benchmarks) -> Engagement:
    """The row for a page of so many followers and these posts; `sample` is None while posts are not known."""
    blank = Engagement(followers=followers, tier=tier(followers), benchmark_version=benchmarks.version)
    if sample is None:
        return blank
    month = _window([post for post in sample.month if post.interactions is not None], followers)
    last12 = _window(sample.latest_rated, followers)
    headline = _headline(platform, followers, month, last12)
    posts_30d = sample.own_of_month()
    row = blank._replace(
        posts_30d=posts_30d,
        posts_per_week=7 * posts_30d / sample.cadence_days,
        active_weeks_share=_active_weeks_share(sample),
        n_30d=month.n,
        hidden_likes_30d=len(sample.month) - month.n,
        interactions_30d=month.interactions if sample.month else 0,
        er_followers_mean_30d=month.mean,
        er_followers_median_30d=month.median,
        n_views_30d=len(month.views),
        er_views_pooled_30d=month.pooled,
        er_views_median_30d=median(month.by_views),
        n_last12=last12.n,
        er_followers_mean_last12=last12.mean,
        er_followers_median_last12=last12.median,
        n_views_last12=len(last12.views),
        er_views_pooled_last12=last12.pooled,
        er_views_median_last12=median(last12.by_views),
        comment_rate_median_30d=_comment_rate(sample.month, followers),
        top_post_share_30d=month.top / month.interactions if month.top and month.interactions else None,
    )
    return row if headline is None else _with_headline(row, headline, platform, benchmarks)


def _window(posts: list[Post], followers: int | None) -> _Window:
    """Reckon with posts whose interactions are known."""
    interactions = sorted(post.interactions or 0 for post in posts)
    viewed = [(post.interactions or 0, post.views) for post in posts if post.views]
    total = sum(interactions)
    views = sorted(seen for _, seen in viewed)
    middle = median(interactions)
    return _Window(
        n=len(posts),
        interactions=total if posts else None,
        top=interactions[-1] if posts else None,
        mean=total / (len(posts) * followers) if posts and followers else None,
        median=middle / followers if middle is not None and followers else None,
        by_followers=[each / followers for each in interactions] if followers else [],
        pooled=sum(each for each, _ in viewed) / sum(views) if viewed else None,
        by_views=sorted(each / seen for each, seen in viewed),
        views=views,
    )


def _active_weeks_share(sample: Sample) -> float:
    weeks = min(max(int(sample.cadence_days // 7), 1), 4)
    return len({int(post.age_days // 7) for post in sample.own if post.age_days < 7 * weeks}) / weeks


def _comment_rate(posts: list[Post], followers: int | None) -> float | None:
    middle = median(sorted(post.comments for post in posts if post.comments is not None))
    return middle / followers if middle is not None and followers else None


def _headline(platform: str, followers: int | None, month: _Window, last12: _Window) -> _Headline | None:
    """By views where the platform has it so and posts allow it, else by followers; over a month of three posts."""
    if FACTS[platform].by_views:
        name, window = ("30d", month) if len(month.by_views) >= _ENOUGH_IN_A_MONTH else ("last12", last12)
        rate, seen = median(window.by_views), median(window.views)
        if rate is not None and seen:
            return _Headline(rate, name, "views", window.by_views, 0.5 / seen)
    name, window = ("30d", month) if month.n >= _ENOUGH_IN_A_MONTH else ("last12", last12)
    if window.median is None or not followers:
        return None
    return _Headline(window.median, name, "followers", window.by_followers, 0.5 / followers)


def _with_headline(row: Engagement, headline: _Headline, platform: str, benchmarks: Benchmarks) -> Engagement:
    """Add the headline, its interval and its standing among peers.

    The interval is that of the sign test and not Wilson's: posts are the units that were sampled, and
    interactions scatter far more than a binomial would. The shrinkage is empirical Bayes on logarithms (Efron
    & Morris).
    """
    n = len(headline.ordered)
    low, high = median_interval(headline.ordered) or (None, None)
    row = row._replace(
        er_headline=headline.rate,
        er_headline_window=headline.window,
        er_headline_denominator=headline.denominator,
        er_headline_n=n,
        er_headline_lo=low,
        er_headline_hi=high,
    )
    peers = benchmarks.engagement_rate(platform, headline.denominator, row.followers)
    if peers is None:
        return row
    measured = max(headline.rate, headline.half_an_interaction)
    return row._replace(
        er_benchmark=peers,
        er_vs_benchmark=headline.rate / peers,
        er_shrunk=peers * (measured / peers) ** (n / (n + _PRIOR_POSTS)),
    )
