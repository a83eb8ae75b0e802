"""Who holds a run or a lock, and whether that process still lives."""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

STALE_AFTER = timedelta(seconds=60)
"""A heartbeat older than this is that of a dead process."""
HEARTBEAT_S = 2.0
"""How often a living process says so; also how soon it hears of a request to stop."""
QUEUED = "celery"
"""Holds a run that is queued, and its locks: it has no process that could die; its bundles have holders."""


def this_process() -> str:
    """Name this process so that nobody else has the same name: machine, pid, and when it started."""
    return f"{_machine()}:{os.getpid()}:{_started(os.getpid()) or 0}"


def is_alive(holder: str | None, heartbeat_at: datetime | None, now: datetime) -> bool:
    """Whether the process behind a row still works on it.

    On this machine the process table knows; for another machine the heartbeat has to do.
    """
    if holder is None or heartbeat_at is None:
        return False
    if holder == QUEUED:
        return True
    machine, _, rest = holder.partition(":")
    pid, _, started = rest.partition(":")
    if machine == _machine() and pid.isdecimal() and started != "0":
        return _started(int(pid)) == started
    return now - heartbeat_at < STALE_AFTER


@lru_cache(maxsize=1)
def _machine() -> str:
    """Host, boot and pid namespace: where a pid means something."""
    parts = [socket.gethostname().replace(":", "-")]
    for file in ("/proc/sys/kernel/random/boot_id",):
        try:
            parts.append(Path(file).read_text().strip()[:8])
        except OSError:
            parts.append("0")
    try:
        parts.append(str(Path("/proc/self/ns/pid").stat().st_ino))
    except OSError:
        parts.append("0")
    return "-".join(parts)


def _started(pid: int) -> str | None:
    """Return the start time of a process in clock ticks since boot; None if there is no such process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if not fields or fields[0] == "Z" else fields[19]
