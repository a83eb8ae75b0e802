"""Text from outside, made harmless before it is sent to anybody: one line, no control characters, no secrets."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 500
"""Characters of one sentence; what is longer ends in an ellipsis."""

_JOINERS = "\u200c\u200d"
"""Invisible, but letters of some scripts and many emoji need them."""
_SECRETS = (
    (re.compile(r"apify_api_\w+"), "apify_api_…"),
    (re.compile(r"(?i)\b(bearer\s+|token=)[^\s&\"']+"), r"\1…"),
    (re.compile(r"(\w://)[^\s/@]+@"), r"\1…@"),
)
"""What tokens and passwords look like. None should come this far; this is the last door."""


def inert(text: object, limit: int = LONGEST) -> str:
    """Return a text as one line that can be put anywhere: a mail's header, a terminal, a chat.

    Args:
        text: Anything; None is nothing.
        limit: The most characters to return.

    """
    if text is None:
        return ""
    # Twice as much as is shown is read: a text from outside may be as long as it likes.
    line = " ".join("".join(map(_harmless, str(text)[: 2 * limit])).split())
    for pattern, replacement in _SECRETS:
        line = pattern.sub(replacement, line)
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _harmless(char: str) -> str:
    if " " <= char <= "~" or char in _JOINERS:
        return char
    category = unicodedata.category(char)
    if category in ("Zs", "Zl", "Zp") or char in "\t\n\r\v\f\x85":
        return " "
    if category in ("Cc", "Cf"):
        return ""
    return "\ufffd" if category in ("Cs", "Co", "Cn") else char
