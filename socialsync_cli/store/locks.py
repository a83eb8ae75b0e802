"""Locks per user × platform, held in the database with a heartbeat: a dead holder's lock is taken over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from socialsync_cli.store.database import take_turns
from socialsync_cli.store.holder import QUEUED, is_alive
from socialsync_cli.store.tables import SyncLock

LOCKS: sa.Table = SyncLock.__table__  # type: ignore[attr-defined]  # SQLModel's metaclass adds it


class Held(NamedTuple):
    """A pair that somebody else holds."""

    user: str
    platform: str
    run_id: str


def acquire(
    connection: Connection, pairs: Sequence[tuple[str, str]], run_id: str, holder: str, now: datetime
) -> list[Held]:
    """Take all of these locks, or none; return those that a living process holds.

    Args:
        connection: A transaction that writes.
        pairs: User and platform.
        run_id: The run that will hold them. What it holds while it is queued, whoever takes it up may have.
        holder: The process.
        now: The time.

    """
    take_turns(connection, "locks")
    rows = connection.execute(sa.select(LOCKS)).mappings().all()
    theirs = {(row["user"], row["platform"]): row for row in rows}
    held = [
        Held(user, platform, row["run_id"])
        for user, platform in pairs
        if (row := theirs.get((user, platform))) is not None
        and not (row["run_id"] == run_id and row["holder"] in (holder, QUEUED))
        and is_alive(row["holder"], row["heartbeat_at"], now)
    ]
    if held:
        return held
    for user, platform in pairs:
        values = {"run_id": run_id, "holder": holder, "heartbeat_at": now}
        if (user, platform) in theirs:
            connection.execute(
                sa.update(LOCKS).where(LOCKS.c.user == user, LOCKS.c.platform == platform).values(**values)
            )
        else:
            connection.execute(sa.insert(LOCKS).values(user=user, platform=platform, **values))
    return []


def renew(connection: Connection, run_id: str, holder: str, now: datetime) -> None:
    """Say that the locks' holder is alive."""
    connection.execute(
        sa.update(LOCKS).where(LOCKS.c.run_id == run_id, LOCKS.c.holder == holder).values(heartbeat_at=now)
    )


def pass_on(connection: Connection, run_id: str, holder: str, to: str) -> None:
    """Hand all locks of a run over."""
    connection.execute(sa.update(LOCKS).where(LOCKS.c.run_id == run_id, LOCKS.c.holder == holder).values(holder=to))


def release(connection: Connection, run_id: str, holder: str) -> None:
    """Give all locks of a run back."""
    connection.execute(sa.delete(LOCKS).where(LOCKS.c.run_id == run_id, LOCKS.c.holder == holder))
