"""The lines on which the keys of a TOML text stand.

`tomllib` says what a document means, never where. This reads a document that `tomllib` has accepted a second
time, just closely enough to know where every key, table and list item begins. It is only asked once something
is wrong, and never raises: where it loses its way, the lines found so far are what there is.
"""

from __future__ import annotations

import contextlib
import re
import tomllib

KeyPath = tuple[str | int, ...]
"""The way to a value: keys of tables, indexes of lists."""

_GAP = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_EQUALS = re.compile(r"[ \t]*=[ \t]*")
_KEY_PART = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|[A-Za-z0-9_-]+')
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*"{3,5}'
    r"|'''(?:[^']|'{1,2}(?!'))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\n]+")


def key_lines(text: str) -> dict[KeyPath, int]:
    """Give the line, from 1, of every key, table and list item of a valid TOML text.

    A table stands where it is first spoken of, be it in its own header, in that of a table below it, or in a
    dotted key.
    """
    scanner = _Scanner(text.replace("\r\n", "\n"))
    with contextlib.suppress(_LostError, IndexError, ValueError, RecursionError):
        scanner.document()
    return scanner.lines


class _LostError(Exception):
    """Raised when the text is not what the scanner expects."""


class _Scanner:
    """A walk through the text that notes where keys begin."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.line = 1
        self.lines: dict[KeyPath, int] = {}
        self.latest: dict[KeyPath, int] = {}  # path of an array of tables → index of its newest table

    def document(self) -> None:
        prefix: KeyPath = ()
        while True:
            self.skip(_GAP)
            if self.at >= len(self.text):
                return
            if self.text.startswith("[[", self.at):
                prefix = self.header(2)
            elif self.text[self.at] == "[":
                prefix = self.header(1)
            else:
                self.pair(prefix)

    def header(self, brackets: int) -> KeyPath:
        """`[a.b]` or `[[a.b]]`: the path under which the keys that follow stand."""
        self.at += brackets
        path: KeyPath = ()
        for part in self.key():
            if path in self.latest:
                path = (*path, self.latest[path])
            path = (*path, part)
        self.mark(path)
        if brackets == 2:
            self.latest[path] = self.latest.get(path, -1) + 1
        if path in self.latest:
            path = (*path, self.latest[path])
            self.mark(path)
        self.at += brackets
        return path

    def pair(self, prefix: KeyPath) -> None:
        path = (*prefix, *self.key())
        self.mark(path)
        self.skip(_EQUALS)
        self.value(path)

    def key(self) -> list[str]:
        parts = []
        while True:
            self.skip(_SPACE)
            raw = self.skip(_KEY_PART)
            parts.append(tomllib.loads(f"key = {raw}")["key"] if raw[0] in "\"'" else raw)
            self.skip(_SPACE)
            if self.text[self.at] != ".":
                return parts
            self.at += 1

    def value(self, path: KeyPath) -> None:
        opening = self.text[self.at]
        if opening in "\"'":
            self.skip(_STRING)
        elif opening == "[":
            self.array(path)
        elif opening == "{":
            self.inline_table(path)
        else:
            self.skip(_SCALAR)

    def array(self, path: KeyPath) -> None:
        self.at += 1
        index = 0
        while True:
            self.skip(_GAP)
            if self.text[self.at] == "]":
                self.at += 1
                return
            self.mark((*path, index))
            self.value((*path, index))
            index += 1
            self.comma()

    def inline_table(self, path: KeyPath) -> None:
        self.at += 1
        while True:
            self.skip(_GAP)
            if self.text[self.at] == "}":
                self.at += 1
                return
            self.pair(path)
            self.comma()

    def comma(self) -> None:
        self.skip(_GAP)
        if self.text[self.at] == ",":
            self.at += 1

    def skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if match is None:
            raise _LostError
        self.at = match.end()
        self.line += match[0].count("\n")
        return match[0]

    def mark(self, path: KeyPath) -> None:
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], self.line)
