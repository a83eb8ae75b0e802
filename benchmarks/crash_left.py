"""What a sync leaves behind, in its database, in its archive and at the platform; and how two of these differ."""

from __future__ import annotations

import contextlib
import gzip
import json
import shutil
import sqlite3
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from math import isclose
from pathlib import Path
from typing import Any, NamedTuple

from socialsync_cli.sandbox import Sandbox


class Left(NamedTuple):
    """What a sync leaves behind."""

    rows: dict[str, list[tuple[Any, ...]]]
    results: dict[str, tuple[Any, ...]]
    charges: Counter[tuple[str, str]]
    usd: float


_TABLES = (
    "social_page", "social_page_metric", "social_page_engagement", "social_page_growth", "social_page_reach",
    "social_page_score", "social_page_post", "social_page_post_metric", "social_page_post_comment", "user_page",
)  # fmt: skip
_PAGE = "(select p.platform || '/' || p.handle from social_page p where p.id = {})"
_NAMES = {
    "page_id": _PAGE.format("x.page_id"),
    "post_id": "(select " + _PAGE.format("o.page_id") + " || ' ' || o.external_id from social_page_post o "
    "where o.id = x.post_id)",
}
_RESULTS = """
select t.user || ' ' || t.platform || '/' || r.handle, r.result, r.posts, r.comments
from sync_page_result r join sync_task t on t.id = r.task_id
where t.run_id = (select id from sync_run order by created_at desc limit 1)
"""


def left(sandbox: Sandbox, database: Path, token: str) -> Left:
    """Look at what a sync has left: rows by names instead of numbers, without the moments of writing."""
    with _opened(database) as connection:
        rows = {table: _named(connection, table) for table in _TABLES}
        results = {row[0]: row[1:] for row in connection.execute(_RESULTS)}
    now, charges, usd = sandbox.state.now(), Counter[tuple[str, str]](), 0.0
    for run in sandbox.state.runs:
        if run.customer.token == token:
            usd += float(run.charged_usd(now))
            for target, items in run.dataset.charged(run.stored(now)).items():
                charges[run.actor.name, target] += items
    return Left(rows, results, charges, usd)


@contextlib.contextmanager
def _opened(database: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(database)) as connection:
        yield connection


def has_begun(database: Path, since: datetime) -> bool:
    """Whether a sync has got so far that it can be resumed."""
    with _opened(database) as connection:
        if not connection.execute("select 1 from sqlite_master where name = 'sync_run'").fetchall():
            return False
        return bool(connection.execute("select 1 from sync_run where created_at >= ?", (_stored(since),)).fetchall())


