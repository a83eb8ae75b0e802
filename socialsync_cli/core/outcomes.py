"""From dataset items to the word for a page: `ok`, `partial`, `private`, `not_found`, `restricted`, `failed`.

Apify's `SUCCEEDED` proves nothing: a page is `ok` only when its own items say so. What one Apify run said about a
page is a `PartAnswer`; the parts (profiles, posts, comments) together make the page's result.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from socialsync_cli.core.records import Verdict
from socialsync_cli.errors import SocialsyncError

PROFILES, POSTS, COMMENTS = "profiles", "posts", "comments"
BROKEN_FROM = 5
"""An Apify run over so many pages without an answer for any of them means a broken or blocked actor."""


class Result(StrEnum):
    """What became of a page."""

    OK = "ok"
    PARTIAL = "partial"
    PRIVATE = "private"
    NOT_FOUND = "not_found"
    RESTRICTED = "restricted"
    FAILED = "failed"
    REVOKED = "revoked"


FINAL_ANSWERS = frozenset({Result.OK, Result.PRIVATE, Result.NOT_FOUND, Result.RESTRICTED})
"""Results that need no other try: the task of such pages succeeded."""


class Kind(StrEnum):
    """What one part of a page came to."""

    OK = "ok"
    EMPTY = "empty"
    """There is nothing (new) to report, said in so many words."""
    NO_ITEMS = "no_items"
    """The ambiguous word: the other part decides what it means."""
    PRIVATE = "private"
    NOT_FOUND = "not_found"
    RESTRICTED = "restricted"
    SILENT = "silent"
    """Not one item, though the Apify run succeeded."""
    BLOCKED = "blocked"
    FAILED = "failed"


class Trouble(NamedTuple):
    """An error, as the outside sees it."""

    type: str
    message: str

    @classmethod
    def of(cls, error: SocialsyncError) -> Trouble:
        """Describe an exception."""
        return cls(error.type, str(error))


class PartAnswer(NamedTuple):
    """The final word about one part of a page."""

    kind: Kind
    items: int = 0
    """Items of data that belong to it."""
    detail: str | None = None
    """The scraper's own words."""
    trouble: Trouble | None = None


_STRENGTH: dict[Verdict, Kind] = {
    Verdict.DATA: Kind.OK,
    Verdict.PRIVATE: Kind.PRIVATE,
    Verdict.NOT_FOUND: Kind.NOT_FOUND,
    Verdict.RESTRICTED: Kind.RESTRICTED,
    Verdict.EMPTY: Kind.EMPTY,
    Verdict.NO_ITEMS: Kind.NO_ITEMS,
    Verdict.BLOCKED: Kind.BLOCKED,
    Verdict.BAD: Kind.FAILED,
}
"""Verdicts, the most telling first: data beats every error item beside it."""

_RANK = {verdict: rank for rank, verdict in enumerate(_STRENGTH)}


class Tally:
    """Counts what one Apify run says about one page; the order of its items does not matter."""

    __slots__ = ("best", "detail", "items")

    def __init__(self) -> None:
        self.best: Verdict | None = None
        self.detail: str | None = None
        self.items = 0

    def add(self, verdict: Verdict, detail: str | None = None) -> None:
        """Take one reading into account."""
        if verdict is Verdict.DATA:
            self.items += 1
        if self.best is None or _RANK[verdict] < _RANK[self.best]:
            self.best, self.detail = verdict, detail

    def answer(self) -> PartAnswer:
        """Return what was said so far."""
        if self.best is None:
            return PartAnswer(Kind.SILENT)
        kind = _STRENGTH[self.best]
        trouble = None
        if kind is Kind.FAILED:
            trouble = Trouble("bad_data", f"the item cannot be understood: {self.detail or 'no data in it'}")
        elif kind is Kind.BLOCKED:
            trouble = Trouble("actor_failed", "the site blocked the scraper")
        return PartAnswer(kind, self.items, self.detail, trouble)


def is_broken(answers: Iterable[PartAnswer]) -> bool:
    """Whether a run over these pages shows a broken actor: five or more, and no answer for any."""
    kinds = [answer.kind for answer in answers]
    return len(kinds) >= BROKEN_FROM and all(kind in (Kind.SILENT, Kind.BLOCKED) for kind in kinds)


