"""`run` and `resume`: from what was typed to a request, and from how it ended to an exit code."""

from __future__ import annotations

import contextlib
import functools
import importlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType
from typing import NamedTuple

from socialsync_cli import sync
from socialsync_cli.cli.invocation import Invocation
from socialsync_cli.cli.memory import give_back_at_once
from socialsync_cli.cli.signals import Signals, leave
from socialsync_cli.config import Config, User, select
from socialsync_cli.core.events import Event, PagesDone, TaskEnded
from socialsync_cli.core.outcomes import FINAL_ANSWERS, State
from socialsync_cli.core.stop import StopSignal
from socialsync_cli.errors import CancelledError, UsageError
from socialsync_cli.execute.reading import read_report
from socialsync_cli.execute.wishes import Wishes, request_of
from socialsync_cli.show.announce import Announcer
from socialsync_cli.show.plan import print_plan
from socialsync_cli.show.progress import watching
from socialsync_cli.show.records import ChangeView, Report, report_json
from socialsync_cli.show.summary import tell_summary
from socialsync_cli.store import queries
from socialsync_cli.store.changes import changes_of
from socialsync_cli.sync import Ended, Request, Surroundings


class Call(NamedTuple):
    """What was asked for on the command line."""

    wishes: Wishes
    users: Sequence[str] = ()
    everyone: bool = False
    executor: str = "local"
    sandbox: bool = False
    detach: bool = False


def sync_pages(call: Invocation, asked: Call, *, dry_run: bool, as_json: bool) -> int:
    """Sync pages, or say what that would do."""
    queued = asked.executor == "celery"
    if queued and asked.sandbox:
        raise UsageError("--sandbox keeps everything in this process; it cannot be queued")
    if asked.detach and not queued:
        raise UsageError("--detach is for --executor celery: a local run ends with its process")
    config = call.load()
    users = select(config.users(), asked.users, asked.everyone)
    warn(call, config)
    with _stage(call, config, users, sandbox=asked.sandbox) as (staged, staged_users):
        request = request_of(staged_users, **asked.wishes)
        if dry_run:
            return _plan(call, request, staged, as_json)
        if queued:
            work = functools.partial(queueing().run, request, detach=asked.detach)
            return carry_out(call, staged, as_json, work, detached=asked.detach)
        return carry_out(call, staged, as_json, functools.partial(sync.run, request))


def queueing() -> ModuleType:
    """Return what queues runs.

    Raises:
        UsageError: The extra that it needs is not installed.

    """
    try:
        return importlib.import_module("socialsync_cli.cluster.run")
    except ModuleNotFoundError as error:
        raise UsageError(
            f"{error.name} is missing; queues need an extra: pip install 'socialsync-cli[celery]'"
        ) from error


def resume_run(
    call: Invocation,
    wanted: str,
    *,
    max_cost_usd: float | None,
    workers: int | None,
    wait_s: float,
    as_json: bool,
    executor: str | None = None,
    detach: bool = False,
) -> int:
    """Finish an interrupted or failed run."""
    config = call.load()
    url = config.settings.database.url
    with queries.existing(url) as database, database.read() as connection:
        run_id = queries.the_run(connection, wanted)
        report = read_report(connection, run_id, sync.utc_now(), pages=True)
    if report.run.status == "SUCCESS":
        if as_json:
            call.print_json(report_json(report._replace(results=None)))
        else:
            call.out.print(f"run {run_id} has ended well already: nothing is left to do", soft_wrap=True)
        return 0
    warn(call, config)
    request = Request(list(config.users().values()), max_cost_usd=max_cost_usd, workers=workers, wait_s=wait_s)
    if (executor or report.run.executor) == "celery":
        work = functools.partial(queueing().resume, run_id, request, detach=detach)
        return carry_out(call, config, as_json, work, detached=detach)
    if detach:
        raise UsageError("--detach is for runs that are queued: a local run ends with its process")
    work = functools.partial(sync.resume, run_id, request)
    return carry_out(call, config, as_json, work, before=past_of(report))


def warn(call: Invocation, config: Config) -> None:
    """Say what works and is unwise about the configuration."""
    for warning in config.warnings:
        call.lines.write(warning, level="warning", event="warning")


def past_of(report: Report) -> list[Event]:
    """Return, as events, what a run that is taken up again has come to: answers that stay."""
    events: list[Event] = []
    for task in report.tasks:
        stay = [r for r in (report.results or {}).get(task.id, ()) if r.result in FINAL_ANSWERS]
        if stay:
            counts = Counter(str(r.result) for r in stay)
            posts, comments = sum(r.posts for r in stay), sum(r.comments for r in stay)
            events.append(PagesDone(task.id, counts, posts, comments, sum(r.cost_usd for r in stay)))
        if task.status == State.SUCCESS:
            events.append(TaskEnded(task.id, task.status))
    return events


def carry_out(
    call: Invocation, config: Config, as_json: bool, work: Callable[[Surroundings], Ended],
    *, before: Sequence[Event] = (), detached: bool = False,
) -> int:  # fmt: skip
    """Let a run go on while its progress is shown and signals stop it; print how it ended, or how it was left."""
    give_back_at_once()
    stop = StopSignal()
    with Signals(stop) as signals:
        try:
            with watching(call.lines, Announcer(call.lines, on_stderr=as_json), before=before) as tell:
                ended = work(Surroundings(config, call.environ, tell, stop))
        except CancelledError as error:
            if signals.exit_code is None:
                raise
            call.lines.write(f"stopped by {error}", level="error", event="error", type=error.type)
            return signals.exit_code
        _conclude(call, config, ended, as_json, going_on=detached)
        code = ended.exit_code if signals.exit_code is None else signals.exit_code
        if signals.exit_code is not None:
            leave(code)
    return code


def _conclude(call: Invocation, config: Config, ended: Ended, as_json: bool, *, going_on: bool) -> None:
    with queries.existing(config.settings.database.url) as database, database.read() as connection:
        report: Report = read_report(connection, ended.run_id, sync.utc_now())
        if not (call.quiet or going_on):
            changes = {task: ChangeView(*change) for task, change in changes_of(connection, ended.run_id).items()}
            report = report._replace(changes=changes)
    if not going_on:
        tell_summary(call.lines, report, sync.utc_now())
    if as_json:
        call.print_json(report_json(report))


def _plan(call: Invocation, request: Request, config: Config, as_json: bool) -> int:
    with watching(call.lines) as tell:
        plan = sync.plan(request, Surroundings(config, call.environ, tell))
    if as_json:
        call.print_json(plan.as_json())
    else:
        ceiling = config.settings.sync.max_cost_usd if request.max_cost_usd is None else request.max_cost_usd
        print_plan(call.out, plan, ceiling)
    return 0


@contextlib.contextmanager
def _stage(
    call: Invocation, config: Config, users: Sequence[User], *, sandbox: bool
) -> Iterator[tuple[Config, Sequence[User]]]:
    """Give the configuration and users to work with: as they are, or turned to a sandbox."""
    if not sandbox:
        yield config, users
        return
    from socialsync_cli.cli.actions.trial import trial  # brings the whole sandbox along

    with trial(config, users) as (changed, changed_users, folder):
        call.lines.write(
            f"sandbox: made-up data, no token, no cost; the scratch database is in {folder}", event="sandbox"
        )
        yield changed, changed_users
