"""What a run is asked to do, what it meets, and which tasks that comes to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from socialsync_cli.config import Config, User
from socialsync_cli.core.events import Listener, nobody
from socialsync_cli.core.outcomes import Trouble
from socialsync_cli.core.stop import StopSignal
from socialsync_cli.errors import InvalidTokenError, UsageError
from socialsync_cli.execute.accounts import Tokens
from socialsync_cli.execute.board import TaskBoard
from socialsync_cli.execute.prepare import Wanted
from socialsync_cli.execute.work import Options


def utc_now() -> datetime:
    """The clock of the machine."""
    return datetime.now(UTC)


class Request(NamedTuple):
    """What a run is asked to do."""

    users: Sequence[User]
    platforms: Sequence[str] = ()
    """None named: every platform on which a user has pages."""
    handles: Sequence[str] = ()
    """Canonical handles; none named: all pages."""
    posts: int | None = None
    comments: int | None = None
    full: bool = False
    fresh: bool = False
    """Take nothing over from an earlier run."""
    max_cost_usd: float | None = None
    workers: int | None = None
    wait_s: float = 0.0
    """How long to wait for somebody else's lock."""


@dataclass(frozen=True)
class Surroundings:
    """What a run meets: the configuration, the environment, and who watches."""

    config: Config
    environ: Mapping[str, str]
    tell: Listener = nobody
    stop: StopSignal = field(default_factory=StopSignal)
    clock: Callable[[], datetime] = utc_now


SIGNALS = {"SIGINT": 130, "SIGTERM": 143}
"""What a run ends with that was stopped by a signal: the reason of its stop signal."""

TIME_LIMIT = "time limit"
"""Why a worker stops whose time for one piece of work is over."""


class Ended(NamedTuple):
    """How a run ended."""

    run_id: str
    exit_code: int
    cancelled: bool = False
    """Somebody else asked it to stop."""
    tasks: tuple[TaskBoard, ...] = ()


def choose(request: Request, tokens: Tokens) -> list[Wanted]:
    """Return the tasks that a request comes to: user × platform, with the pages that are asked for.

    Raises:
        UsageError: Nothing is left.

    """
    chosen = []
    fingerprints = fingerprints_of(request.users, {user.id for user in request.users}, tokens)
    for user in request.users:
        for platform, handles in user.pages.items():
            if request.platforms and platform not in request.platforms:
                continue
            some = [h for h in handles if not request.handles or h in request.handles]
            if some:
                chosen.append(Wanted(user.id, platform, some, fingerprints.get(user.id)))
    if not chosen:
        raise UsageError("no page of these users fits what was asked for; `socialsync users` lists them")
    return chosen


def fingerprints_of(users: Iterable[User], wanted: Collection[str], tokens: Tokens) -> dict[str, str]:
    """Return the fingerprint of the token of each of these users; why one has none is noted."""
    found = {}
    missing = set(wanted)
    for user in users:
        if user.id in missing:
            missing.discard(user.id)
            try:
                found[user.id] = tokens.of(user).fingerprint
            except InvalidTokenError as error:
                tokens.troubles[user.id] = Trouble.of(error)
    for user_id in missing:
        tokens.troubles[user_id] = Trouble("invalid_token", f"{user_id} is not in the configuration any more")
    return found


def ceiling_of(request: Request, config: Config) -> float | None:
    """Return the most that a run may cost, in US dollars; None for no limit."""
    asked = config.settings.sync.max_cost_usd if request.max_cost_usd is None else request.max_cost_usd
    return asked if asked > 0 else None


def options_of(request: Request, config: Config) -> Options:
    """Return what is fetched of each page: the configuration, unless the request says otherwise."""
    sync = config.settings.sync
    return Options(
        posts=sync.posts_per_page if request.posts is None else request.posts,
        comments=sync.comments_per_post if request.comments is None else request.comments,
        replies=sync.replies_per_comment,
        comment_authors=sync.comment_authors,
        full=request.full,
    )
