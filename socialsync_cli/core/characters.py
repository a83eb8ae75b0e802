"""Characters from outside, made harmless wherever they are shown: nothing that moves a cursor or turns a line."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_JOINERS = "\u200c\u200d"
"""Invisible, but letters of some scripts and many emoji need them."""


@lru_cache(maxsize=4096)
def harmless(char: str) -> str:
    """Return what stands for one character: itself, a blank, nothing, or U+FFFD for what is no character."""
    if " " <= char <= "~" or char in _JOINERS:
        return char
    category = unicodedata.category(char)
    if category in ("Zs", "Zl", "Zp") or char in "\t\n\r\v\f\x85":
        return " "
    if category in ("Cc", "Cf"):
        return ""
    return "\ufffd" if category in ("Cs", "Co", "Cn") else char


def one_line(text: str) -> str:
    """Return a text on one line, harmless, with single blanks between its words."""
    return " ".join("".join(map(harmless, text)).split())
