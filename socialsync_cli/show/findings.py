"""What `check` has found, line by line, like a good doctor: what, why, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from rich.console import Console
from rich.text import Text

from socialsync_cli.show.figures import plural
from socialsync_cli.show.table import paragraph
from socialsync_cli.show.terminal import safe

_MARKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "error": ("✗", "red")}


class Finding(NamedTuple):
    """One line."""

    level: str
    """ok, warning or error: with an error no run could start, or some of its users could not be synced."""
    subject: str
    """What was looked at, in a word: config, users, database, token, actor."""
    message: str
    advice: str | None = None


def print_finding(console: Console, finding: Finding) -> None:
    """Print a finding."""
    mark, style = _MARKS[finding.level]
    text = Text.assemble((f"{mark} ", style), (f"{finding.subject}: ", "bold"), safe(finding.message))
    if finding.advice:
        text.append(f"; {safe(finding.advice)}", "dim" if finding.level == "ok" else "")
    paragraph(console, text)


def print_verdict(console: Console, findings: Sequence[Finding]) -> None:
    """Print what all findings together come to."""
    errors = sum(finding.level == "error" for finding in findings)
    warnings = sum(finding.level == "warning" for finding in findings)
    noted = f", {plural(warnings, 'warning')}" if warnings else ""
    console.print()
    if errors:
        console.print(f"{plural(errors, 'error')}{noted}", style="bold red")
    else:
        console.print(f"all is well{noted}: a run could start", style="bold green")


def findings_json(findings: Sequence[Finding]) -> dict[str, Any]:
    """Return the object that `check --json` prints."""
    return {
        "ok": all(finding.level != "error" for finding in findings),
        "findings": [finding._asdict() for finding in findings],
    }
