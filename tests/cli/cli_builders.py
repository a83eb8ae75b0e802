"""A folder with a configuration and a database by hand, and the program as a process."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import databases
import sqlalchemy as sa

from socialsync_cli.cli import main
from socialsync_cli.core.outcomes import Trouble
from socialsync_cli.store import page_results, runs
from socialsync_cli.store.database import Database
from socialsync_cli.store.holder import this_process
from socialsync_cli.store.runs import NewTask
from socialsync_cli.store.tables import SocialPage

NOON = datetime(2026, 1, 10, 12, 0, tzinfo=UTC)
DEAD = "elsewhere:1:1"
CONFIG = """\
[apify]
token = "env:APIFY_TOKEN"

[users.acme]
instagram = ["nasa", "natgeo"]
tiktok = ["@nasa"]

[users.bee]
token = "env:BEE_TOKEN"
facebook = ["nasa"]
"""


class Said(NamedTuple):
    """How the program ended, and what it said."""

    code: int
    out: str
    err: str


_TERMINAL = ("COLUMNS", "FORCE_COLOR", "NO_COLOR", "TERM")


def socialsync(folder: Path, *args: str, **environ: str) -> Said:
    """Call the program in a folder, within this process."""
    plain = {k: v for k, v in os.environ.items() if k not in _TERMINAL}
    out, err = io.StringIO(), io.StringIO()
    with (
        mock.patch.dict(os.environ, plain | environ, clear=True),
        contextlib.chdir(folder),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = main(list(args))
    return Said(code, out.getvalue(), err.getvalue())


def socialsync_process(folder: Path, *args: str, **environ: str) -> Said:
    """Run the program in a folder, as a process of its own."""
    plain = {k: v for k, v in os.environ.items() if k not in _TERMINAL}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "socialsync_cli", *args],
        cwd=folder, env=plain | environ, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return Said(done.returncode, done.stdout, done.stderr)


def configured(folder: Path, text: str = CONFIG) -> Path:
    """Write a configuration; return the folder."""
    (folder / "socialsync.toml").write_text(databases.section(folder / "socialsync.db") + text)
    (folder / "socialsync.toml").chmod(0o600)
    return folder


def database_in(folder: Path) -> Database:
    """Make (or open) the folder's database."""
    return Database(databases.fresh(folder / "socialsync.db"))


def add_page(connection: sa.Connection, handle: str, platform: str = "instagram", **columns: object) -> int:
    """Add a page; return its id."""
    values = {"platform": platform, "handle": handle, **columns}
    return connection.execute(sa.insert(SocialPage.__table__).values(**values)).inserted_primary_key[0]


def add_run(
    database: Database, run_id: str, *, at: datetime = NOON, holder: str | None = None, open_: bool = False
) -> None:
    """Add a run with two tasks: acme × instagram with two pages, one of them open if the run is; bee × facebook."""
    with database.write() as c:
        ids = {
            handle: _page(c, handle, platform) for platform, handle in (("instagram", "nasa"), ("instagram", "natgeo"))
        }
        other = _page(c, "nasa", "facebook")
        runs.create_run(c, run_id, {}, holder=holder or this_process(), now=at)
        runs.create_tasks(
            c, run_id,
            [NewTask(f"{run_id}-1", "acme", "instagram", "f1", [(ids["nasa"], "nasa"), (ids["natgeo"], "natgeo")]),
             NewTask(f"{run_id}-2", "bee", "facebook", "f2", [(other, "nasa")])],
        )  # fmt: skip
        result = page_results.RESULTS
        c.execute(sa.update(result).where(result.c.handle == "nasa", result.c.task_id == f"{run_id}-1")
                  .values(result="ok", posts=30, comments=60, cost_usd=0.5))  # fmt: skip
        runs.change_task(c, f"{run_id}-1", status="STARTED", started_at=at, pages_ok=1, posts=30, comments=60,
                         attempts=1, cost_usd=0.5)  # fmt: skip
        if open_:
            return
        c.execute(sa.update(result).where(result.c.handle == "natgeo").values(result="not_found"))
        bad = Trouble("invalid_token", "Apify answered 401")._asdict()
        c.execute(sa.update(result).where(result.c.task_id == f"{run_id}-2").values(result="failed", error=bad))
        end = at + timedelta(seconds=41)
        runs.change_task(c, f"{run_id}-1", status="SUCCESS", finished_at=end, warnings=["1 page not found: natgeo"])
        runs.change_task(
            c, f"{run_id}-2", status="FAILURE", finished_at=end, error=bad, warnings=["1 page failed: nasa"]
        )
        runs.finish_run(c, run_id, now=end, status="FAILURE", exit_code=3, apify_runs=3, items=92, cost_usd=0.5,
                        apify_requests=11)  # fmt: skip


def _page(connection: sa.Connection, handle: str, platform: str) -> int:
    table = SocialPage.__table__
    known = connection.scalar(sa.select(table.c.id).where(table.c.handle == handle, table.c.platform == platform))
    return known or add_page(connection, handle, platform)
