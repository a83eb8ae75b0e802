"""Commands that give what is stored to others: `report`, `export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from socialsync_cli.cli.invocation import Invocation
from socialsync_cli.cli.options import Json, command, rooms_commands

commands = rooms_commands()


@command(commands, "report")
def report(
    call: Invocation,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="PATH", help="The file; one that is there is replaced.")
    ],
    user: Annotated[str | None, typer.Option("--user", "-u", metavar="ID", help="Only pages of this user.")] = None,
    as_json: Json = False,
) -> int:
    """Write an HTML report with charts: one file that opens offline.

    It shows every page with its trends of 90 days, its score and why, its best posts, when it posts, and which
    pages need a look. The file asks nothing of any server, fits a telephone, prints, and can be sent as it is.

    Example: socialsync report --user acme --output acme.html
    """
    from socialsync_cli.cli.actions.giving import make_report

    return make_report(call, output, user=user, as_json=as_json)
