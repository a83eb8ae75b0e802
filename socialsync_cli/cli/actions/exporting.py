"""`export`: a table, from the database to a file or to whoever reads standard output."""

from __future__ import annotations

import contextlib
import sys
from datetime import date
from pathlib import Path

from socialsync_cli.cli.invocation import Invocation
from socialsync_cli.errors import UsageError
from socialsync_cli.show import export
from socialsync_cli.show.figures import plural
from socialsync_cli.show.files import replacing
from socialsync_cli.show.terminal import safe
from socialsync_cli.store import export_queries, queries
from socialsync_cli.store.export_queries import Chosen


def export_table(
    call: Invocation, name: str, *, format_: str, output: Path | None, user: str | None, platform: str | None,
    since: date | None,
) -> int:  # fmt: skip
    """Write a table."""
    table = export_queries.table_named(name)
    if output is None and format_ == "parquet" and sys.stdout.isatty():
        raise UsageError("Parquet is not for reading on a screen: say --output PATH, or send it into a pipe")
    config = call.load()
    columns = export_queries.columns(table)
    chosen = Chosen(user, platform, since)
    with (
        queries.existing(config.settings.database.url) as database,
        database.read() as connection,
        contextlib.closing(export_queries.batches(connection, table, chosen)) as batches,
    ):
        if output is None:
            export.write(format_, sys.stdout.buffer, columns, batches)
            sys.stdout.buffer.flush()
            return 0
        with replacing(call.cwd / output) as file:
            rows = export.write(format_, file, columns, batches)
    call.out.print(f"{safe(output)}: {plural(rows, 'row')}")
    return 0
