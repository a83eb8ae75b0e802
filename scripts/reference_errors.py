"""The page of the errors."""

from __future__ import annotations

from collections.abc import Iterator

from reference_markdown import joined, table

from socialsync_cli.api import access  # noqa: F401  errors of its own
from socialsync_cli.errors import SocialsyncError
from socialsync_cli.show.advice import what_to_do


def error_types() -> str:
    """Every error that socialsync raises on purpose."""
    classes = [SocialsyncError, *_below(SocialsyncError)]
    rows = [
        (f"`{c.type}`", f"`{c.__name__}`", str(c.exit_code), joined(c.__doc__ or "").removeprefix("Raised "),
         what_to_do(c.type, "last") or "")
        for c in sorted(classes, key=lambda c: (c.type, c.__name__))
    ]  # fmt: skip
    return "\n".join([
        "# Error types", "",
        "The word in the first column is what you find as `error.type` in JSON, in the database and in notifications.",
        "The exit code is that of a command that could not do its work at all. A `run` that did some of it ends",
        "with 3, see [exit codes](exit-codes.md).", "",
        *table(("Type", "Class", "Exit code", "Raised", "What to do"), rows),
    ]) + "\n"  # fmt: skip


def _below(error: type[SocialsyncError]) -> Iterator[type[SocialsyncError]]:
    for below in error.__subclasses__():
        yield below
        yield from _below(below)
