"""JSON that our parser refuses, made JSON: one odd item must not cost the thousand that came with it.

JavaScript cuts texts in the middle of an emoji, Python's servers write `NaN`, scrapers store numbers that no float
holds and objects nested deeper than any parser goes. What is cut off or no JSON at all is left to be asked for again.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

UNREADABLE = "#unreadable"
"""The only key of what stands for an element that is nested too deeply: its text."""

_LONGEST_INTEGER = 20
_LONGEST_NUMBER = 1000
_MARKS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{},]', re.DOTALL)


def mended(content: bytes) -> bytes:
    """Return a body as JSON that every parser takes.

    Half characters are dropped, broken ones become U+FFFD, numbers that are none become null; elements of a list that
    are nested too deeply become `{"#unreadable": "…"}`.

    Raises:
        ValueError: If it is no JSON in other respects.

    """
    text = content.decode("utf-8", "replace").removeprefix("\ufeff")
    try:
        found = _parsed(text)
    except RecursionError:
        found = [_element(piece) for piece in _pieces(text)]
    return json.dumps(found, ensure_ascii=False, allow_nan=False).encode("utf-8", "ignore")


def _parsed(text: str) -> Any:  # noqa: ANN401  JSON
    return json.loads(text, strict=False, parse_constant=lambda _: None, parse_int=_whole, parse_float=_broken)


def _whole(digits: str) -> int | float | None:
    """Read an integer; one beyond 64 bits loses digits, as with every other parser."""
    if len(digits) > _LONGEST_INTEGER:
        return _broken(digits)
    number = int(digits)
    return number if -(2**63) <= number < 2**64 else float(number)


def _broken(digits: str) -> float | None:
    number = float(digits) if len(digits) <= _LONGEST_NUMBER else math.inf
    return number if math.isfinite(number) else None


def _element(text: str) -> Any:  # noqa: ANN401  JSON
    try:
        found = _parsed(text)
        json.dumps(found)
    except RecursionError:
        return {UNREADABLE: text}
    return found


def _pieces(text: str) -> Iterator[str]:
    """Yield the texts of a list's elements.

    Raises:
        ValueError: It is no list, or not a whole one.

    """
    depth, begin = 0, text.find("[") + 1
    if text[: max(0, begin - 1)].strip() or not begin:
        raise ValueError("it is nested too deeply")
    for mark in _MARKS.finditer(text):
        sign = mark[0]
        if depth == 1 and sign in ",]":
            piece = text[begin : mark.start()]
            if sign == "," or piece.strip():
                yield piece
            begin = mark.end()
        depth += (sign in "[{") - (sign in "]}")
        if depth == 0:
            if text[mark.end() :].strip():
                raise ValueError("something comes after its end")
            return
    raise ValueError("it is cut off")
