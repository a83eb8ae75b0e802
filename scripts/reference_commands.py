"""The page of the commands."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import typer
from reference_markdown import joined, table

from socialsync_cli.cli.application import COMMANDS, app


def commands() -> str:
    """Every command with its options, from the program itself."""
    program: Any = typer.main.get_command(app)
    context = program.make_context("socialsync", [], resilient_parsing=True)
    lines = [
        "# Commands", "",
        "Results are on stdout; progress, logs and warnings are on stderr. Nothing asks when stdin is no terminal.",
        "", "## Global options", "", "They may also stand behind a command.", "",
        *_options(program),
    ]  # fmt: skip
    for heading, some in COMMANDS.items():
        lines += ["", f"## {heading}"]
        for name in some:
            lines += ["", *_command(program.get_command(context, name), name)]
    return "\n".join(lines) + "\n"


def _command(command: Any, name: str) -> Iterator[str]:  # noqa: ANN401  Typer's classes are its own affair
    arguments = [_shown(p) for p in command.params if p.param_type_name == "argument"]
    yield from (f"### socialsync {name} {{ #{name} }}", "")
    summary, *rest = inspect.cleandoc(command.help).split("\n\n")
    examples = [part.removeprefix("Example: ") for part in rest if part.startswith("Example: ")]
    yield from (joined(summary), "")
    yield from ("```text", " ".join(["socialsync", name, *arguments, "[OPTIONS]"]), "```", "")
    for part in rest:
        if not part.startswith("Example: "):
            yield from (joined(part), "")
    yield from _options(command)
    if examples:
        yield from ("", "```sh", *map(joined, examples), "```")


def _options(command: Any) -> Iterator[str]:  # noqa: ANN401
    context = command.make_context("socialsync", [], resilient_parsing=True)
    records = [p.get_help_record(context) for p in command.params if not getattr(p, "hidden", False)]
    rows = [(f"`{names}`", joined(words)) for names, words in filter(None, records)]
    return table(("Option", "What it does"), rows)


def _shown(argument: Any) -> str:  # noqa: ANN401
    name = str(argument.metavar or argument.name.upper()).strip("[]{}")
    return name if argument.required else f"[{name}]"
