"""Syncs a few pages thousands of times in one process and simulated time, and fails where something grows.

    python benchmarks/soak.py --syncs 2000

Every so often a sync meets a fault, is stopped by a signal and resumed, or finds that the process before it has died.
At intervals a line tells what the process and the database hold: memory, open files, threads, locks, tasks and Apify
runs that seem to go on, files of the archive, bytes of the database and of its write-ahead log. Exits with 1 if
threads, open files, locks or open rows are more than after the first syncs, if memory or the log keeps growing, or if
the database grows faster than its days.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import resource
import sqlite3
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench import NO_LAG, Sandbox

from socialsync_cli import history, sync
from socialsync_cli.config import Config, load
from socialsync_cli.core.events import ApifyRunBegan, Event
from socialsync_cli.core.stop import StopSignal

BEGIN = datetime(2025, 3, 10, 6, tzinfo=UTC)
STEP = timedelta(hours=6)
SETTLED = 10
"""After so many syncs everything is imported, opened and cached that ever will be."""
TOKEN = "sandbox-soak"
CONFIG = """
[database]
url = "sqlite:///{database}"
[apify]
token = "env:TOKEN"
api_url = "{url}"
requests_per_second = 1000
[retry]
attempts = 2
initial_seconds = 0.01
max_seconds = 0.02
[sync]
posts_per_page = 3
comments_per_post = 1
keep_raw_days = 2
[notify]
on = "never"
[users.acme]
instagram = ["page0", "page1"]
tiktok = ["page0"]
"""


class Held(NamedTuple):
    """What the process and its database hold after some syncs."""

    syncs: int
    rss_mb: float
    files: int
    threads: int
    locks: int
    open_rows: int
    """Runs and tasks that seem to go on, and page results without an end."""
    archive_files: int
    database_kb: int
    log_kb: int

    def __str__(self) -> str:
        """As a line of the table."""
        return (
            f"{self.syncs:>6} {self.rss_mb:>8.1f} {self.files:>6} {self.threads:>8} {self.locks:>6} "
            f"{self.open_rows:>10} {self.archive_files:>8} {self.database_kb:>12} {self.log_kb:>7}"
        )


HEAD = " syncs   RSS MB  files  threads  locks  open rows  archive  database KB  log KB"


def held(syncs: int, database: Path) -> Held:
    """Look at this process and the database."""
    gc.collect()
    with contextlib.closing(sqlite3.connect(database)) as connection:
        (locks,) = connection.execute("select count(*) from sync_lock").fetchone()
        (open_rows,) = connection.execute(
            "select (select count(*) from sync_run where status in ('PENDING', 'STARTED'))"
            " + (select count(*) from sync_task where status in ('PENDING', 'STARTED'))"
            " + (select count(*) from apify_run where status in ('INTENDED', 'READY', 'RUNNING'))"
        ).fetchone()
    log = database.with_name(f"{database.name}-wal")
    return Held(
        syncs, _rss_mb(), len(list(Path("/proc/self/fd").iterdir())), threading.active_count(), locks, open_rows,
        len(list(database.with_name(f"{database.name}.raw").glob("*/*"))), database.stat().st_size // 1024,
        log.stat().st_size // 1024 if log.exists() else 0,
    )  # fmt: skip


def _rss_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


def growth(found: Sequence[Held]) -> list[str]:
    """Say what has grown that must not; the first row is from when everything had settled."""
    said = []
    first, last = found[0], found[-1]
    for name in ("files", "threads", "locks", "open_rows"):
        before, after = getattr(first, name), max(getattr(row, name) for row in found[len(found) // 2 :])
        if after > before:
            said.append(f"{name}: {before} after {first.syncs} syncs, {after} later")
    quarter = len(found) // 4
    if quarter >= 2:
        early, late = (median(row.rss_mb for row in some) for some in (found[quarter : 2 * quarter], found[-quarter:]))
        if late > early * 1.05 + 4:
            said.append(f"memory: {early:.1f} MB in the second quarter, {late:.1f} MB in the last")
        rates = [
            (b.database_kb - a.database_kb) / (b.syncs - a.syncs)
            for a, b in ((found[0], found[2 * quarter]), (found[2 * quarter], last))
        ]
        if rates[1] > rates[0] * 1.2:
            said.append(f"database: {rates[0]:.2f} KB per sync in the first half, {rates[1]:.2f} in the second")
        if last.log_kb > 2 * max(row.log_kb for row in found[: 2 * quarter]) + 1024:
            said.append(f"log: {last.log_kb} KB")
        most = max(row.archive_files for row in found[: 2 * quarter])
        if last.archive_files > 2 * most:
            said.append(f"archive: {last.archive_files} files, {most} in the first half")
    return said


class Life:
    """One customer's syncs, one after the other."""

    def __init__(self, folder: Path) -> None:
        self.database = folder / "soak.db"
        self._folder = folder
        self._environ = {**os.environ, "TOKEN": TOKEN}
        self.number = 0

    def configure(self, url: str) -> Config:
        """Write the configuration for a sandbox."""
        path = self._folder / "socialsync.toml"
        path.write_text(CONFIG.format(database=self.database, url=url))
        path.chmod(0o600)
        return load(path, environ=self._environ, cwd=self._folder)

    def go_on(self, config: Config, sandbox: Sandbox) -> None:
        """Let some hours go by, and sync; now and then something happens."""
        self.number += 1
        now = BEGIN + self.number * STEP
        sandbox.post("clock", now=now.isoformat())
        mishap = {3: "fault", 5: "stop", 7: "death", 9: "refused"}.get(self.number % 10)
        if mishap == "fault":
            kind = ("reset_after", "truncate", "html", "end")[self.number // 10 % 4]
            sandbox.post("faults", faults=[{"kind": kind, "endpoint": "start" if kind == "end" else "*", "skip": 1}])
        if mishap == "refused":
            sandbox.post("faults", faults=[{"kind": "status", "status": 401, "type": "invalid-token"}])
        if mishap == "stop":
            self._sync(config, now, stop_at=2)
        if mishap == "death":
            pid = os.fork()
            if pid == 0:
                self._sync(config, now, die_at=2)
                os._exit(0)
            os.waitpid(pid, 0)
        self._sync(config, now + timedelta(minutes=5), resume=mishap == "stop")
        sandbox.post("clear-faults")
        if self.number % 20 == 0:
            history.throw_away(config, now=now, dry_run=False)

    def _sync(self, config: Config, now: datetime, *, stop_at: int = 0, die_at: int = 0, resume: bool = False) -> None:
        stop, begun = StopSignal(), 0

        def hear(event: Event) -> None:
            nonlocal begun
            begun += isinstance(event, ApifyRunBegan)
            if begun and begun == stop_at:
                stop.set("SIGINT")
            if begun and begun == die_at:
                os._exit(9)

        around = sync.Surroundings(config, self._environ, tell=hear, stop=stop, clock=lambda: now)
        request = sync.Request(list(config.users().values()))
        if resume:
            sync.resume("last", request, around)
        else:
            sync.run(request, around)


@contextlib.contextmanager
def place() -> Iterator[Path]:
    """Give a folder that is the home of everything; nothing is left of it."""
    with tempfile.TemporaryDirectory(prefix="socialsync-soak-") as name:
        for variable in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
            os.environ[variable] = name
        yield Path(name)


def main(arguments: Sequence[str] | None = None) -> int:
    """Sync, look, and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--syncs", type=int, default=2000)
    parser.add_argument("--every", type=int, default=25, help="how many syncs between two looks")
    given = parser.parse_args(arguments)
    found: list[Held] = []
    print(HEAD, flush=True)
    with place() as folder:
        life = Life(folder)
        with Sandbox(NO_LAG, BEGIN.isoformat()) as sandbox:
            config = life.configure(sandbox.url)
            while life.number < given.syncs:
                life.go_on(config, sandbox)
                if life.number == SETTLED or life.number % given.every == 0 or life.number == given.syncs:
                    found.append(held(life.number, life.database))
                    print(found[-1], flush=True)
    said = growth([row for row in found if row.syncs >= SETTLED])
    for line in said:
        print(f"grows: {line}")
    print(f"{life.number} syncs: {'something grows' if said else 'nothing grows'}")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
