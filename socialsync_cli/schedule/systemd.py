"""A service that does one run and may do little else, and the timer that starts it.

What the settings mean: systemd.exec(5), systemd.service(5), systemd.timer(5). A user's own service manager cannot
enforce all of them; it passes over those that it cannot.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from socialsync_cli.errors import UsageError
from socialsync_cli.schedule.job import Job


class Scope(StrEnum):
    """Whose service manager."""

    SYSTEM = "system"
    USER = "user"


_SERVICE = """\
# {name}.service: one run of socialsync. Written by `socialsync schedule systemd`.
{credentials_to_make}
[Unit]
Description=Sync social media pages into the database ({whom})
{network}
[Service]
Type=oneshot
{run_as}ExecStart={command}

# 75: another run is at it already; 143: stopped by systemctl. 1 (no task succeeded), 2 (configuration) and
# 3 (some did not) are failures: `systemctl --failed` and OnFailure= show them.
SuccessExitStatus=75 143
# The first signal asks the run to stop: it aborts what it has started at Apify, and is gone within ten seconds.
KillSignal=SIGTERM
KillMode=mixed
TimeoutStopSec=30
TimeoutStartSec=12h

{credentials}{environment}UMask=0077
{writable}ProtectSystem=strict
ProtectHome={home}
PrivateTmp=yes
{shared}PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
NoNewPrivileges=yes
CapabilityBoundingSet=
LockPersonality=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
"""
_TIMER = """\
# {name}.timer: when {name}.service is started. Written by `socialsync schedule systemd`.

[Unit]
Description=Sync social media pages every day ({whom})

[Timer]
OnCalendar=*-*-* {at:%H:%M}:00
# A machine that was off at that time makes up for it; many machines do not ask Apify in the same second.
Persistent=true
RandomizedDelaySec=10min
AccuracySec=1min

[Install]
WantedBy=timers.target
"""
_TEMPORARY = ("/tmp", "/var/tmp")  # noqa: S108  nothing is made there
_NETWORK = "Wants=network-online.target\nAfter=network-online.target\n"


def units(job: Job, scope: Scope) -> Mapping[str, str]:
    """Return the texts of a service and its timer by file name.

    Raises:
        UsageError: A path has characters that no unit file can hold.

    """
    if any(char in job.program[0] for char in "\"'\\"):
        raise UsageError("systemd starts no program whose path has quotes or backslashes: install it elsewhere")
    service = _SERVICE.format(
        name=job.name,
        whom=_specifiers(job.whom),
        credentials_to_make=_to_make(job),
        network=_NETWORK if scope is Scope.SYSTEM else "",
        run_as=f"User={job.run_as}\n" if job.run_as and scope is Scope.SYSTEM else "",
        # The colon keeps $ in a path from being taken for a variable.
        command=" ".join(map(_word, (f":{job.command[0]}", *job.command[1:]))),
        credentials="".join(f"LoadCredential={c.name}:{_specifiers(_plain(str(c.path)))}\n" for c in job.credentials),
        environment="".join(f"Environment={_word(f'{name}={value}')}\n" for name, value in job.environment.items()),
        writable=_writable(job),
        shared=_shared(job),
        home="read-only" if job.lives_at_home else "yes",
    )
    timer = _TIMER.format(name=job.name, whom=_specifiers(job.whom), at=job.at)
    return {f"{job.name}.service": service, f"{job.name}.timer": timer}


def _to_make(job: Job) -> str:
    """Say, in comments, which files have to be made before the service can start."""
    return "".join(
        f"# Before the first start: printenv {c.variable} | install -D -m 600 /dev/stdin {c.path}\n"
        for c in job.credentials
        if c.variable
    )


def _writable(job: Job) -> str:
    words = [_word(str(path)) for path in job.writes] + [_word(f"-{path}") for path in job.may_write]
    return f"ReadWritePaths={' '.join(words)}\n" if words else ""


def _shared(job: Job) -> str:
    """Let the service see what of its own lies among temporary files: others of them are not for it."""
    paths = dict.fromkeys([*job.writes, job.config.parent, *(path.parent for path in job.reads)])
    words = [_word(str(path)) for path in paths if any(path.is_relative_to(tmp) for tmp in _TEMPORARY)]
    return f"BindPaths={' '.join(words)}\n" if words else ""


def _word(text: str) -> str:
    """Quote a word, where it needs quotes."""
    text = _specifiers(_plain(text))
    if not any(char in text for char in " \"'\\;"):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _specifiers(text: str) -> str:
    return text.replace("%", "%%")


def _plain(text: str) -> str:
    if not text.isprintable():
        raise UsageError("a path with control characters in it cannot stand in a unit file: rename the folder")
    return text
