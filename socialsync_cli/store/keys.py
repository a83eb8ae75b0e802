"""Keys of the HTTP API: made once, shown once, kept as hashes.

A key is `ssk_<id>_<secret>`. Its secret has 256 bits of chance, so a plain hash is enough: there is nothing to guess.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from socialsync_cli.store.tables import ApiKey, UserPage

KEYS: sa.Table = ApiKey.__table__  # type: ignore[attr-defined]  # SQLModel's metaclass adds it
_USER_PAGES: sa.Table = UserPage.__table__  # type: ignore[attr-defined]

_KEY = re.compile(r"ssk_([0-9a-f]{12})_([0-9a-f]{64})")
_USE_NOTED_EVERY = timedelta(minutes=10)


class Key(NamedTuple):
    """A key, without what it opens with."""

    id: str
    name: str
    user_id: str | None
    """None: an admin's."""
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None

    @property
    def is_admin(self) -> bool:
        """Whether it opens everything."""
        return self.user_id is None


def create(connection: Connection, name: str, user_id: str | None, now: datetime) -> str:
    """Make a key; return it, which nobody can do again."""
    key_id, secret = secrets.token_hex(6), secrets.token_hex(32)
    connection.execute(
        sa.insert(KEYS).values(id=key_id, name=name, user_id=user_id, hash=_hash(secret), created_at=now)
    )
    return f"ssk_{key_id}_{secret}"


def find(connection: Connection, text: str) -> Key | None:
    """Return the key that a text is; None if it is none, or was revoked."""
    parts = _KEY.fullmatch(text)
    if parts is None:
        return None
    row = connection.execute(sa.select(KEYS).where(KEYS.c.id == parts[1], KEYS.c.revoked_at.is_(None))).one_or_none()
    if row is None or not hmac.compare_digest(row.hash, _hash(parts[2])):
        return None
    return Key(*(getattr(row, field) for field in Key._fields))


def note_use(connection: Connection, key: Key, now: datetime) -> None:
    """Write down that a key was used."""
    connection.execute(sa.update(KEYS).where(KEYS.c.id == key.id).values(last_used_at=now))


def use_is_news(key: Key, now: datetime) -> bool:
    """Whether the last use that is written down is long ago."""
    return key.last_used_at is None or now - key.last_used_at > _USE_NOTED_EVERY


def listed(connection: Connection) -> list[Key]:
    """Return all keys, oldest first."""
    rows = connection.execute(sa.select(*(KEYS.c[field] for field in Key._fields)).order_by(KEYS.c.created_at))
    return [Key(*row) for row in rows]


def revoke(connection: Connection, key_id: str, now: datetime) -> bool:
    """Make a key open nothing any more; False if there is none of that id."""
    same = sa.update(KEYS).where(KEYS.c.id == key_id)
    return connection.execute(same.values(revoked_at=sa.func.coalesce(KEYS.c.revoked_at, now))).rowcount > 0


def wants_page(connection: Connection, user_id: str, page_id: int) -> bool:
    """Whether a page is one of a user's."""
    same = sa.and_(_USER_PAGES.c.user_id == user_id, _USER_PAGES.c.page_id == page_id)
    return connection.scalar(sa.select(sa.func.count()).select_from(_USER_PAGES).where(same)) == 1


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
