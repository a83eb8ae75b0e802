"""`runs`: the recent runs."""

from __future__ import annotations

from socialsync_cli.cli.invocation import Invocation, utc_now
from socialsync_cli.execute.reading import read_report
from socialsync_cli.show.records import RunView, run_json
from socialsync_cli.show.runs import print_runs
from socialsync_cli.store import queries


def list_runs(call: Invocation, *, limit: int, user: str | None, status: str | None, as_json: bool) -> int:
    """List runs, newest first."""
    config = call.load()
    with queries.existing(config.settings.database.url) as database, database.read() as connection:
        dead = queries.dead_runs(connection, utc_now())
        found = queries.recent_runs(connection, RunView, limit=limit, user=user, status=status, dead=dead)
        found = [read_report(connection, run.id, utc_now()).run if run.id in dead else run for run in found]
        users = queries.users_of(connection, [run.id for run in found])
    if as_json:
        call.print_json({"runs": [run_json(run) for run in found]})
    else:
        print_runs(call.out, found, users, utc_now())
    return 0
