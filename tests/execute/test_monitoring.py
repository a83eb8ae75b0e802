"""What Prometheus reads."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

from prometheus_client import generate_latest

from socialsync_cli.config import load
from socialsync_cli.monitoring import registry
from socialsync_cli.store import runs
from socialsync_cli.store.database import Database
from socialsync_cli.store.holder import this_process
from socialsync_cli.store.schema import migrate


def figures(folder):
    (folder / "socialsync.toml").write_text("")
    exposed = generate_latest(registry(lambda: load(None, environ={}, cwd=folder))).decode()
    lines = (line.rpartition(" ") for line in exposed.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


def test_open_runs_are_counted(tmp_path):
    with contextlib.closing(Database(f"sqlite:///{tmp_path}/socialsync.db")) as database:
        migrate(database)
        now = datetime.now(UTC)
        with database.write() as connection:
            runs.create_run(connection, "run-1", {}, holder=this_process(), now=now)
            runs.create_tasks(connection, "run-1", [runs.NewTask("task-1", "acme", "tiktok", "f1", [])])
            runs.create_run(connection, "run-2", {}, holder="elsewhere:1:1", now=datetime(2020, 1, 1, tzinfo=UTC))
            runs.heartbeat(connection, "run-1", now, items=7, cost_usd=0.5)
    found = figures(tmp_path)
    assert found["socialsync_database_up"] == 1
    assert found['socialsync_runs{status="STARTED"}'] == 1
    assert found['socialsync_runs{status="FAILURE"}'] == 1  # its process is dead
    assert found['socialsync_tasks{status="PENDING"}'] == 1
    assert (found["socialsync_items"], found["socialsync_cost_usd"]) == (7, 0.5)


def test_without_a_database_that_is_the_one_figure(tmp_path):
    (tmp_path / "socialsync.db").write_text("Dear diary")
    assert figures(tmp_path) == {"socialsync_database_up": 0}
