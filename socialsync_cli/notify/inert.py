"""Text from outside, made harmless before it is sent to anybody: one line, no control characters, no secrets."""

from __future__ import annotations

import re

from socialsync_cli.core.characters import one_line

LONGEST = 500
"""Characters of one sentence; what is longer ends in an ellipsis."""

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
    line = one_line(str(text)[: 2 * limit])
    for pattern, replacement in _SECRETS:
        line = pattern.sub(replacement, line)
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
