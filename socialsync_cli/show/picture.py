"""What the live screen of a run shows: totals, tasks, what goes on at Apify, what is waited for, warnings.

It keeps its shape: where there are more tasks than lines, platforms stand for them; Apify runs of one kind are one
line; and what has no room steps aside in a fixed order.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from socialsync_cli.show.figures import count, duration, plural, roughly, usd
from socialsync_cli.show.scoreboard import ApifyTally, PlatformTally, Standing, Tally, TaskTally
from socialsync_cli.show.status import state
from socialsync_cli.show.table import Column, Rows
from socialsync_cli.show.terminal import safe

MOST_TASKS = 12
"""With more tasks, platforms are shown instead."""
_HEAD = 4
_FULL, _EMPTY = "━", "─"


def picture(standing: Standing, width: int, height: int, now_s: float) -> RenderableType:
    """Return what the screen shows.

    Args:
        standing: How far the run is.
        width: Of the screen, in columns.
        height: Of the screen, in lines; as many are used at most.
        now_s: The clock of the scoreboard.

    """
    tail = _tail(standing, width)
    room = height - 1 - _HEAD - len(tail)
    apify = len(standing.apify) + 2 if standing.apify else 0
    parts: list[RenderableType] = _totals(standing, width)
    if standing.each and len(standing.each) + 1 + apify <= room:
        parts.append(_tasks(standing.each, width))
        room -= len(standing.each) + 1
    elif len(standing.platforms) + 1 <= room:
        parts.append(_platforms(standing.platforms, width))
        room -= len(standing.platforms) + 1
    if apify and apify <= room:
        parts += [Text(), _apify(standing.apify, width, now_s)]
    elif standing.apify and room > 0:
        items = plural(sum(run.items for run in standing.apify), "item")
        parts.append(_cut(Text(f"at Apify: {plural(standing.apify_runs, 'run')}, {items} so far", "dim"), width))
    return Group(*parts, *tail)


def _totals(standing: Standing, width: int) -> list[RenderableType]:
    whole, limit_usd = standing.whole, standing.max_cost_usd
    first = Text.assemble(
        ("run ", "dim"), (standing.run_id or "", "bold"), (f"  {duration(int(standing.elapsed_s))}", "dim")
    )
    if standing.left_s is not None:
        first.append(f", about {roughly(standing.left_s)} left", "dim")
    bar = min(30, max(10, width // 4))
    second = Text.assemble(meter(whole, bar), "  ", (f"{count(whole.done)}/{count(whole.pages)} pages", "bold"))
    bad = [f"{count(n)} {word.replace('_', ' ')}" for word, n in standing.results.items() if word != "ok" and n]
    if bad:
        second.append(f"  {', '.join(bad)}", "yellow")
    third = Text()
    if limit_usd > 0:
        near = standing.cost_usd >= limit_usd * 0.8
        share = Tally(pages=1000, done=round(1000 * standing.cost_usd / limit_usd))
        third.append_text(meter(share, bar, "yellow" if near else "green"))
        third.append(f"  {usd(standing.cost_usd)} of {usd(limit_usd)}", "bold yellow" if near else "bold")
    else:
        third.append(usd(standing.cost_usd), "bold")
    third.append(f" · {count(whole.posts)} posts")
    if width >= 70:
        third.append(f" · {count(whole.comments)} comments · {count(standing.items)} items")
    return [_cut(first, width), _cut(second, width), _cut(third, width), Text()]


def _tasks(tasks: Sequence[TaskTally], width: int) -> RenderableType:
    columns = (
        Column("task"),
        Column(""),
        Column("pages", right=True),
        Column("posts", right=True, from_width=70),
        Column("comments", right=True, from_width=90),
        Column("cost", right=True, from_width=80),
        Column("state"),
    )
    rows: Rows[TaskTally] = Rows(columns, width)
    for task in tasks:
        rows.add(
            f"{safe(task.user, 24 if width >= 70 else 14)} × {task.platform}",
            meter(task, 12 if width >= 70 else 8),
            f"{count(task.done)}/{count(task.pages)}",
            count(task.posts),
            count(task.comments),
            usd(task.cost_usd),
            state(task.status),
        )
    return rows.table


def _platforms(platforms: Sequence[PlatformTally], width: int) -> RenderableType:
    columns = (
        Column("platform"),
        Column(""),
        Column("pages", right=True),
        Column("posts", right=True, from_width=70),
        Column("comments", right=True, from_width=90),
        Column("cost", right=True, from_width=80),
        Column("tasks over", right=True),
        Column("failed", right=True, from_width=70),
    )
    rows: Rows[PlatformTally] = Rows(columns, width)
    for group in platforms:
        rows.add(
            group.name,
            meter(group, 20 if width >= 90 else 8),
            f"{count(group.done)}/{count(group.pages)}",
            count(group.posts),
            count(group.comments),
            usd(group.cost_usd),
            f"{count(group.over)}/{count(group.tasks)}",
            Text(count(group.failed), "red" if group.failed else ""),
        )
    return rows.table


def _apify(runs: Sequence[ApifyTally], width: int, now_s: float) -> RenderableType:
    columns = (
        Column("at Apify"),
        Column("runs", right=True),
        Column("pages", right=True),
        Column("items", right=True),
        Column("for", right=True),
        Column("actor", from_width=90),
    )
    rows: Rows[ApifyTally] = Rows(columns, width)
    for run in runs:
        taken = f" ({run.adopted} taken over)" if run.adopted and width >= 70 else ""
        rows.add(
            f"{run.platform} {run.part}{taken}",
            count(run.runs),
            count(run.pages),
            count(run.items),
            duration(int(now_s - run.began_s)),
            safe(run.actor),
        )
    return rows.table


def _tail(standing: Standing, width: int) -> list[RenderableType]:
    """Return what is waited for, and the newest warnings."""
    lines = []
    if standing.retrying:
        lines.append(Text.assemble(("trying again: ", "yellow"), safe(standing.retrying)))
    elif standing.waiting and not standing.apify:
        lines.append(Text.assemble(("waiting for ", "dim"), safe(standing.waiting)))
    lines += [Text(f"! {safe(warning)}", "yellow") for warning in standing.warnings]
    if (more := standing.warned - len(standing.warnings)) > 0:
        lines.append(Text(f"! and {plural(more, 'warning')} before", "yellow"))
    shown = [_cut(line, width) for line in lines]
    return [Text(), *shown] if shown else []


def meter(tally: Tally, width: int, style: str = "green") -> Text:
    """Return a bar: of all pages, those that are done."""
    full = width if tally.pages <= 0 else min(width, tally.done * width // tally.pages)
    return Text.assemble((_FULL * full, style), (_EMPTY * (width - full), "dim"))


def _cut(text: Text, width: int) -> Text:
    text.truncate(width, overflow="ellipsis")
    return text
