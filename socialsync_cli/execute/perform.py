"""A run from its first request to its last row: what everything that was prepared comes together for."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from socialsync_cli.config import Config, Settings
from socialsync_cli.core.events import RunBegan, TaskInfo, Warned
from socialsync_cli.core.outcomes import Result, Trouble, exit_code, run_state
from socialsync_cli.errors import DatabaseError
from socialsync_cli.execute.accounts import Tokens, actors_in_use, learn_prices, open_accounts
from socialsync_cli.execute.adopt import Heritage, adopt_batches, owed_comments, take_over_answers
from socialsync_cli.execute.alive import CANCELLED, Heartbeat
from socialsync_cli.execute.board import TaskBoard
from socialsync_cli.execute.budget import Budget
from socialsync_cli.execute.desk import write_task
from socialsync_cli.execute.engine import Engine, Rules
from socialsync_cli.execute.pack import Packing
from socialsync_cli.execute.prepare import TaskRow, gather_work
from socialsync_cli.execute.request import SIGNALS, Ended, Request, Surroundings
from socialsync_cli.execute.start import Circumstances
from socialsync_cli.execute.work import AccountWork, Options
from socialsync_cli.metrics import DEFAULT_BENCHMARKS, ScoreSettings, read_benchmarks
from socialsync_cli.store import ledger, locks, runs
from socialsync_cli.store.archive import Archive
from socialsync_cli.store.derive import DeriveSettings
from socialsync_cli.store.holder import this_process
from socialsync_cli.store.place import archive_folder_of
from socialsync_cli.store.writer import Writer


def carry_out(
    run_id: str, tasks: Sequence[TaskRow], tokens: Tokens, options: Options, request: Request, writer: Writer,
    around: Surroundings, *, resumed: bool = False,
) -> Ended:  # fmt: skip
    """Fetch, store and derive everything that these tasks want, and write down how it ended."""
    settings = around.config.settings
    ceiling = settings.sync.max_cost_usd if request.max_cost_usd is None else request.max_cost_usd
    around.tell(RunBegan(run_id, [TaskInfo(t.id, t.user, t.platform, t.pages) for t in tasks], ceiling))
    for trouble in {trouble.message: trouble for trouble in tokens.troubles.values()}.values():
        around.tell(Warned(trouble.message, trouble, admin=True))
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
            heritage: Heritage = {}
            if not request.fresh:
                heritage = writer.do(lambda c: take_over_answers(c, work, options, as_asked, run_id, around.clock()))
            if resumed:
                for page in (page for some in work.values() for page in some):
                    heritage.setdefault((page.fingerprint, page.page_id), set()).add(run_id)
            adopted = writer.do(lambda c: adopt_batches(c, heritage, accounts, work))
            owed = writer.do(lambda c: owed_comments(c, work, adopted, options, window_start))
            spent = writer.do(lambda c: ledger.totals(c, run_id)[2])
            engine = Engine(
                accounts=list(accounts.values()),
                tasks=boards,
                around=_circumstances(run_id, writer, options, window_start, around),
                packing=packing_of(options, around, short_of_money=ceiling > 0),
                budget=Budget(ceiling if ceiling > 0 else None, spent),
                rules=_rules(request, around),
            )  # fmt: skip
            engine.carry_out(work, adopted, owed)
    except DatabaseError as error:
        failure = Trouble.of(error)
        raise
    finally:
        ended = _end(run_id, boards, tokens, accounts, writer, around, failure)
    return ended._replace(tasks=tuple(boards.values()))


def _load_done(writer: Writer, boards: Mapping[str, TaskBoard]) -> None:
    """Count what an earlier attempt of the same run has finished."""
    for row in writer.do(lambda c: runs.results_of(c, list(boards))):
        if row.result is not None:
            board = boards[row.task_id]
            board.add(row.handle, Result(row.result), None)
            board.posts += row.posts
            board.comments += row.comments
            board.cost_usd += row.cost_usd


def _learn_prices(accounts: Iterable[AccountWork], platforms: Collection[str], settings: Settings) -> None:
    """Learn what everything costs: a ceiling needs real prices."""
    actors = {actor for (platform, _), actor in actors_in_use(settings).items() if platform in platforms}
    learn_prices((account, actors) for account in accounts)


def packing_of(options: Options, around: Surroundings, *, short_of_money: bool) -> Packing:
    """Return how pages become batches."""
    settings = around.config.settings
    largest, actors = settings.apify.max_pages_per_run, actors_in_use(settings)
    return Packing(options, actors, largest, short_of_money, lambda: secrets.token_hex(12))


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
        code = SIGNALS.get(around.stop.reason) or exit_code(states)
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
