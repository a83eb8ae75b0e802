"""`import`, `rebuild`, `prune`: what concerns days that are past."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from socialsync_cli import history
from socialsync_cli.cli.invocation import Invocation
from socialsync_cli.execute.portrait import find_page
from socialsync_cli.store import queries
from socialsync_cli.sync import utc_now


def import_file(call: Invocation, file: Path, *, as_json: bool) -> int:
    """Take a file in."""
    done = history.take_in(call.load(), file, now=utc_now())
    if as_json:
        call.print_json({"import": done._asdict()})
        return 0
    call.out.print(
        f"{done.rows} rows: {done.days_written} days written, {done.days_kept} kept as measured, "
        f"{done.pages_new} new pages; figures of {done.days_rebuilt} later days made again"
    )
    return 0


def rebuild_rows(call: Invocation, pages: Sequence[str], *, since: date | None, raw: bool, as_json: bool) -> int:
    """Make figures again."""
    config = call.load()
    with queries.existing(config.settings.database.url) as database:
        page_ids = None
        if pages:
            with database.read() as connection:
                page_ids = [find_page(connection, page) for page in pages]
        done = history.make_again(config, database, page_ids=page_ids, since=since, raw=raw)
    if done.raw is not None:
        for name in done.raw.unreadable:
            call.lines.write(f"the raw archive has a broken file: {name}", level="warning", event="warning")
    if as_json:
        call.print_json({"rebuild": {**done.figures._asdict(), "raw": done.raw._asdict() if done.raw else None}})
        return 0
    if done.raw is not None:
        call.out.print(f"raw archive: {done.raw.items} items of {done.raw.files} Apify runs read again")
    call.out.print(
        f"{done.figures.pages} pages, {done.figures.days} days made again, {done.figures.removed} rows removed"
    )
    return 0


def prune_archive(call: Invocation, *, dry_run: bool, as_json: bool) -> int:
    """Apply the retention settings."""
    done = history.throw_away(call.load(), now=utc_now(), dry_run=dry_run)
    for reason in done.stuck:
        call.lines.write(reason, level="warning", event="warning")
    if as_json:
        call.print_json({"prune": {**done._asdict(), "dry_run": dry_run}})
        return 0
    verb = "would be removed" if dry_run else "removed"
    call.out.print(f"{done.days} days, {done.files} files, {done.size_bytes / 1e6:,.1f} MB of raw items {verb}")
    return 0
