"""Whoever looks at the world beside the program, and remembers what a sync could see at each moment."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import days_reference as reference
from days_builders import COUNTERS, DERIVED, Life, Row

from socialsync_cli.core.records import Post, Profile
from socialsync_cli.sandbox import truth
from socialsync_cli.sandbox.plans import Feed, feed

Key = tuple[str, str]
"""Platform and handle."""
REFRESH = timedelta(days=14)
SNAPSHOT = ("followers", "following", "posts_count", "likes_total", "private", "followers_rounded")
TOLERANCE = 1e-6


@dataclass
class Watched:
    """What was seen of a page, in the order of seeing."""

    profiles: list[tuple[datetime, Profile]] = field(default_factory=list)
    posts: list[tuple[datetime, Post]] = field(default_factory=list)
    answered: list[datetime] = field(default_factory=list)
    status: str | None = None

    def days(self) -> dict[date, tuple[datetime, Profile]]:
        """Return the last snapshot of each day."""
        return {at.date(): (at, profile) for at, profile in self.profiles}


def as_told(key: Key, post: Post) -> Post:
    """Return a post as the site tells of it.

    Facebook leaves out the count where there are no comments; a page that leaves out every count cannot mean that.
    """
    return post._replace(comments=None) if key == ("facebook", "withheld") else post


class Witness:
    """Sees what an actor gives at the moment of each sync, from what is true in the world.

    Args:
        life: Whose syncs.
        posts_per_page: How many posts are asked for.
        shown: What becomes of a post on its way: a site may hide what is there.
    """

    def __init__(self, life: Life, posts_per_page: int, shown: Callable[[Key, Post], Post] = as_told) -> None:
        self.life = life
        self.limit = posts_per_page
        self.shown = shown
        self.pages: dict[Key, Watched] = {(p, h): Watched() for p, some in life.pages.items() for h in some}

    def sync(self, *, without_posts: Collection[str] = (), **asked: Any) -> None:
        """Sync, and remember what there was to be seen; of some platforms the posts do not come."""
        began = self.life.now
        self.life.sync(**asked)
        moments = {began, self.life.now}
        for (platform, handle), watched in self.pages.items():
            row = self.life.result(platform, handle)
            at = row["captured_at"]
            assert at in moments, (platform, handle, at)
            self._look((platform, handle), watched, at, began, posts_come=platform not in without_posts)
            assert row["result"] == watched.status, (platform, handle, began, row)

    def _look(self, key: Key, watched: Watched, at: datetime, began: datetime, *, posts_come: bool) -> None:
        profile = self.life.sandbox.profile(*key)
        if profile is None:
            watched.status = "not_found"
            return
        watched.profiles.append((at, profile))
        watched.status = "private" if profile.private else "ok" if posts_come else "partial"
        if watched.status == "ok":
            watched.posts += [(at, self.shown(key, post)) for post in self._posts(key, watched, began)]
            watched.answered.append(at)

    def _posts(self, key: Key, watched: Watched, began: datetime) -> list[Post]:
        world, (platform, handle) = self.life.sandbox, key
        if watched.answered:
            since = min(began - REFRESH, watched.answered[-1])
            if platform == "tiktok":
                since = since.replace(hour=0, minute=0, second=0, microsecond=0)
            return world.posts(platform, handle, limit=self.limit, since=since)
        t = world.state.world_time()
        page = world.world.find(platform, handle, t)
        return [truth.post_record(world.world.post(page, index, t)) for index in feed(page, Feed(self.limit), t)]

    def expected_snapshots(self, key: Key) -> dict[date, Row]:
        """Return what `social_page_metric` has to hold of a page."""
        watched = self.pages[key]
        found = {}
        for day, (at, profile) in watched.days().items():
            row = {name: getattr(profile, name) for name in SNAPSHOT}
            answered = max((moment for moment in watched.answered if moment <= at), default=None)
            found[day] = row | {"imported": False, "captured_at": at, "posts_read_at": answered}
        return found

    def expected_history(self, key: Key) -> dict[tuple[str, date], Row]:
        """Return what `social_page_post_metric` has to hold: a row per post and day on which a counter changed."""
        found: dict[tuple[str, date], Row] = {}
        last: dict[str, Row] = {}
        for at, post in self.pages[key].posts:
            now = {name: getattr(post, name) for name in COUNTERS}
            before = last.get(post.external_id)
            known = {name: count for name, count in now.items() if count is not None}
            if before is None or any(before[name] != count for name, count in known.items()):
                found[post.external_id, at.date()] = now | {"observed_at": at}
            last[post.external_id] = (before or now) | known
        return found

    def expected_posts(self, key: Key) -> dict[str, Row]:
        """Return the counters that `social_page_post` has to hold: a known one is never forgotten."""
        found: dict[str, Row] = {}
        for at, post in self.pages[key].posts:
            before = found.get(post.external_id, {"first_seen_at": at} | dict.fromkeys(COUNTERS))
            known = {name: getattr(post, name) for name in COUNTERS if getattr(post, name) is not None}
            found[post.external_id] = before | known | {"last_seen_at": at}
        return found

    def expected_figures(self, key: Key) -> Iterator[tuple[date, dict[str, reference.Columns]]]:
        """Yield what the derived tables have to hold, day by day."""
        watched = self.pages[key]
        snaps = [
            reference.Snap(at, p.followers, p.following, p.posts_count, p.private, p.followers_rounded)
            for at, p in watched.profiles
        ]
        seen = [
            reference.Seen(
                post.external_id, post.published_at, at, post.owner_username, post.pinned,
                *(getattr(post, name) for name in COUNTERS),
            )
            for at, post in watched.posts
        ]  # fmt: skip
        for day, (at, profile) in watched.days().items():
            names = (key[1], profile.username, profile.external_id)
            page = reference.Page(key[0], names, snaps, seen, watched.answered, self.limit)
            yield day, reference.rows(page, at)


def differences(stored: Row, expected: reference.Columns) -> dict[str, tuple[Any, Any]]:
    """Return, by column, what is stored and what should be, where these differ."""
    wanted = {name: expected.get(name) for name in stored if name not in ("id", "page_id", "date")}
    assert expected.keys() <= wanted.keys()
    return {name: (stored[name], want) for name, want in wanted.items() if not _same(stored[name], want)}


def _same(stored: Any, wanted: Any) -> bool:
    if isinstance(wanted, float) and isinstance(stored, int | float):
        return abs(stored - wanted) <= TOLERANCE * max(1.0, abs(wanted))
    return bool(stored == wanted) and isinstance(stored, bool) == isinstance(wanted, bool)


def check_figures(witness: Witness, key: Key) -> int:
    """Hold all derived rows of a page against the reckoning; return how many days there are."""
    stored = {kind: witness.life.of_page(f"social_page_{kind}", *key) for kind in DERIVED}
    days = 0
    for day, expected in witness.expected_figures(key):
        days += 1
        for kind in DERIVED:
            wrong = differences(stored[kind].pop(day), expected[kind])
            assert not wrong, (key, day, kind, wrong)
    assert not any(stored.values()), f"{key} has derived rows of days without a snapshot"
    return days
