"""The users and their pages, in the terminal and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from rich.console import Console

from socialsync_cli.show.figures import count, plural
from socialsync_cli.show.table import Column, Rows
from socialsync_cli.show.terminal import safe


class UserLine(NamedTuple):
    """A user, as far as anybody may see."""

    id: str
    pages: Mapping[str, Sequence[str]]
    """Canonical handles by platform."""
    token: str
    """Where the token comes from, never the token."""


def users_json(users: Sequence[UserLine]) -> dict[str, Any]:
    """Return the object that `users --json` prints."""
    return {
        "users": [
            {"id": u.id, "token": u.token, "pages": {name: list(handles) for name, handles in u.pages.items()}}
            for u in users
        ]
    }


def print_users(console: Console, users: Sequence[UserLine]) -> None:
    """Print a table of users."""
    if not users:
        console.print("no users yet: add a [users.<id>] section, or a users_file, to the configuration")
        return
    platforms = list(dict.fromkeys(name for user in users for name in user.pages))
    columns = [Column("user"), *(Column(name, right=True) for name in platforms), Column("token", fold=True)]
    rows: Rows[UserLine] = Rows(columns, console.width)
    for user in users:
        rows.add(safe(user.id), *(count(len(user.pages.get(name, ()))) for name in platforms), safe(user.token))
    console.print(rows.table)
    pages = sum(len(handles) for user in users for handles in user.pages.values())
    console.print()
    console.print(f"{plural(len(users), 'user')}, {plural(pages, 'page')}", style="dim")
