"""Who hears of a queued run: admins once of each trouble, whichever worker meets it; users once it is over."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from socialsync_cli.config import User
from socialsync_cli.core.events import Event, Warned
from socialsync_cli.core.outcomes import State, Trouble
from socialsync_cli.execute.request import Surroundings
from socialsync_cli.execute.telling import outbox_of, warn
from socialsync_cli.notify import AdminBell, TaskSummary, UserSummary, ping_end, ping_start
from socialsync_cli.store import bundles
from socialsync_cli.store.changes import changes_of
from socialsync_cli.store.runs import RUNS, TASKS
from socialsync_cli.store.writer import Writer

_PATIENCE_S = 20.0


@contextlib.contextmanager
def telling_admins(run_id: str, writer: Writer, around: Surroundings) -> Iterator[Surroundings]:
    """Wrap the work on a bundle: what is given back passes events on to admins, but none of them twice in a run."""
    outbox = outbox_of(around)
    bell = AdminBell(outbox)

    def hear(event: Event) -> None:
        around.tell(event)
        if isinstance(event, Warned) and event.admin:
            type_ = event.trouble.type if event.trouble else ""
            if not writer.do(lambda c: bundles.first_to_tell(c, run_id, type_, event.about)):
                return
        bell(event)

    try:
        yield replace(around, tell=hear)
    finally:
        outbox.close(_PATIENCE_S)


def tell_begin(around: Surroundings) -> None:
    """Tell the dead man's switch that a run was queued."""
    settings = around.config.settings.notify
    warn(around, ping_start(settings.ping_url, allow_insecure_http=settings.allow_insecure_http))


def tell_end(run_id: str, users: Sequence[User], writer: Writer, around: Surroundings) -> None:
    """Tell users, and the dead man's switch, how a run ended."""
    settings = around.config.settings.notify
    summaries, exit_code = writer.do(lambda c: _summaries(c, run_id))
    addresses = {user.id: user.notify for user in users}
    outbox = outbox_of(around)
    try:
        outbox.finish([(summary, addresses.get(summary.user, ())) for summary in summaries])
        warn(around, ping_end(settings.ping_url, exit_code, allow_insecure_http=settings.allow_insecure_http))
    finally:
        outbox.close(_PATIENCE_S)


def _summaries(connection: Connection, run_id: str) -> tuple[list[UserSummary], int]:
    by_user: dict[str, list[TaskSummary]] = defaultdict(list)
    changes = changes_of(connection, run_id)
    rows = connection.execute(sa.select(TASKS).where(TASKS.c.run_id == run_id).order_by(TASKS.c.user, TASKS.c.platform))
    for row in rows.mappings():
        change = changes.get(row["id"])
        error = row["error"] if row["status"] != State.SUCCESS else None
        by_user[row["user"]].append(
            TaskSummary(
                platform=row["platform"],
                status=row["status"],
                pages=row["pages"],
                pages_ok=row["pages_ok"],
                posts=row["posts"],
                comments=row["comments"],
                error=Trouble(error["type"], error["message"]) if error else None,
                warnings=row["warnings"] or (),
                new_posts=change.new_posts if change else None,
                followers_gained=change.followers_gained if change else None,
            )
        )
    exit_code = connection.scalar(sa.select(RUNS.c.exit_code).where(RUNS.c.id == run_id))
    return [UserSummary(run_id, user, tasks) for user, tasks in by_user.items()], exit_code or 0
