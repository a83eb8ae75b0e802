"""The routes of the HTTP API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Path, Query, Request
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from socialsync_cli import __version__
from socialsync_cli.api.access import (
    AbsentError,
    ForbiddenError,
    UnknownKeyError,
    opened,
    report_for,
    seen_by,
    user_for,
    who_asks,
)
from socialsync_cli.api.models import (
    Failure,
    Health,
    NewRun,
    PageName,
    Pages,
    Platform,
    Portrait,
    RunBegun,
    RunReport,
    Runs,
    Stopped,
    Task,
    TaskBegun,
)
from socialsync_cli.api.starting import Starter
from socialsync_cli.config import Config
from socialsync_cli.errors import LockedError, NetworkError, SocialsyncError, UsageError
from socialsync_cli.execute.portrait import read_portrait
from socialsync_cli.execute.reading import read_report
from socialsync_cli.execute.request import utc_now
from socialsync_cli.platforms import PLATFORMS
from socialsync_cli.show.page_json import portrait_json
from socialsync_cli.show.records import RunView
from socialsync_cli.store import keys, page_queries, queries
from socialsync_cli.store.database import Database
from socialsync_cli.store.keys import Key

_STATUS: tuple[tuple[type[SocialsyncError], int], ...] = (
    (UnknownKeyError, 401),
    (ForbiddenError, 403),
    (AbsentError, 404),
    (LockedError, 409),
    (UsageError, 400),
    (NetworkError, 503),
)
_WORDS = {
    400: "It cannot be done as it was asked for.",
    401: "The request brings no key that opens anything.",
    403: "The key does not open this.",
    404: "There is no such thing, or it is somebody else's.",
    409: "Another run holds one of these user × platform pairs.",
    503: "The queue or the database cannot be reached.",
}


def _failures(*codes: int) -> dict[int | str, dict[str, Any]]:
    return {code: {"model": Failure, "description": _WORDS[code]} for code in (*codes, 401, 503)}


_bearer = HTTPBearer(auto_error=False, description="A key, as `socialsync keys create` makes it.")


def _database(request: Request) -> Database:
    found: Database = request.app.state.database
    return found


def _starter(request: Request) -> Starter:
    found: Starter = request.app.state.starter
    return found


def _key(
    database: Annotated[Database, Depends(_database)],
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Key:
    return who_asks(database, given.credentials if given else "")


Asking = Annotated[Key, Depends(_key)]
Data = Annotated[Database, Depends(_database)]
Starting = Annotated[Starter, Depends(_starter)]
AnId = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9-]+$")]


def make_app(load: Callable[[], Config], starter: Starter) -> FastAPI:
    """Return the application.

    Args:
        load: Reads the configuration.
        starter: Begins runs.

    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with opened(load().settings.database.url) as database:
            app.state.database, app.state.starter, app.state.load = database, starter, load
            yield
            starter.close()

    app = FastAPI(
        title="socialsync", version=__version__, lifespan=lifespan, docs_url="/docs", redoc_url=None,
        summary="Sync social media pages into your own database, and read what came of it.",
    )  # fmt: skip
    app.add_exception_handler(SocialsyncError, _failed)
    app.get("/v1/health", response_model=Health, tags=["service"])(health)
    app.post("/v1/runs", status_code=202, response_model=RunBegun, responses=_failures(400, 403, 404, 409))(begin)
    app.get("/v1/runs", response_model=Runs, responses=_failures())(runs)
    app.get("/v1/runs/{run_id}", response_model=RunReport, responses=_failures(404))(run)
    app.delete("/v1/runs/{run_id}", response_model=Stopped, responses=_failures(403, 404))(stop)
    app.get("/v1/tasks/{task_id}", response_model=Task, responses=_failures(404))(task)
    app.get("/v1/pages", response_model=Pages, responses=_failures())(pages)
    app.get("/v1/pages/{platform}/{handle}", response_model=Portrait, responses=_failures(404))(page)
    return app


async def _failed(request: Request, error: Exception) -> JSONResponse:
    del request
    assert isinstance(error, SocialsyncError)
    code = next((code for kind, code in _STATUS if isinstance(error, kind)), 503)
    headers = {"WWW-Authenticate": "Bearer"} if code == 401 else None
    return JSONResponse({"error": {"type": error.type, "message": str(error)}}, code, headers)


def health() -> Health:
    """Say that the service answers."""
    return Health()


def begin(wanted: NewRun, key: Asking, starter: Starting) -> RunBegun:
    """Begin a run; it goes on while you ask how it stands."""
    begun = starter.begin(user_for(key, wanted.user), wanted)
    return RunBegun(run_id=begun.run_id, tasks=[TaskBegun.model_validate(task._asdict()) for task in begun.tasks])


def runs(key: Asking, database: Data, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> dict[str, Any]:
    """Recent runs, newest first."""
    with database.read() as connection:
        dead = queries.dead_runs(connection, utc_now())
        found = queries.recent_runs(connection, RunView, limit=limit, user=key.user_id, dead=dead)
        return {"runs": [seen_by(key, read_report(connection, run.id, utc_now()))["run"] for run in found]}


def run(run_id: AnId, key: Asking, database: Data, pages: bool = False) -> dict[str, Any]:
    """A run and its tasks; with `pages` also what became of every page."""
    return report_for(key, database, run_id, pages=pages)


def stop(run_id: AnId, key: Asking, database: Data, starter: Starting) -> Stopped:
    """Stop a run: its Apify runs are aborted and its open tasks revoked; what has arrived stays."""
    seen = report_for(key, database, run_id)
    with database.read() as connection:
        whole = len(read_report(connection, run_id, utc_now()).tasks) == len(seen["tasks"])
    if not whole:
        raise ForbiddenError("the run has tasks of other users: an admin's key can stop it")
    found = starter.stop(run_id, database)
    return Stopped.model_validate({"run_id": run_id, "status": found.status, "was_over": found.was_over})


def task(task_id: AnId, key: Asking, database: Data) -> dict[str, Any]:
    """A task, and what became of its pages."""
    with database.read() as connection:
        run_id = queries.run_of_task(connection, task_id)
    if run_id is not None:
        for one in report_for(key, database, run_id, pages=True)["tasks"]:
            if one["id"] == task_id:
                found: dict[str, Any] = one
                return found
    raise AbsentError("there is no such task")


def pages(key: Asking, database: Data) -> Pages:
    """The pages that the key opens."""
    with database.read() as connection:
        found = page_queries.handles_of(connection, key.user_id)
    return Pages(pages=[PageName.model_validate({"platform": p, "handle": h}) for p, h in found])


def page(
    platform: Platform, handle: Annotated[str, Path(min_length=1, max_length=200)], key: Asking, database: Data,
    request: Request,
) -> dict[str, Any]:  # fmt: skip
    """A page: profile, newest figures, trends, best posts."""
    absent = AbsentError("no such page has been synced")
    try:
        canonical = PLATFORMS[platform].parse_handle(handle)
    except UsageError as error:
        raise absent from error
    with database.read() as connection:
        found = page_queries.pages_called(connection, {platform: canonical})
        if not found or (key.user_id is not None and not keys.wants_page(connection, key.user_id, found[0][0])):
            raise absent
        config: Config = request.app.state.load()
        return portrait_json(read_portrait(connection, found[0][0], config))
