"""`schedule`: from the configuration to a service, or a line of a crontab."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import pwd
import shutil
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from socialsync_cli.cli.invocation import Invocation
from socialsync_cli.config import Config, TokenSource, User, select
from socialsync_cli.schedule import (
    Credential,
    Job,
    Scope,
    install_line,
    install_units,
    line,
    units,
    units_folder,
)
from socialsync_cli.store.place import file_of

_STORES = {Scope.SYSTEM: Path("/etc/credstore"), Scope.USER: Path(".config/credstore")}
"""Where systemd keeps secrets; those of a user below the home folder."""


class Account(NamedTuple):
    """Who the runs belong to."""

    name: str
    is_root: bool
    home: Path


def schedule_runs(
    call: Invocation, scheduler: str, *, users: Sequence[str], at: dt.time, install: bool, scope: str | None
) -> int:
    """Print what a scheduler needs to be told, or tell it."""
    config = call.load()
    chosen = select(config.users(), users, everyone=not users)
    where = Scope(scope) if scope else Scope.SYSTEM if os.geteuid() == 0 else Scope.USER
    account = _account(config.path)
    job = _job(call, config, [user.id for user in chosen] if users else [], chosen, at, account, where)
    _warn(call, config, chosen, scheduler)
    if scheduler == "cron":
        return _cron(call, job, install=install)
    texts = units(job, where)
    if not install:
        call.out.print("\n".join(texts.values()), soft_wrap=True, end="")
        return 0
    for folder in job.may_write:
        _make(folder, account)
    for file in install_units(texts, units_folder(where, call.environ)):
        call.out.print(f"wrote {file}", soft_wrap=True)
    _tell_next(call, job, where)
    return 0


def _cron(call: Invocation, job: Job, *, install: bool) -> int:
    if not install:
        call.out.print(line(job), soft_wrap=True)
        return 0
    text = "wrote a line into your crontab" if install_line(job) else "your crontab has the line already"
    call.out.print(f"{text}; `crontab -l` shows it", soft_wrap=True)
    return 0


def _tell_next(call: Invocation, job: Job, scope: Scope) -> None:
    systemctl = "systemctl --user" if scope is Scope.USER else "systemctl"
    steps = [f"printenv {c.variable} | install -D -m 600 /dev/stdin {c.path}" for c in job.credentials if c.variable]
    steps += [f"{systemctl} daemon-reload", f"{systemctl} enable --now {job.name}.timer"]
    if scope is Scope.USER:
        steps.append("loginctl enable-linger      # so that it also runs while you are not logged in")
    steps += [f"{systemctl} start {job.name}.service", f"journalctl {_journal(scope)} {job.name}.service"]
    call.out.print("\nNext:")
    for step in steps:
        call.out.print(f"  {step}", soft_wrap=True)


def _journal(scope: Scope) -> str:
    return "--user -u" if scope is Scope.USER else "-u"


def _account(config: Path) -> Account:
    """Return whose runs these are: whoever owns the configuration."""
    uid = config.stat().st_uid
    with contextlib.suppress(KeyError):
        entry = pwd.getpwuid(uid)
        return Account(entry.pw_name, uid == 0, Path(entry.pw_dir))
    return Account(str(uid), uid == 0, Path("/"))


def _job(
    call: Invocation, config: Config, ids: Sequence[str], users: Sequence[User], at: dt.time, account: Account,
    scope: Scope,
) -> Job:  # fmt: skip
    settings = config.settings
    url = settings.database.url
    state, data = account.home / ".local/state", account.home / ".local/share"
    if account.home == Path.home():
        state = Path(call.environ.get("XDG_STATE_HOME") or state)
    file = file_of(url)
    sources = list(_secrets(config, users))
    # ~/ in the configuration is the home of whoever runs it, not of whoever installs it.
    environ = {**call.environ, "HOME": str(account.home)}
    return Job(
        program=_program(),
        config=config.path,
        at=at,
        users=ids,
        run_as=None if account.is_root else account.name,
        reads=[
            *([settings.users_file] if settings.users_file else []),
            *(source.file(environ) for source in sources if source.kind == "file"),
        ],
        writes=[file.parent] if file else [],
        may_write=[state / "socialsync", *([] if file else [data / "socialsync"])],
        credentials=list(_credentials(sources, environ, account, scope)),
        environment={"XDG_STATE_HOME": str(state)} | ({} if file else {"XDG_DATA_HOME": str(data)}),
    )


def _program() -> tuple[str, ...]:
    """Return how this very program is called, from anywhere."""
    for found in (sys.argv[0], str(Path(sysconfig.get_path("scripts")) / "socialsync"), shutil.which("socialsync")):
        if found and Path(found).name == "socialsync" and os.access(found, os.X_OK):
            return (str(Path(found).absolute()),)
    return (sys.executable, "-m", "socialsync_cli")


def _secrets(config: Config, users: Iterable[User]) -> Iterator[TokenSource]:
    """Yield where the secrets that a run needs come from."""
    notify = config.settings.notify
    yield from dict.fromkeys(user.token_source for user in users)
    addresses = [*notify.admins, *(address for user in users for address in user.notify)]
    if notify.smtp_url and any(address.startswith("mailto:") for address in addresses):
        yield notify.smtp_url
    if notify.webhook_secret:
        yield notify.webhook_secret


def _credentials(
    sources: Iterable[TokenSource], environ: Mapping[str, str], account: Account, scope: Scope
) -> Iterator[Credential]:
    seen: set[str] = set()
    for source in sources:
        name = source.credential(environ)
        if name is None or name in seen:
            continue
        seen.add(name)
        if source.kind == "file":
            yield Credential(name, source.file(environ).absolute())
        else:
            yield Credential(name, account.home / _STORES[scope] / f"socialsync.{name}", variable=source.value)


def _warn(call: Invocation, config: Config, users: Sequence[User], scheduler: str) -> None:
    """Say what is there at the keyboard and will not be there by the clock."""
    for source in dict.fromkeys(_secrets(config, users)):
        if source.kind == "env" and scheduler == "cron":
            text = f"cron does not know ${source.value}: put it into a file (chmod 600) and write file:PATH for env:"
        elif source.kind == "keyring":
            text = f"the keyring ({source.value}) is locked while nobody is logged in: file:PATH is always there"
        else:
            continue
        call.lines.write(text, level="warning", event="warning")
    own = sorted(name for name in call.environ if name.startswith("SOCIALSYNC_") and "__" in name)
    if own:
        text = f"{', '.join(own)} will not be set by then: put it into {config.name}"
        call.lines.write(text, level="warning", event="warning")


def _make(folder: Path, account: Account) -> None:
    """Make a folder that the service would otherwise not be allowed to make."""
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.geteuid() == 0 and not account.is_root:
            shutil.chown(folder, account.name)
