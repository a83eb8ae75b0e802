"""How far a run is, counted from its events; what the screen and the lines show is read from here."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from socialsync_cli.core.events import (
    ApifyRunBegan,
    ApifyRunEnded,
    ApifyRunProgress,
    Event,
    PagesDone,
    Retrying,
    RunBegan,
    TaskBegan,
    TaskEnded,
    Waiting,
    Warned,
)

_KEPT_WARNINGS = 3
_TOO_EARLY = 0.03
"""Below this share of the pages, nothing is said about the time that is left."""
_SURE_AFTER_S = 8.0
_PARTS = ("profiles", "posts", "comments")


@dataclass(slots=True)
class Tally:
    """What has come in for a task, for a platform, or for the whole run."""

    pages: int = 0
    done: int = 0
    posts: int = 0
    comments: int = 0
    cost_usd: float = 0.0

    def add(self, event: PagesDone) -> None:
        """Count pages that are done."""
        self.done = min(self.pages, self.done + sum(event.results.values()))
        self.posts += event.posts
        self.comments += event.comments
        self.cost_usd += event.cost_usd


@dataclass(slots=True)
class TaskTally(Tally):
    """A task and what has come in for it."""

    user: str = ""
    platform: str = ""
    status: str = "PENDING"


@dataclass(slots=True)
class PlatformTally(Tally):
    """All tasks on one platform."""

    name: str = ""
    tasks: int = 0
    over: int = 0
    failed: int = 0


class ApifyTally(NamedTuple):
    """Apify runs of one kind that go on at the moment."""

    platform: str
    part: str
    actor: str
    runs: int
    pages: int
    items: int
    adopted: int
    """How many of them were taken over from an earlier attempt."""
    began_s: float
    """The oldest."""


@dataclass(slots=True)
class _Open:
    """An Apify run that goes on."""

    began: ApifyRunBegan
    began_s: float
    items: int = 0


class Standing(NamedTuple):
    """How far a run is, at one moment."""

    run_id: str | None
    elapsed_s: float
    left_s: float | None
    """A guess, from the pages that are done; None while it would be a poor one."""
    whole: Tally
    results: Counter[str]
    items: int
    cost_usd: float
    """Of the Apify runs that are over."""
    max_cost_usd: float
    tasks: int
    tasks_over: int
    each: Sequence[TaskTally]
    """Every task, in its order; empty if there are more than were asked for."""
    platforms: Sequence[PlatformTally]
    apify: Sequence[ApifyTally]
    apify_runs: int
    """How many go on."""
    waiting: str | None
    retrying: str | None
    """Why something is tried again, until something goes well."""
    warnings: Sequence[str]
    warned: int


@dataclass(slots=True)
class _State:
    run: RunBegan | None = None
    began_s: float = 0.0
    fetching: bool = False
    """Something was asked of Apify."""
    done_before: int = 0
    """Pages that had their results before: an earlier attempt had fetched them."""
    whole: Tally = field(default_factory=Tally)
    results: Counter[str] = field(default_factory=Counter)
    tasks: dict[str, TaskTally] = field(default_factory=dict)
    platforms: dict[str, PlatformTally] = field(default_factory=dict)
    open: dict[str, _Open] = field(default_factory=dict)
    items_over: int = 0
    cost_usd: float = 0.0
    over: int = 0
    waiting: str | None = None
    retrying: str | None = None
    warnings: deque[str] = field(default_factory=lambda: deque(maxlen=_KEPT_WARNINGS))
    warned: int = 0


class Scoreboard:
    """Takes events from any thread.

    Args:
        clock: Seconds that only grow.

    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._now = _State(began_s=clock())

    @property
    def has_begun(self) -> bool:
        """Whether the run and its tasks exist."""
        return self._now.run is not None

    def take(self, event: Event) -> None:
        """Take an event into account."""
        with self._lock:
            if isinstance(event, ApifyRunBegan | ApifyRunProgress | ApifyRunEnded | PagesDone):
                self._now.retrying = None
            self._take(event)

    def _take(self, event: Event) -> None:  # one branch per kind of event
        now = self._now
        match event:
            case RunBegan():
                self._begin(event)
            case ApifyRunBegan():
                now.fetching = True
                now.open[event.key] = _Open(event, self._clock())
            case ApifyRunProgress():
                if event.key in now.open:
                    now.open[event.key].items = event.items
            case ApifyRunEnded():
                now.open.pop(event.key, None)
                now.items_over += event.items
                now.cost_usd += event.cost_usd
            case TaskBegan():
                if event.task_id in now.tasks:
                    now.tasks[event.task_id].status = "STARTED"
            case PagesDone():
                self._count(event)
            case TaskEnded():
                self._end(event)
            case Retrying():
                now.retrying = f"{event.message} (try {event.attempt + 1} in {event.wait_s:.0f} s)"
            case Warned():
                now.warnings.append(event.message)
                now.warned += 1
            case Waiting():
                now.waiting = event.what

    def _begin(self, event: RunBegan) -> None:
        now = self._now
        now.run, now.waiting, now.began_s = event, None, self._clock()
        for task in event.tasks:
            now.tasks[task.id] = TaskTally(pages=task.pages, user=task.user, platform=task.platform)
            group = now.platforms.setdefault(task.platform, PlatformTally(name=task.platform))
            group.pages += task.pages
            group.tasks += 1
            now.whole.pages += task.pages

    def _count(self, event: PagesDone) -> None:
        now, task = self._now, self._now.tasks.get(event.task_id)
        if task is None:
            return
        for tally in (task, now.platforms[task.platform], now.whole):
            tally.add(event)
        if task.status == "PENDING":
            task.status = "STARTED"
        now.results.update(event.results)
        if not now.fetching:
            now.done_before = now.whole.done

    def _end(self, event: TaskEnded) -> None:
        now, task = self._now, self._now.tasks.get(event.task_id)
        if task is None or task.status not in ("PENDING", "STARTED"):
            return
        task.status = event.status
        group = now.platforms[task.platform]
        group.over += 1
        group.failed += event.status == "FAILURE"
        now.over += 1

    def standing(self, most_tasks: int = 0) -> Standing:
        """Return how far the run is.

        Args:
            most_tasks: Tasks are listed one by one if they are no more than that.

        """
        with self._lock:
            now = self._now
            return Standing(
                run_id=now.run.run_id if now.run else None,
                elapsed_s=self._clock() - now.began_s,
                left_s=self._left_s(),
                whole=replace(now.whole),
                results=Counter(now.results),
                items=now.items_over + sum(run.items for run in now.open.values()),
                cost_usd=now.cost_usd,
                max_cost_usd=now.run.max_cost_usd if now.run else 0.0,
                tasks=len(now.tasks),
                tasks_over=now.over,
                each=[replace(task) for task in now.tasks.values()] if len(now.tasks) <= most_tasks else [],
                platforms=[replace(group) for group in now.platforms.values()],
                apify=_by_kind(now.open.values()),
                apify_runs=len(now.open),
                waiting=now.waiting,
                retrying=now.retrying,
                warnings=list(now.warnings),
                warned=now.warned,
            )

    def _left_s(self) -> float | None:
        now = self._now
        pages, done = now.whole.pages - now.done_before, now.whole.done - now.done_before
        elapsed = self._clock() - now.began_s
        if done <= 0 or done >= pages or done < pages * _TOO_EARLY or elapsed < _SURE_AFTER_S:
            return None
        return elapsed * (pages - done) / done


def _by_kind(runs: Iterable[_Open]) -> list[ApifyTally]:
    """Put Apify runs of one platform and part together, in an order that stays."""
    kinds: dict[tuple[str, int], ApifyTally] = {}
    for run in runs:
        began = run.began
        rank = _PARTS.index(began.part) if began.part in _PARTS else len(_PARTS)
        before = kinds.get((began.platform, rank))
        base = before or ApifyTally(began.platform, began.part, began.actor, 0, 0, 0, 0, run.began_s)
        kinds[began.platform, rank] = base._replace(
            runs=base.runs + 1,
            pages=base.pages + began.pages,
            items=base.items + run.items,
            adopted=base.adopted + began.adopted,
            began_s=min(base.began_s, run.began_s),
        )
    return [kinds[key] for key in sorted(kinds)]
