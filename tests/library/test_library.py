"""As a library: a few lines do what `socialsync run` does, with events instead of a screen; and who is told by them."""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from socialsync_cli import sync
from socialsync_cli.core.events import PagesDone, RunBegan, TaskEnded, Warned
from socialsync_cli.errors import ConfigError, DatabaseError, UsageError
from socialsync_cli.sandbox import Behaviour, Sandbox

MORNING = datetime(2025, 3, 10, 6, tzinfo=UTC)
CONFIG = """\
[apify]
api_url = "{api}"
requests_per_second = 1000
[sync]
posts_per_page = 4
comments_per_post = 0
keep_raw_days = 0
[notify]
on = "always"
admins = ["{hook}/admin"]
ping_url = "{hook}/ping"
[users.acme]
instagram = ["one", "two"]
notify = ["{hook}/acme"]
[users.bee]
tiktok = ["one"]
notify = ["{hook}/bee"]
"""


class Hook:
    """A web server that keeps what is sent to it."""

    def __init__(self):
        self.got = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                hook.got.append((self.path, json.loads(body or "null")))
                self.send_response(200)
                self.end_headers()

            do_GET = do_POST

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def sent_to(self, path):
        return [body for where, body in self.got if where == path]


@pytest.fixture
def hook():
    server = Hook()
    yield server
    server.close()


@pytest.fixture
def sandbox():
    with Sandbox(now=MORNING, behaviour=Behaviour(settle_s=0.0, total_lag_s=0.0)) as running:
        yield running


def project(folder, sandbox, hook, *, day=0):
    path = folder / "socialsync.toml"
    path.write_text(CONFIG.format(api=sandbox.url, hook=hook.url))
    path.chmod(0o600)
    environ = {"APIFY_TOKEN": f"sandbox-{secrets.token_hex(8)}"}
    sandbox.set_now(MORNING + timedelta(days=day))
    return sync.load(path, environ=environ, clock=lambda: MORNING + timedelta(days=day))


def rows(folder, query):
    with closing(sqlite3.connect(folder / "socialsync.db")) as connection:
        return connection.execute(query).fetchall()


def test_a_few_lines_sync_and_tell_what_happens(tmp_path, sandbox, hook):
    events = []
    ended = project(tmp_path, sandbox, hook).run(on_event=events.append)
    assert ended.exit_code == 0
    assert sorted((t.user, t.platform, t.state, t.pages_ok, t.posts) for t in ended.tasks) == [
        ("acme", "instagram", "SUCCESS", 2, 8),
        ("bee", "tiktok", "SUCCESS", 1, 4),
    ]
    began = [event for event in events if isinstance(event, RunBegan)]
    assert [event.run_id for event in began] == [ended.run_id]
    assert sum(event.posts for event in events if isinstance(event, PagesDone)) == 12
    assert {event.status for event in events if isinstance(event, TaskEnded)} == {"SUCCESS"}
    assert rows(tmp_path, "select count(*) from social_page_post") == [(12,)]


def test_what_the_command_line_can_ask_for_can_be_asked_for(tmp_path, sandbox, hook):
    social = project(tmp_path, sandbox, hook)
    planned = social.plan(["acme"], pages=["@two"], posts=1)
    assert (planned.items, rows_or_none(tmp_path)) == (2, None)
    ended = social.run(["acme"], pages=["https://www.instagram.com/two/"], posts=1)
    assert [(t.user, t.pages, t.posts) for t in ended.tasks] == [("acme", 1, 1)]
    assert social.resume(ended.run_id).exit_code == 0
    with pytest.raises(UsageError, match='there is no user "acne"; did you mean acme'):
        social.run(["acne"])
    with pytest.raises(UsageError, match="no page of these users"):
        social.run(pages=["three"])
    with pytest.raises(ConfigError, match="there is no file"):
        sync.load(tmp_path / "elsewhere.toml", environ={})


def rows_or_none(folder):
    return rows(folder, "select 1") if (folder / "socialsync.db").exists() else None


def test_a_listener_that_fails_does_no_harm(tmp_path, sandbox, hook):
    def broken(event):
        raise ValueError(event)

    assert project(tmp_path, sandbox, hook).run(["bee"], on_event=broken).exit_code == 0


def test_users_hear_once_what_a_run_of_theirs_has_changed(tmp_path, sandbox, hook):
    project(tmp_path, sandbox, hook).run()
    hook.got.clear()
    before = rows(tmp_path, "select max(id) from social_page_post")[0][0]
    ended = project(tmp_path, sandbox, hook, day=3).run()
    new = dict(rows(
        tmp_path, "select p.platform, count(*) from social_page_post o join social_page p on p.id = o.page_id "
        f"where o.id > {before} group by 1",
    ))  # fmt: skip
    gained = dict(rows(
        tmp_path, "select p.platform, sum(g.delta_since_previous) from social_page_growth g "
        "join social_page p on p.id = g.page_id where g.date = '2025-03-13' group by 1",
    ))  # fmt: skip
    for user, platform in (("acme", "instagram"), ("bee", "tiktok")):
        (message,) = hook.sent_to(f"/{user}")
        assert (message["run_id"], message["user"], message["status"]) == (ended.run_id, user, "SUCCESS")
        (task,) = message["tasks"]
        assert (task["platform"], task["new_posts"], task["followers_gained"]) == (
            platform, new.get(platform, 0), gained[platform],
        )  # fmt: skip
    assert sum(new.values()) > 0
    assert hook.sent_to("/admin") == []
    assert [path for path, _ in hook.got if path.startswith("/ping")] == ["/ping/start", "/ping/0"]


def test_admins_hear_of_a_run_that_an_error_has_ended(tmp_path, sandbox, hook):
    social = project(tmp_path, sandbox, hook)
    social.run(["bee"])
    hook.got.clear()
    warnings = []

    def spoil(event):
        if isinstance(event, RunBegan):
            with closing(sqlite3.connect(tmp_path / "socialsync.db")) as connection:
                connection.execute("drop table social_page_post")
        if isinstance(event, Warned):
            warnings.append(event)

    with pytest.raises(DatabaseError):
        social.run(["bee"], on_event=spoil)
    (alert,) = hook.sent_to("/admin")
    assert (alert["event"], alert["alert"]["kind"]) == ("admin.alert", "database")
    assert "`socialsync check` says what is wrong" in alert["alert"]["advice"]
    assert [path for path, _ in hook.got if path.startswith("/ping")] == ["/ping/start", "/ping/1"]
