"""What is kept for a time only: the raw archive. Nothing that is in the database is ever thrown away."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from socialsync_cli.store.archive import Archive

_LEFT_OVER = timedelta(days=1)
"""A file that has not been written to for so long belongs to a run that died."""


class PruneSummary(NamedTuple):
    """What was removed, or would be."""

    days: int
    """Of the archive, of which nothing is left."""
    files: int
    left_over: int
    """Of these files, those that dead runs had not finished."""
    size_bytes: int
    stuck: tuple[str, ...]
    """What could not be removed, and why."""


class _Doomed(NamedTuple):
    path: Path
    size_bytes: int
    finished: bool


def prune(archive: Archive, *, keep_raw_days: int, now: datetime, dry_run: bool = False) -> PruneSummary:
    """Remove the files of the archive that are older than they need to be, and what dead runs have left.

    Args:
        archive: Where it lies, whether or not runs still add to it.
        keep_raw_days: How old a day may be; 0: nothing is kept.
        now: The time.
        dry_run: Only say what would be removed.

    """
    oldest = now.astimezone(UTC).date() - timedelta(days=keep_raw_days)
    removed: list[_Doomed] = []
    stuck: list[str] = []
    days = 0
    for day, folder in archive.days():
        expired = day < oldest or keep_raw_days == 0
        try:
            content = sorted(folder.iterdir())
        except OSError as error:
            stuck.append(f"{folder}: {error.strerror}")
            continue
        doomed = list(_doomed(content, now, expired=expired))
        emptied = expired and len(doomed) == len(content)
        if not dry_run:
            doomed = [file for file in doomed if _remove(file.path, stuck)]
            emptied = emptied and _remove_folder(folder)
        removed += doomed
        days += emptied
    return PruneSummary(
        days=days,
        files=len(removed),
        left_over=sum(not file.finished for file in removed),
        size_bytes=sum(file.size_bytes for file in removed),
        stuck=tuple(stuck),
    )


def _doomed(content: Iterable[Path], now: datetime, *, expired: bool) -> Iterator[_Doomed]:
    """Yield what is to go of one day; what we did not put there stays, and so does what is being written."""
    for path in content:
        finished = path.name.endswith(".jsonl.gz")
        if not finished and not path.name.endswith(".part"):
            continue
        with contextlib.suppress(FileNotFoundError):
            stat = path.stat()
            written = datetime.fromtimestamp(stat.st_mtime, UTC)
            if expired if finished else now - written > _LEFT_OVER:
                yield _Doomed(path, stat.st_size, finished)


def _remove(path: Path, stuck: list[str]) -> bool:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        stuck.append(f"{path}: {error.strerror}")
        return False
    return True


def _remove_folder(folder: Path) -> bool:
    try:
        folder.rmdir()
    except OSError:
        return False  # a run has just put something there
    return True
