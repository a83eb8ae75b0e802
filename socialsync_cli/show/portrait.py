"""What is known of one page, put together for looking at: profile, figures, score, trends, posts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from socialsync_cli.metrics import Engagement, Growth, PageHistory, PostRecord, Reach, Score, Snapshot
from socialsync_cli.metrics.history import Series, daily_series
from socialsync_cli.metrics.sample import read_sample
from socialsync_cli.show.chart import Point

PARTS = ("audience", "engagement", "growth", "consistency", "reach")
"""What a score is made of, in the order of its table."""


class PageView(NamedTuple):
    """A page, as last seen."""

    id: int
    platform: str
    handle: str
    external_id: str | None
    username: str | None
    display_name: str | None
    biography: str | None
    url: str | None
    website: str | None
    category: str | None
    verified: bool | None
    private: bool | None
    followers: int | None
    following: int | None
    posts_count: int | None
    likes_total: int | None
    status: str | None
    first_synced_at: datetime | None
    last_synced_at: datetime | None


class PostView(NamedTuple):
    """A post, as last seen."""

    external_id: str
    url: str | None
    kind: str | None
    text: str | None
    published_at: datetime | None
    likes: int | None
    comments: int | None
    shares: int | None
    saves: int | None
    views: int | None
    pinned: bool | None
    owner_username: str | None
    last_seen_at: datetime | None


class Ranked(NamedTuple):
    """A post and what it came to."""

    post: PostView
    interactions: int
    rate: float | None
    """By followers or by views, as the page's own rate."""


class Peers(NamedTuple):
    """What is usual on the platform; None where that is not known, or the figures were made with other tables."""

    posts_per_week: float | None = None
    growth_rate_30d: float | None = None


class Portrait(NamedTuple):
    """Everything that is shown of a page."""

    page: PageView
    day: date | None
    """Of the figures; None: there are none yet."""
    engagement: Engagement
    growth: Growth
    reach: Reach
    score: Score
    previous: tuple[date, Score] | None
    """The newest earlier score that can be compared with this one."""
    peers: Peers
    followers: Sequence[Point]
    engagement_trend: Sequence[Point]
    score_trend: Sequence[Point]
    best: Sequence[Ranked]
    worst: Sequence[Ranked]

    def change(self, name: str) -> float | None:
        """How a value of the score has changed since the previous one."""
        if self.previous is None:
            return None
        now, before = getattr(self.score, name), getattr(self.previous[1], name)
        return None if now is None or before is None else now - before


def comparable(one: Score, other: Score) -> bool:
    """Whether two scores were made in the same way."""
    return (one.formula_version, one.benchmark_version, one.aggregation, dict(one.weights)) == (
        other.formula_version,
        other.benchmark_version,
        other.aggregation,
        dict(other.weights),
    )


def previous_of(scores: Mapping[date, Score], day: date) -> tuple[date, Score] | None:
    """Return the newest score before a day that can be compared with that day's."""
    for earlier in sorted(scores, reverse=True):
        if earlier < day and comparable(scores[earlier], scores[day]):
            return earlier, scores[earlier]
    return None


def follower_trend(snapshots: Sequence[Snapshot]) -> list[Point]:
    """Return one trustworthy count per day."""
    if not snapshots:
        return []
    last = max(snapshot.captured_at for snapshot in snapshots)
    series = daily_series(snapshots, last)
    points = [Point(count.at.date(), count.followers) for count in series.earlier]
    if series.today is not None and series.today.followers is not None:
        points.append(Point(last.date(), series.today.followers))
    return points


def rank(page: PageView, posts: Sequence[PostView], as_of: datetime, engagement: Engagement) -> list[Ranked]:
    """Return the posts on which the page's figures of 30 days rest, the most interactions first.

    Args:
        page: Whose they are.
        posts: Those that may count; the others are sorted out as for the figures.
        as_of: The moment of the figures.
        engagement: Says what rates refer to.

    """
    records = [
        PostRecord(
            p.external_id, p.published_at, p.last_seen_at, p.owner_username, bool(p.pinned), p.likes, p.comments,
            p.shares, p.saves, p.views,
        )
        for p in posts
    ]  # fmt: skip
    history = PageHistory(page.platform, page.handle, page.username, page.external_id, (), records, as_of)
    sample = read_sample(history, Series(None, False, []), as_of, posts_per_page=len(records) + 1)
    by_id = {post.external_id: post for post in posts}
    by_views = engagement.er_headline_denominator == "views"
    ranked = []
    for counted in sample.month if sample else ():
        if counted.interactions is not None:
            whole = counted.views if by_views else engagement.followers
            rate = counted.interactions / whole if whole else None
            ranked.append(Ranked(by_id[counted.external_id], counted.interactions, rate))
    return sorted(ranked, key=lambda r: (-r.interactions, r.post.external_id))
