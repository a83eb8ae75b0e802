"""Commands for the beginning: `init`, `check`, `users`."""

from __future__ import annotations

from typing import Annotated

import typer

from socialsync_cli.cli.invocation import Invocation
from socialsync_cli.cli.options import Json, command


def register(app: typer.Typer) -> None:
    """Add the commands."""

    @command(app, "init")
    def init(
        call: Invocation,
        force: Annotated[bool, typer.Option("--force", help="Replace a configuration that is there.")] = False,
    ) -> int:
        """Write a commented socialsync.toml and create the database."""
        from socialsync_cli.cli.actions.init import initialise

        return initialise(call, force=force)

    @command(app, "users")
    def users(call: Invocation, as_json: Json = False) -> int:
        """List the users, their pages, and where their tokens come from."""
        from socialsync_cli.cli.actions.users import list_users

        return list_users(call, as_json=as_json)
