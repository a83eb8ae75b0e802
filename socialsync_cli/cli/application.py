"""The program: its global options, and its commands in the order in which people need them."""

from __future__ import annotations

from typing import Annotated

import typer

from socialsync_cli.cli import looking, setting_up, syncing
from socialsync_cli.cli.invocation import Invocation
from socialsync_cli.cli.options import Config, LogFormatOption, Quiet, Verbose

app = typer.Typer(
    name="socialsync",
    help="Sync social media pages into your own SQL database, through Apify.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # plain help: Rich would double the time that it takes
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
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
    """Sync social media pages into your own SQL database, through Apify."""
    del version  # its callback has done everything
    call: Invocation = context.obj
    call.take(config, verbose, quiet, log_format)


for room in (setting_up, syncing, looking):
    room.register(app)
