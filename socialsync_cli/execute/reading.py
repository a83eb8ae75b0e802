"""A run as it stands in the database, with what a dead process could not write any more."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from sqlalchemy.engine import Connection

from socialsync_cli.show.records import Report, ResultView, RunView, TaskView, as_interrupted
from socialsync_cli.store import queries
from socialsync_cli.store.holder import is_alive


def read_report(connection: Connection, run_id: str, now: datetime, *, pages: bool = False) -> Report:
    """Read a run and its tasks; nothing is written.

    Args:
        connection: Of the database.
        run_id: A full id.
        now: The time, for judging the heartbeat of the run's process.
        pages: Whether to read page results, too.

    """
    run = queries.run(connection, RunView, run_id)
    results = None
    if pages:
        results = defaultdict(list)
        for result in queries.results(connection, ResultView, run_id):
            results[result.task_id].append(result)
    report = Report(
        run,
        queries.tasks(connection, TaskView, run_id),
        results,
        {} if run.over else queries.pages_done(connection, run_id),
    )
    if run.over or is_alive(run.holder, run.heartbeat_at, now):
        return report
    return as_interrupted(report)
