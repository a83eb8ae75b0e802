"""A line of a crontab, and a crontab with that line in it."""

from __future__ import annotations

import shlex

from socialsync_cli.errors import UsageError
from socialsync_cli.schedule.job import Job


def line(job: Job) -> str:
    r"""Return a line that runs a job every day and mails only about trouble.

    Cron ends a command at the first `%` unless it is written `\%`; the comment at the end is the shell's, and says
    which line is ours.

    Raises:
        UsageError: A path has characters that no crontab can hold.

    """
    command = shlex.join([*job.program, "--quiet", *job.command[len(job.program) :]])
    if not command.isprintable():
        raise UsageError("a path with control characters in it cannot stand in a crontab: rename the folder")
    escaped = command.replace("%", "\\%")
    return f"{job.at.minute} {job.at.hour} * * * {escaped}  {mark(job)}"


def mark(job: Job) -> str:
    """Return the end of a job's line."""
    return f"# {job.name}: written by socialsync schedule"


def with_line(crontab: str, job: Job) -> str:
    """Return a crontab that has a job's line once: in the place of an earlier one, else at the end."""
    wanted, found = line(job), False
    lines = []
    for old in crontab.splitlines():
        if not old.rstrip().endswith(mark(job)):
            lines.append(old)
        elif not found:
            lines.append(wanted)
            found = True
    return "\n".join(lines if found else [*lines, wanted]) + "\n"
