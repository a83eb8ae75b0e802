"""What the shell offers when Tab is pressed: users, pages, run ids, tables.

A person waits for it at every press of a key: it reads the configuration as plain TOML and the database, if it is an
SQLite file, read-only; nothing is validated, nothing is changed, and whatever goes wrong is an empty offer.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, ParamSpec

import typer

VARIABLE = "_SOCIALSYNC_COMPLETE"
"""Set by the shell that asks."""
TABLES = (
    "social_page", "user_page", "social_page_metric", "social_page_engagement", "social_page_growth",
    "social_page_reach", "social_page_score", "social_page_post", "social_page_post_metric",
    "social_page_post_comment", "sync_run", "sync_task", "sync_page_result", "apify_run",
    "socialsync_pages", "socialsync_daily", "socialsync_posts", "socialsync_trouble", "socialsync_spend",
)  # fmt: skip
_NO_PLATFORM = "notify"
"""The one other list in the section of a user."""
_MOST = 500
_MOST_ROWS = 200_000
_RUNS = "select id, status from sync_run where id like ? escape '\\' order by created_at desc limit 50"
_PAGES = "select platform, handle from social_page where status is null or status <> 'not_found' order by 1, 2"

P = ParamSpec("P")
Offer = str | tuple[str, str]
"""What is offered, with or without a word about it."""


def silent(work: Callable[P, Iterable[Offer]]) -> Callable[P, list[Offer]]:
    """Let nothing that goes wrong reach the command line that somebody is typing."""

    @functools.wraps(work)
    def quietly(*args: P.args, **kwargs: P.kwargs) -> list[Offer]:
        found: list[Offer] = []
        with contextlib.suppress(Exception):
            for offer in work(*args, **kwargs):  # what was found before something went wrong is kept
                found.append(offer)
                if len(found) >= _MOST:
                    break
        return found

    quietly.__annotations__ = {"ctx": typer.Context, "incomplete": str}  # Typer looks here for what it is to give
    return quietly


def answered(work: Callable[[], Any]) -> int:
    """Answer a shell, and never with a traceback."""
    try:
        work()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    except Exception:
        return 1
    return 0


@silent
def users(ctx: typer.Context, incomplete: str) -> Iterator[Offer]:
    """Offer the ids of users."""
    path, data = _configuration(ctx)
    seen = dict.fromkeys(data.get("users", {}))
    yield from (user for user in seen if user.startswith(incomplete))
    for row in _users_file(path, data):
        if row["user"] not in seen and row["user"].startswith(incomplete):
            seen[row["user"]] = None
            yield row["user"]


@silent
def runs(ctx: typer.Context, incomplete: str) -> Iterator[Offer]:
    """Offer the ids of the newest runs, and `last`."""
    if "last".startswith(incomplete):
        yield "last", "the newest run"
    begins = incomplete.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    yield from _rows(ctx, _RUNS, begins)


@silent
def pages(ctx: typer.Context, incomplete: str) -> Iterator[Offer]:
    """Offer `platform/handle` of every page, or its handle where that is what was begun."""
    whole = [f"{platform}/{handle}" for platform, handle in _known_pages(ctx)]
    yield from (name for name in whole if name.startswith(incomplete))
    if incomplete:
        yield from handles(ctx, incomplete)


@silent
def handles(ctx: typer.Context, incomplete: str) -> Iterator[Offer]:
    """Offer the handles of pages, with an @ if that is how one was begun."""
    at = "@" if incomplete.startswith("@") else ""
    found = dict.fromkeys(at + handle for _, handle in _known_pages(ctx))
    yield from (handle for handle in found if handle.startswith(incomplete))


@silent
def tables(ctx: typer.Context, incomplete: str) -> Iterator[Offer]:
    """Offer the tables and views that can be exported."""
    del ctx
    yield from (table for table in TABLES if table.startswith(incomplete))


def _known_pages(ctx: typer.Context) -> Iterator[tuple[str, str]]:
    """Yield platform and handle of pages: those that were synced, else those of the configuration."""
    with contextlib.suppress(Exception):
        if found := _rows(ctx, _PAGES):
            yield from found
            return
    path, data = _configuration(ctx)
    for user in data.get("users", {}).values():
        for platform, texts in user.items():
            if isinstance(texts, list) and platform != _NO_PLATFORM:
                yield from ((platform, _handle(text)) for text in texts)
    for row in _users_file(path, data):
        yield row["platform"].strip().lower(), _handle(row["handle"])


def _handle(text: str) -> str:
    return text.strip().rstrip("/").rpartition("/")[2].removeprefix("@").lower()


def _configuration(ctx: typer.Context) -> tuple[Path, dict[str, Any]]:
    import tomllib

    named = ctx.params.get("config") or ctx.find_root().params.get("config") or os.environ.get("SOCIALSYNC_CONFIG")
    path = Path(named).expanduser() if named else Path("socialsync.toml")
    if not named and not path.exists():
        from platformdirs import user_config_path

        path = user_config_path("socialsync") / "socialsync.toml"
    return path, tomllib.loads(path.read_text(encoding="utf-8-sig"))


def _users_file(path: Path, data: dict[str, Any]) -> Iterator[dict[str, str]]:
    import csv

    name = os.environ.get("SOCIALSYNC_USERS_FILE") or data.get("users_file")
    if not name:
        return
    with (path.parent / Path(name).expanduser()).open(encoding="utf-8-sig", newline="") as stream:
        lines = (line for line in stream if line.strip() and not line.startswith("#"))
        first = next(lines)
        delimiter = max(",;\t", key=first.count)
        rows = csv.DictReader(itertools.chain([first.lower()], lines), delimiter=delimiter, skipinitialspace=True)
        for row in itertools.islice(rows, _MOST_ROWS):
            yield {key: (row.get(key) or "").strip() for key in ("user", "platform", "handle")}


def _rows(ctx: typer.Context, query: str, *values: str) -> list[tuple[str, str]]:
    """Read an SQLite database without changing anything about it; of others, nothing is read."""
    import sqlite3
    from urllib.parse import quote

    path, data = _configuration(ctx)
    default = data.get("database", {}).get("url", "sqlite:///socialsync.db")
    scheme, found, file = os.environ.get("SOCIALSYNC_DATABASE__URL", default).partition(":///")
    if not found or not scheme.startswith("sqlite"):
        return []
    where = path.parent.absolute() / Path(file.partition("?")[0]).expanduser()
    with contextlib.closing(sqlite3.connect(f"file:{quote(str(where))}?mode=ro", uri=True, timeout=0.2)) as connection:
        return connection.execute(query, values).fetchall()
