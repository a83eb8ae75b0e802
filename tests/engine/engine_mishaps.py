"""Mishaps that befall runs for what is in their input, or items for what is in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from socialsync_cli.sandbox import Sandbox
from socialsync_cli.sandbox.runs import Stop


def poison(sandbox: Sandbox, word: str, *, items: int = 0, status: str = "FAILED", actor: str | None = None) -> None:
    """Let every run fail whose input has this word: one page that breaks the actor."""
    real = sandbox.state._run

    def begun(asked, given, options):
        run = real(asked, given, options)
        if word in orjson.dumps(given).decode() and actor in (None, run.actor.name):
            run.broken = Stop(items, status, "The actor process failed with an error")
        return run

    sandbox.state._run = begun


def slow(sandbox: Sandbox, word: str, page_s: float) -> None:
    """Let runs whose input has this word take their time."""
    real = sandbox.state._run

    def begun(asked, given, options):
        run = real(asked, given, options)
        if word in orjson.dumps(given).decode():
            run.behaviour = run.behaviour.changed({"page_s": page_s})
        return run

    sandbox.state._run = begun


def doctor(sandbox: Sandbox, actor: str, change: Callable[[dict[str, Any], int], Any]) -> None:
    """Change what an actor stores; `change` gets an item and its place in the dataset."""
    real = sandbox.state._run

    def begun(asked, given, options):
        run = real(asked, given, options)
        if run.actor.name == actor:
            run.dataset._change = change
        return run

    sandbox.state._run = begun
