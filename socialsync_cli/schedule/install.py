"""Putting units and lines where they belong: a folder of systemd's, the crontab of whoever calls."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from socialsync_cli.errors import UsageError
from socialsync_cli.schedule.cron import with_line
from socialsync_cli.schedule.job import Job
from socialsync_cli.schedule.systemd import Scope

_PATIENCE_S = 30


def units_folder(scope: Scope, environ: Mapping[str, str]) -> Path:
    """Return the folder for units that an administrator, or a user, has written."""
    if scope is Scope.SYSTEM:
        return Path("/etc/systemd/system")
    home = Path(environ.get("HOME") or Path.home())
    return Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "systemd" / "user"


def install_units(texts: Mapping[str, str], folder: Path) -> list[Path]:
    """Write units; those that are there are replaced. Returns the files.

    Raises:
        UsageError: They cannot be written there.

    """
    files = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            file = folder / name
            draft = folder / f".{name}.{os.getpid()}"
            draft.write_text(text, encoding="utf-8")
            draft.chmod(0o644)
            draft.replace(file)
            files.append(file)
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}; --scope user needs no root") from error
    return files


def install_line(job: Job) -> bool:
    """Put a job's line into the crontab of whoever calls; False if it was there already.

    Raises:
        UsageError: There is no cron here, or it does not take the line.

    """
    old = _crontab("-l", empty_is_failure=True)
    new = with_line(old, job)
    if new == old:
        return False
    _crontab("-", give=new)
    return True


def _crontab(argument: str, *, give: str | None = None, empty_is_failure: bool = False) -> str:
    try:
        done = subprocess.run(  # noqa: S603  nothing that anybody has typed is among the words
            ["crontab", argument],  # noqa: S607  wherever the system has it
            input=give,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            check=False,
        )
    except FileNotFoundError as error:
        raise UsageError("there is no crontab program here; install cron, or use `socialsync schedule systemd`") from (
            error
        )
    except (OSError, subprocess.SubprocessError, UnicodeError) as error:
        raise UsageError(f"crontab cannot be called: {type(error).__name__}") from error
    if done.returncode and not (empty_is_failure and "no crontab" in done.stderr):
        said = " ".join(done.stderr.split())[:300]
        raise UsageError(f"crontab {argument} ended with {done.returncode}: {said}")
    return done.stdout if not done.returncode else ""
