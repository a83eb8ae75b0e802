"""The ledger of Apify runs: written before money is spent, so that nothing is ever paid twice.

A row is INTENDED before its start; it gets Apify's ids as soon as they are known, Apify's status when it ends, and
`read_at` when everything in its dataset is stored. Whatever is missing after a crash tells what to do: look for the
start, wait for the end, or read the dataset. Rows that never became a run are REFUSED.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from socialsync_cli.store.database import take_turns
from socialsync_cli.store.holder import STALE_AFTER
from socialsync_cli.store.tables import ApifyRun, SyncBundle, SyncRun

LEDGER: sa.Table = ApifyRun.__table__  # type: ignore[attr-defined]  # SQLModel's metaclass adds it
_RUNS: sa.Table = SyncRun.__table__  # type: ignore[attr-defined]
_BUNDLES: sa.Table = SyncBundle.__table__  # type: ignore[attr-defined]

INTENDED, REFUSED = "INTENDED", "REFUSED"
_OPEN = (INTENDED, "READY", "RUNNING", "TIMING-OUT", "ABORTING")
"""Statuses of runs that take one of the account's slots."""
_BEGUN_WITHIN = timedelta(days=1)
"""How long after it was intended a start has surely been carried out, or never will be."""


class Entry(NamedTuple):
    """A row of the ledger, as far as it matters for going on with it."""

    id: str
    run_id: str
    fingerprint: str
    platform: str
    part: str
    actor: str
    apify_run_id: str | None
    dataset_id: str | None
    status: str
    input: dict[str, Any]
    input_hash: str
    asked: list[list[Any]]
    """What was asked for: `[handle, page id]`, or `[comment key, url, post id, page id, comment count]`."""
    limit: int
    """Items per target that were asked for."""
    newer_than: datetime | None
    attempt: int
    intended_at: datetime
    finished_at: datetime | None
    read_at: datetime | None
    max_charge_usd: float | None
    cost_usd: float
    items: int
    bundle_id: str | None = None
    """Of a queued run: the bundle that it is for."""


def intend(connection: Connection, entry: Entry, *, slots: int, now: datetime, ours: int | None = None) -> bool:
    """Write down that a run is about to be started; False (and nothing) if the account has no free slot.

    Args:
        connection: A durable transaction that writes.
        entry: The intent.
        slots: How many runs may be open with this token, over all processes on this database.
        now: The time.
        ours: How many of them this process knows its own run (or bundle) to have open, this one apart; None: the
            ledger tells. A run that could not be read to its end stays open in the ledger, while it is over for us.

    """
    take_turns(connection, f"slots of {entry.fingerprint}")
    held_since = sa.case((_BUNDLES.c.holder.is_not(None), _BUNDLES.c.heartbeat_at))
    taken = connection.scalar(
        sa.select(sa.func.count())
        .select_from(
            LEDGER.join(_RUNS, LEDGER.c.run_id == _RUNS.c.id).outerjoin(_BUNDLES, LEDGER.c.bundle_id == _BUNDLES.c.id)
        )
        .where(LEDGER.c.token_fingerprint == entry.fingerprint, LEDGER.c.status.in_(_OPEN))
        .where(_RUNS.c.status == "STARTED")
        .where(sa.case((LEDGER.c.bundle_id.is_(None), _RUNS.c.heartbeat_at), else_=held_since) > now - STALE_AFTER)
        .where(LEDGER.c.id != entry.id if ours is None else ~_same_hands(entry))
    )
    if (taken or 0) + (ours or 0) >= slots:
        return False
    body = {
        "input": entry.input,
        "asked": entry.asked,
        "limit": entry.limit,
        "newer_than": entry.newer_than.isoformat() if entry.newer_than else None,
    }
    connection.execute(
        sa.insert(LEDGER).values(
            id=entry.id,
            run_id=entry.run_id,
            token_fingerprint=entry.fingerprint,
            platform=entry.platform,
            part=entry.part,
            actor=entry.actor,
            status=INTENDED,
            input_hash=entry.input_hash,
            work=zlib.compress(orjson.dumps(body), 1),
            pages=len({row[3] if len(row) > 3 else row[1] for row in entry.asked}),
            max_charge_usd=entry.max_charge_usd,
            attempt=entry.attempt,
            intended_at=entry.intended_at,
            bundle_id=entry.bundle_id,
        )
    )
    return True


