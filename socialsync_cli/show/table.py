"""Tables that fit: columns step aside where there is no room for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, NamedTuple, TypeVar

from rich.console import Console
from rich.table import Table
from rich.text import Text

from socialsync_cli.show.terminal import is_endless

T = TypeVar("T")


class Column(NamedTuple):
    """A column of a table."""

    title: str
    right: bool = False
    """Numbers are set to the right."""
    from_width: int = 0
    """Shown only where the screen is at least so wide."""
    fold: bool = False
    """Its text may be broken into several lines; others are never cut."""


class Rows(Generic[T]):
    """Collects rows, and becomes a Rich table."""

    def __init__(self, columns: Sequence[Column], width: int) -> None:
        self._shown = [column.from_width <= width for column in columns]
        self.table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_edge=False, header_style="bold dim")
        for column, shown in zip(columns, self._shown, strict=True):
            if shown:
                self.table.add_column(
                    column.title,
                    justify="right" if column.right else "left",
                    no_wrap=not column.fold,
                    overflow="fold" if column.fold else "ellipsis",
                )

    def add(self, *cells: str | Text, style: str = "") -> None:
        """Add a row with a cell for every column, shown or not."""
        shown = [cell for cell, wanted in zip(cells, self._shown, strict=True) if wanted]
        self.table.add_row(*shown, style=style)


def paragraph(console: Console, text: str | Text, indent: int = 2) -> None:
    """Print text whose further lines are indented; where nobody looks, on one line."""
    if is_endless(console):
        console.print(text, soft_wrap=True)
        return
    whole = text if isinstance(text, Text) else Text(text)
    lines = whole.wrap(console, console.width)
    first, rest = lines[:1], whole[len(lines[0].plain) if lines else 0 :]
    for line in first:
        line.rstrip()
        console.print(line)
    stripped = Text(rest.plain.lstrip()) if not isinstance(text, Text) else _lstripped(rest)
    for line in stripped.wrap(console, max(10, console.width - indent)) if stripped.plain else ():
        line.rstrip()
        console.print(Text(" " * indent) + line)


def _lstripped(text: Text) -> Text:
    return text[len(text.plain) - len(text.plain.lstrip()) :]
