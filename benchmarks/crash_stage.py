"""Where syncs are killed: scenes with a sandbox each, and processes that can be ended at a chosen point."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from socialsync_cli.sandbox import Behaviour, Fault, Sandbox

FIRST_DAY = datetime(2025, 3, 10, 6, tzinfo=UTC)
BEHAVIOUR = Behaviour(page_s=0.01, settle_s=1.0, total_lag_s=0.3, resource_rates=False)
LONGEST_S = 90.0
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
{sync}
[notify]
on = "never"
"""


class Scene(NamedTuple):
    """What was there before, and what is asked for."""

    name: str
    days: int
    """Syncs that went well before; 0: there is not even a database."""
    sync: str = ""
    """More of that section of the configuration."""
    ceiling: float | None = None
    """A cost limit, as a share of what the undisturbed sync costs."""

    @property
    def now(self) -> datetime:
        """When the sync takes place that is disturbed."""
        return FIRST_DAY + timedelta(days=self.days)


SCENES = (
    Scene("first", 0),
    Scene("second", 1),
    Scene("later", 3, "replies_per_comment = 1"),
    Scene("capped", 1, ceiling=3.0),
    Scene("tight", 1, ceiling=0.5),
)


class Way(NamedTuple):
    """How a sync is disturbed: by which means, and after how many seconds, statements … 0: not at all."""

    kind: str
    after: float = 0.0

    def __str__(self) -> str:
        """As it stands in the story of a round."""
        return f", killed at {self.kind} {self.after:g}" if self.kind else ""


class Typical(NamedTuple):
    """What a sync comes to that nobody disturbs."""

    seconds: float
    requests: int
    usd: float


COUNTED = {"event": 60, "statement": 260, "commit": 70}
"""What is counted inside of a sync, and about how many there are of each."""


def chosen(random: Random, typical: Typical) -> Way:
    """Choose how to disturb a sync."""
    kind = random.choice(("time", "request", *COUNTED))
    if kind == "time":
        return Way(kind, random.uniform(0.0, typical.seconds * 1.1))
    return Way(kind, random.randint(1, COUNTED.get(kind, typical.requests)))


def weather(random: Random, token: str) -> list[Fault]:
    """Choose what goes wrong at the platform during a round: mostly nothing."""
    if random.random() < 0.6:
        return []
    kinds = (
        {"kind": "reset_after", "endpoint": "start"},
        {"kind": "reset", "endpoint": "start"},
        {"kind": "status_after", "endpoint": "start", "status": 502, "html": True},
        {"kind": "late", "endpoint": "start", "seconds": random.choice((0.5, 3.0))},
        {"kind": "invalid_json", "endpoint": "start"},
        {"kind": "status", "endpoint": "items", "status": 500},
        {"kind": "truncate", "endpoint": "items"},
        {"kind": "status", "status": 429, "retry_after": "0"},
        {"kind": "reset_after"},
    )
    return [
        Fault.read({**random.choice(kinds), "token": token, "skip": random.randint(0, 12)})
        for _ in range(random.choice((1, 1, 2, 3)))
    ]


class Nursery:
    """The process that syncs are forked from."""

    def __init__(self, home: Path) -> None:
        environ = {**os.environ, "HOME": str(home)} | {f"XDG_{n}_HOME": str(home) for n in ("STATE", "CONFIG", "DATA")}
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("crash_nursery.py"))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ,
        )  # fmt: skip

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
class Stage:
    """A scene's sandbox, the nursery, and a folder for everything."""

    scene: Scene
    sandbox: Sandbox
    nursery: Nursery
    folder: Path
    began: float = field(default_factory=time.time)
    watch: Callable[[], None] | None = None
    """Called whenever a request has arrived and nothing was done about it yet."""

    def configure(self, name: str, before: Path | None = None) -> Path:
        """Make a folder with a configuration, and with a copy of a database; return where the database is (to be)."""
        folder = self.folder / name
        folder.mkdir()
        users = "\n".join(
            f"[users.{user}]\n" + "\n".join(f"{platform} = {json.dumps(some)}" for platform, some in pages.items())
            for user, pages in PAGES.items()
        )
        path = folder / "socialsync.toml"
        text = CONFIG.format(database=folder / "crash.db", url=self.sandbox.url, sync=self.scene.sync)
        path.write_text(text + users)
        path.chmod(0o600)
        if before is not None and before.exists():
            shutil.copy(before, folder / "crash.db")
        return folder / "crash.db"

    def begin_anew(self, now: datetime) -> None:
        """Set the clocks of the world and the program, and forget what was to go wrong."""
        self.sandbox.state.faults.clear()
        self.sandbox.set_now(now)
        self.began = time.time()

    def sync(
        self, database: Path, token: str, now: datetime, way: Way, *, resume: bool = False,
        users: list[str] | None = None, max_cost_usd: float | None = None,
    ) -> int:  # fmt: skip
        """Let a sync run, disturbed in a way; return its exit code."""
        order = {
            "config": str(database.with_name("socialsync.toml")), "token": token, "now": now.isoformat(),
            "began": self.began, "resume": resume, "users": users, "max_cost_usd": max_cost_usd,
            **{kind: int(way.after) if way.kind == kind else 0 for kind in COUNTED},
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
def stage(scene: Scene) -> Iterator[Stage]:
    """Open a sandbox and a nursery; nothing is left of them afterwards."""
    place = tempfile.TemporaryDirectory(prefix="socialsync-crash-")
    with place as name, Sandbox(now=FIRST_DAY, behaviour=BEHAVIOUR) as sandbox:
        folder = Path(name)
        nursery = Nursery(folder)
        found = Stage(scene, sandbox, nursery, folder)
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
