"""Commands for the beginning: `demo`, `init`, `check`, `users`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from socialsync_cli.cli.invocation import Invocation
from socialsync_cli.cli.options import Json, command, rooms_commands

commands = rooms_commands()


@command(commands, "init")
def init(
    call: Invocation,
    user: Annotated[
        str | None, typer.Option("--user", "-u", metavar="ID", help="Whom to sync: a name of yours.  [default: me]")
    ] = None,
    page: Annotated[
        list[str] | None,
        typer.Option("--page", metavar="PAGE", help="platform/handle, or the page's address; repeatable."),
    ] = None,
    token: Annotated[
        str | None,
        typer.Option(
            "--token", metavar="WHERE", help="env:NAME, file:PATH or keyring:SERVICE/NAME.  [default: env:APIFY_TOKEN]"
        ),
    ] = None,
    database: Annotated[
        str | None,
        typer.Option("--database", metavar="URL", help="Where to keep it all.  [default: sqlite:///socialsync.db]"),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a configuration that is there.")] = False,
) -> int:
    """Write a commented socialsync.toml and create the database.

    On a terminal it asks a few questions first: whom to sync, which pages, where the Apify token is, which database.
    With any of the options below, or where nobody is there to answer, it asks nothing.

    The file is made where --config or $SOCIALSYNC_CONFIG says, else in this folder, and only its owner may read it.
    Every key stands in it with a word about it, to be changed at any time.
    If it is there already and its database was made by an older socialsync, that is upgraded (an SQLite file after a
    copy), and the file stays as it is.

    Example: socialsync init

    Example: socialsync init --user acme --page instagram/nasa --page tiktok/nasa --token file:apify.token
    """
    from socialsync_cli.cli.actions.init import initialise

    return initialise(call, force=force, user=user, pages=page or [], token=token, database=database)


@command(commands, "check")
def check(
    call: Invocation,
    offline: Annotated[bool, typer.Option("--offline", help="Ask nobody outside of this machine.")] = False,
    notify: Annotated[
        bool, typer.Option("--notify", help="Send a test message to everybody who is to be notified.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Say whether a run could start: configuration, database, tokens, actors.

    Every token is tried with one call, which also tells what is left of its month; nothing is started and nothing is
    paid. Exits with 0 only if all is well.

    Example: socialsync check

    Example: socialsync check --offline

    Example: socialsync check --notify
    """
    from socialsync_cli.cli.actions.check import check_all

    return check_all(call, offline=offline, notify=notify, as_json=as_json)


@command(commands, "users")
def users(call: Invocation, as_json: Json = False) -> int:
    """List the users, their pages, and where their tokens come from.

    From the configuration and the users file; tokens themselves are never shown.

    Example: socialsync users

    Example: socialsync users --json
    """
    from socialsync_cli.cli.actions.users import list_users

    return list_users(call, as_json=as_json)


@command(commands, "demo")
def demo(
    call: Invocation,
    days: Annotated[int, typer.Option("--days", min=1, max=365, metavar="N", help="Simulated days.")] = 28,
    keep: Annotated[
        Path | None, typer.Option("--keep", metavar="PATH", help="Folder for the database; else a temporary one.")
    ] = None,
) -> int:
    """Show everything with made-up pages: no account, no token, no network.

    A simulated Apify answers on this machine while some weeks pass in seconds. The database stays, to be looked at.

    Example: socialsync demo

    Example: socialsync demo --days 14 --keep demo
    """
    from socialsync_cli.cli.actions.demo import demonstrate

    return demonstrate(call, days=days, folder=keep)
