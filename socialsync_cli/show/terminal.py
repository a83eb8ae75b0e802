"""The two consoles: what they can show is decided here, once, and text from outside is made harmless here."""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, TextIO

from socialsync_cli.core.characters import harmless, one_line

if TYPE_CHECKING:
    from rich.console import Console

_PIPE_WIDTH = 1000
"""Where no terminal sets a width, lines may be this long: what reads them does not wrap."""


def safe(text: object, limit: int | None = None) -> str:
    """Make text from outside inert on a terminal: one line, no control characters, nothing that turns its direction.

    Args:
        text: anything; None is nothing.
        limit: the most characters to return; what is cut off is replaced by an ellipsis.

    """
    if text is None:
        return ""
    cleaned = one_line(str(text))
    if limit is not None and len(cleaned) > limit:
        return cleaned[: max(0, limit - 1)].rstrip() + "…"
    return cleaned


def inert(text: str) -> str:
    """Make text of several lines harmless: as `safe`, but lines and their indentation stay."""
    return "".join(char if char == "\n" else harmless(char) for char in text)


def is_interactive(stream: TextIO, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether somebody watches a stream who can be shown a picture that changes."""
    try:
        return stream.isatty() and environ.get("TERM", "") not in ("dumb", "unknown")
    except ValueError:  # it is closed
        return False


_PLAIN = str.maketrans("━─·×–…✓✗→±", "#-|x-.+x>+")
"""Our own signs, for streams that have only ASCII; one for one, so that columns stay in line."""


def _plainly(error: UnicodeError) -> tuple[str, int]:
    """Replace what a stream cannot show: our own signs by plain ones, everything else by a question mark."""
    assert isinstance(error, UnicodeEncodeError)
    cut = error.object[error.start : error.end].translate(_PLAIN)
    return "".join(char if char.isascii() else "?" for char in cut), error.end


def make_robust(*streams: TextIO) -> None:
    """Let no character that a stream cannot show end the program."""
    codecs.register_error("socialsync", _plainly)
    for stream in streams:
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="socialsync")


def console(stream: TextIO, environ: Mapping[str, str] = os.environ) -> Console:
    """Return a console on a stream; NO_COLOR, FORCE_COLOR, TERM and COLUMNS are honoured.

    It takes text as text: no markup, no emoji codes, no guessed colours.
    """
    from rich.console import Console

    is_terminal = is_interactive(stream, environ)
    forced = bool(environ.get("FORCE_COLOR")) and environ.get("FORCE_COLOR") != "0"
    colourless = bool(environ.get("NO_COLOR")) or environ.get("TERM") in ("dumb", "unknown")
    return Console(
        file=stream,
        markup=False,
        emoji=False,
        highlight=False,
        no_color=colourless or None,
        force_terminal=(is_terminal or forced) and environ.get("TERM") not in ("dumb", "unknown"),
        width=_width(stream, environ),
        legacy_windows=False,
    )


def _width(stream: TextIO, environ: Mapping[str, str]) -> int | None:
    """Return the width to keep to; None lets Rich ask the terminal, again and again."""
    columns = environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        return max(20, int(columns))
    return None if is_interactive(stream, environ) else _PIPE_WIDTH


def is_endless(on: Console) -> bool:
    """Whether lines may be as long as they like, because nothing says how wide a screen is."""
    return on.width >= _PIPE_WIDTH


def out() -> Console:
    """Return the console for results."""
    return console(sys.stdout)


def err() -> Console:
    """Return the console for everything else."""
    return console(sys.stderr)
