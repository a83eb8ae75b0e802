"""A simulated Apify, a database and a clock that go through days together; nothing of the program is replaced."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import databases

from socialsync_cli import history, sync
from socialsync_cli.config import Config, load
from socialsync_cli.core.events import Event
from socialsync_cli.sandbox import Behaviour, Sandbox
from socialsync_cli.store.database import Database

BEGIN = datetime(2025, 3, 10, 6, tzinfo=UTC)
"""Long before the clock of any machine that runs this."""
QUICK = Behaviour(settle_s=0.0, total_lag_s=0.0)
DERIVED = ("engagement", "growth", "reach", "score")
COUNTERS = ("likes", "comments", "shares", "saves", "views")

TABLES = (
    "social_page", "social_page_metric", "social_page_post", "social_page_post_metric",
    *(f"social_page_{kind}" for kind in DERIVED),
)  # fmt: skip

Pages = Mapping[str, Sequence[str]]
Row = dict[str, Any]
Change = Callable[[dict[str, Any]], Any]
"""What becomes of an item of an actor."""


@dataclass
class Life:
    """One customer's pages, day after day.

    The clock stands still while a sync goes on, unless somebody moves it who hears of an event.
    """

    folder: Path
    sandbox: Sandbox
    pages: Pages
    settings: Mapping[str, Mapping[str, Any]]
    now: datetime = BEGIN
    on_event: Callable[[Event], object] | None = None
    changes: dict[str, Change] = field(default_factory=dict)
    """Per actor what becomes of its items from now on."""
    runs: list[str] = field(default_factory=list)
    """Ids, oldest first."""
    _config: Config | None = None

    @property
    def db(self) -> Path:
        return self.folder / "days.db"

    @property
    def config(self) -> Config:
        if self._config is None:
            path = self.folder / "socialsync.toml"
            path.write_text(self._toml(), encoding="utf-8")
            path.chmod(0o600)
            self._config = load(path, environ={}, cwd=self.folder)
        return self._config

    def _toml(self) -> str:
        sections: dict[str, dict[str, Any]] = {
            "database": {"url": databases.fresh(self.db)},
            "apify": {"api_url": self.sandbox.url, "requests_per_second": 1000},
            "retry": {"attempts": 2, "initial_seconds": 0.01, "max_seconds": 0.02},
            "sync": {"posts_per_page": 6, "comments_per_post": 0, "keep_raw_days": 0},
            "notify": {"on": "never"},
        }
        for name, keys in self.settings.items():
            sections.setdefault(name, {}).update(keys)
        sections["users.acme"] = {platform: list(some) for platform, some in self.pages.items()}
        return "\n".join(
            f"[{name}]\n" + "\n".join(f"{key} = {json.dumps(value)}" for key, value in keys.items()) + "\n"
            for name, keys in sections.items()
        )

    def sync(self, **asked: Any) -> str:
        """Sync all pages now; return the id of the run."""
        around = sync.Surroundings(
            self.config, {"APIFY_TOKEN": self.sandbox.token}, clock=lambda: self.now,
            tell=self.on_event or (lambda _: None),
        )  # fmt: skip
        request = sync.Request(list(self.config.users().values()), **asked)
        # A life may be longer than a test: its state is not in the home of any.
        with mock.patch.dict(os.environ, {"XDG_STATE_HOME": str(self.folder)}):
            ended = sync.run(request, around)
        self.runs.append(ended.run_id)
        return ended.run_id

    def go_on(self, **step: float) -> None:
        """Let time go by, for the world and the program."""
        self.at(self.now + timedelta(**step))

    def at(self, moment: datetime) -> None:
        """Set the clocks of the world and the program."""
        self.now = moment
        self.sandbox.set_now(moment)

    def rows(self, query: str, *values: object) -> list[Row]:
        """Return what a query finds, each value as what it means."""
        return databases.rows(self.db, query, *values)

    def change(self, statement: str, *values: object) -> None:
        """Change the database behind the program's back."""
        databases.change(self.db, statement, *values)

    def page(self, platform: str, handle: str) -> Row:
        (row,) = self.rows("SELECT * FROM social_page WHERE platform = ? AND handle = ?", platform, handle)
        return row

    def of_page(self, table: str, platform: str, handle: str) -> dict[date, Row]:
        """Return a page's rows of a daily table."""
        query = f"SELECT * FROM {table} WHERE page_id = ? ORDER BY date"
        found = self.rows(query, self.page(platform, handle)["id"])
        assert len({row["date"] for row in found}) == len(found)
        return {row["date"]: row for row in found}

    def posts(self, platform: str, handle: str) -> dict[str, Row]:
        query = "SELECT * FROM social_page_post WHERE page_id = ? ORDER BY published_at DESC"
        return {row["external_id"]: row for row in self.rows(query, self.page(platform, handle)["id"])}

    def post_history(self, platform: str, handle: str) -> dict[tuple[str, date], Row]:
        """Return the counters of a page's posts per post and day."""
        found = self.rows(
            "SELECT p.external_id, m.* FROM social_page_post_metric m JOIN social_page_post p ON m.post_id = p.id "
            "WHERE p.page_id = ? ORDER BY m.date",
            self.page(platform, handle)["id"],
        )
        return {(row["external_id"], row["date"]): {n: row[n] for n in (*COUNTERS, "observed_at")} for row in found}

    def result(self, platform: str, handle: str, run_id: str | None = None) -> Row:
        """Return what became of a page in a run (the last one)."""
        (row,) = self.rows(
            "SELECT r.* FROM sync_page_result r JOIN sync_task t ON r.task_id = t.id "
            "WHERE t.run_id = ? AND t.platform = ? AND r.handle = ?",
            run_id or self.runs[-1], platform, handle,
        )  # fmt: skip
        return row

    def warnings(self, platform: str) -> list[str]:
        """Return what the task of the last run has to say."""
        (row,) = self.rows("SELECT * FROM sync_task WHERE run_id = ? AND platform = ?", self.runs[-1], platform)
        return row["warnings"] or []

    def comments(self, platform: str, handle: str) -> dict[tuple[str, str], Row]:
        """Return the comments under a page's posts, by post and comment."""
        found = self.rows(
            "SELECT p.external_id AS post, c.* FROM social_page_post_comment c "
            "JOIN social_page_post p ON c.post_id = p.id WHERE p.page_id = ?",
            self.page(platform, handle)["id"],
        )
        return {(row["post"], row["external_id"]): row for row in found}

    def rebuild(self, *, raw: bool = False) -> history.Rebuilt:
        """Make all figures again."""
        with contextlib.closing(Database(self.config.settings.database.url)) as database:
            return history.make_again(self.config, database, page_ids=None, since=None, raw=raw)

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return all rows about pages, exactly as they are; derived ones without their ids."""
        found = {}
        for table in TABLES:
            columns = databases.columns(self.db, table)
            if table.removeprefix("social_page_") in DERIVED:
                columns.remove("id")
            query = f"SELECT {', '.join(columns)} FROM {table} ORDER BY 1, 2, 3"
            found[table] = databases.tuples(self.db, query)
        return found

    def asked(self, actor: str) -> list[dict[str, Any]]:
        """Return the inputs of an actor's runs, oldest first."""
        return [run.given for run in self.sandbox.state.runs if run.actor.name == actor]


@contextlib.contextmanager
def life(folder: Path, pages: Pages, *, begin: datetime = BEGIN, **knobs: Any) -> Iterator[Life]:
    """Open a life; sections of the configuration and the knobs of `Sandbox` come as keywords."""
    sections = {name: knobs.pop(name) for name in ("sync", "score", "retry") if name in knobs}
    with Sandbox(now=begin, behaviour=QUICK, **knobs) as sandbox:
        made = Life(folder, sandbox, pages, sections, begin)
        _let_items_change(sandbox, made.changes)
        try:
            yield made
        finally:
            databases.forget(folder)


def _let_items_change(sandbox: Sandbox, changes: Mapping[str, Change]) -> None:
    """Change what actors store, where the site would do it."""
    real = sandbox.state._run

    def begun(asked, given, options):
        run = real(asked, given, options)
        change = changes.get(run.actor.name)
        if change is not None:
            run.dataset._change = lambda item, _: change(item)
        return run

    sandbox.state._run = begun
