"""Who asks, and what is theirs to see: nobody learns even that somebody else's run exists."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from socialsync_cli.core.outcomes import OVER, run_state
from socialsync_cli.errors import SocialsyncError
from socialsync_cli.execute.reading import read_report
from socialsync_cli.execute.request import utc_now
from socialsync_cli.show.records import Report, report_json
from socialsync_cli.store import keys
from socialsync_cli.store.database import Database
from socialsync_cli.store.keys import Key
from socialsync_cli.store.queries import report_exists


class UnknownKeyError(SocialsyncError):
    """Raised when a request brings no key that opens anything: 401."""

    type = "unauthorized"


class ForbiddenError(SocialsyncError):
    """Raised when a key does not open what is asked for, and that is no secret: 403."""

    type = "forbidden"


class AbsentError(SocialsyncError):
    """Raised when there is no such thing, or it is somebody else's: 404."""

    type = "not_found"


def who_asks(database: Database, text: str) -> Key:
    """Return the key that a request brings.

    Raises:
        UnknownKeyError: It is none.

    """
    now = utc_now()
    with database.read() as connection:
        key = keys.find(connection, text)
    if key is None:
        raise UnknownKeyError("a key is needed: Authorization: Bearer ssk_…; `socialsync keys create` makes one")
    if keys.use_is_news(key, now):
        with database.write() as connection:
            keys.note_use(connection, key, now)
    return key


def report_for(key: Key, database: Database, run_id: str, *, pages: bool = False) -> dict[str, Any]:
    """Return a run as a key may see it: the object of `status --json`.

    Raises:
        AbsentError: There is none, or nothing of it is theirs.

    """
    with database.read() as connection:
        if not report_exists(connection, run_id):
            raise AbsentError("there is no such run")
        return seen_by(key, read_report(connection, run_id, utc_now(), pages=pages))


def seen_by(key: Key, report: Report) -> dict[str, Any]:
    """Leave out of a run what a key does not open.

    Raises:
        AbsentError: Nothing is left.

    """
    tasks = [task for task in report.tasks if key.is_admin or task.user == key.user_id]
    if not tasks:
        raise AbsentError("there is no such run")
    seen = report_json(report._replace(tasks=tasks))
    if len(tasks) < len(report.tasks):
        run = seen["run"]
        run |= {"cost_usd": sum(task.cost_usd for task in tasks), "exit_code": None}
        run |= dict.fromkeys(("apify_runs", "apify_requests", "items"))
        if all(task.status in OVER for task in tasks):
            run["status"] = run_state(task.status for task in tasks)
    return seen


def user_for(key: Key, wanted: str | None) -> str:
    """Return whose pages a key is to sync.

    Raises:
        ForbiddenError: It is somebody else's.
        AbsentError: An admin's key named nobody.

    """
    if wanted is None:
        if key.user_id is None:
            raise AbsentError("an admin's key has no pages of its own: name a user")
        return key.user_id
    if not key.is_admin and wanted != key.user_id:
        raise ForbiddenError("this key is for the pages of another user")
    return wanted


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """Open the database for the time of the service."""
    database = Database(url)
    try:
        yield database
    finally:
        database.close()
