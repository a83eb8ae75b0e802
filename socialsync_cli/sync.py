"""The story of a run: who and what → locks and rows → accounts → what is paid for already → fetch → the end.

Everything here is called by the command line with plain arguments, and can be called by any other program alike.
"""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy.engine import Connection

from socialsync_cli.config import Config, Settings, User
from socialsync_cli.core.events import Listener, RunBegan, TaskInfo, Waiting, nobody
from socialsync_cli.core.outcomes import Result, State, Trouble, exit_code, run_state
from socialsync_cli.core.stop import StopSignal
from socialsync_cli.errors import DatabaseError, InvalidTokenError, LockedError, UsageError
from socialsync_cli.execute.accounts import Tokens, actors_in_use, learn_prices, open_accounts
from socialsync_cli.execute.adopt import adopt_batches, owed_comments, take_over_answers
from socialsync_cli.execute.alive import CANCELLED, Heartbeat
from socialsync_cli.execute.board import TaskBoard
from socialsync_cli.execute.budget import Budget
from socialsync_cli.execute.desk import write_task
from socialsync_cli.execute.drive import Circumstances
from socialsync_cli.execute.engine import Engine, Rules
from socialsync_cli.execute.estimate import Plan, estimate, would_be_work
from socialsync_cli.execute.pack import Packing
from socialsync_cli.execute.prepare import TaskRow, Wanted, gather_work, new_run_id, write_tasks
from socialsync_cli.execute.work import AccountWork, Options
from socialsync_cli.metrics import DEFAULT_BENCHMARKS, ScoreSettings, read_benchmarks
from socialsync_cli.store import ledger, locks, runs
from socialsync_cli.store.archive import Archive
from socialsync_cli.store.database import Database
from socialsync_cli.store.derive import DeriveSettings
from socialsync_cli.store.holder import this_process
from socialsync_cli.store.place import archive_folder_of
from socialsync_cli.store.schema import HEAD, migrate, version_of
from socialsync_cli.store.writer import Writer


def utc_now() -> datetime:
    """The clock of the machine."""
    return datetime.now(UTC)


class Request(NamedTuple):
    """What a run is asked to do."""

    users: Sequence[User]
    platforms: Sequence[str] = ()
    """None named: every platform on which a user has pages."""
    handles: Sequence[str] = ()
    """Canonical handles; none named: all pages."""
    posts: int | None = None
    comments: int | None = None
    full: bool = False
    fresh: bool = False
    """Take nothing over from an earlier run."""
    max_cost_usd: float | None = None
    workers: int | None = None
    wait_s: float = 0.0
    """How long to wait for somebody else's lock."""


@dataclass(frozen=True)
class Surroundings:
    """What a run meets: the configuration, the environment, and who watches."""

    config: Config
    environ: Mapping[str, str]
    tell: Listener = nobody
    stop: StopSignal = field(default_factory=StopSignal)
    clock: Callable[[], datetime] = utc_now


class Ended(NamedTuple):
    """How a run ended."""

    run_id: str
    exit_code: int
    cancelled: bool = False


def run(request: Request, around: Surroundings) -> Ended:
    """Sync pages of users.

    Raises:
        LockedError: Another run holds a user × platform pair; nothing was called.
        DatabaseError: The database cannot be used.
        UsageError: Nothing is left to be synced.

    """
    tokens = Tokens(around.environ)
    wanted = choose(request, tokens)
    options = options_of(request, around.config)
    run_id = new_run_id(around.clock())
    with opened(around) as (database, writer):
        del database
        _lock(writer, wanted, run_id, request.wait_s, around)

        def create(connection: Connection) -> list[runs.NewTask]:
            as_asked = options.for_later(around.config.settings.sync.refresh_days)
            runs.create_run(connection, run_id, as_asked, holder=this_process(), now=around.clock())
            return write_tasks(connection, run_id, wanted)

        tasks = [
            TaskRow(t.id, t.user, t.platform, t.fingerprint, len(t.pages)) for t in writer.do(create, durable=True)
        ]
        return _carry_out(run_id, tasks, tokens, options, request, writer, around)


