"""Options that several commands have, and the decorator that lets global options stand after the command, too."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from socialsync_cli.cli import completing
from socialsync_cli.cli.invocation import Invocation


class LogFormat(StrEnum):
    """How lines on stderr look."""

    TEXT = "text"
    JSON = "json"


class RunState(StrEnum):
    """States of runs."""

    PENDING = "PENDING"
    STARTED = "STARTED"
    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"
    REVOKED = "REVOKED"


class Executor(StrEnum):
    """Who does the work of a run."""

    LOCAL = "local"
    CELERY = "celery"


MetricsPort = Annotated[
    int | None,
    typer.Option("--metrics-port", min=1, max=65535, metavar="N", help="Answer Prometheus there, at /metrics."),
]
MetricsHost = Annotated[str, typer.Option("--metrics-host", metavar="ADDRESS", help="Where to listen for that.")]
_EXAMPLE = "Example: "
"""What a paragraph of a command's docstring begins with that is one."""

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead, for programs.")]
RunId = Annotated[
    str,
    typer.Argument(
        metavar="RUN_ID", autocompletion=completing.runs, help="A full id, a unique beginning of one, or `last`."
    ),
]

Config = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="PATH", help="The configuration file.  [default: $SOCIALSYNC_CONFIG, ./socialsync.toml]"
    ),
]
Verbose = Annotated[
    int, typer.Option("--verbose", "-v", count=True, show_default=False, help="Say more; -vv: even more.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
LogFormatOption = Annotated[
    LogFormat | None, typer.Option("--log-format", help="Lines on stderr as text or JSON.", show_choices=True)
]


class ManPage(TyperCommand):
    """A command whose help has its examples together, each on a line of its own that can be copied."""

    def format_help_text(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  Typer's classes are its own affair
        """Write what the command is for, and its examples."""
        parts = inspect.cleandoc(self.help or "").split("\n\n")
        words = [part for part in parts if not part.startswith(_EXAMPLE)]
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text("\n\n".join(words))
        examples = [" ".join(part.removeprefix(_EXAMPLE).split()) for part in parts if part.startswith(_EXAMPLE)]
        if examples:
            with formatter.section("Examples"):
                for example in examples:
                    formatter.write(f"{'':>{formatter.current_indent}}{example}\n")


def rooms_commands() -> typer.Typer:
    """Return what a module registers its commands on."""
    commands = typer.Typer(
        add_completion=False, rich_markup_mode=None, context_settings={"help_option_names": ["--help", "-h"]}
    )
    commands.callback()(_nothing)  # so that one command alone is still a command and not the program
    return commands


def _nothing() -> None:
    """Stand before every command; the program's own options are dealt with elsewhere."""


def command(app: typer.Typer, name: str) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Register a function as a command; it gets the `Invocation` first, then its own options.

    The global options may also stand behind the command: `socialsync run --all --config x.toml`. They are not
    shown in its help.
    """

    def register(function: Callable[..., int]) -> Callable[..., int]:
        @functools.wraps(function)
        def with_global_options(
            context: typer.Context,
            config: Path | None,
            verbose: int,
            quiet: bool,
            log_format: str | None,
            **own: object,
        ) -> int:
            call: Invocation = context.obj
            call.take(config, verbose, quiet, log_format)
            return function(call, **own)

        signature = inspect.signature(function, eval_str=True)
        first, *own = signature.parameters.values()
        context = first.replace(name="context", annotation=typer.Context)
        changed = signature.replace(parameters=[context, *own, *_HIDDEN])
        with_global_options.__signature__ = changed  # type: ignore[attr-defined]  # inspect.signature looks here
        with_global_options.__annotations__ = {p.name: p.annotation for p in changed.parameters.values()}
        app.command(name, cls=ManPage)(with_global_options)
        return function

    return register


def _hidden(name: str, annotation: object, default: object, *flags: str, count: bool = False) -> inspect.Parameter:
    option = Annotated[annotation, typer.Option(*flags, hidden=True, count=count)]  # type: ignore[valid-type]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=option)


_HIDDEN = (
    _hidden("config", Path | None, None, "--config"),
    _hidden("verbose", int, 0, "--verbose", "-v", count=True),
    _hidden("quiet", bool, False, "--quiet", "-q"),
    _hidden("log_format", LogFormat | None, None, "--log-format"),
)
