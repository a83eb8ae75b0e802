"""Following a run that goes on elsewhere: a table that changes on a terminal, a line per change otherwise."""

from __future__ import annotations

from datetime import datetime
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from socialsync_cli.core.outcomes import State
from socialsync_cli.show.figures import count, plural, usd
from socialsync_cli.show.records import Report, TaskView
from socialsync_cli.show.status import headline, tasks_table
from socialsync_cli.show.terminal import is_interactive

_ROOM = 8
"""Lines of the screen that are not the table's."""


class Watch:
    """Shows a run again and again, inside of a `with` block; None as console shows nothing."""

    def __init__(self, console: Console | None) -> None:
        self._console = console
        self._last = ""
        self._live: Live | None = None
        if console is not None and is_interactive(console.file):  # type: ignore[arg-type]  # it is a TextIO
            self._live = Live(console=console, auto_refresh=False, transient=True)

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, report: Report, now: datetime) -> None:
        """Show how the run stands."""
        if self._console is None:
            return
        if self._live is not None:
            most = max(3, self._console.height - _ROOM)
            if len(report.tasks) > most:
                report = report._replace(tasks=sorted(report.tasks, key=_worth_seeing))
            parts: list[RenderableType] = [
                *headline(report, now),
                Text(),
                tasks_table(report, now, self._console.width, limit=most),
            ]
            if len(report.tasks) > most:
                parts.append(Text(f"… and {plural(len(report.tasks) - most, 'task')} more", "dim"))
            self._live.update(Group(*parts), refresh=True)
            return
        text = line(report)
        if text != self._last:
            self._last = text
            self._console.print(text, soft_wrap=True)
            self._console.file.flush()


def _worth_seeing(task: TaskView) -> tuple[bool, bool, int]:
    """Rank tasks where not all have room: what failed, what is under way, what waits; what ended well is last."""
    return task.status == State.SUCCESS, task.status != State.FAILURE, -task.posts


def line(report: Report) -> str:
    """Say in one line how a run stands."""
    run, tasks = report.run, report.tasks
    done, pages = sum(map(report.pages_done, tasks)), sum(task.pages for task in tasks)
    over = sum(task.finished_at is not None for task in tasks)
    return (
        f"run {run.id} {run.status}: {count(done)} of {plural(pages, 'page')}, "
        f"{plural(sum(t.posts for t in tasks), 'post')}, {plural(sum(t.comments for t in tasks), 'comment')}, "
        f"{usd(sum(t.cost_usd for t in tasks))}, {count(over)} of {plural(len(tasks), 'task')} over"
    )
