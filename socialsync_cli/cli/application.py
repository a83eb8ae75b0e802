"""The program: its global options, and the table of its commands.

A command's module is imported when the command is called, and no sooner: so the program begins to work at once.
A new command is a function in one of the modules and a line in the table.
"""

from __future__ import annotations

import importlib
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperGroup

from socialsync_cli.cli.invocation import Invocation
from socialsync_cli.cli.options import Config, LogFormatOption, Quiet, Verbose


class Entry(NamedTuple):
    """A command, as far as the program's help knows it."""

    module: str
    """Of this package; has it registered on its `commands`."""
    summary: str
    """The first line of its own help."""


COMMANDS: dict[str, dict[str, Entry]] = {
    "First steps": {
        "demo": Entry("setting_up", "Show everything with made-up pages: no account, no token, no network."),
        "init": Entry("setting_up", "Write a commented socialsync.toml and create the database."),
        "check": Entry("setting_up", "Say whether a run could start: configuration, database, tokens, actors."),
        "users": Entry("setting_up", "List the users, their pages, and where their tokens come from."),
    },
    "Syncing": {
        "run": Entry("syncing", "Sync pages of users."),
        "resume": Entry("syncing", "Finish an interrupted or failed run, without paying again."),
        "cancel": Entry("syncing", "Stop a run of another process, or of another machine."),
        "worker": Entry("syncing", "Work on queued runs: a Celery worker."),
    },
    "Serving": {
        "serve": Entry("serving", "Serve the HTTP API."),
        "keys": Entry("serving", "Make, list or revoke keys for the HTTP API."),
    },
    "Looking": {
        "status": Entry("looking", "Show a run and its tasks."),
        "runs": Entry("looking", "List recent runs, newest first."),
        "show": Entry("looking", "Show one page: profile, score and why, trends, best posts."),
    },
    "Giving away": {
        "report": Entry("giving", "Write an HTML report with charts: one file that opens offline."),
        "export": Entry("giving", "Write a table or a view as CSV, JSON lines or Parquet."),
    },
    "By itself": {
        "schedule": Entry("scheduling", "Let systemd or cron run it every day."),
    },
    "Keeping": {
        "import": Entry("keeping", "Take in follower history from elsewhere."),
        "rebuild": Entry("keeping", "Compute every figure again from what is stored."),
        "prune": Entry("keeping", "Remove raw items that are older than keep_raw_days."),
    },
}
"""By the heading under which the help has them, in the order in which people need them."""

_BY_NAME = {name: entry for some in COMMANDS.values() for name, entry in some.items()}


class Commands(TyperGroup):
    """The commands of the table, each made when it is wanted."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401  whatever Typer hands on
        super().__init__(**settings)
        self.commands = dict.fromkeys(_BY_NAME)  # type: ignore[assignment]  # the names, for "did you mean …?"

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401  Typer's classes are its own affair
        """Return a command; None if there is none of that name."""
        entry = _BY_NAME.get(cmd_name)
        if entry is None:
            return None
        module = importlib.import_module(f"socialsync_cli.cli.{entry.module}")
        return typer.main.get_group(module.commands).commands[cmd_name]

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
        """Write the commands of the table into the help."""
        width = max(map(len, _BY_NAME))
        for heading, some in COMMANDS.items():
            with formatter.section(heading):
                formatter.write_dl([(name.ljust(width), entry.summary) for name, entry in some.items()])


app = typer.Typer(
    name="socialsync",
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help: Rich would double the time that it takes
    context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 100},
    epilog="`socialsync COMMAND --help` says more, with examples. Results are on stdout; progress, warnings and errors "
    "on stderr. Exit codes: 0 every task succeeded, 1 none did, 2 usage or configuration, 3 some did, 75 another run "
    "holds the same pages, 130 and 143 stopped by a signal.",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from socialsync_cli import __version__

        typer.echo(f"socialsync {__version__}")
        raise typer.Exit


@app.callback()
def before_every_command(
    context: typer.Context,
    config: Config = None,
    verbose: Verbose = 0,
    quiet: Quiet = False,
    log_format: LogFormatOption = None,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Sync social media pages into your own SQL database, through Apify.

    New here? `socialsync demo` shows everything with made-up pages, in a minute. Then `socialsync init` asks a few
    questions, `socialsync check` says what is missing, and `socialsync run --all` syncs.

    The options below may also stand behind a command.
    """
    del version  # its callback has done everything
    call: Invocation = context.obj
    call.take(config, verbose, quiet, log_format)


def carry_out(args: list[str] | None, call: Invocation) -> int | None:
    """Parse arguments (those of the process if there are none) and do what they say; return the exit code."""
    program = typer.main.get_command(app)
    code: int | None = program.main(args=args, prog_name="socialsync", obj=call, standalone_mode=False)
    return code
