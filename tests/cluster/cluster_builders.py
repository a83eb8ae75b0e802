"""A queue, a sandbox, and the program as processes: workers that can be killed, a Redis that can be started anew."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from socialsync_cli import sync
from socialsync_cli.config import load
from socialsync_cli.sandbox import Behaviour, Sandbox
from socialsync_cli.store.tables import USER_TABLES

PROGRAM = Path(sys.executable).with_name("socialsync")
NOW = datetime(2025, 3, 10, 6, tzinfo=UTC)

_POSTGRES = os.environ.get("SOCIALSYNC_TEST_POSTGRES", "")
BACKEND = "postgresql" if _POSTGRES else "sqlite"
"""Where several workers write: what is made for it, if it is there."""
needs_redis = pytest.mark.skipif(shutil.which("redis-server") is None, reason="there is no redis-server")

_COMPARED = (
    "social_page", "social_page_metric", "social_page_engagement", "social_page_growth", "social_page_reach",
    "social_page_score", "social_page_post", "social_page_post_metric", "social_page_post_comment", "user_page",
)  # fmt: skip
_ITS_OWN = {"id", "date"}


def until(holds: Callable[[], object], within_s: float = 60.0) -> Any:
    """Wait until something holds; return it."""
    deadline = time.monotonic() + within_s
    while not (found := holds()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
    return found


class Redis:
    """A Redis server that keeps nothing on disk: what it forgets when it is killed is lost."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
            cwd=self._folder, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        until(self._answers)

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16) == b"+PONG\r\n"
        return False

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@dataclass
class Bench:
    """A folder with a configuration, a sandbox and a queue."""

    folder: Path
    sandbox: Sandbox
    redis: Redis
    users: Mapping[str, Mapping[str, Sequence[str]]]
    engine: sa.Engine
    """Of the database that the queued runs write to."""
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    going: list[subprocess.Popen[str]] = field(default_factory=list)

    def configure(self, name: str, url: str) -> None:
        sections: dict[str, dict[str, Any]] = {
            "database": {"url": url},
            "apify": {"api_url": self.sandbox.url, "requests_per_second": 1000},
            "retry": {"initial_seconds": 0.05, "max_seconds": 0.2},
            "sync": {"posts_per_page": 4, "comments_per_post": 2, "keep_raw_days": 0},
            "notify": {"on": "never"},
            "celery": {"broker_url": "env:BROKER", "time_limit_seconds": 100},
        }
        for section, keys in self.settings.items():
            sections.setdefault(section, {}).update(keys)
        for user, pages in self.users.items():
            sections[f"users.{user}"] = {platform: list(some) for platform, some in pages.items()}
        path = self.folder / name
        path.write_text(
            "\n".join(
                f"[{section}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())
                for section, keys in sections.items()
            )
        )
        path.chmod(0o600)

    def sync_here(self, config: str) -> int:
        """Carry out `run --all` in this process; return its exit code."""
        found = load(self.folder / config, environ=self.environ, cwd=self.folder)
        around = sync.Surroundings(found, self.environ)
        return sync.run(sync.Request(list(found.users().values())), around).exit_code

    def start(self, *args: str, config: str = "socialsync.toml") -> subprocess.Popen[str]:
        """Begin a command in a session of its own: it can be killed with all its children."""
        with (self.folder / "stderr.log").open("a") as said:
            process = subprocess.Popen(
                [str(PROGRAM), "--config", str(self.folder / config), *args],
                cwd=self.folder, env=self.environ, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=said, start_new_session=True,
            )  # fmt: skip
        self.going.append(process)
        return process

    def call(self, *args: str, config: str = "socialsync.toml") -> tuple[int, Any]:
        """Carry out a command with `--json`; return its exit code and the object."""
        process = self.start(*args, "--json", config=config)
        out, _ = process.communicate(timeout=120)
        return process.returncode, json.loads(out) if out else None

    @property
    def environ(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        home = str(self.folder)
        return kept | {
            "HOME": home, "TMPDIR": home, "APIFY_TOKEN": self.sandbox.token, "BROKER": self.redis.url,
            "PYTHONWARNINGS": "ignore",
        }  # fmt: skip

    def statuses(self) -> set[str]:
        """What has become of the Apify runs."""
        return {run.status(self.sandbox.state.now()) for run in self.sandbox.state.runs}

    def charges(self) -> Counter[tuple[str, str]]:
        """How many items were charged so far, per actor and target."""
        found: Counter[tuple[str, str]] = Counter()
        for charge in self.sandbox.state.charges():
            if charge.items:
                found[charge.actor, charge.target] += charge.items
        return found


def kill_all(process: subprocess.Popen[str]) -> None:
    """Kill a process and its children, all at once."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


@contextlib.contextmanager
def bench(
    folder: Path, users: Mapping[str, Mapping[str, Sequence[str]]], behaviour: Behaviour, backend: str = "sqlite",
    **settings: Mapping[str, Any],
) -> Iterator[Bench]:  # fmt: skip
    redis = Redis(folder)
    try:
        with Sandbox(now=NOW, behaviour=behaviour) as sandbox, _database(backend, folder) as url:
            engine = sa.create_engine(url, poolclass=sa.NullPool)
            made = Bench(folder, sandbox, redis, users, engine, settings)
            made.configure("socialsync.toml", url)
            try:
                yield made
            finally:
                for process in made.going:
                    kill_all(process)
    finally:
        redis.kill()


@contextlib.contextmanager
def _database(backend: str, folder: Path) -> Iterator[str]:
    """Give the address of an empty database: a file, or a schema of its own on the server of the environment."""
    if backend == "sqlite":
        yield f"sqlite:///{folder}/queued.db"
        return
    name = f"cluster_{secrets.token_hex(6)}"
    server = sa.create_engine(_POSTGRES)
    with server.begin() as connection:
        connection.execute(sa.schema.CreateSchema(name))
    yield f"{_POSTGRES}{'&' if '?' in _POSTGRES else '?'}options=-csearch_path%3D{name}"
    with server.begin() as connection:
        connection.execute(sa.schema.DropSchema(name, cascade=True))
    server.dispose()


def contents(engine: sa.Engine) -> dict[str, list[str]]:
    """Return what a database says of pages, by names instead of numbers and without the moments of writing."""
    tables = {model.__tablename__: model.__table__ for model in USER_TABLES}
    found = {}
    with engine.connect() as connection:
        pages = {row.id: f"{row.platform}/{row.handle}" for row in connection.execute(sa.select(tables["social_page"]))}
        posts = {
            row.id: f"{pages[row.page_id]} {row.external_id}"
            for row in connection.execute(sa.select(tables["social_page_post"]))
        }
        for name in _COMPARED:
            rows = connection.execute(sa.select(tables[name])).mappings()
            found[name] = sorted(repr(_named(row, pages, posts)) for row in rows)
    return found


def _named(row: Mapping[str, Any], pages: Mapping[int, str], posts: Mapping[int, str]) -> dict[str, Any]:
    names = {"page_id": pages, "post_id": posts}
    return {
        column: names[column][value] if column in names else value
        for column, value in row.items()
        if column not in _ITS_OWN and not (column.endswith("_at") and column != "published_at")
    }
