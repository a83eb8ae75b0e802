"""Kills syncs at random moments, lets others go on, and compares what is left with a sync that nobody disturbed.

    python benchmarks/crash.py --kills 200 --seed 1

Each round begins with the database of the day before. A sync is killed (SIGKILL) after some time, at some event, or
while some request is on its way; then `resume` or another `run` goes on, and may be killed as well, until one ends by
itself. Afterwards the database must say the same of every page, nothing may have been paid twice, and the file must be
whole. Prints a line per round and a total; exits with 1 if anything differed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import isclose
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from socialsync_cli.sandbox import Behaviour, Sandbox

FIRST_DAY = datetime(2025, 3, 10, 6, tzinfo=UTC)
SECOND_DAY = FIRST_DAY + timedelta(days=1)
BEHAVIOUR = Behaviour(page_s=0.01, settle_s=0.0, total_lag_s=0.0, resource_rates=False)
LONGEST_S = 60.0
PAGES = {
    "acme": {
        "instagram": ["page0", "page1", "page2", "page3", "page4", "ghost", "locked", "collab"],
        "facebook": ["page0", "page1", "page2", "page3", "page4", "silent"],
        "tiktok": ["page0", "page1", "page2", "page3", "page4", "emptypage"],
    },
    "other": {"instagram": ["page1", "page5", "page6", "collab.partner"], "tiktok": ["page1", "page6"]},
}
"""Two users who share a token and some pages, and some of the odd pages."""
CONFIG = """
[database]
url = "sqlite:///{database}"
[apify]
api_url = "{url}"
requests_per_second = 1000
max_pages_per_run = 4
[retry]
initial_seconds = 0.01
max_seconds = 0.05
[sync]
posts_per_page = 6
comments_per_post = 3
keep_raw_days = 1
[notify]
on = "never"
"""

CHILD = r"""
import json, os, signal, sys, time
from datetime import datetime, timedelta
from pathlib import Path
import alembic.command, apify_client, httpx, pyrate_limiter, sqlmodel, tenacity
from socialsync_cli import sync
from socialsync_cli.config import load
import socialsync_cli.store.schema

def work(order):
    environ = dict(os.environ, APIFY_TOKEN=order["token"])
    config = load(Path(order["config"]), environ=environ, cwd=Path(order["config"]).parent)
    start, left = datetime.fromisoformat(order["now"]), order["events"]
    def clock():
        # Hardly moves: figures that depend on the moment stay the same to the last digit that is compared.
        return start + timedelta(seconds=(time.time() - order["began"]) / 10_000)
    def tell(event):
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
    around = sync.Surroundings(config, environ, tell=tell, clock=clock)
    request = sync.Request(list(config.users().values()))
    if order["resume"]:
        return sync.resume("last", request, around).exit_code
    return sync.run(request, around).exit_code