def resume(wanted: str, request: Request, around: Surroundings) -> Ended:
    """Finish an interrupted or failed run under the same id, using what it has already paid for.

    Raises:
        UsageError: There is no such run.
        LockedError: It still goes on, or somebody holds one of its pairs.
        DatabaseError: The database cannot be used.

    """
    tokens = Tokens(around.environ)
    with opened(around) as (database, writer):
        with database.read() as connection:
            found = runs.find_run(connection, wanted)
            if found is None:
                raise UsageError(f"there is no run {wanted}; `socialsync runs` lists them")
            run_id = found
            rows, stored = runs.tasks_to_resume(connection, run_id)
        if not rows:
            return Ended(run_id, 0)
        fingerprints = _fingerprints(request.users, {row.user for row in rows}, tokens)
        tasks = [TaskRow(r.id, r.user, r.platform, fingerprints.get(r.user), r.pages) for r in rows]
        options = Options(**{name: stored[name] for name in Options._fields})
        _lock(writer, [Wanted(t.user, t.platform, (), None) for t in tasks], run_id, request.wait_s, around)
        writer.do(lambda c: runs.take_over(c, run_id, holder=this_process(), now=around.clock()), durable=True)
        return _carry_out(run_id, tasks, tokens, options, request, writer, around, resumed=True)


def _fingerprints(users: Iterable[User], wanted: Collection[str], tokens: Tokens) -> dict[str, str]:
    """Return the fingerprint of the token of each of these users; why one has none is noted."""
    found = {}
    missing = set(wanted)
    for user in users:
        if user.id in missing:
            missing.discard(user.id)
            try:
                found[user.id] = tokens.of(user).fingerprint
            except InvalidTokenError as error:
                tokens.troubles[user.id] = Trouble.of(error)
    for user_id in missing:
        tokens.troubles[user_id] = Trouble("invalid_token", f"{user_id} is not in the configuration any more")
    return found


def plan(request: Request, around: Surroundings) -> Plan:
    """Return what a run would do and cost; nothing is started and nothing is written.

    Raises:
        UsageError: Nothing is left to be synced.
        DatabaseError: The database cannot be used.

    """
    settings = around.config.settings
    tokens = Tokens(around.environ)
    wanted = choose(request, tokens)
    packing = _packing(options_of(request, around.config), around, short_of_money=False)
    window_start = around.clock() - timedelta(days=settings.sync.refresh_days)
    tasks = [TaskRow("", w.user, w.platform, w.fingerprint, len(w.handles)) for w in wanted]
    accounts = open_accounts(tasks, tokens, around.config, around.stop, around.tell)
    try:
        with _existing(settings.database.url) as connection:
            work = would_be_work(connection, wanted, packing, window_start)
            for account in accounts.values():
                pages = work.get(account.fingerprint, ())
                learn_prices(
                    account, {packing.actors[p.platform, part] for p in pages for part in (*p.awaited, "comments")}
                )
            return estimate(connection, list(accounts.values()), work, packing)
    finally:
        for account in accounts.values():
            account.account.close()


@contextlib.contextmanager
def _existing(url: str) -> Iterator[Connection | None]:
    """Open a database for reading, if there is one of this version."""
    database = Database(url)
    try:
        if database.is_sqlite and (database.path is None or not database.path.exists()):
            yield None
            return
        with database.read() as connection:
            yield connection if version_of(connection) == HEAD else None
    finally:
        database.close()


def choose(request: Request, tokens: Tokens) -> list[Wanted]:
    """Return the tasks that a request comes to: user × platform, with the pages that are asked for.

    Raises:
        UsageError: Nothing is left.

    """
    chosen = []
    fingerprints = _fingerprints(request.users, {user.id for user in request.users}, tokens)
    for user in request.users:
        for platform, handles in user.pages.items():
            if request.platforms and platform not in request.platforms:
                continue
            some = [h for h in handles if not request.handles or h in request.handles]
            if some:
                chosen.append(Wanted(user.id, platform, some, fingerprints.get(user.id)))
    if not chosen:
        raise UsageError("no page of these users fits what was asked for; `socialsync users` lists them")
    return chosen


