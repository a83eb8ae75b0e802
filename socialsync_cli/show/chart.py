"""Small line charts for the terminal, drawn with braille dots; with plain characters where there is no braille."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
"""The bits of a braille character's dots: by column, then by row from the top."""
_BRAILLE = 0x2800
_LONGEST_GAP_DAYS = 10
"""Days without a value over which a line is still drawn."""


class Point(NamedTuple):
    """A value of a day."""

    day: date
    value: float


def chart(points: Sequence[Point], width: int, height: int, *, ascii_only: bool = False) -> list[str]:
    """Draw points as lines of text, the highest value in the first line and the lowest in the last.

    Args:
        points: In the order of their days; at least one.
        width: Of a line, in characters.
        height: How many lines.
        ascii_only: Draw with `*`.

    """
    across, down = (1, 1) if ascii_only else (2, 4)
    columns, rows = width * across, height * down
    lowest, highest = min(p.value for p in points), max(p.value for p in points)
    first, span = points[0].day, (points[-1].day - points[0].day).days
    places = [
        (
            round((p.day - first).days / span * (columns - 1)) if span else columns - 1,
            round((highest - p.value) / (highest - lowest) * (rows - 1)) if highest > lowest else rows // 2,
        )
        for p in points
    ]
    dots = set(places)
    for i in range(1, len(points)):
        if (points[i].day - points[i - 1].day).days <= _LONGEST_GAP_DAYS:
            dots |= _line(places[i - 1], places[i])
    draw = _as_stars if ascii_only else _as_braille
    return [draw(dots, y, width) for y in range(height)]


def _line(start: tuple[int, int], end: tuple[int, int]) -> set[tuple[int, int]]:
    (x0, y0), (x1, y1) = start, end
    steps = max(abs(x1 - x0), abs(y1 - y0), 1)
    return {(round(x0 + (x1 - x0) * i / steps), round(y0 + (y1 - y0) * i / steps)) for i in range(steps + 1)}


def _as_braille(dots: set[tuple[int, int]], line: int, width: int) -> str:
    cells = []
    for x in range(width):
        bits = sum(
            bit for i, column in enumerate(_DOTS) for j, bit in enumerate(column) if (x * 2 + i, line * 4 + j) in dots
        )
        cells.append(chr(_BRAILLE + bits) if bits else " ")
    return "".join(cells)


def _as_stars(dots: set[tuple[int, int]], line: int, width: int) -> str:
    return "".join("*" if (x, line) in dots else " " for x in range(width))
