"""What concerns days that are past: taking history in, making figures again, throwing raw items away.

Called by the command line with plain arguments, and by any other program alike.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from socialsync_cli.config import Config
from socialsync_cli.execute.perform import score_settings
from socialsync_cli.store.archive import Archive
from socialsync_cli.store.database import Database
from socialsync_cli.store.derive import DeriveSettings
from socialsync_cli.store.importing import ImportSummary, import_history
from socialsync_cli.store.place import archive_folder_of
from socialsync_cli.store.rebuild import Progress, RebuildSummary, unheard
from socialsync_cli.store.rebuild import rebuild as rebuild_figures
from socialsync_cli.store.replay import ReplaySummary, replay
from socialsync_cli.store.retention import PruneSummary, prune
from socialsync_cli.store.schema import migrate


class Rebuilt(NamedTuple):
    """What was made again."""

    figures: RebuildSummary
    raw: ReplaySummary | None
    """None: the raw archive was not read."""


def take_in(config: Config, file: Path, *, now: datetime, tell: Progress = unheard) -> ImportSummary:
    """Take follower history in from a CSV file; measured days win over it.

    Raises:
        UsageError: The file cannot be read, or something in it is wrong; nothing was written.
        DatabaseError: The database cannot be used.
    """
    database = Database(config.settings.database.url)
    try:
        migrate(database)
        return import_history(database, settings_of(config), file, now=now, tell=tell)
    finally:
        database.close()


def make_again(
    config: Config, database: Database, *, page_ids: Collection[int] | None, since: date | None, raw: bool,
    tell: Progress = unheard,
) -> Rebuilt:  # fmt: skip
    """Make every derived row again from what is stored, without calling Apify.

    Args:
        config: How figures are made.
        database: In its newest form.
        page_ids: Only these pages; None: all.
        since: Only days from this one on.
        raw: Read the raw archive again first, as the platforms' readers understand it now.
        tell: Hears of the progress.

    Raises:
        DatabaseError: The database cannot be used. Starting again completes what was begun.
    """
    replayed = None
    if raw:
        replayed = replay(database, archive_of(config), page_ids=page_ids, since=since, tell=tell)
    figures = rebuild_figures(database, settings_of(config), page_ids=page_ids, since=since, tell=tell)
    return Rebuilt(figures, replayed)


def throw_away(config: Config, *, now: datetime, dry_run: bool) -> PruneSummary:
    """Apply the retention settings."""
    return prune(archive_of(config), keep_raw_days=config.settings.sync.keep_raw_days, now=now, dry_run=dry_run)


def settings_of(config: Config) -> DeriveSettings:
    """Return what figures depend on beside the data."""
    return DeriveSettings(config.settings.sync.posts_per_page, score_settings(config))


def archive_of(config: Config) -> Archive:
    """Return the raw archive of a configuration."""
    return Archive(archive_folder_of(config.settings.database.url))