def options_of(request: Request, config: Config) -> Options:
    """Return what is fetched of each page: the configuration, unless the request says otherwise."""
    sync = config.settings.sync
    return Options(
        posts=sync.posts_per_page if request.posts is None else request.posts,
        comments=sync.comments_per_post if request.comments is None else request.comments,
        replies=sync.replies_per_comment,
        comment_authors=sync.comment_authors,
        full=request.full,
    )


@contextlib.contextmanager
def opened(around: Surroundings) -> Iterator[tuple[Database, Writer]]:
    """Open the database in its newest form, with a writer; runs whose process died are closed first."""
    database = Database(around.config.settings.database.url)
    try:
        migrate(database)
        writer = Writer(database)
        try:
            writer.do(lambda c: runs.bury_dead(c, around.clock()))
            yield database, writer
        finally:
            writer.close()
    finally:
        database.close()


def _lock(writer: Writer, wanted: Iterable[Wanted], run_id: str, wait_s: float, around: Surroundings) -> None:
    pairs = [(task.user, task.platform) for task in wanted]
    deadline = time.monotonic() + wait_s
    while True:
        held = writer.do(lambda c: locks.acquire(c, pairs, run_id, this_process(), around.clock()))
        if not held:
            return
        first = held[0]
        around.tell(Waiting(f"run {first.run_id}, which holds {first.user} × {first.platform}"))
        if time.monotonic() >= deadline:
            raise LockedError(
                f"run {first.run_id} is syncing {first.user} × {first.platform}; "
                "wait for it with --wait SECONDS, or stop it with `socialsync cancel`"
            )
        around.stop.sleep(min(1.0, max(0.05, deadline - time.monotonic())))


def _carry_out(
    run_id: str, tasks: Sequence[TaskRow], tokens: Tokens, options: Options, request: Request, writer: Writer,
    around: Surroundings, *, resumed: bool = False,
) -> Ended:  # fmt: skip
    """Fetch, store and derive everything that these tasks want, and write down how it ended."""
    settings = around.config.settings
    ceiling = settings.sync.max_cost_usd if request.max_cost_usd is None else request.max_cost_usd
    around.tell(RunBegan(run_id, [TaskInfo(t.id, t.user, t.platform, t.pages) for t in tasks], ceiling))
    boards = {t.id: TaskBoard(t.id, t.user, t.platform, t.pages) for t in tasks}
    window_start = around.clock() - timedelta(days=settings.sync.refresh_days)
    accounts: dict[str, AccountWork] = {}
    failure: Trouble | None = None
    try:
        with Heartbeat(writer, run_id, this_process(), around.stop, around.clock):
            accounts = open_accounts(tasks, tokens, around.config, around.stop, around.tell)
            if ceiling > 0:
                _learn_prices(accounts.values(), {task.platform for task in tasks}, settings)
            _load_done(writer, boards)
            work = writer.do(lambda c: gather_work(c, tasks, options, window_start))
            as_asked = options.for_later(settings.sync.refresh_days)
            if resumed:
                heritage = {(f, p.page_id): {run_id} for f, some in work.items() for p in some}
            elif request.fresh:
                heritage = {}
            else:
                heritage = writer.do(lambda c: take_over_answers(c, work, options, as_asked, run_id, around.clock()))
            adopted = writer.do(lambda c: adopt_batches(c, heritage, accounts, work))
            owed = writer.do(lambda c: owed_comments(c, work, adopted, options, window_start))
            spent = writer.do(lambda c: ledger.totals(c, run_id)[2])
            engine = Engine(
                accounts=list(accounts.values()),
                tasks=boards,
                around=_circumstances(run_id, writer, options, window_start, around),
                packing=_packing(options, around, short_of_money=ceiling > 0),
                budget=Budget(ceiling if ceiling > 0 else None, spent),
                rules=_rules(request, around),
            )  # fmt: skip
            engine.carry_out(work, adopted, owed)
    except DatabaseError as error:
        failure = Trouble.of(error)
        raise
    finally:
        ended = _end(run_id, boards, tokens, accounts, writer, around, failure)
    return ended


def _learn_prices(accounts: Iterable[AccountWork], platforms: Collection[str], settings: Settings) -> None:
    """Learn what everything costs: a ceiling needs real prices."""
    actors = {actor for (platform, _), actor in actors_in_use(settings).items() if platform in platforms}
    for account in accounts:
        learn_prices(account, actors)


