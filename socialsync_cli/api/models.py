"""What goes in and out of the HTTP API; the words are those of `status --json`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Platform = Literal["instagram", "facebook", "tiktok"]
State = Literal["PENDING", "STARTED", "SUCCESS", "FAILURE", "REVOKED"]
UserId = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,64}$")]


class NewRun(BaseModel):
    """What is to be synced."""

    model_config = ConfigDict(extra="forbid")

    user: UserId | None = Field(default=None, description="Whose pages; left out: those of the key's user.")
    platforms: list[Platform] = Field(default=[], max_length=3, description="None: all that the user has pages on.")
    posts: int | None = Field(default=None, ge=0, le=1_000_000, description="Per page, at most.")
    comments: int | None = Field(default=None, ge=0, le=1_000_000, description="Per post, at most.")
    full: bool = Field(default=False, description="Fetch settled posts again, too.")
    max_cost_usd: float | None = Field(default=None, ge=0, le=1_000_000, description="A ceiling; 0: none.")


class Trouble(BaseModel):
    """What went wrong."""

    type: str
    message: str


class Failure(BaseModel):
    """The answer to a request that came to nothing."""

    error: Trouble


class TaskBegun(BaseModel):
    """A task that waits."""

    id: str
    user: str
    platform: Platform
    pages: int


class RunBegun(BaseModel):
    """A run that was begun, and its tasks."""

    run_id: str
    tasks: list[TaskBegun]


class Run(BaseModel):
    """A run. What a key does not open is not in it: the sums are then those of the tasks that are."""

    id: str
    status: State
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    apify_runs: int | None
    apify_requests: int | None
    items: int | None
    cost_usd: float
    exit_code: int | None


class PageResult(BaseModel):
    """What became of a page."""

    handle: str
    result: str | None
    posts: int
    comments: int
    error: Trouble | None


class Task(BaseModel):
    """A task: one user × one platform."""

    id: str
    user: str
    platform: Platform
    status: State
    pages: int
    pages_ok: int
    posts: int
    comments: int
    attempts: int
    cost_usd: float
    started_at: datetime | None
    finished_at: datetime | None
    error: Trouble | None
    warnings: list[str]
    page_results: list[PageResult] | None = None


class RunReport(BaseModel):
    """A run with its tasks."""

    run: Run
    tasks: list[Task]


class Runs(BaseModel):
    """Recent runs, newest first."""

    runs: list[Run]


class Stopped(BaseModel):
    """How a run was found that was to be stopped."""

    run_id: str
    status: State
    was_over: bool


class PageName(BaseModel):
    """A page that was synced."""

    platform: Platform
    handle: str


class Pages(BaseModel):
    """Pages."""

    pages: list[PageName]


Portrait = dict[str, Any]
"""What `show --json` prints."""


class Health(BaseModel):
    """Whether the service can work."""

    status: Literal["ok"] = "ok"
