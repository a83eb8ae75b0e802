"""What holds for every command: the options before it, the configuration, and where output goes."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from socialsync_cli.config import Config
    from socialsync_cli.show.log import Lines


def utc_now() -> datetime:
    """The clock of the machine."""
    return datetime.now(UTC)


@dataclass
class Invocation:
    """One call of the program. The options may stand before the command or after it."""

    config: Path | None = None
    verbose: int = 0
    quiet: bool = False
    log_format: str = "text"
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    cwd: Path = field(default_factory=Path.cwd)

    def take(self, config: Path | None, verbose: int, quiet: bool, log_format: str | None) -> None:
        """Add options."""
        self.config = config or self.config
        self.verbose += verbose
        self.quiet = self.quiet or quiet
        self.log_format = log_format or self.log_format

    @cached_property
    def lines(self) -> Lines:
        """Where everything but results goes."""
        from socialsync_cli.show.log import Lines, configure, is_journal

        journal = is_journal(sys.stderr, self.environ)
        lines = Lines(as_json=self.log_format == "json", quiet=self.quiet, journal=journal)
        configure(lines, self.verbose)
        return lines

    @property
    def out(self) -> Console:
        """Where results go."""
        from socialsync_cli.show.terminal import out

        return out()

    def load(self) -> Config:
        """Read the configuration.

        Raises:
            ConfigError: There is none, or something in it is wrong.

        """
        from socialsync_cli.config import load

        return load(self.config, environ=self.environ, cwd=self.cwd)

    def print_json(self, body: Mapping[str, Any]) -> None:
        """Write an object to stdout: indented for a person, on one line for a program."""
        import json

        indent = 2 if sys.stdout.isatty() else None
        sys.stdout.write(json.dumps(body, indent=indent) + "\n")
        sys.stdout.flush()
