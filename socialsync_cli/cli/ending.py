"""How a command ends: one place turns errors into exit codes, and prints one line."""

from __future__ import annotations

import contextlib
import difflib
import os
import re
import sys
import traceback
from collections.abc import Callable

from socialsync_cli.cli.invocation import Invocation
from socialsync_cli.errors import SocialsyncError
from socialsync_cli.show.terminal import safe

BUG = 1
USAGE = 2
INTERRUPTED = 130


def ended(work: Callable[[], int | None], call: Invocation) -> int:
    """Do the work of a command; return what the process is to exit with."""
    try:
        code = work()
        sys.stdout.flush()
    except SocialsyncError as error:
        return _failed(call, str(error), error.exit_code, error.type)
    except BrokenPipeError:
        return _silenced()
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        if is_usage_error(error):
            return _misused(call, error)
        return _crashed(call, error)
    return code or 0


def is_usage_error(error: Exception) -> bool:
    """Whether the parser complains; its classes have moved between Typer's versions, their methods have not."""
    return hasattr(error, "format_message") and hasattr(error, "exit_code")


def _failed(call: Invocation, text: str, exit_code: int, type_: str) -> int:
    if call.verbose >= 2 and sys.exc_info()[1] is not None:
        call.lines.write(traceback.format_exc().rstrip(), level="error", event="trace")
    call.lines.write(safe(text), level="error", event="error", type=type_, exit_code=exit_code)
    return exit_code


def _misused(call: Invocation, error: Exception) -> int:
    words = str(error.format_message()).strip()  # type: ignore[attr-defined]  # see is_usage_error
    if "\n\n" in words:  # no command at all: the message is the help
        call.lines.write(words, level="error", event="help", type="usage")
        return USAGE
    context = getattr(error, "ctx", None)
    text = plainly(" ".join(words.rstrip(".").split()))
    command = context.command_path if context is not None else "socialsync"
    hint = f"{' See' if text.endswith('?') else '; see'} `{command} --help`"
    call.lines.write(safe(text[:1].lower() + text[1:] + hint), level="error", event="error", type="usage")
    return USAGE


_PLAINER = (
    (re.compile(r"Value error, "), ""),
    (re.compile(r"Input should be a valid integer.*"), "it must be a whole number"),
    (re.compile(r"Input should be a valid number.*"), "it must be a number"),
    (re.compile(r"Input should be greater than or equal to (\S+)"), r"it must be at least \1"),
    (re.compile(r"Input should be less than or equal to (\S+)"), r"it must be at most \1"),
    (re.compile(r"('[^']*') does not match the formats? '%Y-%m-%d'"), r"\1 is no date; one is written 2026-01-31"),
)
"""What the parser says, and what it means."""


def plainly(text: str) -> str:
    """Put a complaint of the parser into plain words, with what was probably meant among the choices."""
    for pattern, plain in _PLAINER:
        text = pattern.sub(plain, text)
    if match := re.search(r"'([^']*)' is not one of ('[^']*'(?:, '[^']*')*)", text):
        choices = re.findall(r"'([^']*)'", match[2])
        words = {choice.lower(): choice for choice in choices}
        near = difflib.get_close_matches(match[1].lower(), words, n=1)
        text += f"; did you mean '{words[near[0]]}'?" if near else ""
    return text


def _crashed(call: Invocation, error: Exception) -> int:
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    what = " ".join(what.split())
    if call.verbose >= 2:
        call.lines.write(traceback.format_exc().rstrip(), level="error", event="trace")
        text = f"this is a bug: {what}"
    else:
        text = f"this is a bug: {what} (run it again with -vv to see where)"
    call.lines.write(safe(text), level="error", event="bug", type="internal")
    return BUG


def _silenced() -> int:
    """Whoever read our output has gone: end without a word, and keep the interpreter from complaining at exit."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return BUG
