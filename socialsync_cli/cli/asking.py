"""Asking a person at a terminal: a question, the usual answer, and again until the answer can be used."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar

import typer

from socialsync_cli.errors import SocialsyncError

T = TypeVar("T")


def somebody_is_there() -> bool:
    """Whether there is anybody to answer."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def ask(question: str, usual: str, read: Callable[[str], T]) -> T:
    """Ask on stderr; return what `read` makes of the answer.

    Args:
        question: Without a colon.
        usual: The answer of who only presses Enter; may be empty.
        read: Understands an answer, or raises one of our errors, whose text is shown before the question comes again.

    Raises:
        KeyboardInterrupt: Nobody wants to answer.

    """
    while True:
        try:
            answer = typer.prompt(question, default=usual, show_default=bool(usual), err=True)
        except typer.Abort:
            typer.echo(err=True)
            raise KeyboardInterrupt from None
        try:
            return read(str(answer))
        except SocialsyncError as error:
            typer.echo(f"  {error}", err=True)
