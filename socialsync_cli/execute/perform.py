"""A run from its first request to its last row: what everything that was prepared comes together for."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from socialsync_cli.config import Config, Settings
from socialsync_cli.core.events import RunBegan, TaskInfo, Warned
from socialsync_cli.core.outcomes import Result, Trouble
from socialsync_cli.errors import DatabaseError
from socialsync_cli.execute.accounts import Tokens, actors_in_use, learn_prices, open_accounts
from socialsync_cli.execute.adopt import Heritage, adopt_batches, owed_comments, take_over_answers
from socialsync_cli.execute.alive import Heartbeat
from socialsync_cli.execute.board import TaskBoard
from socialsync_cli.execute.budget import Budget
from socialsync_cli.execute.desk import write_task
from socialsync_cli.execute.engine import Engine, Rules
from socialsync_cli.execute.hold import CANCELLED, End, Hold
from socialsync_cli.execute.pack import Packing
from socialsync_cli.execute.portions import PAGES_AT_ONCE, portions_of
from socialsync_cli.execute.prepare import TaskRow, gather_work
from socialsync_cli.execute.request import SIGNALS, TIME_LIMIT, Ended, Request, Surroundings
from socialsync_cli.execute.start import Circumstances
from socialsync_cli.execute.work import AccountWork, Options, PageWork
from socialsync_cli.metrics import DEFAULT_BENCHMARKS, ScoreSettings, read_benchmarks
from socialsync_cli.store import page_results, runs
from socialsync_cli.store.archive import Archive
from socialsync_cli.store.derive import DeriveSettings
from socialsync_cli.store.place import archive_folder_of
from socialsync_cli.store.writer import Writer

OUT_OF_TIME = Trouble("interrupted", "the worker's time limit was reached; `socialsync resume` goes on")


def carry_out(
    hold: Hold, tasks: Sequence[TaskRow], tokens: Tokens, options: Options, request: Request, writer: Writer,
    around: Surroundings, *, ceiling_usd: float | None, resumed: bool = False,
) -> Ended:  # fmt: skip
    """Fetch, store and derive everything that these tasks want, and write down how it ended.

    Args:
        hold: The run, or the part of one, that this process has for itself.
        tasks: All tasks of that.
        tokens: Read already, as far as they can be.
        options: What is fetched of each page.
        request: How that is to be done.
        writer: Of the database.
        around: The configuration, the clock, who listens.
        ceiling_usd: The most that all this may cost; None for no limit.
        resumed: An earlier process has begun it: what it paid for is taken over.

    """
    settings, run_id = around.config.settings, hold.run_id
    limited = ceiling_usd is not None
    around.tell(RunBegan(run_id, [TaskInfo(t.id, t.user, t.platform, t.pages) for t in tasks], ceiling_usd or 0.0))
    for trouble in {trouble.message: trouble for trouble in tokens.troubles.values()}.values():
        around.tell(Warned(trouble.message, trouble, admin=True))
    boards = {t.id: TaskBoard(t.id, t.user, t.platform, t.pages) for t in tasks}
    window_start = around.clock() - timedelta(days=settings.sync.refresh_days)
    accounts: dict[str, AccountWork] = {}
    failure: Trouble | None = None
    budget = Budget(ceiling_usd)
    try:
        with Heartbeat(writer, hold, around.stop, around.clock):
            accounts = open_accounts(tasks, tokens, around.config, around.stop, around.tell)
            if limited:
                _learn_prices(accounts.values(), {task.platform for task in tasks}, settings)
            _load_done(writer, boards)
            as_asked = options.for_later(settings.sync.refresh_days)
            adopts = not request.fresh and bool(writer.do(lambda c: runs.adoptable_runs(c, as_asked, around.clock())))
            # An Apify run of before serves pages of any portion, and a ceiling is for all of them: then they are one.
            at_once = sys.maxsize if limited or resumed or adopts else PAGES_AT_ONCE
            portions = writer.do(lambda c: portions_of(c, tasks, at_once))
            gathered = (_gathered(writer, tasks, ids, options, window_start) for ids in portions)
            work = next(gathered)
            heritage: Heritage = {}
            if adopts:
                heritage = writer.do(lambda c: take_over_answers(c, work, options, as_asked, run_id, around.clock()))
            if resumed:
                for page in (page for some in work.values() for page in some):
                    heritage.setdefault((page.fingerprint, page.page_id), set()).add(run_id)
            adopted = writer.do(lambda c: adopt_batches(c, heritage, accounts, work))
            owed = writer.do(lambda c: owed_comments(c, work, adopted, options, window_start))
            budget.spent_usd = writer.do(hold.spent_usd)
            engine = Engine(
                accounts=list(accounts.values()),
                tasks=boards,
                around=_circumstances(hold, writer, options, window_start, around),
                packing=packing_of(options, around, short_of_money=limited),
                budget=budget,
                rules=_rules(request, around),
            )  # fmt: skip
            engine.carry_out(work, adopted, owed, gathered)
    except DatabaseError as error:
        failure = Trouble.of(error)
        raise
    finally:
        ended = _end(hold, boards, tokens, accounts, budget, writer, around, failure)
    return ended._replace(tasks=tuple(boards.values()))


def _gathered(
    writer: Writer, tasks: Sequence[TaskRow], result_ids: Iterable[int], options: Options, window_start: datetime
) -> dict[str, list[PageWork]]:
    return writer.do(lambda c: gather_work(c, tasks, result_ids, options, window_start))


def _load_done(writer: Writer, boards: Mapping[str, TaskBoard]) -> None:
    """Count what an earlier attempt of the same run has finished."""
    for row in writer.do(lambda c: page_results.results_of(c, list(boards))):
        board = boards[row.task_id]
        board.add(row.handle, Result(row.result or ""), None)
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
    hold: Hold, writer: Writer, options: Options, window_start: datetime, around: Surroundings
) -> Circumstances:
    settings = around.config.settings
    folder = archive_folder_of(settings.database.url) if settings.sync.keep_raw_days else None
    return Circumstances(
        run_id=hold.run_id,
        bundle_id=hold.bundle_id,
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
    hold: Hold, boards: Mapping[str, TaskBoard], tokens: Tokens, accounts: Mapping[str, AccountWork], budget: Budget,
    writer: Writer, around: Surroundings, failure: Trouble | None,
) -> Ended:  # fmt: skip
    """Close the tasks and give back what is held."""
    reason = around.stop.reason if around.stop.is_set() else None
    requests = sum(account.account.requests for account in accounts.values())
    for account in accounts.values():
        account.account.close()

    def write(connection: Connection) -> Ended:
        hold.begin_end(connection)
        now = around.clock()
        for board in boards.values():
            if board.done < board.pages:
                _close(connection, board, tokens, failure, reason)
            write_task(connection, board, now)
        states = [board.state for board in boards.values()]
        spent_usd = max(budget.spent_usd, hold.spent_usd(connection))
        code = hold.put_down(connection, End(states, SIGNALS.get(reason or ""), requests, spent_usd, now))
        return Ended(hold.run_id, code, reason == CANCELLED)

    return writer.do(write, durable=True)


def _close(
    connection: Connection, board: TaskBoard, tokens: Tokens, failure: Trouble | None, reason: str | None
) -> None:
    """End a task with pages that have no result: it was stopped, has no token, or the database failed."""
    trouble = tokens.troubles.get(board.user) or failure or (OUT_OF_TIME if reason == TIME_LIMIT else None)
    result = Result.FAILED if trouble is not None else Result.REVOKED
    if trouble is None:
        trouble = Trouble("cancelled", "the run was stopped" if reason else "the run ended before its pages")
    for handle in page_results.close_results(connection, board.id, result, trouble):
        board.add(handle, result, trouble)
