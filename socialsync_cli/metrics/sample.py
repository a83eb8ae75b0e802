"""Which posts of a page count, and for what.

The order of the steps matters: observations are joined to posts, pinned leftovers and other people's posts
go, and of what is left the young ones wait outside the rates, because a post gathers most of its interactions
on its first day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from socialsync_cli.metrics.history import DAY, PageHistory, PostRecord, Series, known, posts_are_known
from socialsync_cli.metrics.platforms import FACTS

_MATURE_DAYS = 1.0
_MONTH_DAYS = 30.0
_STALE_DAYS = 180.0
_LATEST = 12


class Post(NamedTuple):
    """A post as it was known at the moment in question, its observations joined."""

    age_days: float
    external_id: str
    owner: str | None
    pinned: bool
    comments: int | None
    views: int | None
    interactions: int | None
    """None exactly when the likes are hidden."""
    partial: bool
    """Some part of `interactions` is unknown and was counted as 0."""


class Sample(NamedTuple):
    """The posts of a page by what they are good for, each list newest first."""

    own: list[Post]
    """All of the page's own: they make the cadence."""
    month: list[Post]
    """Own, at least a day and at most 30 days old."""
    latest: list[Post]
    """The 12 latest own posts that are at least a day and at most 180 days old."""
    latest_rated: list[Post]
    """Likewise, of those whose interactions are known."""
    cadence_days: float
    """How far back the own posts are complete: 30, or less when the fetch ended earlier (1 at least)."""

    @property
    def truncated(self) -> bool:
        """Whether the fetch ended before 30 days were covered."""
        return self.cadence_days < _MONTH_DAYS

    def own_of_month(self) -> int:
        """How many own posts are at most 30 days old, the young ones included."""
        return sum(post.age_days <= _MONTH_DAYS for post in self.own)


def read_sample(history: PageHistory, series: Series, as_of: datetime, posts_per_page: int) -> Sample | None:
    """Sort out the posts of `history`; None while they are not known.

    `posts_per_page` is how many posts a sync asks for: with that many at hand and more on the page, the
    oldest one marks where the fetch ended. Raises ValueError for a platform whose interactions are not
    defined.
    """
    if history.platform not in FACTS:
        raise ValueError(f"no interactions are defined for the platform {history.platform!r}")
    if not posts_are_known(history, series, as_of):
        return None
    fetched = _join(history.posts, as_of, FACTS[history.platform].interactions)
    posts_count = series.today.posts_count if series.today else None
    own = _own(_without_leftovers(fetched), history)
    mature = [post for post in own if _MATURE_DAYS <= post.age_days <= _STALE_DAYS]
    return Sample(
        own=own,
        month=[post for post in mature if post.age_days <= _MONTH_DAYS],
        latest=mature[:_LATEST],
        latest_rated=[post for post in mature if post.interactions is not None][:_LATEST],
        cadence_days=_cadence_days(fetched, posts_count, posts_per_page),
    )


def _join(records: Iterable[PostRecord], as_of: datetime, other_parts: Sequence[str]) -> list[Post]:
    """One post per id, of the observations that have a date of publication and were there at `as_of`."""
    copies: dict[str, list[PostRecord]] = {}
    for record in records:
        published_at, observed_at = record.published_at, record.observed_at
        if published_at is None or published_at > as_of or (observed_at is not None and observed_at > as_of):
            continue
        copies.setdefault(record.external_id, []).append(record)
    return [_joined(group, as_of, other_parts) for group in copies.values()]


def _joined(copies: list[PostRecord], as_of: datetime, other_parts: Sequence[str]) -> Post:
    """The newest observation, each counter from the newest that knows it.

    A pinned post often comes twice in one answer, once as pinned and once in its place; then it is in its
    place.
    """
    pinned = copies[0].pinned
    if len(copies) > 1:
        copies.sort(key=lambda copy: copy.observed_at or as_of)
        newest_at = copies[-1].observed_at or as_of
        pinned = all(copy.pinned for copy in copies if (copy.observed_at or as_of) == newest_at)
    newest = copies[-1]
    assert newest.published_at is not None  # or it would not have been let in
    likes = _latest(copies, "likes")
    parts = [_latest(copies, name) for name in other_parts]
    return Post(
        age_days=(as_of - newest.published_at) / DAY,
        external_id=newest.external_id,
        owner=newest.owner_username,
        pinned=pinned,
        comments=parts[0],
        views=_latest(copies, "views"),
        interactions=None if likes is None else likes + sum(part or 0 for part in parts),
        partial=likes is not None and None in parts,
    )


def _latest(copies: Sequence[PostRecord], name: str) -> int | None:
    """The counter as the newest observation that knows it has it; `copies` are oldest first."""
    for copy in reversed(copies):
        counter = known(getattr(copy, name))
        if counter is not None:
            return counter
    return None


def _without_leftovers(posts: list[Post]) -> list[Post]:
    """Without the pinned posts that are older than all others: they are here as favourites, not as recent."""
    reach_back = max((post.age_days for post in posts if not post.pinned), default=None)
    if reach_back is None:
        return posts
    return [post for post in posts if not post.pinned or post.age_days <= reach_back]


def _own(posts: Iterable[Post], history: PageHistory) -> list[Post]:
    """The page's own posts, newest first; a co-author's or a reposted one goes by its owner."""
    names = {name.casefold() for name in (history.handle, history.username, history.external_id) if name}
    own = [post for post in posts if not post.owner or post.owner.casefold() in names]
    own.sort(key=lambda post: (post.age_days, post.external_id))
    return own


def _cadence_days(fetched: Sequence[Post], posts_count: int | None, posts_per_page: int) -> float:
    cut = len(fetched) >= posts_per_page and (posts_count is None or posts_count > len(fetched))
    if not fetched or not cut:
        return _MONTH_DAYS
    oldest = max((post.age_days for post in fetched if not post.pinned), default=None)
    if oldest is None:
        oldest = max(post.age_days for post in fetched)
    return min(max(oldest, 1.0), _MONTH_DAYS)
