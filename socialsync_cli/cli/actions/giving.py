"""`report`: everything about every page, read one page at a time."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.engine import Connection

from socialsync_cli.cli.invocation import Invocation
from socialsync_cli.config import Config
from socialsync_cli.errors import UsageError
from socialsync_cli.execute.portrait import DAYS, read_portrait
from socialsync_cli.show.figures import plural
from socialsync_cli.show.portrait import PostView
from socialsync_cli.show.report import Cover, LastResult, PageReport, RateDay, ScoreDay, Written, write
from socialsync_cli.show.terminal import safe
from socialsync_cli.store import page_queries, queries, report_queries
from socialsync_cli.sync import utc_now


def make_report(call: Invocation, output: Path, *, user: str | None, as_json: bool) -> int:
    """Write a report, and say so."""
    config = call.load()
    path = call.cwd / output
    with queries.existing(config.settings.database.url) as database, database.read() as connection:
        done = write_report(connection, config, path, user=user, now=utc_now())
    if as_json:
        call.print_json({"report": {"path": str(path), **done._asdict()}})
        return 0
    look = f", {done.trouble} of them need a look" if done.trouble else ""
    call.out.print(f"{safe(output)}: {plural(done.pages, 'page')}{look}; {done.size_bytes / 1e6:,.1f} MB")
    return 0


def write_report(
    connection: Connection, config: Config, path: Path, *, user: str | None = None, now: datetime
) -> Written:
    """Write a report of all pages, or of a user's.

    Args:
        connection: Of the database.
        config: Says whom pages are compared with.
        path: Of the file; one that is there is replaced.
        user: Whose pages; nobody else's trouble is told.
        now: The time that it bears.

    Raises:
        UsageError: No page of the user has been synced, or the file cannot be written.

    """
    ids = report_queries.page_ids(connection, user)
    if user is not None and not ids:
        raise UsageError(f'no page of a user "{user[:100]}" has been synced{_near(user, connection)}')
    return write(path, Cover(user, now, DAYS), _pages(connection, config, ids, user, now))


def _pages(
    connection: Connection, config: Config, ids: list[int], user: str | None, now: datetime
) -> Iterator[PageReport]:
    for page_id in ids:
        portrait = read_portrait(connection, page_id, config)
        since = (portrait.day or now.date()) - timedelta(days=DAYS)
        seen_until = portrait.page.last_synced_at or now
        yield PageReport(
            portrait,
            page_queries.figures(connection, RateDay, "engagement", page_id, since),
            page_queries.figures(connection, ScoreDay, "score", page_id, since),
            page_queries.posts(connection, PostView, page_id, seen_until - timedelta(days=DAYS)),
            report_queries.last_result(connection, LastResult, page_id, user),
        )


def _near(user: str, connection: Connection) -> str:
    near = difflib.get_close_matches(user, report_queries.users(connection), n=3)
    return f"; did you mean {' or '.join(near)}?" if near else "; `socialsync users` lists the users"
