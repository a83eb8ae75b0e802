"""Commands that give what is stored to others: `report`, `export`."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from socialsync_cli.cli import completing
from socialsync_cli.cli.invocation import Invocation
from socialsync_cli.cli.options import Json, command, rooms_commands
from socialsync_cli.cli.platform_option import PlatformName

commands = rooms_commands()


@command(commands, "report")
def report(
    call: Invocation,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="PATH", help="The file; one that is there is replaced.")
    ],
    user: Annotated[
        str | None,
        typer.Option("--user", "-u", metavar="ID", autocompletion=completing.users, help="Only pages of this user."),
    ] = None,
    as_json: Json = False,
) -> int:
    """Write an HTML report with charts: one file that opens offline.

    It shows every page with its trends of 90 days, its score and why, its best posts, when it posts, and which
    pages need a look. The file asks nothing of any server, fits a telephone, prints, and can be sent as it is.

    Example: socialsync report --user acme --output acme.html
    """
    from socialsync_cli.cli.actions.giving import make_report

    return make_report(call, output, user=user, as_json=as_json)


class ExportFormat(StrEnum):
    """What tables can be written as."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


@command(commands, "export")
def export(
    call: Invocation,
    table: Annotated[
        str, typer.Argument(metavar="TABLE", autocompletion=completing.tables, help="For example social_page_post.")
    ],
    format_: Annotated[ExportFormat, typer.Option("--format", "-f", help="CSV and JSON lines are UTF-8.")] = (
        ExportFormat.CSV
    ),
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="PATH", help="A file.  [default: standard output]")
    ] = None,
    user: Annotated[
        str | None,
        typer.Option(
            "--user",
            "-u",
            metavar="ID",
            autocompletion=completing.users,
            help="Only what belongs to pages or tasks of this user.",
        ),
    ] = None,
    platform: Annotated[
        PlatformName | None, typer.Option("--platform", "-p", help="Only what belongs to this platform.")
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--since", formats=["%Y-%m-%d"], metavar="DATE", help="Only from this UTC day on."),
    ] = None,
) -> int:
    """Write a table or a view as CSV, JSON lines or Parquet.

    Tables: social_page, user_page, social_page_metric, social_page_engagement, social_page_growth,
    social_page_reach, social_page_score, social_page_post, social_page_post_metric, social_page_post_comment,
    sync_run, sync_task, sync_page_result, apify_run. Views, which join them: socialsync_pages, socialsync_daily,
    socialsync_posts, socialsync_trouble, socialsync_spend.

    --since goes by the column date; for posts and comments by when they were published, for social_page by its last
    sync, for runs and what belongs to them by when the run was created. Rows without that time are left out.

    In CSV, text that a spreadsheet would take for a formula (it begins with =, +, -, @, a tab or a line break) gets
    an apostrophe in front, control characters are left out, and unknown is empty. JSON lines and Parquet have
    everything as it is; Parquet needs the extra: pip install 'socialsync-cli[parquet]'.

    Example: socialsync export social_page_score --since 2026-01-01 --output scores.csv
    """
    from socialsync_cli.cli.actions.exporting import export_table

    return export_table(
        call, table, format_=format_, output=output, user=user, platform=platform,
        since=since.date() if since else None,
    )  # fmt: skip
