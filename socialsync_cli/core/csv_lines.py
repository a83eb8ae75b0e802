"""The lines of a CSV file that people made: decoded one by one, comments blanked, the delimiter found out."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from socialsync_cli.errors import UsageError

_MAX_LINE = 1 << 20
_DELIMITERS = ",;\t"


class CsvLines:
    """What `csv.reader` reads; set `at_start` after each row.

    Args:
        stream: The bytes of the file, in UTF-8 with or without a byte order mark.
        name: What people call it.
        what: What it should be.
        error: What to raise for a file that is not.

    """

    def __init__(self, stream: BinaryIO, *, name: str, what: str, error: type[UsageError]) -> None:
        self._stream = stream
        self._name = name
        self._what = what
        self._error = error
        self.number = 0
        self.row = 0
        """The line on which the latest row begins; a quoted cell may run over several."""
        self.at_start = True
        """Whether the next line begins a row: only there `#` begins a comment."""

    def header(self, columns: Sequence[str]) -> tuple[list[str], str]:
        """Return the names in the first line with something on it, and the delimiter.

        Args:
            columns: What could stand there, for the message.

        Raises:
            UsageError: There is none, or all lines are one.

        """
        for line in self:
            self.at_start = True
            if "\r" in line.rstrip("\r\n"):
                raise self._error(f"{self._name} has the line ends of an old Mac; save it as CSV in UTF-8")
            if line.strip():
                delimiter = max(_DELIMITERS, key=line.count)
                names = next(csv.reader([line], delimiter=delimiter))
                return [name.strip().lower() for name in names], delimiter
        raise self._error(f"{self._name} is empty; its first line is {','.join(columns)}")

    def rows(self, delimiter: str) -> Iterator[list[str]]:
        """Yield the cells of each row that follows.

        Raises:
            UsageError: Quotes do not match.

        """
        try:
            for row in csv.reader(self, delimiter=delimiter, strict=True):
                self.at_start = True
                yield row
        except csv.Error as error:
            raise self._error(f"{self._name}, line {self.row}: cannot be split into columns: {error}") from error

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        raw = self._stream.readline(_MAX_LINE)
        if not raw:
            raise StopIteration
        self.number += 1
        if len(raw) == _MAX_LINE:
            raise self._error(f"{self._name}, line {self.number}: longer than a megabyte; this is no {self._what}")
        try:
            line = raw.decode()
        except UnicodeDecodeError as error:
            utf16 = self.number == 1 and raw.startswith((b"\xff\xfe", b"\xfe\xff"))
            found = "the file is in UTF-16" if utf16 else "not UTF-8"
            raise self._error(f"{self._name}, line {self.number}: {found}; save it as CSV in UTF-8") from error
        if self.number == 1:
            line = line.removeprefix("\ufeff")
        if self.at_start:
            self.row = self.number
            if line.lstrip().startswith("#"):
                return "\n"
            self.at_start = False
        return line