class PageFacts(NamedTuple):
    """What the profile said that the meaning of the posts' answer depends on."""

    private: bool | None = None
    posts_count: int | None = None
    dated: bool = False
    """Only posts newer than a date were asked for: nothing is then an ordinary answer."""


def page_result(parts: Mapping[str, PartAnswer], facts: PageFacts) -> tuple[Result, Trouble | None]:
    """Put the parts of a page together.

    Args:
        parts: The parts that were asked for, by name; a platform whose profile comes inside its posts has
            a `profiles` answer made from these.
        facts: What the profile said.

    """
    profile, posts = parts.get(PROFILES), parts.get(POSTS)
    if profile is None:
        return Result.FAILED, Trouble("internal", "the page was never asked for")
    result, trouble = _profile_result(profile, posts, facts)
    comments = parts.get(COMMENTS)
    if result is Result.OK and comments is not None and comments.kind is Kind.FAILED:
        return Result.PARTIAL, comments.trouble
    return result, trouble


def _profile_result(profile: PartAnswer, posts: PartAnswer | None, facts: PageFacts) -> tuple[Result, Trouble | None]:
    if profile.kind in (Kind.OK, Kind.EMPTY):
        return (Result.PRIVATE, None) if facts.private else _posts_result(posts, facts)
    came = posts is not None and posts.items > 0
    if profile.kind in (Kind.FAILED, Kind.BLOCKED):
        return (Result.PARTIAL if came else Result.FAILED), profile.trouble or _ACTOR_FAILED
    if came:
        return Result.PARTIAL, Trouble("bad_data", "posts came, but the profile did not")
    if profile.kind is Kind.PRIVATE:
        return Result.PRIVATE, None
    if profile.kind is Kind.RESTRICTED:
        return Result.RESTRICTED, None
    return Result.NOT_FOUND, None


def _posts_result(posts: PartAnswer | None, facts: PageFacts) -> tuple[Result, Trouble | None]:
    if posts is None or posts.kind in (Kind.OK, Kind.EMPTY):
        return Result.OK, None
    if posts.kind is Kind.PRIVATE:
        return Result.PRIVATE, None
    if posts.kind in (Kind.NO_ITEMS, Kind.SILENT):
        if not contradicts(posts, facts):
            return Result.OK, None
        return Result.PARTIAL, Trouble("actor_failed", f"none of the page's {facts.posts_count} posts were returned")
    if posts.kind in (Kind.FAILED, Kind.BLOCKED):
        return Result.PARTIAL, posts.trouble or _ACTOR_FAILED
    return Result.PARTIAL, Trouble("bad_data", f"the profile came, but its posts are {posts.kind}")


def contradicts(posts: PartAnswer, facts: PageFacts) -> bool:
    """Whether an answer without posts cannot be the truth: the profile counts posts, and all were asked for."""
    return (
        posts.kind in (Kind.NO_ITEMS, Kind.SILENT)
        and not facts.dated
        and not facts.private
        and (facts.posts_count or 0) > 0
    )


_ACTOR_FAILED = Trouble("actor_failed", "the actor returned nothing for the page")


class State(StrEnum):
    """The states of tasks and runs; the same words as Celery's."""

    PENDING = "PENDING"
    STARTED = "STARTED"
    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"
    REVOKED = "REVOKED"


OVER = frozenset({State.SUCCESS, State.FAILURE, State.REVOKED})


def run_state(tasks: Iterable[str]) -> State:
    """Return the state of a run from the states of its tasks."""
    seen = set(tasks)
    if State.FAILURE in seen:
        return State.FAILURE
    return State.REVOKED if State.REVOKED in seen else State.SUCCESS


def exit_code(tasks: Iterable[str]) -> int:
    """Return what the process ends with: 0 all succeeded, 1 none did, 3 some did."""
    states = list(tasks)
    good = sum(state == State.SUCCESS for state in states)
    if good == len(states):
        return 0
    return 3 if good else 1
