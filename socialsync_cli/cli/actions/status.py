"""`status`: a run and its tasks, once or until it ends."""

from __future__ import annotations

import time

from socialsync_cli.cli.invocation import Invocation, utc_now
from socialsync_cli.execute.reading import read_report
from socialsync_cli.show.records import report_json
from socialsync_cli.show.status import print_report
from socialsync_cli.show.watch import Watch
from socialsync_cli.store import queries

EVERY_S = 1.0


def show_status(call: Invocation, wanted: str, *, watch: bool, pages: bool, as_json: bool, exit_code: bool) -> int:
    """Show a run and its tasks."""
    config = call.load()
    with queries.existing(config.settings.database.url) as database:
        with database.read() as connection:
            run_id = queries.the_run(connection, wanted)
            report = read_report(connection, run_id, utc_now())
        if watch and not report.run.over:
            with Watch(None if as_json else call.out) as screen:
                while not report.run.over:
                    screen.show(report, utc_now())
                    time.sleep(EVERY_S)
                    with database.read() as connection:
                        report = read_report(connection, run_id, utc_now())
        if pages:
            with database.read() as connection:
                report = read_report(connection, run_id, utc_now(), pages=True)
    if as_json:
        call.print_json(report_json(report))
    else:
        print_report(call.out, report, utc_now())
    return (report.run.exit_code or 0) if exit_code else 0
