"""What is to be run by the clock, and what it touches."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_HOMES = ("/home", "/root", "/run/user")


@dataclass(frozen=True, slots=True)
class Credential:
    """A secret that systemd hands to the service."""

    name: str
    """Under which the service finds it in $CREDENTIALS_DIRECTORY."""
    path: Path
    """The file that systemd reads it from, absolute."""
    variable: str | None = None
    """The environment variable that is meant, where the file has yet to be made."""


@dataclass(frozen=True, slots=True)
class Job:
    """One run, every day."""

    program: tuple[str, ...]
    """How socialsync is called; the first word is an absolute path."""
    config: Path
    """Absolute."""
    at: dt.time
    """In the time zone of the machine."""
    users: Sequence[str] = ()
    """None named: all."""
    run_as: str | None = None
    """The account of a system service; None: that of the service manager."""
    reads: Sequence[Path] = ()
    """Files that it opens, beside the configuration."""
    writes: Sequence[Path] = ()
    """Folders that it writes into; they are there."""
    may_write: Sequence[Path] = ()
    """Folders that it writes into if they are there."""
    credentials: Sequence[Credential] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What units, and lines of a crontab, are called: the same for the same users."""
        if not self.users:
            return "socialsync"
        if len(self.users) == 1:
            return f"socialsync-{self.users[0]}"
        digest = hashlib.sha256(" ".join(sorted(self.users)).encode()).hexdigest()[:8]
        return f"socialsync-{self.users[0]}-and-{len(self.users) - 1}-more-{digest}"

    @property
    def whom(self) -> str:
        """For whom it is, in words."""
        return "all users" if not self.users else ", ".join(self.users[:5]) + (" …" if len(self.users) > 5 else "")

    @property
    def command(self) -> tuple[str, ...]:
        """What is called, word by word; it says nothing but errors."""
        chosen = [word for user in self.users for word in ("--user", user)] or ["--all"]
        return (*self.program, "--config", str(self.config), "run", *chosen)

    @property
    def lives_at_home(self) -> bool:
        """Whether something that it needs stands in somebody's home folder."""
        paths = [Path(self.program[0]), self.config, *self.reads, *self.writes, *self.may_write]
        return any(path.is_relative_to(home) for path in paths for home in _HOMES)