for line in sys.stdin:
    order = json.loads(line)
    pid = os.fork()
    if pid == 0:
        code = 99
        try:
            code = work(order)
        except BaseException as error:
            print(type(error).__name__, error, file=sys.stderr, flush=True)
        finally:
            os._exit(code)
    print(pid, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""
"""Imports everything once, then forks for every sync: a round takes a fraction of a second."""


class Way(NamedTuple):
    """How a sync is disturbed: by which means, and after how many seconds, events or requests. 0: not at all."""

    kind: str
    after: float = 0.0

    def __str__(self) -> str:
        """As it stands in the story of a round."""
        return f", killed at {self.kind} {self.after:g}" if self.kind else ""


class Typical(NamedTuple):
    """What a sync comes to that nobody disturbs."""

    seconds: float
    requests: int


class Round(NamedTuple):
    """How a round went."""

    story: str
    kills: int
    differences: list[str]


_EVENTS = 60
"""About so many events a sync tells of."""


class Nursery:
    """The process that syncs are forked from."""

    def __init__(self, home: Path) -> None:
        environ = {**os.environ, "HOME": str(home)} | {f"XDG_{n}_HOME": str(home) for n in ("STATE", "CONFIG", "DATA")}
        self._process = subprocess.Popen(
            [sys.executable, "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ
        )

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(LONGEST_S)
        self._process.stdout.close()

    def begin(self, order: dict[str, Any]) -> int:
        """Begin a sync; return its process id."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self._line()

    def end(self) -> int:
        """Wait for its end; return the exit code, negative after a signal."""
        return self._line()

    def _line(self) -> int:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("the process that syncs are forked from has ended")
        return int(line)


@dataclass
class Bench:
    """The sandbox, the nursery, and a folder for everything."""

    sandbox: Sandbox
    nursery: Nursery
    folder: Path
    began: float = field(default_factory=time.time)
    watch: Callable[[], None] | None = None
    """Called whenever a request has arrived and nothing was done about it yet."""

    def configure(self, name: str, before: Path | None = None) -> Path:
        """Make a folder with a configuration, and with a copy of a database; return the database."""
        folder = self.folder / name
        folder.mkdir()
        users = "\n".join(
            f"[users.{user}]\n" + "\n".join(f"{platform} = {json.dumps(some)}" for platform, some in pages.items())
            for user, pages in PAGES.items()
        )
        path = folder / "socialsync.toml"
        path.write_text(CONFIG.format(database=folder / "crash.db", url=self.sandbox.url) + users)
        path.chmod(0o600)
        if before is not None:
            shutil.copy(before, folder / "crash.db")
        return folder / "crash.db"

    def sync(self, database: Path, token: str, now: datetime, way: Way, *, resume: bool = False) -> int:
        """Let a sync run, disturbed in a way; return its exit code."""
        order = {
            "config": str(database.with_name("socialsync.toml")), "token": token, "now": now.isoformat(),
            "began": self.began, "resume": resume, "events": int(way.after) if way.kind == "event" else 0,
        }  # fmt: skip
        count = int(way.after) if way.kind == "request" else 0
        pid = 0

        def arrived() -> None:
            nonlocal count
            count -= 1
            if count == 0:
                _kill(pid)

        self.watch = arrived
        pid = self.nursery.begin(order)
        timer = threading.Timer(way.after if way.kind == "time" else LONGEST_S, _kill, [pid])
        timer.start()
        code = self.nursery.end()
        timer.cancel()
        timer.join()
        self.watch = None
        return code


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


@contextlib.contextmanager
def bench() -> Iterator[Bench]:
    """Open a sandbox and a nursery; nothing is left of them afterwards."""
    place = tempfile.TemporaryDirectory(prefix="socialsync-crash-")
    with place as name, Sandbox(now=FIRST_DAY, behaviour=BEHAVIOUR) as sandbox:
        folder = Path(name)
        nursery = Nursery(folder)
        found = Bench(sandbox, nursery, folder)
        saw = sandbox.state.stats.saw

        def seen(one: Any) -> int:
            if found.watch is not None:
                found.watch()
            return saw(one)

        sandbox.state.stats.saw = seen  # type: ignore[method-assign]
        try:
            yield found
        finally:
            nursery.close()


def _has_begun(database: Path) -> bool:
    """Whether a sync of the second day has got so far that it can be resumed."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        return bool(connection.execute("select 1 from sync_run where created_at >= ?", (_SECOND_DAY,)).fetchall())


_SECOND_DAY = SECOND_DAY.replace(tzinfo=None).isoformat(" ")


class Left(NamedTuple):
    """What a sync leaves behind."""

    rows: dict[str, list[tuple[Any, ...]]]
    results: dict[str, tuple[Any, ...]]
    charges: Counter[tuple[str, str]]


_TABLES = (
    "social_page", "social_page_metric", "social_page_engagement", "social_page_growth", "social_page_reach",
    "social_page_score", "social_page_post", "social_page_post_metric", "social_page_post_comment", "user_page",
)  # fmt: skip
_PAGE = "(select p.platform || '/' || p.handle from social_page p where p.id = {})"
_NAMES = {
    "page_id": _PAGE.format("x.page_id"),
    "post_id": "(select " + _PAGE.format("o.page_id") + " || ' ' || o.external_id from social_page_post o "
    "where o.id = x.post_id)",
}  # fmt: skip
_RESULTS = """
select t.user || ' ' || t.platform || '/' || r.handle, r.result, r.posts, r.comments
from sync_page_result r join sync_task t on t.id = r.task_id
where t.run_id = (select id from sync_run order by created_at desc limit 1)
"""


def left(sandbox: Sandbox, database: Path, token: str) -> Left:
    """Look at what a sync has left: rows by names instead of numbers, without the moments of writing."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        rows = {table: _named(connection, table) for table in _TABLES}
        results = {row[0]: row[1:] for row in connection.execute(_RESULTS)}
    now, charges = sandbox.state.now(), Counter[tuple[str, str]]()
    for run in sandbox.state.runs:
        if run.customer.token == token:
            for target, items in run.dataset.charged(run.stored(now)).items():
                charges[run.actor.name, target] += items
    return Left(rows, results, charges)


def charged_usd(sandbox: Sandbox, token: str) -> float:
    """Return what a token's runs have cost."""
    now = sandbox.state.now()
    return float(sum(run.charged_usd(now) for run in sandbox.state.runs if run.customer.token == token))


def _named(connection: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    columns = [row[1] for row in connection.execute(f"pragma table_info({table})")]
    told = [_NAMES.get(c, f"x.{c}") for c in columns if c != "id" and (not c.endswith("_at") or c == "published_at")]
    return connection.execute(f"select {', '.join(told)} from {table} x").fetchall()


def _compared(found: list[tuple[Any, ...]], wanted: list[tuple[Any, ...]]) -> tuple[int, int, str]:
    """Count rows too many and rows missing, with an example; figures may differ by what the clock has moved."""
    more, less = _by_words(found), _by_words(wanted)
    for key in [key for key in more.keys() & less.keys() if len(more[key]) == len(less[key])]:
        pairs = zip(sorted(more[key]), sorted(less[key]), strict=True)
        if all(isclose(a, b, rel_tol=1e-5, abs_tol=1e-5) for some in pairs for a, b in zip(*some, strict=True)):
            del more[key], less[key]
    example = next(iter([*more, *less]), "")
    return sum(map(len, more.values())), sum(map(len, less.values())), example


def _by_words(rows: list[tuple[Any, ...]]) -> dict[str, list[tuple[float, ...]]]:
    found = defaultdict(list)
    for row in rows:
        words = repr(["a figure" if isinstance(value, float) else value for value in row])
        found[words].append(tuple(value for value in row if isinstance(value, float)))
    return found


def differences(found: Left, wanted: Left, database: Path, charged_usd: float) -> list[str]:
    """Say what is not as it should be."""
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
    with contextlib.closing(sqlite3.connect(database)) as connection:
        if connection.execute("pragma integrity_check").fetchall() != [("ok",)]:
            said.append("the file is damaged")
        if connection.execute("pragma foreign_key_check").fetchall():
            said.append("rows refer to rows that are not there")
        query = "select coalesce(sum(cost_usd), 0) from apify_run where intended_at >= ?"
        (ledger,) = connection.execute(query, (_SECOND_DAY,)).fetchone()
    if abs(ledger - charged_usd) > 0.0000005:
        said.append(f"the ledger says {ledger:.5f} USD, the platform {charged_usd:.5f}")
    return said


def chosen(random: Random, typical: Typical) -> Way:
    """Choose how to disturb a sync."""
    kind = random.choice(("time", "event", "request"))
    if kind == "time":
        return Way(kind, random.uniform(0.0, typical.seconds * 1.1))
    return Way(kind, random.randint(1, typical.requests if kind == "request" else _EVENTS))


def round_of(stage: Bench, number: int, seed: int, first: Path, wanted: Left, typical: Typical) -> Round:
    """Begin with the database of the day before, kill syncs until one ends by itself, and look at what is left."""
    random = Random(f"{seed} {number}")
    database, token = stage.configure(f"round{number}", first), f"sandbox-crash-{number}"
    story, kills = [], 0
    stage.began = time.time()
    for attempt in range(20):
        way = Way("") if attempt == 19 or (attempt and random.random() < 0.6) else chosen(random, typical)
        resume = random.random() < 0.5 and _has_begun(database)
        code = stage.sync(database, token, SECOND_DAY, way, resume=resume)
        story.append(f"{'resume' if resume else 'run'}{way} → {code}")
        kills += code < 0
        if code >= 0:
            break
    said = differences(left(stage.sandbox, database, token), wanted, database, charged_usd(stage.sandbox, token))
    shutil.rmtree(database.parent)
    return Round("; ".join(story), kills, said)


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill syncs, and tell what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="of all rounds only this one")
    given = parser.parse_args(arguments)
    bad, number, kills = 0, 0, 0
    with bench() as stage:
        first, undisturbed = stage.configure("first"), "sandbox-crash-undisturbed"
        if stage.sync(first, "sandbox-crash-first", FIRST_DAY, Way("")) != 0:
            raise SystemExit("the first sync did not end well")
        stage.sandbox.set_now(SECOND_DAY)
        database = stage.configure("undisturbed", first)
        before, began = stage.sandbox.state.stats.requests.total(), time.monotonic()
        stage.sync(database, undisturbed, SECOND_DAY, Way(""))
        typical = Typical(time.monotonic() - began, stage.sandbox.state.stats.requests.total() - before)
        wanted = left(stage.sandbox, database, undisturbed)
        print(f"undisturbed: {typical.seconds:.2f} s, {typical.requests} requests, {wanted.charges.total()} items")
        while kills < given.kills and number < (given.only or sys.maxsize):
            number += 1
            if given.only not in (None, number):
                continue
            found = round_of(stage, number, given.seed, first, wanted, typical)
            kills += found.kills
            bad += bool(found.differences)
            print(f"round {number}: {found.story}: {'DIFFERS' if found.differences else 'ok'}", flush=True)
            for line in found.differences[:10]:
                print(f"    {line[:300]}", flush=True)
    print(f"{number} rounds, {kills} kills, {bad} with differences")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
