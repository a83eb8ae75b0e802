"""The raw archive: what Apify's datasets held, compressed, one file per Apify run, beside the database.

A file is `<folder>/<UTC day>/<ledger id>.jsonl.gz`. Its first line says where the rest comes from: actor, build,
input, Apify's run and dataset, when it was fetched. Each further line is a page of the dataset, a JSON array of items
exactly as they came (but for line breaks between tokens).
"""

from __future__ import annotations

import contextlib
import gzip
import os
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson

from socialsync_cli.errors import DatabaseError

_LEVEL = 1
"""zlib's fastest: a third of the size for a tenth of the time of the best."""


class Archive:
    """The folder of raw items.

    Args:
        folder: Where; made when the first file is written. None keeps nothing.

    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def open(self, name: str, header: Mapping[str, Any], at: datetime) -> ArchiveFile:
        """Begin the file of one Apify run; a file of the same name and day is replaced when it is closed.

        Raises:
            DatabaseError: The folder cannot be written to.

        """
        if self.folder is None:
            return ArchiveFile(None)
        day = self.folder / at.date().isoformat()
        with _translated(day):
            day.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = ArchiveFile(day / f"{name}.jsonl.gz")
        file.write(orjson.dumps(dict(header)))
        return file

    def files(self) -> Iterator[Path]:
        """Yield all finished files, oldest day first."""
        if self.folder is not None and self.folder.is_dir():
            yield from sorted(self.folder.glob("*/*.jsonl.gz"))

    def days(self) -> Iterator[tuple[date, Path]]:
        """Yield the days that are kept, and their folders."""
        if self.folder is not None and self.folder.is_dir():
            for folder in sorted(self.folder.iterdir()):
                with contextlib.suppress(ValueError):
                    yield date.fromisoformat(folder.name), folder


class ArchiveFile:
    """One file that is being written; it appears under its name only when it is whole."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: gzip.GzipFile | None = None
        if path is not None:
            self._part = path.with_name(f"{path.name}.{os.getpid()}.part")
            descriptor = os.open(self._part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
            self._raw = os.fdopen(descriptor, "wb")
            self._file = gzip.GzipFile(fileobj=self._raw, mode="wb", compresslevel=_LEVEL, mtime=0)

    def write(self, line: bytes) -> None:
        """Add one JSON text.

        Raises:
            DatabaseError: The disk does not take it.

        """
        if self._file is not None:
            with _translated(self._part):
                self._file.write(line.replace(b"\n", b" ").replace(b"\r", b" ") + b"\n")

    def close(self, *, keep: bool) -> None:
        """End the file; `keep` is whether the dataset was read to its end.

        Raises:
            DatabaseError: It was, and the disk does not take the last of it.

        """
        if self._file is None or self._path is None:
            return
        file, self._file = self._file, None
        if keep:
            with _translated(self._part):
                file.close()
                self._raw.close()
                self._part.replace(self._path)
            return
        with contextlib.suppress(OSError):
            file.close()
        with contextlib.suppress(OSError):
            self._raw.close()
        self._part.unlink(missing_ok=True)


@contextlib.contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DatabaseError(f"the raw archive cannot be written: {path}: {error.strerror or error}") from error


def read_file(path: Path) -> tuple[dict[str, Any], Iterator[list[Any]]]:
    """Return the header of a file, and its pages of items one after the other."""
    with gzip.open(path, "rb") as file:
        header = orjson.loads(file.readline())

    def pages() -> Iterator[list[Any]]:
        # Opened anew: who wants the header alone leaves nothing open.
        with gzip.open(path, "rb") as file:
            file.readline()
            for line in file:
                yield orjson.loads(line)

    return header, pages()