def _stored(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(" ")


def damage(database: Path) -> list[str]:
    """Say what is wrong with a database that a killed process has left; a copy is looked at, and nothing touched."""
    if not database.exists():
        return []
    with tempfile.TemporaryDirectory() as name:
        for file in database.parent.glob(f"{database.name}*"):
            if file.is_file() and not file.name.endswith("-shm"):
                shutil.copy(file, name)
        with _opened(Path(name) / database.name) as connection:
            return _faults(connection)


def _faults(connection: sqlite3.Connection) -> list[str]:
    said = []
    if connection.execute("pragma integrity_check").fetchall() != [("ok",)]:
        said.append("the file is damaged")
    if connection.execute("pragma foreign_key_check").fetchall():
        said.append("rows refer to rows that are not there")
    return said


def _named(connection: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    columns = [row[1] for row in connection.execute(f"pragma table_info({table})")]
    # A moment more or less makes a count of exactly a day ago one of about a day ago.
    told = [
        _NAMES.get(column, f"x.{column}")
        for column in columns
        if column == "published_at" or not (column == "id" or column.endswith("_at") or "_method_" in column)
    ]
    return connection.execute(f"select {', '.join(told)} from {table} x").fetchall()


def differences(found: Left, wanted: Left) -> list[str]:
    """Say where what is left is not what an undisturbed sync leaves."""
    said = []
    for table, rows in wanted.rows.items():
        more, less, example = _compared(found.rows[table], rows)
        if more or less:
            said.append(f"{table}: {more} rows too many, {less} missing ({example})")
    for page, result in wanted.results.items():
        if found.results.get(page) != result:
            said.append(f"{page}: {found.results.get(page)} instead of {result}")
    for what in found.charges.keys() | wanted.charges.keys():
        if found.charges[what] != wanted.charges[what]:
            said.append(f"{what}: charged {found.charges[what]} items instead of {wanted.charges[what]}")
    return said


def excesses(found: Left, wanted: Left, database: Path, since: datetime, limit_usd: float) -> list[str]:
    """Say where a sync with too low a cost limit has paid for more than one without, or more than its limit."""
    said = [
        f"{what}: charged {items} items, more than {wanted.charges[what]}"
        for what, items in found.charges.items()
        if items > wanted.charges[what]
    ]
    query = "select run_id, sum(cost_usd) from apify_run where intended_at >= ? group by run_id"
    with _opened(database) as connection:
        runs = connection.execute(query, (_stored(since),)).fetchall()
    return said + [
        f"run {run_id} cost {usd:.5f} USD, its limit was {limit_usd:.5f}"
        for run_id, usd in runs
        if usd > limit_usd + 1e-9
    ]


def disorder(database: Path, found: Left, since: datetime) -> list[str]:
    """Say what must never be left, however a sync ended."""
    said = []
    with _opened(database) as connection:
        said += _faults(connection)
        query = "select coalesce(sum(cost_usd), 0) from apify_run where intended_at >= ?"
        (ledger,) = connection.execute(query, (_stored(since),)).fetchone()
        if abs(ledger - found.usd) > 0.0000005:
            said.append(f"the ledger says {ledger:.5f} USD, the platform {found.usd:.5f}")
        for table in ("sync_run", "sync_task"):
            (count,) = connection.execute(
                f"select count(*) from {table} where status in ('PENDING', 'STARTED')"
            ).fetchone()
            if count:
                said.append(f"{table}: {count} seem to go on for ever")
        if connection.execute("select 1 from sync_lock").fetchall():
            said.append("locks are left")
        said += _archive_gaps(connection, database, since)
    for file in database.parent.rglob("*"):
        if file.is_file() and file.stat().st_mode & 0o077:
            said.append(f"{file.name} can be read by others")
    return said


def _archive_gaps(connection: sqlite3.Connection, database: Path, since: datetime) -> list[str]:
    said = []
    query = "select id, items from apify_run where read_at is not null and intended_at >= ?"
    for entry_id, items in connection.execute(query, (_stored(since),)).fetchall():
        files = list(database.with_name(f"{database.name}.raw").glob(f"*/{entry_id}.jsonl.gz"))
        kept = [len(json.loads(line)) for file in files for line in gzip.decompress(file.read_bytes()).splitlines()[1:]]
        if len(files) != 1 or sum(kept) != items:
            said.append(f"the archive holds {sum(kept)} of {items} items in {len(files)} files of {entry_id}")
    return said


def _compared(found: list[tuple[Any, ...]], wanted: list[tuple[Any, ...]]) -> tuple[int, int, str]:
    """Count rows too many and rows missing, with an example.

    Figures may differ by what some seconds make of a day: what is taken over was captured when its Apify run ended.
    """
    more, less = _by_words(found), _by_words(wanted)
    for key in [key for key in more.keys() & less.keys() if len(more[key]) == len(less[key])]:
        pairs = zip(sorted(more[key]), sorted(less[key]), strict=True)
        if all(isclose(a, b, rel_tol=5e-4, abs_tol=1e-5) for some in pairs for a, b in zip(*some, strict=True)):
            del more[key], less[key]
    key = next(iter([*more, *less]), "")
    example = f"{key} with {more.get(key)} instead of {less.get(key)}"
    return sum(map(len, more.values())), sum(map(len, less.values())), example


def _by_words(rows: list[tuple[Any, ...]]) -> dict[str, list[tuple[float, ...]]]:
    found = defaultdict(list)
    for row in rows:
        words = " ".join("#" if isinstance(value, float) else str(value) for value in row)
        found[words].append(tuple(value for value in row if isinstance(value, float)))
    return found
