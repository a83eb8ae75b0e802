"""`keys`: who may use the HTTP API."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from socialsync_cli.cli.invocation import Invocation, utc_now
from socialsync_cli.errors import UsageError
from socialsync_cli.show.figures import clock_time, iso
from socialsync_cli.show.table import Column, Rows
from socialsync_cli.show.terminal import safe
from socialsync_cli.store import keys
from socialsync_cli.store.database import Database
from socialsync_cli.store.keys import Key
from socialsync_cli.store.schema import migrate


def create_key(call: Invocation, *, user: str | None, admin: bool, name: str, as_json: bool) -> int:
    """Make a key and print it, once."""
    if (user is None) == (not admin):
        raise UsageError("a key is for one user (--user ID) or for everything (--admin): say which")
    if user is not None and user not in call.load().users():
        raise UsageError(f"there is no user {user}; `socialsync users` lists them")
    with _database(call) as database, database.write(durable=True) as connection:
        key = keys.create(connection, name, user, utc_now())
    if as_json:
        call.print_json({"key": key, "id": key.split("_")[1], "user": user, "name": name})
    else:
        call.out.print(key, soft_wrap=True, highlight=False)
        call.lines.write("keep it now: it cannot be shown again", event="key")
    return 0


def list_keys(call: Invocation, *, as_json: bool) -> int:
    """List keys, without what they open with."""
    with _database(call) as database, database.read() as connection:
        found = keys.listed(connection)
    if as_json:
        call.print_json({"keys": [_json(key) for key in found]})
        return 0
    columns = (
        Column("id"),
        Column("opens"),
        Column("name", fold=True),
        Column("made"),
        Column("used"),
        Column("state"),
    )
    rows: Rows[Key] = Rows(columns, call.out.width)
    for key in found:
        rows.add(
            key.id,
            safe(key.user_id) if key.user_id is not None else "everything",
            safe(key.name),
            clock_time(key.created_at),
            clock_time(key.last_used_at) if key.last_used_at else "never",
            "revoked" if key.revoked_at else "valid",
        )
    call.out.print(rows.table)
    return 0


def revoke_key(call: Invocation, key_id: str | None, *, as_json: bool) -> int:
    """Make a key open nothing any more."""
    if key_id is None:
        raise UsageError("which one? `socialsync keys list` has the ids")
    with _database(call) as database, database.write(durable=True) as connection:
        known = keys.revoke(connection, key_id, utc_now())
    if not known:
        raise UsageError(f"there is no key {key_id[:100]}; `socialsync keys list` has the ids")
    if as_json:
        call.print_json({"revoked": key_id})
    else:
        call.out.print(f"key {key_id} opens nothing any more", soft_wrap=True)
    return 0


def _json(key: Key) -> dict[str, str | None]:
    return {
        "id": key.id,
        "user": key.user_id,
        "name": key.name,
        "created_at": iso(key.created_at),
        "last_used_at": iso(key.last_used_at),
        "revoked_at": iso(key.revoked_at),
    }


@contextlib.contextmanager
def _database(call: Invocation) -> Iterator[Database]:
    database = Database(call.load().settings.database.url)
    try:
        migrate(database)
        yield database
    finally:
        database.close()
