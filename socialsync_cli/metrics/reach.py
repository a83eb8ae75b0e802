"""How many people a page's posts reach: an estimate, because unique reach is private to the page's owner.

A post's views stand for its reach where the platform shows them. They are an upper bound, since they count
repeats. Elsewhere the followers stand in, times the share of them that posts of peers are known to reach.
"""

from __future__ import annotations

from typing import NamedTuple

from socialsync_cli.metrics.benchmarks import DEFAULT_BENCHMARKS, Benchmarks
from socialsync_cli.metrics.median import median
from socialsync_cli.metrics.sample import Post, Sample
from socialsync_cli.metrics.versions import FORMULA_VERSION

_ENOUGH_IN_A_MONTH = 3


class Reach(NamedTuple):
    """A row of social_page_reach. Rates are fractions of the followers of the day."""

    reach_window: str | None = None
    """30d, or last12 where the month has fewer than three posts; None without posts."""
    n_posts: int | None = None
    n_view_posts: int | None = None
    """Those of them whose views are shown."""
    views_median: float | None = None
    views_mean: float | None = None
    view_rate: float | None = None
    """The median of views per follower."""
    reach_per_post: float | None = None
    """People, of a middling post."""
    reach_rate: float | None = None
    gross_reach_30d: float | None = None
    """People of all posts of the month added up, everybody once per post."""
    reach_basis: str | None = None
    """views, followers or mixed: where the reach of the posts was taken from."""
    reach_estimated: bool | None = None
    """False only when every post shows its views."""
    view_rate_benchmark: float | None = None
    view_rate_vs_benchmark: float | None = None
    formula_version: str = FORMULA_VERSION
    benchmark_version: str = DEFAULT_BENCHMARKS.version


def reach_row(platform: str, followers: int | None, sample: Sample | None, benchmarks: Benchmarks) -> Reach:
    """The row for a page of so many followers and these posts; `sample` is None while posts are not known."""
    blank = Reach(benchmark_version=benchmarks.version)
    if sample is None:
        return blank
    in_month = len(sample.month) >= _ENOUGH_IN_A_MONTH
    posts = sample.month if in_month else sample.latest
    views = sorted(post.views for post in posts if post.views is not None)
    stand_in = _stand_in(platform, followers, benchmarks)
    of_month = _reached(sample.month, stand_in)
    row = blank._replace(
        n_posts=len(posts),
        n_view_posts=len(views),
        gross_reach_30d=None if of_month is None else float(sum(of_month)),
    )
    if not posts:
        return row
    row = row._replace(reach_window="30d" if in_month else "last12")
    if views:
        row = _with_views(row, views, platform, followers, benchmarks)
    reached = _reached(posts, stand_in)
    per_post = None if reached is None else median(sorted(reached))
    if per_post is None:
        return row
    return row._replace(
        reach_per_post=per_post,
        reach_rate=per_post / followers if followers else None,
        reach_basis="views" if len(views) == len(posts) else "mixed" if views else "followers",
        reach_estimated=len(views) < len(posts),
    )


def _stand_in(platform: str, followers: int | None, benchmarks: Benchmarks) -> float | None:
    """The reach of a post whose views are not shown."""
    share = benchmarks.reach_per_follower(platform, followers)
    return None if followers is None or share is None else followers * share


def _reached(posts: list[Post], stand_in: float | None) -> list[float] | None:
    """The reach of each post; None when it is unknown of one of them."""
    reached = []
    for post in posts:
        people = stand_in if post.views is None else float(post.views)
        if people is None:
            return None
        reached.append(people)
    return reached


def _with_views(row: Reach, views: list[int], platform: str, followers: int | None, benchmarks: Benchmarks) -> Reach:
    """Add what the views say, given in ascending order."""
    middle = median(views)
    assert middle is not None  # there are views
    row = row._replace(views_median=float(middle), views_mean=sum(views) / len(views))
    if not followers:
        return row
    rate = middle / followers
    peers = benchmarks.views_per_follower(platform, followers)
    return row._replace(
        view_rate=rate,
        view_rate_benchmark=peers,
        view_rate_vs_benchmark=None if peers is None else rate / peers,
    )
