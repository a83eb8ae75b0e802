"""What a run came to, said at its end on stderr: a table where somebody looks, lines elsewhere."""

from __future__ import annotations

from datetime import datetime

from socialsync_cli.core.outcomes import State
from socialsync_cli.show.figures import between, duration, plural, usd
from socialsync_cli.show.log import Lines
from socialsync_cli.show.records import Report, TaskView
from socialsync_cli.show.terminal import console, is_interactive, safe

_MOST_TASKS = 30
"""Tasks that the table has; of more, only those with trouble are told."""


def tell_summary(lines: Lines, report: Report, now: datetime) -> None:
    """Say what a run came to, and what to do about trouble."""
    if lines.quiet or lines.as_json or not is_interactive(lines.stream):
        _tell_lines(lines, report)
    else:
        _print_table(lines, report, now)


def _print_table(lines: Lines, report: Report, now: datetime) -> None:
    from socialsync_cli.show.status import headline, print_trouble, tasks_table

    on = console(lines.stream)
    on.print()
    for line in headline(report, now):
        on.print(line)
    shown = report.tasks if len(report.tasks) <= _MOST_TASKS else [t for t in report.tasks if t.status != State.SUCCESS]
    if shown:
        on.print()
        on.print(tasks_table(report._replace(tasks=shown), now, on.width, limit=_MOST_TASKS))
    rest = len(report.tasks) - min(len(shown), _MOST_TASKS)
    if not shown and rest > 0:
        on.print(f"{plural(rest, 'task')}, all well; `socialsync status` shows them", style="dim")
    elif rest > 0:
        on.print(f"… and {plural(rest, 'task')} more; `socialsync status` shows all", style="dim")
    print_trouble(on, report)


def _tell_lines(lines: Lines, report: Report) -> None:
    run, bad = report.run, [task for task in report.tasks if task.status != State.SUCCESS]
    from socialsync_cli.show.status import advices, by_trouble, names_of, news, page_advices

    if lines.as_json:
        for task in bad:
            _tell_task(lines, report, task)
    else:
        for (type_, message), tasks in by_trouble(bad):
            lines.write(f"{names_of(tasks)}: {type_}: {safe(message)}", level="error", event="task_ended")
    text = (
        f"run {run.id} {run.status}: {_pages(report)}, {plural(sum(t.posts for t in report.tasks), 'post')}, "
        f"{plural(sum(t.comments for t in report.tasks), 'comment')}, {plural(run.apify_runs, 'Apify run')}, "
        f"{usd(run.cost_usd)}, {duration(between(run.started_at or run.created_at, run.finished_at))}"
        + (f"; {said}" if (said := news(report)) else "")
    )
    lines.write(text, event="run_ended", run=run.id, status=run.status, exit_code=run.exit_code, cost_usd=run.cost_usd)
    for advice in (*advices(run, bad), *page_advices(report)):
        lines.write(advice, event="advice", run=run.id)


def _tell_task(lines: Lines, report: Report, task: TaskView) -> None:
    error = task.error or {"type": "internal", "message": task.status}
    lines.write(
        f"{safe(task.user)} × {task.platform} {task.status}: {error['type']}: {safe(error['message'])}",
        level="error", event="task_ended", run=report.run.id, task=task.id, status=task.status, type=error["type"],
    )  # fmt: skip


def _pages(report: Report) -> str:
    pages, ok = sum(task.pages for task in report.tasks), sum(task.pages_ok for task in report.tasks)
    return plural(pages, "page") + (f" ({ok:,} ok)" if ok < pages else "")
