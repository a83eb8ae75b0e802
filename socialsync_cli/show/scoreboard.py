"""How far a run is, counted from its events; what the screen and the lines show is read from here."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from socialsync_cli.core.events import (
    ApifyRunBegan,
    ApifyRunEnded,
    ApifyRunProgress,
    Event,
    PagesDone,
    Retrying,
    RunBegan,
    TaskEnded,
    TaskInfo,
    Waiting,
    Warned,
)

_KEPT_WARNINGS = 3


@dataclass(slots=True)
class TaskTally:
    """A task and what has come in for it."""

    info: TaskInfo
    results: Counter[str] = field(default_factory=Counter)
    posts: int = 0
    comments: int = 0
    cost_usd: float = 0.0
    status: str | None = None
    """How it ended; None while it is open."""

    @property
    def done(self) -> int:
        """Pages that have a result."""
        return min(self.info.pages, sum(self.results.values()))


class ApifyTally(NamedTuple):
    """An Apify run that goes on."""

    actor: str
    platform: str
    part: str
    pages: int
    adopted: bool
    items: int
    began_s: float


class Standing(NamedTuple):
    """How far a run is, at one moment."""

    run_id: str | None
    elapsed_s: float
    pages: int
    done: int
    results: Counter[str]
    posts: int
    comments: int
    items: int
    cost_usd: float
    max_cost_usd: float
    tasks: int
    tasks_over: int
    tasks_failed: int
    busiest: Sequence[TaskTally]
    apify_runs: Sequence[ApifyTally]
    apify_runs_over: int
    waiting: str | None
    retrying: str | None
    """Why something is tried again, until something goes well."""
    warnings: Sequence[str]
    warned: int


class Scoreboard:
    """Takes events from any thread.

    Args:
        clock: Seconds that only grow.

    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._began_s = clock()
        self._run: RunBegan | None = None
        self._tasks: dict[str, TaskTally] = {}
        self._open: dict[str, ApifyTally] = {}
        self._apify_over = 0
        self._items_over = 0
        self._cost_usd = 0.0
        self._waiting: str | None = None
        self._retrying: str | None = None
        self._warnings: deque[str] = deque(maxlen=_KEPT_WARNINGS)
        self._warned = 0

    def take(self, event: Event) -> None:
        """Take an event into account."""
        with self._lock:
            if isinstance(event, ApifyRunBegan | ApifyRunProgress | ApifyRunEnded | PagesDone):
                self._retrying = None
            self._take(event)

    def _take(self, event: Event) -> None:  # one branch per kind of event
        match event:
            case RunBegan():
                self._run = event
                self._tasks = {task.id: TaskTally(task) for task in event.tasks}
                self._waiting = None
            case ApifyRunBegan():
                self._open[event.key] = ApifyTally(
                    event.actor, event.platform, event.part, event.pages, event.adopted, 0, self._clock()
                )
            case ApifyRunProgress():
                if event.key in self._open:
                    self._open[event.key] = self._open[event.key]._replace(items=event.items)
            case ApifyRunEnded():
                self._open.pop(event.key, None)
                self._apify_over += 1
                self._items_over += event.items
                self._cost_usd += event.cost_usd
            case PagesDone():
                task = self._tasks.get(event.task_id)
                if task is not None:
                    task.results.update(event.results)
                    task.posts += event.posts
                    task.comments += event.comments
                    task.cost_usd += event.cost_usd
            case TaskEnded():
                if event.task_id in self._tasks:
                    self._tasks[event.task_id].status = event.status
            case Retrying():
                self._retrying = f"{event.message} (try {event.attempt + 1} in {event.wait_s:.0f} s)"
            case Warned():
                self._warnings.append(event.message)
                self._warned += 1
            case Waiting():
                self._waiting = event.what

    def standing(self, most_tasks: int = 0) -> Standing:
        """Return how far the run is.

        Args:
            most_tasks: How many tasks to name: all in their order if they are no more, else the busiest.

        """
        with self._lock:
            tasks = list(self._tasks.values())
            results: Counter[str] = Counter()
            for task in tasks:
                results.update(task.results)
            return Standing(
                run_id=self._run.run_id if self._run else None,
                elapsed_s=self._clock() - self._began_s,
                pages=sum(task.info.pages for task in tasks),
                done=sum(task.done for task in tasks),
                results=results,
                posts=sum(task.posts for task in tasks),
                comments=sum(task.comments for task in tasks),
                items=self._items_over + sum(run.items for run in self._open.values()),
                cost_usd=self._cost_usd,
                max_cost_usd=self._run.max_cost_usd if self._run else 0.0,
                tasks=len(tasks),
                tasks_over=sum(task.status is not None for task in tasks),
                tasks_failed=sum(task.status == "FAILURE" for task in tasks),
                busiest=[_copy(task) for task in _busiest(tasks, most_tasks)],
                apify_runs=list(self._open.values()),
                apify_runs_over=self._apify_over,
                waiting=self._waiting,
                retrying=self._retrying,
                warnings=list(self._warnings),
                warned=self._warned,
            )


def _busiest(tasks: list[TaskTally], most: int) -> list[TaskTally]:
    """Return those that are under way, the largest first, then those that wait, then those that are over."""
    if len(tasks) <= most:
        return tasks
    return sorted(tasks, key=lambda t: (t.status is not None, not t.results, t.done - t.info.pages))[:most]


def _copy(task: TaskTally) -> TaskTally:
    return TaskTally(task.info, Counter(task.results), task.posts, task.comments, task.cost_usd, task.status)
