"""What may be asked of a run, in the words of its options, and the request that this comes to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict, Unpack

from socialsync_cli.config import User
from socialsync_cli.execute.naming import handles_named
from socialsync_cli.execute.request import Request


class Wishes(TypedDict, total=False):
    """What a run may be asked for; what is left out, or None, is as configured."""

    platforms: Sequence[str]
    """By the names of the configuration; none named: all."""
    pages: Sequence[str]
    """Handles, @handles or addresses; none named: all."""
    posts: int | None
    """The newest posts of each page."""
    comments: int | None
    """Of each post; 0: none."""
    full: bool
    """Settled posts are fetched again, too."""
    fresh: bool
    """Nothing is taken over from an interrupted run."""
    max_cost_usd: float | None
    """A ceiling; 0: none."""
    workers: int | None
    """Threads."""
    wait_s: float
    """How long to wait for another run that holds the same user × platform."""


def request_of(users: Sequence[User], **wishes: Unpack[Wishes]) -> Request:
    """Return the request behind wishes.

    Raises:
        UsageError: A page that is asked for is none of these users'.

    """
    platforms = tuple(map(str, wishes.get("platforms", ())))
    return Request(
        users=users,
        platforms=platforms,
        handles=handles_named(wishes.get("pages", ()), users, platforms),
        posts=wishes.get("posts"),
        comments=wishes.get("comments"),
        full=wishes.get("full", False),
        fresh=wishes.get("fresh", False),
        max_cost_usd=wishes.get("max_cost_usd"),
        workers=wishes.get("workers"),
        wait_s=wishes.get("wait_s", 0.0),
    )
