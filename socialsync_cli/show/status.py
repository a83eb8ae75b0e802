"""A run and its tasks in the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from socialsync_cli.core.outcomes import State
from socialsync_cli.show.advice import about_pages, what_to_do
from socialsync_cli.show.figures import UNKNOWN, between, change, clock_time, count, duration, plural, usd
from socialsync_cli.show.records import Report, ResultView, RunView, TaskView
from socialsync_cli.show.table import Column, Rows, paragraph
from socialsync_cli.show.terminal import is_endless, safe

STYLES = {
    State.PENDING: "dim",
    State.STARTED: "cyan",
    State.SUCCESS: "green",
    State.FAILURE: "red",
    State.REVOKED: "yellow",
}
_RESULT_STYLES = {"ok": "green", "partial": "yellow", "failed": "red", "revoked": "yellow"}
_MOST_ERRORS = 10
"""Troubles that are spelt out; the others are counted."""
_NAMED = 3

_TASKS = (
    Column("user"),
    Column("platform"),
    Column("status"),
    Column("pages", right=True),
    Column("ok", right=True),
    Column("posts", right=True),
    Column("new", right=True),
    Column("followers", right=True),
    Column("comments", right=True, from_width=70),
    Column("cost", right=True, from_width=80),
    Column("time", right=True, from_width=90),
    Column("tries", right=True, from_width=100),
    Column("task", from_width=130),
)


def print_report(console: Console, report: Report, now: datetime) -> None:
    """Print a run: what it is, its tasks, what went wrong and what to do about it."""
    for line in headline(report, now):
        console.print(line, soft_wrap=is_endless(console))
    console.print()
    console.print(tasks_table(report, now, console.width))
    _print_results(console, report)
    print_trouble(console, report)


def state(status: str) -> Text:
    """Return a state in its colour."""
    return Text(status, STYLES.get(State(status), ""))


def headline(report: Report, now: datetime) -> list[Text]:
    """Return three lines about a run as a whole."""
    run = report.run
    first = Text.assemble(("run ", "dim"), (run.id, "bold"), "  ", state(run.status))
    if run.exit_code is not None:
        first.append(f"  exit {run.exit_code}", "dim")
    elif run.cancel_requested_at is not None:
        first.append("  stopping", "yellow")
    seconds = between(run.started_at or run.created_at, run.finished_at or now)
    parts = [
        f"{clock_time(run.started_at or run.created_at)} UTC",
        duration(seconds),
        plural(run.apify_runs, "Apify run"),
        plural(run.items, "item"),
        usd(run.cost_usd),
    ]
    pages, good = sum(task.pages for task in report.tasks), sum(task.pages_ok for task in report.tasks)
    came = [
        f"{count(good)} of {plural(pages, 'page')} ok",
        plural(sum(task.posts for task in report.tasks), "post"),
        plural(sum(task.comments for task in report.tasks), "comment"),
    ]
    lines = [first, Text(" · ".join(parts), "dim"), Text(" · ".join(came), "dim")]
    if said := news(report):
        lines.append(Text(said, "bold"))
    return lines


def news(report: Report) -> str:
    """Say what a run changed: `12 new posts, 345 followers gained`; nothing if no page came in, or it is not known."""
    if not report.changes or not any(task.pages_ok for task in report.tasks):
        return ""
    posts = sum(change.new_posts for change in report.changes.values())
    gains = [c.followers_gained for c in report.changes.values() if c.followers_gained is not None]
    said = [plural(posts, "new post")]
    if gains:
        total = sum(gains)
        said.append(f"{plural(abs(total), 'follower')} {'lost' if total < 0 else 'gained'}")
    return ", ".join(said)


def tasks_table(report: Report, now: datetime, width: int, limit: int | None = None) -> Table:
    """Return the table of a run's tasks."""
    told = report.changes
    rows: Rows[TaskView] = Rows([c for c in _TASKS if told or c.title not in ("new", "followers")], width)
    for task in report.tasks if limit is None else report.tasks[:limit]:
        over = task.finished_at or (report.run.finished_at or now)
        done = task.pages if report.run.over else report.pages_done(task)
        rows.add(
            safe(task.user),
            task.platform,
            state(task.status),
            count(task.pages) if report.run.over else f"{count(done)}/{count(task.pages)}",
            count(task.pages_ok),
            count(task.posts),
            *(
                (count(told[task.id].new_posts), change(told[task.id].followers_gained))
                if task.id in told
                else ("", "")
                if told
                else ()
            ),
            count(task.comments),
            usd(task.cost_usd),
            duration(between(task.started_at, over)) if task.started_at else UNKNOWN,
            str(task.attempts),
            task.id,
        )
    return rows.table


