"""The live screen of a run: keeps `picture.py` at the bottom of the terminal, and lets lines pass above it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import RenderableType
from rich.live import Live
from rich.segment import Segment
from rich.text import Text

from socialsync_cli.core.events import Event, Retrying, RunBegan, Waiting, Warned
from socialsync_cli.show.log import Lines
from socialsync_cli.show.picture import MOST_TASKS, picture
from socialsync_cli.show.scoreboard import Scoreboard
from socialsync_cli.show.terminal import console, safe

log = logging.getLogger(__name__)

_REFRESHES_PER_S = 4


class LiveProgress:
    """Listens to a run and keeps a picture of it on stderr, inside of a `with` block."""

    def __init__(self, lines: Lines, clock: Callable[[], float] = time.monotonic) -> None:
        self._lines = lines
        self._board = Scoreboard(clock)
        self._clock = clock
        self._console = console(lines.stream)
        self._lock = threading.Lock()
        self._live: Live | None = None
        self._drawn: tuple[RenderableType, int] | None = None
        """What is on the screen, and how wide it was then."""
        self._last_wait = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            live, self._live = self._live, None
        if live is not None:
            self._lines.divert = None
            live.stop()

    def __call__(self, event: Event) -> None:
        """Hear of an event."""
        self._board.take(event)
        match event:
            case RunBegan():
                self._start()
            case Waiting() if not self._board.has_begun:
                self._wait_for(event.what)
            case Warned() if event.admin:
                self._lines.write(safe(event.message), level="error", event="stopping")
            case Retrying():
                log.info("%s: %s; try %d in %.1f s", event.what, event.message, event.attempt + 1, event.wait_s)

    def _wait_for(self, what: str) -> None:
        """Say once what keeps the run from beginning; there is nothing to be drawn yet."""
        if what != self._last_wait:
            self._last_wait = what
            self._lines.write(f"waiting for {what}", event="waiting")

    def _start(self) -> None:
        with self._lock:
            if self._live is not None:
                return
            self._live = Live(
                console=self._console,
                get_renderable=self._picture,
                refresh_per_second=_REFRESHES_PER_S,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._live.start()
            self._lines.divert = lambda line: self._console.print(Text(line), soft_wrap=True)

    def _picture(self) -> RenderableType:
        size = self._console.size
        if self._drawn is not None and size.width < self._drawn[1]:
            self._make_up_for_wrapping(size.width)
        drawn = picture(self._board.standing(MOST_TASKS), size.width, size.height, self._clock())
        self._drawn = drawn, size.width
        return drawn

    def _make_up_for_wrapping(self, width: int) -> None:
        """Count the lines that a picture takes whose lines a terminal has wrapped when it became narrower.

        Rich goes up by as many lines as it has drawn, and would leave the upper ones standing.
        """
        live = self._live
        if live is None or self._drawn is None or live._live_render._shape is None:
            return
        old, old_width = self._drawn
        lines = self._console.render_lines(old, self._console.options.update(width=old_width), pad=False)
        height = sum(max(1, -(-Segment.get_line_length(_stripped(line)) // width)) for line in lines)
        live._live_render._shape = (width, height)


def _stripped(line: list[Segment]) -> list[Segment]:
    """Drop blanks at the end, which terminals do not wrap."""
    text = "".join(segment.text for segment in line)
    return [Segment(text.rstrip())]
