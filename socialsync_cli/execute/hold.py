"""What a process holds while it works: a whole run, or a bundle of a queued one. Both beat, and both are put down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from sqlalchemy.engine import Connection

from socialsync_cli.core.outcomes import State, exit_code, run_state
from socialsync_cli.store import bundles, ledger, locks, runs
from socialsync_cli.store.database import take_turns
from socialsync_cli.store.holder import this_process

CANCELLED = "cancelled"


class End(NamedTuple):
    """How the work on what is held ended."""

    states: Sequence[State]
    """Of the tasks."""
    code: int | None
    """What a signal makes of it; None: the states tell."""
    requests: int
    spent_usd: float
    now: datetime


class Hold(Protocol):
    """What is held."""

    run_id: str
    bundle_id: str | None

    def beat(self, connection: Connection, now: datetime) -> str | None:
        """Say that its holder is alive; return why to stop, if there is a reason."""

    def spent_usd(self, connection: Connection) -> float:
        """Return what it has cost so far."""

    def begin_end(self, connection: Connection) -> None:
        """Come before everything else that is written at the end."""

    def put_down(self, connection: Connection, end: End) -> int:
        """Write down how it ended and give it back; return the exit code."""


class WholeRun:
    """A run that this process carries out alone."""

    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        self.bundle_id: str | None = None

    def beat(self, connection: Connection, now: datetime) -> str | None:
        """Renew its locks, bring its totals up to date, and see whether somebody asked it to stop."""
        locks.renew(connection, self.run_id, this_process(), now)
        count, items, cost_usd = ledger.totals(connection, self.run_id)
        asked = runs.heartbeat(connection, self.run_id, now, apify_runs=count, items=items, cost_usd=cost_usd)
        return CANCELLED if asked else None

    def spent_usd(self, connection: Connection) -> float:
        """Return what it has cost so far."""
        return ledger.totals(connection, self.run_id)[2]

    def begin_end(self, connection: Connection) -> None:
        """Nobody else ends it."""

    def put_down(self, connection: Connection, end: End) -> int:
        """Close the run and give its locks back."""
        code = end.code or exit_code(end.states)
        count, items, cost = ledger.totals(connection, self.run_id)
        runs.finish_run(
            connection, self.run_id, now=end.now, status=run_state(end.states), exit_code=code, apify_runs=count,
            items=items, cost_usd=round(cost, 6), apify_requests=runs.RUNS.c.apify_requests + end.requests,
        )  # fmt: skip
        locks.release(connection, self.run_id, this_process())
        return code


class HeldBundle:
    """A bundle of a queued run that this process has claimed.

    Args:
        run_id: The run.
        bundle_id: The bundle.
        on_lost: Called when somebody took us for dead and has the bundle now: to stop in good order would abort Apify
            runs that are his.

    """

    _TOTALS_EVERY = 10
    """Beats between two sums: the row of the run is everybody's."""

    def __init__(self, run_id: str, bundle_id: str, on_lost: Callable[[], None]) -> None:
        self.run_id = run_id
        self.bundle_id: str | None = bundle_id
        self._on_lost = on_lost
        self._bundle_id = bundle_id
        self._beats = 0
        self.closed_run = False
        """Its end was the end of the run."""

    def beat(self, connection: Connection, now: datetime) -> str | None:
        """Renew the claim, and see whether somebody asked the run to stop."""
        if not bundles.renew(connection, self._bundle_id, this_process(), now):
            self._on_lost()
        self._beats += 1
        if self._beats % self._TOTALS_EVERY == 0:
            runs.sum_up(connection, self.run_id)
        return CANCELLED if bundles.cancel_requested(connection, self.run_id) else None

    def spent_usd(self, connection: Connection) -> float:
        """Return what it has cost so far."""
        return ledger.totals(connection, self.run_id, self._bundle_id)[2]

    def begin_end(self, connection: Connection) -> None:
        """Take turns with the other bundles: one of them is the last, and knows it."""
        take_turns(connection, f"bundles of {self.run_id}")

    def put_down(self, connection: Connection, end: End) -> int:
        """Give the bundle back; the last one closes the run."""
        self.closed_run = bundles.put_down(
            connection, self.run_id, self._bundle_id, end.spent_usd, end.requests, end.now
        )
        return end.code or exit_code(end.states)
