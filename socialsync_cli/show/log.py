"""Lines on stderr: what the program says while it works, as text or as JSON objects, and never a token.

Everything that goes to stderr goes through one `Lines`, so that with `--log-format json` every line is an object,
and so that a live screen can let lines pass above it.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

from socialsync_cli.show.terminal import inert

_SECRET = re.compile(r"apify_api_[A-Za-z0-9]+|(?<=[Bb]earer )[^\s'\",]+|(?<=token=)[^\s&'\"]+")
_OURS = "socialsync_cli"
_PREFIXES = {
    "error": "socialsync: ",
    "bug": "socialsync: ",
    "warning": "warning: ",
    "stopping": "error: ",
    "task_ended": "error: ",
}
"""How a text begins that tells of such an event; an object says it in `event` and `level`."""


def censored(text: str) -> str:
    """Return text with whatever looks like a token blotted out."""
    return _SECRET.sub("***", text)


_PRIORITIES = {"debug": "<7>", "info": "<6>", "warning": "<4>", "error": "<3>"}
"""What sd-daemon(3) wants in front of a line."""


def is_journal(stream: TextIO, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a stream ends in systemd's journal, which reads priorities from the beginnings of lines."""
    device, colon, inode = environ.get("JOURNAL_STREAM", "").partition(":")
    if not colon:
        return False
    try:
        found = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return (device, inode) == (str(found.st_dev), str(found.st_ino))


def utc_now() -> datetime:
    """The clock of the machine."""
    return datetime.now(UTC)


class Lines:
    """Writes lines to stderr, whole and one after the other.

    Args:
        as_json: every line is a JSON object.
        quiet: only errors are written.
        journal: lines of text begin with their priority, for systemd's journal.
        stream: where to; None for whatever `sys.stderr` is at the moment.
        clock: what time a line carries.

    """

    def __init__(
        self, *, as_json: bool = False, quiet: bool = False, journal: bool = False, stream: TextIO | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:  # fmt: skip
        self.as_json = as_json
        self.quiet = quiet
        self._journal = journal
        self._stream = stream
        self._clock = clock
        self._lock = threading.Lock()
        self.divert: Callable[[str], None] | None = None
        """Takes lines while a live screen is up."""

    @property
    def stream(self) -> TextIO:
        """Where lines go."""
        return self._stream or sys.stderr

    def write(self, text: str, *, level: str = "info", event: str = "message", **facts: Any) -> None:  # noqa: ANN401
        """Write one line: the text, or an object with the text and its facts.

        Args:
            text: a sentence for people.
            level: debug, info, warning or error.
            event: what kind of line it is, for programs.
            facts: more for programs; what is None is left out.

        """
        if self.quiet and level != "error":
            return
        if self.as_json:
            moment = self._clock().isoformat(timespec="milliseconds").replace("+00:00", "Z")
            known = {name: value for name, value in facts.items() if value is not None}
            body = {"time": moment, "level": level, "event": event, "message": text, **known}
            line = json.dumps(body, default=str)
        else:
            line = inert(_PREFIXES.get(event, "") + text)
            if self._journal:
                line = "\n".join(_PRIORITIES.get(level, "<6>") + part for part in line.split("\n"))
        self._put(censored(line))

    def _put(self, line: str) -> None:
        with self._lock:
            if self.divert is not None:
                self.divert(line)
                return
            # Somebody who has stopped listening to stderr must not end the work.
            with contextlib.suppress(OSError, ValueError):
                self.stream.write(line + "\n")
                self.stream.flush()


class LinesHandler(logging.Handler):
    """Hands the records of `logging` to `Lines`."""

    def __init__(self, lines: Lines, *, traces: bool) -> None:
        super().__init__()
        self._lines = lines
        self._traces = traces

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        try:
            text = record.getMessage()
            trace = self._trace(record)
            level = record.levelname.lower()
            level = {"critical": "error"}.get(level, level)
            if not self._lines.as_json:
                text = f"{level}: {text}" if level != "info" else text
                if record.exc_info and trace is None and record.exc_info[1] is not None:
                    text += f": {record.exc_info[1]!r} (-vv shows more)"
                text, trace = (f"{text}\n{trace}", None) if trace else (text, None)
            self._lines.write(text, level=level, event="log", logger=record.name, trace=trace)
        except Exception:
            self.handleError(record)

    def _trace(self, record: logging.LogRecord) -> str | None:
        """Return the traceback where somebody wants it: people ask for it, programs always get it."""
        if not record.exc_info or not (self._traces or self._lines.as_json):
            return None
        return logging.Formatter().formatException(record.exc_info)


def configure(lines: Lines, verbosity: int) -> None:
    """Send what the program and its libraries log through `lines`.

    Args:
        lines: where to.
        verbosity: 0: warnings; 1: what is going on; 2: everything of ours; 3: everything of the libraries, too.

    """
    root = logging.getLogger()
    for handler in [h for h in root.handlers if isinstance(h, LinesHandler)]:
        root.removeHandler(handler)
    root.addHandler(LinesHandler(lines, traces=verbosity >= 2))
    ours = logging.ERROR if lines.quiet else {0: logging.WARNING, 1: logging.INFO}.get(verbosity, logging.DEBUG)
    root.setLevel(logging.DEBUG if verbosity >= 3 else logging.ERROR if lines.quiet else logging.WARNING)
    logging.getLogger(_OURS).setLevel(ours)
    logging.captureWarnings(capture=True)
