"""The first words of a run: its id and its tasks, for whoever starts runs and looks after them."""

from __future__ import annotations

import sys
from typing import Any

from socialsync_cli.core.events import Event, RunBegan
from socialsync_cli.show.figures import plural
from socialsync_cli.show.log import Lines


class Announcer:
    """Writes `run <id>` and a line per task as soon as they exist.

    Args:
        lines: stderr.
        on_stderr: They go there instead of stdout, which is kept for one JSON object.

    """

    def __init__(self, lines: Lines, *, on_stderr: bool) -> None:
        self._lines = lines
        self._on_stderr = on_stderr

    def __call__(self, event: Event) -> None:
        """Hear of an event."""
        if not isinstance(event, RunBegan) or self._lines.quiet:
            return
        said: list[tuple[str, dict[str, Any]]] = [(f"run {event.run_id}", {"event": "run", "run": event.run_id})]
        said += [
            (
                f"task {task.id} {task.user} {task.platform} {plural(task.pages, 'page')}",
                {"event": "task", "run": event.run_id, "task": task.id, "user": task.user, "platform": task.platform,
                 "pages": task.pages},
            )
            for task in event.tasks
        ]  # fmt: skip
        if self._on_stderr:
            for text, facts in said:
                self._lines.write(text, **facts)
        else:
            sys.stdout.write("".join(f"{text}\n" for text, _ in said))
            sys.stdout.flush()
