"""Progress as lines, now and then: for logs, cron and pipes."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from socialsync_cli.core.events import Event, Retrying, RunBegan, Waiting, Warned
from socialsync_cli.show.figures import plural, roughly, usd
from socialsync_cli.show.log import Lines
from socialsync_cli.show.scoreboard import Scoreboard, Standing
from socialsync_cli.show.terminal import safe

log = logging.getLogger(__name__)

FIRST_EVERY_S = 5.0
"""Between two lines, at first; the longer a run takes, the less often."""
_SHARE = 20
_MOST_WARNINGS = 20
_MORE = "there are more like these; `socialsync status --pages` lists them"


class PlainProgress:
    """Listens to a run and writes a line now and then; admins' business at once."""

    def __init__(self, lines: Lines, clock: Callable[[], float] = time.monotonic) -> None:
        self._lines = lines
        self._clock = clock
        self._board = Scoreboard(clock)
        self._lock = threading.Lock()
        self._next_s = clock() + FIRST_EVERY_S
        self._last_text = ""
        self._last_wait = ""
        self._warned = 0

    def __call__(self, event: Event) -> None:
        """Hear of an event."""
        self._board.take(event)
        with self._lock:
            match event:
                case Warned():
                    self._warn(event)
                case Waiting() if not self._board.has_begun:
                    self._wait_for(event.what)
                case Retrying():
                    log.info("%s: %s; try %d in %.1f s", event.what, event.message, event.attempt + 1, event.wait_s)
                    self._now_and_then()
                case RunBegan():
                    pass
                case _:
                    self._now_and_then()

    def _warn(self, event: Warned) -> None:
        type_ = event.trouble.type if event.trouble else None
        message = safe(event.message)
        if event.admin:
            self._lines.write(message, level="error", event="stopping", type=type_)
            return
        self._warned += 1
        if self._warned <= _MOST_WARNINGS:
            self._lines.write(message, level="warning", event="warning", type=type_)
        elif self._warned == _MOST_WARNINGS + 1:
            self._lines.write(_MORE, level="warning", event="warning")

    def _wait_for(self, what: str) -> None:
        if what != self._last_wait:
            self._last_wait = what
            self._lines.write(f"waiting for {what}", event="waiting")

    def _now_and_then(self) -> None:
        now = self._clock()
        if now < self._next_s:
            return
        standing = self._board.standing()
        self._next_s = now + max(FIRST_EVERY_S, standing.elapsed_s / _SHARE)
        text = sentence(standing)
        if text != self._last_text:
            self._last_text = text
            self._lines.write(text, event="progress", run=standing.run_id, **facts(standing))


def sentence(standing: Standing) -> str:
    """Say how far a run is."""
    whole = standing.whole
    limit = f" of {usd(standing.max_cost_usd)}" if standing.max_cost_usd > 0 else ""
    parts = [
        f"{whole.done:,} of {plural(whole.pages, 'page')}",
        plural(whole.posts, "post"),
        plural(whole.comments, "comment"),
        f"{usd(standing.cost_usd)}{limit}",
        f"{standing.tasks_over:,} of {plural(standing.tasks, 'task')} over",
    ]
    if standing.apify:
        items = sum(run.items for run in standing.apify)
        parts.append(f"{plural(standing.apify_runs, 'Apify run')} with {plural(items, 'item')} so far")
    if standing.left_s is not None:
        parts.append(f"about {roughly(standing.left_s)} left")
    if standing.retrying:
        parts.append(f"trying again: {safe(standing.retrying)}")
    return ", ".join(parts)


def facts(standing: Standing) -> dict[str, Any]:
    """Return the same for programs."""
    whole = standing.whole
    return {
        "pages_done": whole.done,
        "pages": whole.pages,
        "posts": whole.posts,
        "comments": whole.comments,
        "items": standing.items,
        "cost_usd": round(standing.cost_usd, 6),
        "tasks_over": standing.tasks_over,
        "tasks": standing.tasks,
        "apify_runs_open": standing.apify_runs,
        "seconds_left": None if standing.left_s is None else round(standing.left_s),
    }
