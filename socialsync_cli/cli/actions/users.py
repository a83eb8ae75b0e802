"""`users`: whom we sync for."""

from __future__ import annotations

from socialsync_cli.cli.invocation import Invocation
from socialsync_cli.show.users import UserLine, print_users, users_json


def list_users(call: Invocation, *, as_json: bool) -> int:
    """List the users of the configuration."""
    lines = [
        UserLine(user.id, {name: tuple(handles) for name, handles in user.pages.items()}, user.token_source.describe())
        for user in call.load().users().values()
    ]
    if as_json:
        call.print_json(users_json(lines))
    else:
        print_users(call.out, lines)
    return 0