def _packing(options: Options, around: Surroundings, *, short_of_money: bool) -> Packing:
    settings = around.config.settings
    largest, actors = settings.apify.max_pages_per_run, actors_in_use(settings)
    return Packing(options, actors, largest, short_of_money, lambda: secrets.token_hex(12))


def _load_done(writer: Writer, boards: Mapping[str, TaskBoard]) -> None:
    """Count what an earlier attempt of the same run has finished."""
    for row in writer.do(lambda c: runs.results_of(c, list(boards))):
        if row.result is not None:
            board = boards[row.task_id]
            board.add(row.handle, Result(row.result), None)
            board.posts += row.posts
            board.comments += row.comments


def _circumstances(
    run_id: str, writer: Writer, options: Options, window_start: datetime, around: Surroundings
) -> Circumstances:
    settings = around.config.settings
    folder = archive_folder_of(settings.database.url) if settings.sync.keep_raw_days else None
    return Circumstances(
        run_id=run_id,
        writer=writer,
        archive=Archive(folder),
        options=options,
        clock=around.clock,
        stop=around.stop,
        tell=around.tell,
        window_start=window_start,
        run_timeout_s=settings.apify.run_timeout_seconds,
        start_attempts=settings.retry.attempts,
        comment_key=writer.do(runs.comment_key),
        on_apify_run=lambda batch, apify_run_id: None,
    )


def _rules(request: Request, around: Surroundings) -> Rules:
    settings = around.config.settings
    return Rules(
        workers=settings.sync.workers if request.workers is None else request.workers,
        attempts=settings.retry.attempts,
        initial_s=settings.retry.initial_seconds,
        max_s=settings.retry.max_seconds,
        derive=DeriveSettings(settings.sync.posts_per_page, score_settings(around.config)),
    )


def score_settings(config: Config) -> ScoreSettings:
    """Return how scores are made, from the configuration."""
    score = config.settings.score
    return ScoreSettings(
        aggregation=score.aggregation,
        min_coverage=score.min_coverage,
        weights=score.weights,
        benchmarks=read_benchmarks(score.benchmarks) if score.benchmarks else DEFAULT_BENCHMARKS,
    )


def _end(
    run_id: str, boards: Mapping[str, TaskBoard], tokens: Tokens, accounts: Mapping[str, AccountWork],
    writer: Writer, around: Surroundings, failure: Trouble | None,
) -> Ended:  # fmt: skip
    """Close tasks and run, give the locks back."""
    stopped = around.stop.is_set()
    requests = sum(account.account.requests for account in accounts.values())
    for account in accounts.values():
        account.account.close()

    def write(connection: Connection) -> Ended:
        now = around.clock()
        for board in boards.values():
            if board.done < board.pages:
                _close(connection, board, tokens, failure, stopped)
            write_task(connection, board, now)
        states = [board.state for board in boards.values()]
        code = exit_code(states)
        count, items, cost = ledger.totals(connection, run_id)
        runs.finish_run(
            connection, run_id, now=now, status=run_state(states), exit_code=code, apify_runs=count, items=items,
            cost_usd=round(cost, 6), apify_requests=runs.RUNS.c.apify_requests + requests,
        )  # fmt: skip
        locks.release(connection, run_id, this_process())
        return Ended(run_id, code, stopped and around.stop.reason == CANCELLED)

    return writer.do(write, durable=True)


def _close(connection: Connection, board: TaskBoard, tokens: Tokens, failure: Trouble | None, stopped: bool) -> None:
    """End a task with pages that have no result: it was stopped, has no token, or the database failed."""
    trouble = tokens.troubles.get(board.user) or failure
    result = Result.FAILED if trouble is not None else Result.REVOKED
    if trouble is None:
        trouble = Trouble("cancelled", "the run was stopped" if stopped else "the run ended before its pages")
    for handle in runs.close_results(connection, board.id, result, trouble):
        board.add(handle, result, trouble)


__all__ = ["Ended", "Request", "State", "Surroundings", "choose", "options_of", "resume", "run", "utc_now"]
