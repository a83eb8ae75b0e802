"""What looks wrong in what was read, although it could be understood: to be told, never to be acted upon.

Pages do lose and win followers overnight, and people do hide their likes. So nothing here changes a number: it says
what a person should look at, page by page or, where the scraper seems to be at fault, once for a whole batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

_FROM = 100
"""Smaller counts leap about."""
_LOSS = 0.6
_GAIN = 5
_WITHIN_DAYS = 1.5
"""From one daily sync to the next; they are not punctual."""
_MANY_PROFILES = 5
"""So many pages do not lose the same field by chance."""
_MANY_POSTS = 20
_ONCE_KNOWN = 3
"""A single post may hide what it showed before."""
_NAMED = 5


class Oddity(StrEnum):
    """The kinds of warnings."""

    JUMP = "jump"
    """Followers changed faster than people come and go."""
    SUSPECT_ZERO = "suspect_zero"
    """No followers at all, where there were many."""
    FIELD_GONE = "field_gone"
    """A counter that was there before is missing everywhere."""
    BLANK = "blank"
    """Items without a single counter."""


class QualityWarning(NamedTuple):
    """Something that a person should look at."""

    kind: Oddity
    handles: tuple[str, ...]
    """The pages in question."""
    sentence: str


class ProfileCounts(NamedTuple):
    """The counters of a profile."""

    followers: int | None
    following: int | None
    posts_count: int | None


class PostCounts(NamedTuple):
    """The counters of a post."""

    likes: int | None
    comments: int | None
    shares: int | None
    saves: int | None
    views: int | None


class ProfileChange(NamedTuple):
    """A profile that was read, beside what was known of it."""

    handle: str
    now: ProfileCounts
    before: ProfileCounts | None
    """The last known counters; None on the first sync."""
    days: float | None
    """Since `before.followers` was counted."""


class PostChange(NamedTuple):
    """A post that was read, beside what was known of it."""

    handle: str
    now: PostCounts
    before: PostCounts | None


def profile_warnings(changes: Sequence[ProfileChange]) -> list[QualityWarning]:
    """Judge the profiles of one batch, each page once."""
    warnings = [warning for change in changes if (warning := count_warning(change)) is not None]
    if len(changes) >= _MANY_PROFILES and all(_is_blank(change.now) for change in changes):
        return [*warnings, _blank("profiles", len(changes), [change.handle for change in changes])]
    for place, name in enumerate(ProfileCounts._fields):
        had = [change for change in changes if change.before is not None and change.before[place] is not None]
        if len(had) >= _MANY_PROFILES and all(change.now[place] is None for change in changes):
            warnings.append(_gone(name, "profiles", len(changes), [change.handle for change in had]))
    return warnings


def count_warning(change: ProfileChange) -> QualityWarning | None:
    """Judge the followers of one page."""
    old, new = change.before.followers if change.before else None, change.now.followers
    if old is None or new is None or old < _FROM:
        return None
    if new == 0:
        sentence = f"{change.handle} shows 0 followers after {old}: taken for a failed scrape, not for the truth"
        return QualityWarning(Oddity.SUSPECT_ZERO, (change.handle,), sentence)
    sudden = change.days is not None and change.days <= _WITHIN_DAYS
    if sudden and (new <= old * (1 - _LOSS) or new >= old * _GAIN):
        sentence = f"{change.handle} went from {old} to {new} followers within a day: is it still the same account?"
        return QualityWarning(Oddity.JUMP, (change.handle,), sentence)
    return None


class PostTally:
    """Takes in the posts of one batch, one after the other, and keeps no more than counts and handles."""

    def __init__(self) -> None:
        self._posts = 0
        self._known_now = [0] * len(PostCounts._fields)
        self._known_before = [0] * len(PostCounts._fields)
        self._handles: dict[str, None] = {}

    def add(self, changes: Iterable[PostChange]) -> None:
        """Take posts into account."""
        for change in changes:
            self._posts += 1
            self._handles[change.handle] = None
            for place, count in enumerate(change.now):
                self._known_now[place] += count is not None
            for place, count in enumerate(change.before or ()):
                self._known_before[place] += count is not None

    def warnings(self) -> list[QualityWarning]:
        """Judge the batch."""
        if self._posts < _MANY_POSTS:
            return []
        if not any(self._known_now):
            return [_blank("posts", self._posts, self._handles)]
        return [
            _gone(name, "posts", self._posts, self._handles)
            for name, now, before in zip(PostCounts._fields, self._known_now, self._known_before, strict=True)
            if now == 0 and before >= _ONCE_KNOWN
        ]


def _is_blank(counts: Sequence[int | None]) -> bool:
    return all(count is None for count in counts)


def _blank(what: str, number: int, handles: Iterable[str]) -> QualityWarning:
    sentence = (
        f"all {number} {what} of an Apify run came without a single number ({_named(handles)}): has the actor changed?"
    )
    return QualityWarning(Oddity.BLANK, tuple(handles), sentence)


def _gone(field: str, what: str, number: int, handles: Iterable[str]) -> QualityWarning:
    sentence = (
        f"{field} is missing from all {number} {what} of an Apify run, and was known before ({_named(handles)}): "
        "has the actor changed?"
    )
    return QualityWarning(Oddity.FIELD_GONE, tuple(handles), sentence)


def _named(handles: Iterable[str]) -> str:
    """Name the first few."""
    all_of_them = list(handles)
    more = len(all_of_them) - _NAMED
    return ", ".join(all_of_them[:_NAMED]) + (f" and {more} more" if more > 0 else "")
