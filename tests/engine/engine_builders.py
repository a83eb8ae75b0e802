"""A sandbox, a configuration and a database of their own, and what can be seen of a sync from outside.

Nothing of the program is replaced: `sync.run` is called as the command line calls it, against a simulated Apify on a
loopback port. Mishaps are the sandbox's own, or doctored where the platform would do it: in a run, or in its items.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import databases

from socialsync_cli import sync
from socialsync_cli.config import Config, load
from socialsync_cli.core.events import Event
from socialsync_cli.core.stop import StopSignal
from socialsync_cli.sandbox import Behaviour, Customer, Sandbox

NOW = datetime(2025, 3, 10, 6, tzinfo=UTC)
"""Long before the clock of any machine that runs this: lost starts are looked for from here on."""
QUICK = Behaviour(settle_s=0.0, total_lag_s=0.0)
"""Costs and counts are final at once, so that nobody has to wait for them."""

CHILD = Path(__file__).with_name("engine_child.py")

IG_PROFILES = "apify/instagram-profile-scraper"
IG_POSTS = "apify/instagram-post-scraper"
IG_COMMENTS = "apify/instagram-comment-scraper"
FB_PAGES = "apify/facebook-pages-scraper"
FB_POSTS = "apify/facebook-posts-scraper"
FB_COMMENTS = "apify/facebook-comments-scraper"
TT_VIDEOS = "clockworks/tiktok-profile-scraper"
TT_COMMENTS = "clockworks/tiktok-comments-scraper"

Pages = Mapping[str, Sequence[str]]
"""Handles per platform."""


def handles(count: int, word: str = "page") -> list[str]:
    return [f"{word}{number:03}" for number in range(count)]


class Clock:
    """Begins at a moment, hardly moves, and can be put forward.

    Figures that depend on the moment are then the same to the last digit that is compared.
    """

    def __init__(self, start: datetime = NOW) -> None:
        self._start = start
        self._began = time.monotonic()

    def __call__(self) -> datetime:
        return self._start + timedelta(seconds=(time.monotonic() - self._began) / 10_000)

    def advance(self, **step: float) -> None:
        self._start += timedelta(**step)


class Ear:
    """Keeps all events, and does something when one of a kind is heard."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._reactions: list[tuple[type, Callable[[Any], object]]] = []

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        for kind, act in self._reactions:
            if isinstance(event, kind):
                act(event)

    def on(self, kind: type, act: Callable[[Any], object]) -> None:
        self._reactions.append((kind, act))

    def of(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


@dataclass
class Sync:
    """A sync that is over."""

    run_id: str
    exit_code: int
    cancelled: bool
    ear: Ear
    seconds: float


@dataclass
class Bench:
    """A sandbox, a database, and users with tokens."""

    folder: Path
    sandbox: Sandbox
    clock: Clock = field(default_factory=Clock)
    users: dict[str, Pages] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    """Per user who has one of his own."""
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    token: str = field(default_factory=lambda: f"sandbox-{secrets.token_hex(8)}")
    database: str = "engine.db"

    @property
    def db(self) -> Path:
        return self.folder / self.database

    def configured(self) -> Config:
        path, fresh = self.folder / "socialsync.toml", self.folder / f"{secrets.token_hex(8)}.toml"
        fresh.write_text(self._toml(), encoding="utf-8")
        fresh.chmod(0o600)
        fresh.replace(path)  # somebody else may be reading it
        return load(path, environ={}, cwd=self.folder)

    @property
    def environ(self) -> dict[str, str]:
        own = {f"TOKEN_{user.upper()}": token for user, token in self.tokens.items()}
        return {"APIFY_TOKEN": self.token, **own}

    def _toml(self) -> str:
        sections: dict[str, dict[str, Any]] = {
            "database": {"url": databases.fresh(self.db)},
            "apify": {"api_url": self.sandbox.url, "requests_per_second": 1000, "run_timeout_seconds": 600},
            "retry": {"initial_seconds": 0.01, "max_seconds": 0.05},
            "sync": {"posts_per_page": 4, "comments_per_post": 2, "keep_raw_days": 0},
            "notify": {"on": "never"},
        }
        for name, keys in self.settings.items():
            sections.setdefault(name, {}).update(keys)
        for user, pages in self.users.items():
            keys = {platform: list(some) for platform, some in pages.items()}
            if user in self.tokens:
                keys["token"] = f"env:TOKEN_{user.upper()}"
            sections[f"users.{user}"] = keys
        return "\n".join(
            f"[{name}]\n" + "\n".join(f"{key} = {json.dumps(value)}" for key, value in keys.items()) + "\n"
            for name, keys in sections.items()
        )

    def sync(self, *users: str, ear: Ear | None = None, stop: StopSignal | None = None, **asked: Any) -> Sync:
        """Sync these users; none named: all."""
        return self._timed(lambda request, around: sync.run(request, around), users, ear, stop, asked)

    def plan(self) -> sync.Plan:
        """What a sync of all users would do and cost now."""
        config = self.configured()
        around = sync.Surroundings(config, self.environ, clock=self.clock)
        return sync.plan(sync.Request(list(config.users().values())), around)

    def resume(self, run_id: str, *, ear: Ear | None = None, stop: StopSignal | None = None, **asked: Any) -> Sync:
        return self._timed(lambda request, around: sync.resume(run_id, request, around), (), ear, stop, asked)

    def _timed(
        self, act: Callable[[sync.Request, sync.Surroundings], sync.Ended], users: Sequence[str], ear: Ear | None,
        stop: StopSignal | None, asked: Mapping[str, Any],
    ) -> Sync:  # fmt: skip
        config = self.configured()
        known = config.users()
        ear = ear or Ear()
        around = sync.Surroundings(config, self.environ, tell=ear, stop=stop or StopSignal(), clock=self.clock)
        request = sync.Request([known[name] for name in users or known], **asked)
        began = time.monotonic()
        ended = bounded(lambda: act(request, around), around.stop)
        return Sync(ended.run_id, ended.exit_code, ended.cancelled, ear, time.monotonic() - began)

    def child(self, *users: str, **environ: str) -> subprocess.Popen[bytes]:
        """Begin a sync in another process."""
        self.configured()
        command = [sys.executable, str(CHILD), str(self.folder / "socialsync.toml"), self.clock().isoformat(), *users]
        return subprocess.Popen(command, env={**os.environ, **self.environ, **environ}, stderr=subprocess.DEVNULL)

    def next_day(self, days: float = 1) -> None:
        self.sandbox.advance(days=days)
        self.clock.advance(days=days)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Return what a query finds, each value as what it means."""
        return databases.tuples(self.db, query, *values)

    def results(self, run_id: str) -> dict[str, str | None]:
        """Per page what became of it in a run: by user, platform and handle."""
        query = (
            "select t.user || ' ' || t.platform || '/' || r.handle, r.result from sync_page_result r "
            "join sync_task t on t.id = r.task_id where t.run_id = ?"
        )
        return dict(self.rows(query, run_id))

    def errors(self, run_id: str) -> dict[str, str]:
        """Per page with an error its type."""
        query = (
            "select t.user || ' ' || t.platform || '/' || r.handle, r.error ->> 'type' "
            "from sync_page_result r join sync_task t on t.id = r.task_id where t.run_id = ? and r.error is not null"
        )
        return dict(self.rows(query, run_id))

    def tasks(self, run_id: str) -> dict[str, tuple[str, str | None]]:
        """Per task its state and the type of its error."""
        query = "select t.user || ' ' || platform, status, error ->> 'type' from sync_task t where run_id = ?"
        return {name: (status, error) for name, status, error in self.rows(query, run_id)}

    def charges(self) -> Counter[tuple[str, str]]:
        """How many items were charged, per actor and target."""
        found: Counter[tuple[str, str]] = Counter()
        for charge in self.sandbox.state.charges():
            if charge.items:
                found[charge.actor, charge.target] += charge.items
        return found

    def charged_usd(self) -> float:
        return float(self.sandbox.state.charged_usd())

    def started(self) -> Counter[str]:
        """How many Apify runs were started, per actor."""
        return Counter(run.actor.name for run in self.sandbox.state.runs)

    def inputs(self, actor: str) -> list[dict[str, Any]]:
        """The inputs of the actor's runs, oldest first."""
        return [run.given for run in self.sandbox.state.runs if run.actor.name == actor]


@contextlib.contextmanager
def bench(folder: Path, users: Mapping[str, Pages], **knobs: Any) -> Iterator[Bench]:
    """Open a bench; `settings`, `tokens`, `customers`, `behaviour`, `seed` … turn its knobs."""
    settings = knobs.pop("settings", {})
    tokens = knobs.pop("tokens", {})
    customers: Sequence[Customer] = knobs.pop("customers", ())
    behaviour = knobs.pop("behaviour", QUICK)
    folder.mkdir(exist_ok=True)
    with Sandbox(now=NOW, behaviour=behaviour, customers=customers, **knobs) as sandbox:
        try:
            yield Bench(folder, sandbox, users=dict(users), tokens=dict(tokens), settings=settings)
        finally:
            databases.forget(folder)


def bounded(act: Callable[[], Any], stop: StopSignal, within_s: float = 30.0) -> Any:
    """Call something that may never end; stop it then, and fail."""
    pool = ThreadPoolExecutor(1)
    future = pool.submit(act)
    try:
        return future.result(within_s)
    except TimeoutError:
        if future.done():
            raise
        stop.set("SIGINT")
        future.exception(15)
        raise AssertionError(f"the sync has not ended within {within_s} s") from None
    finally:
        pool.shutdown(wait=False)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Call all at the same time; return what they return."""
    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(60) for future in [pool.submit(call) for call in calls]]


def until(holds: Callable[[], object], within_s: float = 20.0) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)
