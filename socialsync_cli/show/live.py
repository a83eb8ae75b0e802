"""The live screen of a run: totals, the busiest tasks, what goes on at Apify, what it costs."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from socialsync_cli.core.events import Event, Retrying, RunBegan, Waiting, Warned
from socialsync_cli.show.figures import count, duration, plural, short_count, usd
from socialsync_cli.show.log import Lines
from socialsync_cli.show.scoreboard import ApifyTally, Scoreboard, Standing, TaskTally
from socialsync_cli.show.status import state
from socialsync_cli.show.table import Column, Rows
from socialsync_cli.show.terminal import console, safe

log = logging.getLogger(__name__)

_MOST_TASKS = 8
_MOST_APIFY_RUNS = 6
_REFRESHES_PER_S = 4
_FULL, _EMPTY = "━", "─"


class LiveProgress:
    """Listens to a run and keeps a picture of it on stderr, inside of a `with` block."""

    def __init__(self, lines: Lines, clock: Callable[[], float] = time.monotonic) -> None:
        self._lines = lines
        self._board = Scoreboard(clock)
        self._clock = clock
        self._console = console(lines.stream)
        self._lock = threading.Lock()
        self._live: Live | None = None

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
            case RunBegan() | Waiting():
                self._start()
            case Warned() if event.admin:
                self._lines.write(safe(event.message), level="error", event="stopping")
            case Retrying():
                log.info("%s: %s; try %d in %.1f s", event.what, event.message, event.attempt + 1, event.wait_s)

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
        room = max(1, min(_MOST_TASKS, self._console.height - 14))
        return picture(self._board.standing(room), self._console, self._clock())


def picture(standing: Standing, on: Console, now_s: float) -> RenderableType:
    """Return what the screen shows.

    Args:
        standing: How far the run is.
        on: The console, for its width.
        now_s: The clock of the scoreboard.

    """
    width = on.width
    parts: list[RenderableType] = []
    if standing.run_id is not None:
        parts += [*_totals(standing, width), _tasks(standing, width)]
        rest = standing.tasks - len(standing.busiest)
        if rest > 0:
            over = f"{count(standing.tasks_over)} of {plural(standing.tasks, 'task')} over"
            failed = f", {count(standing.tasks_failed)} failed" if standing.tasks_failed else ""
            parts.append(Text(f"… and {count(rest)} more tasks; {over}{failed}", "dim"))
    if standing.apify_runs:
        parts += [Text(), _apify(standing.apify_runs, width, now_s)]
    if standing.retrying:
        parts.append(_cut(Text.assemble(("trying again: ", "yellow"), safe(standing.retrying)), width))
    elif standing.waiting and not standing.apify_runs:
        parts.append(_cut(Text.assemble(("waiting for ", "dim"), safe(standing.waiting)), width))
    if standing.warned:
        more = standing.warned - len(standing.warnings)
        parts += [_cut(Text(f"! {safe(warning)}", "yellow"), width) for warning in standing.warnings]
        if more > 0:
            parts.append(Text(f"! and {plural(more, 'warning')} before", "yellow"))
    return Group(*parts)


def _totals(standing: Standing, width: int) -> list[Text]:
    limit = f" of {usd(standing.max_cost_usd)}" if standing.max_cost_usd > 0 else ""
    near = 0 < standing.max_cost_usd * 0.8 <= standing.cost_usd
    first = Text.assemble(
        ("run ", "dim"), (standing.run_id or "", "bold"), ("  " + duration(int(standing.elapsed_s)), "dim")
    )
    bar = meter(standing.done, standing.pages, min(30, max(10, width // 4)))
    second = Text.assemble(bar, "  ", (f"{count(standing.done)}/{count(standing.pages)} pages", "bold"))
    third = Text.assemble(
        f"{count(standing.posts)} posts · {count(standing.comments)} comments · {count(standing.items)} items · ",
        (f"{usd(standing.cost_usd)}{limit}", "bold yellow" if near else "bold"),
    )
    bad = [
        f"{count(number)} {word.replace('_', ' ')}"
        for word, number in standing.results.items()
        if word != "ok" and number
    ]
    if bad:
        second.append(f"  {', '.join(bad)}", "yellow")
    return [_cut(first, width), _cut(second, width), _cut(third, width), Text()]


def _tasks(standing: Standing, width: int) -> RenderableType:
    columns = (
        Column("task"),
        Column("", from_width=70),
        Column("pages", right=True),
        Column("posts", right=True),
        Column("comments", right=True, from_width=90),
        Column("cost", right=True, from_width=80),
        Column("state"),
    )
    rows: Rows[TaskTally] = Rows(columns, width)
    for task in standing.busiest:
        status = task.status or ("STARTED" if task.results else "PENDING")
        rows.add(
            f"{safe(task.info.user, 24)} × {task.info.platform}",
            meter(task.done, task.info.pages, 12),
            f"{count(task.done)}/{count(task.info.pages)}",
            count(task.posts),
            count(task.comments),
            usd(task.cost_usd),
            state(status),
        )
    return rows.table


def _apify(runs: Sequence[ApifyTally], width: int, now_s: float) -> RenderableType:
    columns = (
        Column("at Apify"),
        Column("pages", right=True),
        Column("items", right=True),
        Column("for", right=True, from_width=60),
        Column("actor", from_width=90),
    )
    rows: Rows[ApifyTally] = Rows(columns, width)
    for run in runs[:_MOST_APIFY_RUNS]:
        rows.add(
            f"{run.platform} {run.part}" + (" (taken over)" if run.adopted else ""),
            count(run.pages),
            count(run.items),
            duration(int(now_s - run.began_s)),
            safe(run.actor),
        )
    if len(runs) > _MOST_APIFY_RUNS:
        rest = runs[_MOST_APIFY_RUNS:]
        rows.add(f"and {len(rest)} more", "", short_count(sum(run.items for run in rest)), "", "")
    return rows.table


def meter(done: int, whole: int, width: int) -> Text:
    """Return a bar."""
    full = width if whole <= 0 else min(width, done * width // whole)
    return Text.assemble((_FULL * full, "green"), (_EMPTY * (width - full), "dim"))


def _cut(text: Text, width: int) -> Text:
    text.truncate(width, overflow="ellipsis")
    return text
