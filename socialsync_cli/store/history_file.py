"""The file of an import: CSV with the columns `platform,handle,date,followers` and, if there, further counters.

It is read a line at a time, and as often as is wanted. Columns stand in any order, parted by commas, semicolons or
tabs; blank lines and lines that begin with `#` are passed over.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import BinaryIO, NamedTuple

from socialsync_cli.core.csv_lines import CsvLines
from socialsync_cli.errors import HandleError, UsageError
from socialsync_cli.platforms import PLATFORMS
from socialsync_cli.platforms.values import counter, is_shortened

COUNTERS = ("followers", "following", "posts_count", "likes_total")
COLUMNS = ("platform", "handle", "date", *COUNTERS)
_REQUIRED = COLUMNS[:4]
_UNKNOWN = frozenset({"", "-", "–", "n/a", "na", "nan", "null", "none"})
"""What other programs write where they know nothing."""
_WHOLE = re.compile(r"\d+\.0{1,2}")
"""A whole number by a program that knows only numbers with decimals."""
_FIRST_DAY = date(2000, 1, 1)
"""No platform is older."""
_SHOWN = 5
_CACHED = 10_000
"""Handles and dates repeat; a file of nothing but different ones must not fill the memory."""


class ImportedDay(NamedTuple):
    """What a row says: the counters of a page on one day, in the order of COUNTERS."""

    platform: str
    handle: str
    """Canonical."""
    date: date
    counters: tuple[int | None, ...]
    followers_rounded: bool


class HistoryFile:
    """A file of counters from elsewhere.

    Args:
        stream: Its bytes; it can be gone back in.
        name: What people call it.
        today: The UTC day; what lies later cannot have been counted.

    """

    def __init__(self, stream: BinaryIO, *, name: str, today: date) -> None:
        self._stream = stream
        self._name = name
        self._today = today
        self._handle = lru_cache(maxsize=_CACHED)(_handle)
        self._day = lru_cache(maxsize=_CACHED)(self._read_day)
        self._complaints: list[str] = []
        self._wrong = 0
        self._width = 0
        self.counters: tuple[str, ...] = ()
        """Those of COUNTERS that the file has a column for; known once it is read."""

    def check(self) -> int:
        """Read everything; return how many rows there are.

        Raises:
            UsageError: Something in it is wrong; the text names the first few places.

        """
        count = sum(1 for _ in self.days())
        if self._wrong:
            more = self._wrong - len(self._complaints)
            raise UsageError("; ".join(self._complaints) + (f"; and {more} more like these" if more else ""))
        return count

    def days(self) -> Iterator[ImportedDay]:
        """Yield what the rows say, from the first one on; rows that make no sense are noted for `check`.

        Raises:
            UsageError: It is no such file.

        """
        self._stream.seek(0)
        self._complaints, self._wrong = [], 0
        lines = CsvLines(self._stream, name=self._name, what="CSV of counters", error=UsageError)
        names, delimiter = lines.header(COLUMNS)
        places = self._places(names, lines.number)
        padding = [""] * (max(places) + 1)
        for row in lines.rows(delimiter):
            if not any(map(str.strip, row)):
                continue
            if any(map(str.strip, row[self._width :])):
                self._complain(lines.row, "has more cells than there are columns; 12,345 needs quotes")
                continue
            row += padding
            day = self._understood(lines.row, [row[at].strip() if at >= 0 else "" for at in places])
            if day is not None:
                yield day

    def _places(self, names: Sequence[str], line: int) -> list[int]:
        """Return where each of COLUMNS stands; -1 for those that are not there."""
        self._width = len(names)
        for name in filter(None, names):
            if name not in COLUMNS:
                near = difflib.get_close_matches(name[:100], COLUMNS, n=1)
                hint = f'did you mean "{near[0]}"?' if near else f"the first line names them: {','.join(_REQUIRED)}"
                raise UsageError(f"{self._name}, line {line}: unknown column {_shown(name)}; {hint}")
            if names.count(name) > 1:
                raise UsageError(f'{self._name}, line {line}: column "{name}" is there twice')
        if missing := [name for name in _REQUIRED if name not in names]:
            raise UsageError(f"{self._name}, line {line}: no column {', '.join(missing)} among {','.join(names)}")
        self.counters = tuple(name for name in COUNTERS if name in names)
        return [names.index(name) if name in names else -1 for name in COLUMNS]

    def _understood(self, line: int, cells: Sequence[str]) -> ImportedDay | None:
        platform, written, day, *counts = cells
        try:
            handle = self._handle(platform.lower(), written)
            found = self._day(day)
            if all(cell.isascii() and cell.isdigit() and len(cell) < 19 for cell in counts if cell):
                numbers, rounded = [int(cell) if cell else None for cell in counts], False
            else:
                numbers = [_count(name, cell) for name, cell in zip(COUNTERS, counts, strict=True)]
                rounded = is_shortened(counts[0])
        except (HandleError, ValueError) as error:
            self._complain(line, str(error))
            return None
        return ImportedDay(platform.lower(), handle, found, tuple(numbers), rounded)

    def _read_day(self, cell: str) -> date:
        day: date | None
        try:
            moment = datetime.fromisoformat(cell)
            day = moment.date() if moment.tzinfo is None else moment.astimezone(UTC).date()
        except (ValueError, OverflowError):
            day = None
        if day is None or cell[4] != "-":
            raise ValueError(f"column date: {_shown(cell)} must be a day as in 2025-12-31")
        if day > self._today:
            raise ValueError(f"column date: {day} lies in the future (today is {self._today} in UTC)")
        if day < _FIRST_DAY:
            raise ValueError(f"column date: {day} lies before the year 2000")
        return day

    def _complain(self, line: int, what: str) -> None:
        self._wrong += 1
        if len(self._complaints) < _SHOWN:
            glue = ", " if what.startswith("column") else " "
            self._complaints.append(f"{self._name}, line {line}{glue}{what}")


def _handle(platform: str, written: str) -> str:
    """Return the canonical handle.

    Raises:
        ValueError: The platform is unknown, or nothing stands there.
        HandleError: No page can be meant.

    """
    if platform not in PLATFORMS:
        near = difflib.get_close_matches(platform[:100], PLATFORMS, n=1)
        hint = f'did you mean "{near[0]}"?' if near else f"there are {', '.join(PLATFORMS)}"
        raise ValueError(f"column platform: {_shown(platform)} is not known; {hint}")
    if not written:
        raise ValueError("column handle: nothing there")
    try:
        return PLATFORMS[platform].parse_handle(written)
    except HandleError as error:
        raise HandleError(f"column handle: {error}") from error


def _count(name: str, cell: str) -> int | None:
    """Return a counter; None where it is unknown.

    Raises:
        ValueError: It is no count.

    """
    if cell.lower() in _UNKNOWN:
        return None
    number = counter(cell.removesuffix(".0").removesuffix(".00") if _WHOLE.fullmatch(cell) else cell)
    if number is not None:
        return number
    if cell.startswith(("-", "−")) and counter(cell[1:]) is not None:
        raise ValueError(f"column {name}: {_shown(cell)} is negative")
    raise ValueError(f"column {name}: {_shown(cell)} is not a number of the kind 12345, 12,345 or 12.3K")


def _shown(cell: str) -> str:
    """Return the beginning of a cell, without what would disturb a terminal."""
    short = cell if len(cell) <= 40 else cell[:39] + "…"
    return f'"{short}"' if short.isprintable() else ascii(short)