def _print_results(console: Console, report: Report) -> None:
    if report.results is None:
        return
    columns = (
        Column("page", fold=True),
        Column("result"),
        Column("posts", right=True),
        Column("comments", right=True),
        Column("why", fold=True),
    )
    for task in report.tasks:
        rows: Rows[ResultView] = Rows(columns, console.width)
        for result in report.results.get(task.id, ()):
            word = Text(result.result or "open", _RESULT_STYLES.get(result.result or "", "dim"))
            why = safe(result.error["message"]) if result.error else ""
            rows.add(safe(result.handle), word, count(result.posts), count(result.comments), why)
        console.print()
        console.print(Text(f"{safe(task.user)} × {task.platform}", "bold"))
        console.print(rows.table)


def print_trouble(console: Console, report: Report) -> None:
    """Print what went wrong, task by task, and what to do about it: each piece of advice once."""
    troubled = [task for task in report.tasks if task.error is not None]
    quiet = len(troubled) > _NAMED  # the pages of many failed tasks would bury everything else
    warned = [(t, w) for t in report.tasks if not (t.error and quiet) for w in t.warnings or ()]
    if troubled or warned:
        console.print()
    groups = by_trouble(troubled)
    for (type_, message), tasks in groups[:_MOST_ERRORS]:
        name = Text(f"{names_of(tasks)}: ", "bold")
        paragraph(console, Text.assemble(name, (type_, "red"), f": {safe(message)}"))
    if len(groups) > _MOST_ERRORS:
        console.print(f"… and {plural(len(groups) - _MOST_ERRORS, 'kind')} of trouble more", style="dim")
    for task, warning in warned[:_MOST_ERRORS]:
        paragraph(console, Text.assemble((f"{safe(task.user)} × {task.platform}: ", "bold"), safe(warning)))
    if len(warned) > _MOST_ERRORS:
        console.print(f"… and {plural(len(warned) - _MOST_ERRORS, 'warning')} more (--pages lists them)", style="dim")
    for advice in (*advices(report.run, troubled), *page_advices(report)):
        paragraph(console, Text.assemble(("→ ", "bold"), advice))


def by_trouble(tasks: Iterable[TaskView]) -> list[tuple[tuple[str, str], list[TaskView]]]:
    """Return the tasks that have an error, those with the same one together: type and message, tasks."""
    groups: dict[tuple[str, str], list[TaskView]] = {}
    for task in tasks:
        if task.error is not None:
            groups.setdefault((task.error["type"], task.error["message"]), []).append(task)
    return list(groups.items())


def names_of(tasks: Sequence[TaskView]) -> str:
    """Name tasks: the first few, and how many there are."""
    named = ", ".join(f"{safe(task.user)} × {task.platform}" for task in tasks[:_NAMED])
    more = len(tasks) - _NAMED
    return f"{named} and {more} more" if more > 0 else named


def page_advices(report: Report) -> list[str]:
    """Return what to do about pages that Apify could not read, each sentence once."""
    if not report.run.over:
        return []
    found = (about_pages(warning) for task in report.tasks for warning in task.warnings or ())
    return list(dict.fromkeys(advice for advice in found if advice))


def advices(run: RunView, troubled: Sequence[TaskView]) -> list[str]:
    """Return what to do about the trouble of tasks, each sentence once."""
    if not run.over:
        return []
    found = (what_to_do(task.error["type"], run.id) for task in troubled if task.error)
    return list(dict.fromkeys(advice for advice in found if advice))
