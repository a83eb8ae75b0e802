"""Many faults in one sync: each befalls a user of its own, who has a token and a page of his own."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

from socialsync_cli.cli import main
from socialsync_cli.sandbox import Behaviour, Fault, Sandbox

POSTS = 2
"""Per page, and each is an item."""


class Case(NamedTuple):
    """Somebody whom faults befall."""

    name: str
    faults: tuple[Fault, ...]
    platform: str = "tiktok"

    @property
    def user(self) -> str:
        return re.sub(r"[^a-z0-9]", "-", self.name)

    @property
    def handle(self) -> str:
        return re.sub(r"[^a-z0-9]", "", self.name)[:24]

    @property
    def token(self) -> str:
        return f"sandbox-{self.user}"


class Fate(NamedTuple):
    """What came of a case."""

    word: str
    """ok, or the type of the error; not_found for a page that is said not to be there."""
    complete: bool
    """The page's profile and all its posts are stored, as they are."""
    charged: int
    """Items, all Apify runs together."""


def _variable(case: Case) -> str:
    return "TOKEN_" + case.user.replace("-", "_").upper()


class Bench:
    """A sandbox, a configuration, and the program."""

    def __init__(self, folder: Path, sandbox: Sandbox, cases: list[Case], settings: Mapping[str, Any]) -> None:
        assert len({case.handle for case in cases}) == len(cases)
        self._folder, self.sandbox, self.cases = folder, sandbox, cases
        self._sections: dict[str, dict[str, Any]] = {
            "apify": {
                "api_url": sandbox.url, "requests_per_second": 1000, "timeout_seconds": 2, "run_timeout_seconds": 1,
            },
            "retry": {"attempts": 2, "initial_seconds": 0.01, "max_seconds": 0.05},
            "sync": {"workers": 100, "posts_per_page": POSTS, "comments_per_post": 0, "keep_raw_days": 0},
            "notify": {"on": "never"},
        }  # fmt: skip
        for name, keys in settings.items():
            self._sections.setdefault(name, {}).update(keys)
        self.configure(cases)

    def configure(self, cases: Sequence[Case]) -> None:
        """Let these be all users."""
        users = {
            f"users.{case.user}": {"token": f"env:{_variable(case)}", case.platform: [case.handle]} for case in cases
        }
        text = "\n".join(
            f"[{name}]\n" + "\n".join(f"{key} = {json.dumps(value)}" for key, value in keys.items())
            for name, keys in {**self._sections, **users}.items()
        )
        (self._folder / "socialsync.toml").write_text(text)
        (self._folder / "socialsync.toml").chmod(0o600)

    @property
    def environ(self) -> dict[str, str]:
        return {**os.environ, **{_variable(case): case.token for case in self.cases}}

    def arm(self) -> None:
        for case in self.cases:
            self.sandbox.arm(*(Fault(**{**vars(fault), "token": case.token}) for fault in case.faults))

    def call(self, *args: str) -> tuple[int, Any]:
        """Call the program; return its exit code and its JSON."""
        code, out = self.program(*args, "--json")
        return code, json.loads(out)

    def program(self, *args: str) -> tuple[int, str]:
        """Call the program as its users do, but within this process; return its exit code and what it said."""
        out = io.StringIO()
        with (
            mock.patch.dict(os.environ, self.environ),
            contextlib.chdir(self._folder),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(io.StringIO()),
        ):
            code = main([*args])
        return code, out.getvalue()

    def sync(self, *command: str, among: Sequence[Case] = ()) -> dict[str, Fate]:
        """Sync everybody, or those who are named; return what came of each case."""
        everybody = [f"--user={case.user}" for case in among] or ["--all"]
        code, told = self.call(*(command or ("run", *everybody)))
        assert told["run"]["exit_code"] == code
        errors = {task["user"]: task["error"] for task in told["tasks"]}
        charged = Counter[str]()
        for charge in self.sandbox.state.charges():
            charged[charge.target] += charge.items
        results = self._results(told["run"]["id"])
        return {
            case.name: Fate(
                errors[case.user]["type"] if errors[case.user] else results[case.user],
                self._is_complete(case), charged[case.handle],
            )
            for case in among or self.cases
        }  # fmt: skip

    def requests(self) -> dict[tuple[str, str], int]:
        """How many requests there were, per case and endpoint."""
        names = {case.token: case.name for case in self.cases}
        return Counter((names[seen.token], seen.endpoint) for seen in self.sandbox.state.stats.log)

    def _results(self, run_id: str) -> dict[str, str]:
        query = (
            "select t.user, r.result from sync_page_result r join sync_task t on t.id = r.task_id where t.run_id = ?"
        )
        return dict(self._rows(query, run_id))

    def _is_complete(self, case: Case) -> bool:
        query = (
            "select p.followers, o.external_id, o.pinned "
            "from social_page p join social_page_post o on o.page_id = p.id "
            "where p.platform = ? and p.handle = ? and o.likes is not null and o.published_at is not null"
        )
        stored = self._rows(query, case.platform, case.handle)
        followers = self.sandbox.profile(case.platform, case.handle).followers
        newest = {post.external_id for post in self.sandbox.posts(case.platform, case.handle, limit=POSTS)}
        return len(stored) == POSTS and all(
            row[0] == followers and (row[1] in newest or row[2])
            for row in stored  # old ones that are pinned come first
        )

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with contextlib.closing(sqlite3.connect(self._folder / "socialsync.db")) as connection:
            return connection.execute(query, values).fetchall()


@contextlib.contextmanager
def bench(
    folder: Path, cases: list[Case], *, now: datetime | None = None, **settings: Mapping[str, Any]
) -> Iterator[Bench]:
    with Sandbox(now=now or datetime.now(UTC), behaviour=Behaviour(settle_s=0.0, total_lag_s=0.0)) as sandbox:
        yield Bench(folder, sandbox, cases, settings)
