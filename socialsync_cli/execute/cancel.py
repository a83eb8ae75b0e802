"""Stopping a run from outside: its process is asked to; if there is none any more, its work is wound up here."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from socialsync_cli.apify.account import Account
from socialsync_cli.config import Config, Token
from socialsync_cli.core.events import nobody
from socialsync_cli.core.outcomes import OVER, State, Trouble, exit_code, run_state
from socialsync_cli.core.stop import StopSignal
from socialsync_cli.errors import InvalidTokenError, SocialsyncError
from socialsync_cli.execute.accounts import Tokens, open_account
from socialsync_cli.store import bundles, ledger, locks, runs
from socialsync_cli.store.database import Database
from socialsync_cli.store.holder import QUEUED, is_alive
from socialsync_cli.store.ledger import Entry
from socialsync_cli.store.queries import the_run
from socialsync_cli.store.runs import RUNS, TASKS

log = logging.getLogger(__name__)

WAIT_S = 15.0
"""How long a living process has to stop: it hears of it within two seconds and takes four for its last words."""
_POLL_S = 0.2
_REVOKED = Trouble("cancelled", "the run was cancelled; `socialsync resume` goes on")
_OPEN_AT_APIFY = frozenset({ledger.INTENDED, "READY", "RUNNING", "TIMING-OUT", "ABORTING"})


class Cancelled(NamedTuple):
    """How a run was found, and how it was left."""

    run_id: str
    status: str
    """Its state now; STARTED if it is still stopping."""
    was_over: bool = False
    """It had ended by itself before."""
    was_dead: bool = False
    """There was no process any more; what it left was wound up."""
    aborted: int = 0
    """Apify runs that were aborted in its stead."""
    not_aborted: int = 0
    """Apify runs that could not be aborted: they may still go on, and cost money."""


def cancel(
    wanted: str,
    *,
    database: Database,
    config: Config,
    environ: Mapping[str, str],
    clock: Callable[[], datetime],
    wait_s: float = WAIT_S,
    sleep: Callable[[float], None] = time.sleep,
) -> Cancelled:
    """Stop a run, wherever it goes on.

    Args:
        wanted: A full id, a unique beginning, or `last`.
        database: Where the run is written down.
        config: Tells which tokens may be at hand for aborting what a dead process left.
        environ: Where `env:` tokens are.
        clock: The time.
        wait_s: How long to wait for the process to stop.
        sleep: Waits for seconds.

    Raises:
        UsageError: There is no such run.
        DatabaseError: The database cannot be used.

    """
    with database.read() as connection:
        run_id = the_run(connection, wanted)
        row = _state(connection, run_id)
    if row.status in OVER:
        # Over for us, perhaps not for Apify: what could not be aborted then is tried again.
        aborted, failed = _abort_open(run_id, database, config, environ)
        return Cancelled(run_id, row.status, was_over=True, aborted=aborted, not_aborted=failed)
    if row.holder == QUEUED:
        with database.write(durable=True) as connection:
            bundles.ask_to_stop(connection, run_id, clock())
    elif is_alive(row.holder, row.heartbeat_at, clock()):
        with database.write(durable=True) as connection:
            connection.execute(sa.update(RUNS).where(RUNS.c.id == run_id).values(cancel_requested_at=clock()))
    for _ in range(max(1, round(wait_s / _POLL_S))):
        if row.status in OVER:
            # What dead workers left; the living have seen to theirs.
            aborted, failed = _abort_open(run_id, database, config, environ) if row.holder == QUEUED else (0, 0)
            return Cancelled(run_id, row.status, aborted=aborted, not_aborted=failed)
        if not is_alive(row.holder, row.heartbeat_at, clock()):
            return _wind_up(run_id, row.holder, database, config, environ, clock)
        sleep(_POLL_S)
        with database.read() as connection:
            row = _state(connection, run_id)
    return Cancelled(run_id, row.status)


class _Row(NamedTuple):
    status: str
    holder: str | None
    heartbeat_at: datetime | None


def _state(connection: Connection, run_id: str) -> _Row:
    query = sa.select(RUNS.c.status, RUNS.c.holder, RUNS.c.heartbeat_at).where(RUNS.c.id == run_id)
    return _Row(*connection.execute(query).one())


def _abort_open(run_id: str, database: Database, config: Config, environ: Mapping[str, str]) -> tuple[int, int]:
    """Abort what a run has open at Apify; return how many were, and how many could not be."""
    with database.read() as connection:
        entries = [e for e in ledger.entries(connection, [run_id], unread_only=True) if e.status in _OPEN_AT_APIFY]
        known = ledger.known_runs(connection, min(e.intended_at for e in entries)) if entries else set()
    return _abort_all(entries, known, config, environ)


def _wind_up(
    run_id: str, holder: str | None, database: Database, config: Config, environ: Mapping[str, str],
    clock: Callable[[], datetime],
) -> Cancelled:  # fmt: skip
    """Abort what a dead process left at Apify, and close its tasks."""
    aborted, failed = _abort_open(run_id, database, config, environ)

    def write(connection: Connection) -> str:
        now = clock()
        row = _state(connection, run_id)
        if row.status in OVER:  # somebody else has just done it
            return row.status
        runs.end_open_tasks(connection, run_id, State.REVOKED, _REVOKED, now)
        states = list(connection.scalars(sa.select(TASKS.c.status).where(TASKS.c.run_id == run_id)))
        count, items, cost = ledger.totals(connection, run_id)
        status = run_state(states) if states else State.REVOKED
        runs.finish_run(
            connection, run_id, now=now, status=status, exit_code=exit_code(states) if states else 1,
            cancel_requested_at=now, apify_runs=count, items=items, cost_usd=round(cost, 6),
        )  # fmt: skip
        if holder is not None:
            locks.release(connection, run_id, holder)
        return status

    with database.write(durable=True) as connection:
        status = write(connection)
    return Cancelled(run_id, status, was_dead=True, aborted=aborted, not_aborted=failed)


def _abort_all(
    entries: Iterable[Entry], known: set[str], config: Config, environ: Mapping[str, str]
) -> tuple[int, int]:
    """Abort Apify runs; return how many could be aborted, and how many could not."""
    aborted = failed = 0
    accounts: dict[str, Account] = {}
    tokens: dict[str, Token] | None = None
    try:
        for entry in entries:
            tokens = _tokens(config, environ) if tokens is None else tokens
            account = accounts.get(entry.fingerprint)
            if account is None and entry.fingerprint in tokens:
                account = open_account(tokens[entry.fingerprint], config, StopSignal(), nobody)
                accounts[entry.fingerprint] = account
            done = account is not None and _abort(account, entry, known)
            aborted += done is True
            failed += done is False
    finally:
        for account in accounts.values():
            account.close()
    return aborted, failed


def _abort(account: Account, entry: Entry, known: set[str]) -> bool | None:
    """Abort an Apify run; return whether that worked, None if it never came to be."""
    try:
        apify_run_id = entry.apify_run_id
        if apify_run_id is None:
            # The start was intended, and nobody lived to see whether it happened.
            found = account.find_start(entry.actor, entry.input_hash, since=entry.intended_at, known=known)
            if found is None or found.final:
                return None
            apify_run_id = found.id
        account.abort(apify_run_id)
    except SocialsyncError as error:
        log.warning("an Apify run of %s could not be aborted: %s", entry.actor, error)
        return False
    return True


def _tokens(config: Config, environ: Mapping[str, str]) -> dict[str, Token]:
    """Return the tokens of the configuration that can be read, by fingerprint."""
    tokens = Tokens(environ)
    for user in config.users().values():
        with contextlib.suppress(InvalidTokenError):
            tokens.of(user)
    return tokens.by_fingerprint
