"""The API on a loopback port, over a sandbox: a database, two users, and keys."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import uvicorn

from socialsync_cli.api.app import make_app
from socialsync_cli.api.starting import Starter
from socialsync_cli.config import load
from socialsync_cli.core.events import nobody
from socialsync_cli.sandbox import Behaviour, Sandbox
from socialsync_cli.store import keys
from socialsync_cli.store.database import Database
from socialsync_cli.store.schema import migrate

NOW = datetime(2025, 3, 10, 6, tzinfo=UTC)

CONFIG = """\
[apify]
api_url = "{url}"
requests_per_second = 1000
[sync]
posts_per_page = 2
comments_per_post = 0
keep_raw_days = 0
[users.acme]
instagram = ["nasa"]
tiktok = ["nasa"]
[users.bee]
instagram = ["bees"]
"""


@dataclass
class Service:
    """The API, and a key of each kind."""

    url: str
    client: httpx.Client
    database: Database
    keys: dict[str, str]

    def ask(self, who: str | None, method: str, path: str, **more):
        headers = {} if who is None else {"Authorization": f"Bearer {self.keys.get(who, who)}"}
        answer = self.client.request(method, path, headers=headers, **more)
        return answer.status_code, answer.json()


@contextlib.contextmanager
def service(folder: Path, behaviour: Behaviour | None = None) -> Iterator[Service]:
    quick = Behaviour(settle_s=0.0, total_lag_s=0.0)
    with Sandbox(now=NOW, behaviour=behaviour or quick) as sandbox:
        path = folder / "socialsync.toml"
        path.write_text(CONFIG.format(url=sandbox.url))
        environ = {"APIFY_TOKEN": sandbox.token}
        database = Database(f"sqlite:///{folder}/socialsync.db")
        migrate(database)
        with database.write() as connection:
            made = {name: keys.create(connection, name, name, NOW) for name in ("acme", "bee")}
            made["admin"] = keys.create(connection, "admin", None, NOW)

        def read():
            return load(path, environ=environ, cwd=folder)

        app = make_app(read, Starter(read, environ, lambda: nobody))
        with listening(app) as url, httpx.Client(base_url=url, timeout=60) as client:
            yield Service(url, client, database, made)
        database.close()


@contextlib.contextmanager
def listening(app) -> Iterator[str]:
    """Serve an application on loopback; give its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(20)
