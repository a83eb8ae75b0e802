"""What happens during a run, told to whoever wants to know: the screen, the log, the notifier.

Events flow one way. Nothing that listens can change what happens.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from socialsync_cli.core.outcomes import Trouble


class TaskInfo(NamedTuple):
    """A task at its beginning."""

    id: str
    user: str
    platform: str
    pages: int


class RunBegan(NamedTuple):
    """The run and its tasks exist in the database."""

    run_id: str
    tasks: Sequence[TaskInfo]
    max_cost_usd: float


class ApifyRunBegan(NamedTuple):
    """An actor was started, or one that runs already was found again."""

    key: str
    actor: str
    platform: str
    part: str
    pages: int
    adopted: bool


class ApifyRunProgress(NamedTuple):
    """Items arrived."""

    key: str
    items: int


class ApifyRunEnded(NamedTuple):
    """An Apify run is over and read."""

    key: str
    actor: str
    status: str
    items: int
    cost_usd: float


class TaskBegan(NamedTuple):
    """The first Apify run for a task is about to be started."""

    task_id: str


class PagesDone(NamedTuple):
    """Pages have their results: per task id, results by word, and posts and comments."""

    task_id: str
    results: Mapping[str, int]
    posts: int
    comments: int
    cost_usd: float


class TaskEnded(NamedTuple):
    """A task is over."""

    task_id: str
    status: str


class Retrying(NamedTuple):
    """A request will be sent again after a pause."""

    what: str
    attempt: int
    wait_s: float
    message: str


class Warned(NamedTuple):
    """Something that a person should know; `admin` if it needs a hand."""

    message: str
    trouble: Trouble | None = None
    admin: bool = False
    about: str = ""
    """What it is about, where the same can be said of several: a token's fingerprint, an actor."""


class Waiting(NamedTuple):
    """What the run waits for right now."""

    what: str


Event = (
    RunBegan
    | ApifyRunBegan
    | ApifyRunProgress
    | ApifyRunEnded
    | TaskBegan
    | PagesDone
    | TaskEnded
    | Retrying
    | Warned
    | Waiting
)
Listener = Callable[[Event], None]


def nobody(_event: Event) -> None:
    """Listen to nothing."""