def _same_hands(entry: Entry) -> sa.ColumnElement[bool]:
    """Rows whose Apify runs the process that writes `entry` knows by itself: those of its run, or of its bundle."""
    same_run = LEDGER.c.run_id == entry.run_id
    if entry.bundle_id is None:
        return same_run
    return sa.and_(same_run, sa.func.coalesce(LEDGER.c.bundle_id, "") == entry.bundle_id)


def change(connection: Connection, entry_id: str, **values: object) -> None:
    """Change columns of a row."""
    connection.execute(sa.update(LEDGER).where(LEDGER.c.id == entry_id).values(**values))


def claim(connection: Connection, entry_id: str, apify_run_id: str) -> bool:
    """Give a run that was found to a start; False if another start has it already."""
    taken = connection.scalar(
        sa.select(sa.func.count()).where(LEDGER.c.apify_run_id == apify_run_id, LEDGER.c.id != entry_id)
    )
    if taken:
        return False
    change(connection, entry_id, apify_run_id=apify_run_id)
    return True


def known_runs(connection: Connection, since: datetime) -> set[str]:
    """Return the ids of the Apify runs that the ledger has already given to a start.

    With whatever token: two tokens may be of one account, and each sees the runs of both.

    Args:
        connection: A transaction.
        since: Runs that began before do not matter.

    """
    rows = connection.scalars(
        sa.select(LEDGER.c.apify_run_id).where(
            LEDGER.c.intended_at >= since - _BEGUN_WITHIN, LEDGER.c.apify_run_id.is_not(None)
        )
    )
    return {row for row in rows if row is not None}


def entries(connection: Connection, run_ids: Collection[str], *, unread_only: bool = False) -> Iterable[Entry]:
    """Yield the rows of these runs, oldest first, without those that were refused."""
    query = (
        sa.select(LEDGER)
        .where(LEDGER.c.run_id.in_(list(run_ids)), LEDGER.c.status != REFUSED)
        .order_by(LEDGER.c.intended_at, LEDGER.c.id)
    )
    if unread_only:
        query = query.where(LEDGER.c.read_at.is_(None))
    for row in connection.execute(query).mappings():
        body = orjson.loads(zlib.decompress(row["work"]))
        newer = body["newer_than"]
        yield Entry(
            id=row["id"],
            run_id=row["run_id"],
            fingerprint=row["token_fingerprint"],
            platform=row["platform"],
            part=row["part"],
            actor=row["actor"],
            apify_run_id=row["apify_run_id"],
            dataset_id=row["dataset_id"],
            status=row["status"],
            input=body["input"],
            input_hash=row["input_hash"],
            asked=body["asked"],
            limit=body["limit"],
            newer_than=datetime.fromisoformat(newer) if newer else None,
            attempt=row["attempt"],
            intended_at=row["intended_at"],
            finished_at=row["finished_at"],
            read_at=row["read_at"],
            max_charge_usd=row["max_charge_usd"],
            cost_usd=row["cost_usd"],
            items=row["items"],
            bundle_id=row["bundle_id"],
        )


def totals(connection: Connection, run_id: str, bundle_id: str | None = None) -> tuple[int, int, float]:
    """Return the number of Apify runs, items and US dollars of a run, or of one of its bundles."""
    ours = LEDGER.c.run_id == run_id if bundle_id is None else LEDGER.c.bundle_id == bundle_id
    row = connection.execute(
        sa.select(
            sa.func.count(), sa.func.coalesce(sa.func.sum(LEDGER.c["items"]), 0),
            sa.func.coalesce(sa.func.sum(LEDGER.c.cost_usd), 0.0),
        ).where(LEDGER.c.run_id == run_id, ours, LEDGER.c.status != REFUSED)
    ).one()  # fmt: skip
    return int(row[0]), int(row[1]), float(row[2])
