"""Commands that look at what is there: `status`, `runs`, `show`."""

from __future__ import annotations

from typing import Annotated

import typer

from socialsync_cli.cli import completing
from socialsync_cli.cli.invocation import Invocation
from socialsync_cli.cli.options import Json, RunId, RunState, command, rooms_commands

commands = rooms_commands()


@command(commands, "status")
def status(
    call: Invocation,
    run_id: RunId = "last",
    watch: Annotated[bool, typer.Option("--watch", help="Follow it until it ends.")] = False,
    pages: Annotated[bool, typer.Option("--pages", help="List what became of every page.")] = False,
    as_json: Json = False,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit as the run did.")] = False,
) -> int:
    """Show a run and its tasks.

    What came in and what it cost, task by task; what went wrong, and what to do about it. Exits with 0 if there is
    such a run, whatever has become of it; with --exit-code as the run did.

    Example: socialsync status

    Example: socialsync status --watch

    Example: socialsync status 20260110-06 --pages
    """
    from socialsync_cli.cli.actions.status import show_status

    return show_status(call, run_id, watch=watch, pages=pages, as_json=as_json, exit_code=exit_code)


@command(commands, "runs")
def runs(
    call: Invocation,
    limit: Annotated[int, typer.Option("--limit", min=1, metavar="N", help="How many at most.")] = 20,
    user: Annotated[
        str | None,
        typer.Option("--user", "-u", metavar="ID", autocompletion=completing.users, help="Only runs of this user."),
    ] = None,
    state: Annotated[RunState | None, typer.Option("--status", help="Only runs in this state.")] = None,
    as_json: Json = False,
) -> int:
    """List recent runs, newest first.

    Each with its state, its users, what came in and what it cost. Any beginning of an id that fits no other run
    names it for `status`, `resume` and `cancel`.

    Example: socialsync runs

    Example: socialsync runs --status FAILURE --limit 5
    """
    from socialsync_cli.cli.actions.runs import list_runs

    return list_runs(call, limit=limit, user=user, status=state, as_json=as_json)


@command(commands, "show")
def show(
    call: Invocation,
    page: Annotated[
        str,
        typer.Argument(
            metavar="PAGE", autocompletion=completing.pages, help="platform/handle, or a handle that is unique."
        ),
    ],
    as_json: Json = False,
) -> int:
    """Show one page: profile, score and why, trends, best posts.

    The page is named by `platform/handle`, by a handle that only one page has, or by its address.

    Example: socialsync show instagram/nasa

    Example: socialsync show https://www.tiktok.com/@nasa --json
    """
    from socialsync_cli.cli.actions.show import show_page

    return show_page(call, page, as_json=as_json)
