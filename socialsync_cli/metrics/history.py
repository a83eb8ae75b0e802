"""What the figures are made from, and how counts of followers are read: one trustworthy count per UTC day.

Times are aware datetimes, whatever their zone (a day is the UTC day); a naive one raises TypeError as soon as
it is compared. Counters are integers or None; a negative one is a scraper's word for "hidden" and reads as
None. Whatever lies after `as_of` is not looked at, so that a row can be made again, years later, as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

DAY = timedelta(days=1)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NOON = timedelta(hours=12)
_POSTS_STAY_KNOWN = timedelta(days=3)
_SUSPECT_FROM = 100
"""Nobody loses this many followers at once and keeps the page: a 0 after such a count is a failed scrape."""


class Snapshot(NamedTuple):
    """The counters of a page as they were captured at one moment, nothing corrected yet."""

    captured_at: datetime
    followers: int | None
    following: int | None = None
    posts_count: int | None = None
    private: bool | None = None
    """None is unknown and treated as public."""
    followers_rounded: bool = False
    """The site showed "12.3K" instead of a number."""
    imported: bool = False
    """From a file of dates and counts: it stands at noon of its day and gives way to anything measured."""


class PostRecord(NamedTuple):
    """One observation of one post; a post may come with as many as were made of it."""

    external_id: str
    published_at: datetime | None
    observed_at: datetime | None
    """None: seen at the moment the figures are for."""
    owner_username: str | None = None
    """The author's identifier (never a display name); None or "" is taken for the page itself."""
    pinned: bool = False
    likes: int | None = None
    """Facebook: all reactions together."""
    comments: int | None = None
    shares: int | None = None
    saves: int | None = None
    views: int | None = None


class PageHistory(NamedTuple):
    """Everything that is known of a page, for one moment of its life."""

    platform: str
    """One of `platforms.FACTS`."""
    handle: str
    username: str | None
    external_id: str | None
    snapshots: Sequence[Snapshot]
    """In any order; of two of the same moment the one further back counts."""
    posts: Sequence[PostRecord]
    """In any order, likewise. All there are: without the old ones, pinned posts would be taken for leftovers and a
    fetch for a complete one."""
    posts_read_at: datetime | None
    """When Apify last answered about the posts, be it that there are none; as it was known at the moment in question,
    because a later answer is no answer yet."""


class Count(NamedTuple):
    """A known number of followers on an earlier day."""

    at: datetime
    followers: int
    rounded: bool


class Series(NamedTuple):
    """The daily counts of a page up to one moment."""

    today: Snapshot | None
    """What counts for the day itself, implausible counters already None; None if nothing was captured."""
    suspect_zero: bool
    """The day showed 0 followers, and that was not believed."""
    earlier: list[Count]
    """The days before, oldest first, only those with a known count."""

    @property
    def followers(self) -> int | None:
        """The count of the day itself."""
        return self.today.followers if self.today else None

    @property
    def rounded(self) -> bool:
        """Whether the count of the day itself is an abbreviation."""
        return self.today is not None and self.today.followers is not None and self.today.followers_rounded


def known(counter: int | None) -> int | None:
    """A counter as it may be reckoned with: None where it is absent or negative."""
    return counter if counter is not None and counter >= 0 else None


def daily_series(snapshots: Sequence[Snapshot], as_of: datetime) -> Series:
    """One count per UTC day up to `as_of`, without the zeros that failed scrapes leave behind.

    A day's last measured snapshot speaks for it, also when its count is unknown; an imported one only where
    nothing was measured. A 0 is disbelieved if the last count that was believed before it is 100 or more.
    """
    today_number = (as_of - _EPOCH).days
    earlier: list[Count] = []
    today: Snapshot | None = None
    suspect_zero = False
    for number, (_, at, snapshot) in sorted(_by_day(snapshots, as_of).items()):
        followers = known(snapshot.followers)
        doubtful = followers == 0 and bool(earlier) and earlier[-1].followers >= _SUSPECT_FROM
        if number == today_number:
            today = snapshot._replace(
                captured_at=at,
                followers=None if doubtful else followers,
                following=known(snapshot.following),
                posts_count=known(snapshot.posts_count),
            )
            suspect_zero = doubtful
        elif followers is not None and not doubtful:
            earlier.append(Count(at, followers, snapshot.followers_rounded))
    return Series(today, suspect_zero, earlier)


def _by_day(snapshots: Sequence[Snapshot], as_of: datetime) -> dict[int, tuple[bool, datetime, Snapshot]]:
    """Per day since 1970 the snapshot that speaks for it, as (measured, when, snapshot)."""
    days: dict[int, tuple[bool, datetime, Snapshot]] = {}
    for snapshot in snapshots:
        at = snapshot.captured_at
        number = (at - _EPOCH).days
        measured = not snapshot.imported
        if not measured:
            at = _EPOCH + number * DAY + _NOON
        if at > as_of:
            continue
        rival = days.get(number)
        if rival is None or (measured, at) >= rival[:2]:
            days[number] = (measured, at, snapshot)
    return days


def posts_are_known(history: PageHistory, series: Series, as_of: datetime) -> bool:
    """Whether the posts at hand describe the page of `as_of`.

    They do not while the page is private, nor when the last answer about posts is more than three days old.
    An answer that came after `as_of` was not there yet.
    """
    if (series.today and series.today.private) or history.posts_read_at is None:
        return False
    return timedelta(0) <= as_of - history.posts_read_at <= _POSTS_STAY_KNOWN
