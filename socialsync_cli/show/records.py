"""What is known of runs, tasks and page results: records as the tables have them, and the JSON that they become.

The names of the fields are those of the columns: whoever reads the database takes from it what a record names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from socialsync_cli.core.outcomes import OVER, State, run_state
from socialsync_cli.show.figures import iso

INTERRUPTED = {"type": "interrupted", "message": "the process died in the middle; `socialsync resume` goes on"}


class RunView(NamedTuple):
    """A run."""

    id: str
    status: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    apify_runs: int
    apify_requests: int
    items: int
    cost_usd: float
    exit_code: int | None
    holder: str | None = None
    heartbeat_at: datetime | None = None
    cancel_requested_at: datetime | None = None
    wishes: Mapping[str, Any] | None = None

    @property
    def executor(self) -> str:
        """Who carries it out: `local` or `celery`."""
        return "local" if self.wishes is None else "celery"

    @property
    def over(self) -> bool:
        """Whether nothing will change any more."""
        return self.status in OVER


class TaskView(NamedTuple):
    """A task: one user × one platform."""

    id: str
    run_id: str
    user: str
    platform: str
    status: str
    pages: int
    pages_ok: int
    posts: int
    comments: int
    attempts: int
    started_at: datetime | None
    finished_at: datetime | None
    error: Mapping[str, str] | None
    warnings: Sequence[str] | None
    cost_usd: float


class ResultView(NamedTuple):
    """What became of a page in one task."""

    task_id: str
    handle: str
    result: str | None
    posts: int
    comments: int
    error: Mapping[str, str] | None
    cost_usd: float


class ChangeView(NamedTuple):
    """What a task changed."""

    new_posts: int
    """That nobody knew before."""
    followers_gained: int | None
    """Over its pages, since the day before; None where that is not known."""


class Report(NamedTuple):
    """A run with its tasks, as it stands."""

    run: RunView
    tasks: Sequence[TaskView]
    results: Mapping[str, Sequence[ResultView]] | None = None
    """Page results by task; None if they were not asked for."""
    done: Mapping[str, int] = {}
    """How many pages of a task have a result."""
    changes: Mapping[str, ChangeView] = {}
    """What each task changed; empty if that was not asked for."""

    def pages_done(self, task: TaskView) -> int:
        """How many pages of a task have a result."""
        return self.done.get(task.id, 0)


def as_interrupted(report: Report) -> Report:
    """Return how a run looks whose process died: open tasks have failed, and so has the run."""
    run, tasks = report.run, [_interrupted_task(task, report.run) for task in report.tasks]
    status = run_state(task.status for task in tasks) if tasks else State.FAILURE
    ended = run._replace(status=status, exit_code=1, finished_at=run.heartbeat_at or run.created_at)
    return report._replace(run=ended, tasks=tasks)


def _interrupted_task(task: TaskView, run: RunView) -> TaskView:
    if task.status in OVER:
        return task
    return task._replace(
        status=State.FAILURE, error=INTERRUPTED, finished_at=task.finished_at or run.heartbeat_at or run.created_at
    )


def run_json(run: RunView) -> dict[str, Any]:
    """Return the `run` object."""
    return {
        "id": run.id,
        "status": run.status,
        "created_at": iso(run.created_at),
        "started_at": iso(run.started_at),
        "finished_at": iso(run.finished_at),
        "apify_runs": run.apify_runs,
        "apify_requests": run.apify_requests,
        "items": run.items,
        "cost_usd": _rounded(run.cost_usd),
        "exit_code": run.exit_code,
    }


def report_json(report: Report) -> dict[str, Any]:
    """Return the object that `run --json` and `status --json` print."""
    return {"run": run_json(report.run), "tasks": [_task_json(task, report.results) for task in report.tasks]}


def _task_json(task: TaskView, results: Mapping[str, Sequence[ResultView]] | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": task.id,
        "user": task.user,
        "platform": task.platform,
        "status": task.status,
        "pages": task.pages,
        "pages_ok": task.pages_ok,
        "posts": task.posts,
        "comments": task.comments,
        "attempts": task.attempts,
        "cost_usd": _rounded(task.cost_usd),
        "started_at": iso(task.started_at),
        "finished_at": iso(task.finished_at),
        "error": _error_json(task.error),
        "warnings": list(task.warnings or ()),
    }
    if results is not None:
        found["page_results"] = [_result_json(result) for result in results.get(task.id, ())]
    return found


def _result_json(result: ResultView) -> dict[str, Any]:
    return {
        "handle": result.handle,
        "result": result.result,
        "posts": result.posts,
        "comments": result.comments,
        "error": _error_json(result.error),
    }


def _error_json(error: Mapping[str, str] | None) -> dict[str, str] | None:
    return None if error is None else {"type": error["type"], "message": error["message"]}


def _rounded(amount: float | None) -> float:
    return round(amount or 0.0, 6)
