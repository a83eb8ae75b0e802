"""Many runs, a line each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from rich.console import Console

from socialsync_cli.show.figures import UNKNOWN, ago, between, clock_time, count, duration, usd
from socialsync_cli.show.records import RunView
from socialsync_cli.show.status import state
from socialsync_cli.show.table import Column, Rows
from socialsync_cli.show.terminal import safe

_COLUMNS = (
    Column("run"),
    Column("status"),
    Column("began (UTC)"),
    Column("", from_width=100),
    Column("time", right=True, from_width=80),
    Column("items", right=True, from_width=70),
    Column("cost", right=True),
    Column("exit", right=True, from_width=90),
    Column("users", fold=True, from_width=100),
)
_NAMED = 3


def print_runs(console: Console, runs: Sequence[RunView], users: Mapping[str, Sequence[str]], now: datetime) -> None:
    """Print a table of runs.

    Args:
        console: Where to.
        runs: In the order in which they are shown.
        users: Ids of users by run.
        now: The time.

    """
    if not runs:
        console.print("no runs", style="dim")
        return
    rows: Rows[RunView] = Rows(_COLUMNS, console.width)
    for run in runs:
        began = run.started_at or run.created_at
        rows.add(
            run.id,
            state(run.status),
            clock_time(began),
            ago(began, now),
            duration(between(began, run.finished_at or now)),
            count(run.items),
            usd(run.cost_usd),
            UNKNOWN if run.exit_code is None else str(run.exit_code),
            _some(users.get(run.id, ())),
        )
    console.print(rows.table)


def _some(users: Sequence[str]) -> str:
    more = len(users) - _NAMED
    return ", ".join(map(safe, users[:_NAMED])) + (f" and {more} more" if more > 0 else "")
