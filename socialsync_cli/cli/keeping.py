"""Commands that concern days that are past: `import`, `rebuild`, `prune`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from socialsync_cli.cli import completing
from socialsync_cli.cli.invocation import Invocation
from socialsync_cli.cli.options import Json, command, rooms_commands

commands = rooms_commands()


@command(commands, "import")
def import_(
    call: Invocation,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV: platform,handle,date,followers[,following,…].")],
    as_json: Json = False,
) -> int:
    """Take in follower history from elsewhere.

    A CSV file with the columns platform, handle, date and followers, and if you like following and posts_count. No
    scraper can recover the past: this is how growth is known from the first sync on. Measured days win over it.

    Example: socialsync import history.csv
    """
    from socialsync_cli.cli.actions.keeping import import_file

    return import_file(call, file, as_json=as_json)


@command(commands, "rebuild")
def rebuild(
    call: Invocation,
    page: Annotated[
        list[str] | None,
        typer.Option("--page", metavar="PAGE", autocompletion=completing.pages, help="Only this page; repeatable."),
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--since", formats=["%Y-%m-%d"], metavar="DATE", help="Only days from this one on."),
    ] = None,
    raw: Annotated[bool, typer.Option("--raw", help="First read the raw archive again.")] = False,
    as_json: Json = False,
) -> int:
    """Compute every figure again from what is stored.

    Nothing is fetched and nothing is paid. The rows come out as they were written on their day, or, after a change
    of weights or benchmarks, as they want it now. With --raw the raw items that are still kept are read again
    first, as this version understands them.

    Example: socialsync rebuild

    Example: socialsync rebuild --page instagram/nasa --since 2026-01-01
    """
    from socialsync_cli.cli.actions.keeping import rebuild_rows

    return rebuild_rows(call, page or [], since=since.date() if since else None, raw=raw, as_json=as_json)


@command(commands, "prune")
def prune(
    call: Invocation,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")] = False,
    as_json: Json = False,
) -> int:
    """Remove raw items that are older than keep_raw_days.

    The database itself keeps everything. Raw items are what Apify sent, compressed, beside the database: only
    `rebuild --raw` reads them.

    Example: socialsync prune

    Example: socialsync prune --dry-run
    """
    from socialsync_cli.cli.actions.keeping import prune_archive

    return prune_archive(call, dry_run=dry_run, as_json=as_json)
