"""What happens in a run, told from its rows."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

import sqlalchemy as sa

from socialsync_cli.cluster.follow import Follower
from socialsync_cli.core.events import ApifyRunBegan, ApifyRunEnded, PagesDone, TaskBegan, TaskEnded, Waiting
from socialsync_cli.core.stop import StopSignal
from socialsync_cli.store import bundles, runs
from socialsync_cli.store.bundles import NewBundle
from socialsync_cli.store.database import Database
from socialsync_cli.store.holder import this_process
from socialsync_cli.store.ledger import LEDGER
from socialsync_cli.store.page_results import RESULTS
from socialsync_cli.store.runs import NewTask
from socialsync_cli.store.schema import migrate
from socialsync_cli.store.tables import SocialPage

NOW = datetime(2026, 1, 10, 6, tzinfo=UTC)


@contextlib.contextmanager
def queued(folder):
    """A queued run with one task of one page, one Apify run of which goes on."""
    with contextlib.closing(Database(f"sqlite:///{folder}/sync.db")) as database:
        migrate(database)
        with database.write() as c:
            page = c.execute(sa.insert(SocialPage).values(platform="tiktok", handle="nasa")).inserted_primary_key[0]
            runs.create_run(c, "run-1", {}, holder=this_process(), now=NOW)
            runs.create_tasks(c, "run-1", [NewTask("task-1", "acme", "tiktok", "f1", [(page, "nasa")])])
            bundles.create(c, "run-1", [NewBundle("task-1", 1, ["task-1"])], {"max_cost_usd": None})
            c.execute(
                sa.insert(LEDGER).values(
                    id="e1", run_id="run-1", token_fingerprint="f1", platform="tiktok", part="posts", actor="a/posts",
                    status="RUNNING", input_hash="h", work=b"", pages=1, intended_at=NOW,
                )
            )  # fmt: skip
        yield database


class Ear(list):
    """Keeps what it hears; when it hears a kind of event, it does something, once."""

    def __init__(self, kind, act):
        super().__init__()
        self._kind, self._act = kind, act

    def __call__(self, event):
        self.append(event)
        if isinstance(event, self._kind) and self._act is not None:
            act, self._act = self._act, None
            act()


def end_it(database):
    with database.write() as c:
        bundles.claim(c, "run-1", "task-1", "elsewhere:1:1", NOW)
        c.execute(sa.update(RESULTS).values(result="ok", posts=4, comments=9, cost_usd=0.5))
        c.execute(sa.update(LEDGER).values(status="SUCCEEDED", items=4, cost_usd=0.5, read_at=NOW))
        runs.change_task(c, "task-1", status="SUCCESS")
        bundles.put_down(c, "run-1", "task-1", 0.5, 3, NOW)


def test_everything_is_told_once_and_the_exit_code_at_the_end(tmp_path):
    with queued(tmp_path) as database:
        ear = Ear(ApifyRunBegan, None)
        ear._act = lambda: end_it(database)
        assert Follower(database, "run-1", ear, lambda: True).follow(StopSignal()) == 0
    assert ear == [
        ApifyRunBegan("e1", "a/posts", "tiktok", "posts", 1, adopted=False),
        ApifyRunEnded("e1", "a/posts", "SUCCEEDED", 4, 0.5),
        TaskBegan("task-1"),
        PagesDone("task-1", {"ok": 1}, 4, 9, 0.5),
        TaskEnded("task-1", "SUCCESS"),
    ]


def test_a_signal_ends_it_and_whoever_waits_for_a_worker_is_told(tmp_path):
    stop = StopSignal()
    with queued(tmp_path) as database:
        ear = Ear(Waiting, lambda: stop.set("SIGINT"))
        assert Follower(database, "run-1", ear, lambda: False, nobody_after_s=0.0).follow(stop) is None
    assert ear[-1] == Waiting("a worker; `socialsync worker` starts one")
