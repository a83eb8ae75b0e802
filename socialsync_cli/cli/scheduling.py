"""The command that sees to it that runs happen by themselves: `schedule`."""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum
from typing import Annotated

import typer

from socialsync_cli.cli import completing
from socialsync_cli.cli.invocation import Invocation
from socialsync_cli.cli.options import command, rooms_commands

commands = rooms_commands()


class Scheduler(StrEnum):
    """Who starts runs."""

    SYSTEMD = "systemd"
    CRON = "cron"


class ScopeName(StrEnum):
    """Whose service manager."""

    SYSTEM = "system"
    USER = "user"


def time_of_day(text: str | dt.time) -> dt.time:
    """Read `6:30` or `06:30`."""
    if isinstance(text, dt.time):  # the default
        return text
    match = re.fullmatch(r"(\d{1,2}):(\d{2})", text.strip(), re.ASCII)
    if not match or int(match[1]) > 23 or int(match[2]) > 59:
        raise typer.BadParameter("a time of day is written HH:MM, from 00:00 to 23:59")
    return dt.time(int(match[1]), int(match[2]))


@command(commands, "schedule")
def schedule(
    call: Invocation,
    scheduler: Annotated[
        Scheduler, typer.Argument(metavar="SCHEDULER", help="Who is to start the runs: systemd or cron.")
    ],
    user: Annotated[
        list[str] | None,
        typer.Option(
            "--user",
            "-u",
            metavar="ID",
            autocompletion=completing.users,
            help="Whom to sync; repeatable.  [default: every user]",
        ),
    ] = None,
    at: Annotated[
        dt.time,
        typer.Option(
            "--at",
            parser=time_of_day,
            metavar="HH:MM",
            show_default=False,
            help="When, by the clock of this machine.  [default: 06:00]",
        ),
    ] = dt.time(6, 0),
    install: Annotated[
        bool, typer.Option("--install", help="Put it where it belongs, instead of printing it.")
    ] = False,
    scope: Annotated[
        ScopeName | None,
        typer.Option("--scope", help="Whose systemd.  [default: system for root, else user]", show_choices=True),
    ] = None,
) -> int:
    """Let systemd or cron run it every day.

    Prints, for systemd, a service and its timer; for cron, a line of a crontab. Nothing is changed without --install,
    which writes the units into the system's or your own folder, or the line into your crontab: once, however often
    it is called.

    The service may write into the folder of the database and nowhere else, gets its tokens as credentials, and is
    ended when it takes longer than 12 hours. A machine that was off makes up for it. The line for cron says nothing
    unless there is trouble, so that cron mails about trouble alone.

    Example: socialsync schedule systemd

    Example: socialsync schedule systemd --at 05:30 --install

    Example: socialsync schedule cron --user acme --at 23:45
    """
    from socialsync_cli.cli.actions.schedule import schedule_runs

    return schedule_runs(call, scheduler, users=user or [], at=at, install=install, scope=scope)
