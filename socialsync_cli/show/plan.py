"""What a run would do and cost, in the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from rich.console import Console
from rich.text import Text

from socialsync_cli.show.figures import count, plural, usd
from socialsync_cli.show.table import Column, Rows
from socialsync_cli.show.terminal import is_endless, safe


class PlannedRun(Protocol):
    """An Apify run that would be started."""

    @property
    def actor(self) -> str:
        """`owner/name`."""
        ...

    @property
    def pages(self) -> int:
        """How many pages it would serve."""
        ...

    @property
    def max_items(self) -> int:
        """How many items it could return at most."""
        ...

    @property
    def estimated_cost_usd(self) -> float:
        """What it would probably cost."""
        ...


class Plan(Protocol):
    """What a run would do."""

    @property
    def apify_runs(self) -> Sequence[PlannedRun]:
        """The Apify runs that would be started."""
        ...

    @property
    def items(self) -> int:
        """How many items they would probably return."""
        ...

    @property
    def estimated_cost_usd(self) -> float:
        """What they would probably cost."""
        ...

    @property
    def requests(self) -> int:
        """How many requests that would take."""
        ...


def print_plan(console: Console, plan: Plan, max_cost_usd: float) -> None:
    """Print a plan: a line per actor, and the sum.

    Args:
        console: Where to.
        plan: The plan.
        max_cost_usd: The ceiling; 0: none.

    """
    columns = (
        Column("actor"),
        Column("runs", right=True),
        Column("pages", right=True),
        Column("items at most", right=True),
        Column("about", right=True),
    )
    rows: Rows[PlannedRun] = Rows(columns, console.width)
    for actor in dict.fromkeys(run.actor for run in plan.apify_runs):
        some = [run for run in plan.apify_runs if run.actor == actor]
        rows.add(
            safe(actor), count(len(some)), count(sum(r.pages for r in some)), count(sum(r.max_items for r in some)),
            usd(sum(r.estimated_cost_usd for r in some)),
        )  # fmt: skip
    console.print(rows.table)
    console.print()
    console.print(
        Text.assemble(
            f"{plural(len(plan.apify_runs), 'Apify run')}, about {plural(plan.items, 'item')}, "
            f"{plural(plan.requests, 'request')}: ",
            (f"about {usd(plan.estimated_cost_usd)}", "bold"),
        ),
        soft_wrap=is_endless(console),
    )
    if 0 < max_cost_usd < plan.estimated_cost_usd:
        console.print(
            f"That is more than the ceiling of {usd(max_cost_usd)}: some pages would be left out.", style="yellow"
        )
    console.print("Nothing was started and nothing was written.", style="dim")
