"""The desk where answers come together: pages are completed, results are written, tasks are counted.

What is known of a page is written as soon as it is known, so that a crash loses nothing that was paid for; a page that
is complete also gets its result, its cursor and its derived rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future

from sqlalchemy.engine import Connection

from socialsync_cli.core.events import PagesDone, TaskBegan, TaskEnded, Warned
from socialsync_cli.core.outcomes import (
    COMMENTS,
    POSTS,
    PROFILES,
    Kind,
    PartAnswer,
    Result,
    State,
    Trouble,
    page_result,
)
from socialsync_cli.execute.board import TaskBoard
from socialsync_cli.execute.finish import Finished, write_finished
from socialsync_cli.execute.harvest import comments_seen
from socialsync_cli.execute.start import Circumstances
from socialsync_cli.execute.work import Batch, PageWork, PostTarget, Report
from socialsync_cli.platforms import PLATFORMS
from socialsync_cli.store import ledger, runs
from socialsync_cli.store.derive import DeriveSettings
from socialsync_cli.store.pages import mark_comments_read

_MOST_NOTES = 50
"""Sentences that one task carries."""
_ONE_POST = Trouble("cost_limit", "the cost limit of the run left only enough for the latest post")


class Desk:
    """Takes answers, and writes what they come to.

    Args:
        tasks: The tasks, by id.
        around: The writer, the clock, who listens.
        derive: What the figures depend on.
        reopened: Asked about every page that seems complete; True if some of it is asked again.

    """

    def __init__(
        self,
        tasks: Mapping[str, TaskBoard],
        around: Circumstances,
        derive: DeriveSettings,
        reopened: Callable[[PageWork], bool],
    ) -> None:
        self._tasks = tasks
        self._around = around
        self._derive = derive
        self._reopened = reopened
        self._writes: list[Future[None]] = []
        self._said: set[str] = set()

    def take_answer(self, page: PageWork, part: str, answer: PartAnswer, limit: int | None = None) -> None:
        """Note the final answer of a part; a platform without profile runs answers both with its posts.

        Fewer posts than are wanted are asked for where a ceiling left nothing for the others.
        """
        page.parts[part] = answer
        page.awaited.discard(part)
        if page.captured_at is None and answer.kind not in (Kind.FAILED, Kind.BLOCKED):
            page.captured_at = self._around.clock()
        if PROFILES not in PLATFORMS[page.platform].ACTORS and part == POSTS:
            seen = PartAnswer(Kind.OK, 1) if page.profile_seen and answer.kind in (Kind.OK, Kind.EMPTY) else answer
            page.parts[PROFILES] = seen
        if part == POSTS and answer.kind is Kind.OK and limit is not None and limit < self._around.options.posts:
            page.parts[POSTS] = PartAnswer(Kind.FAILED, answer.items, None, _ONE_POST)

    def answer_pages(self, pages: Iterable[PageWork], part: str, answer: PartAnswer) -> None:
        """Give pages the same final answer to a part."""
        touched = []
        for page in pages:
            self.take_answer(page, part, answer)
            touched.append(page)
        self.finish(touched)

    def comment_answers(self, targets: Iterable[PostTarget], trouble: Trouble | None) -> list[PageWork]:
        """Note that comments of posts are done (or given up); return their pages."""
        touched = {}
        for target in targets:
            page = target.page
            page.open_comment_posts -= 1
            page.comment_trouble = page.comment_trouble or trouble
            touched[id(page)] = page
            if page.open_comment_posts == 0:
                page.awaited.discard(COMMENTS)
                kind = Kind.FAILED if page.comment_trouble else Kind.OK
                page.parts[COMMENTS] = PartAnswer(kind, page.comments, None, page.comment_trouble)
        return list(touched.values())

    def finish(
        self, pages: Sequence[PageWork], report: Report | None = None, read: Sequence[tuple[int, int]] = ()
    ) -> None:
        """Write what is known now of pages: results for those that are complete, answered parts for the others."""
        self._count_comments([page for page in pages if COMMENTS in page.parts and not page.awaited])
        finished = [self._finished(page) for page in {id(p): p for p in pages}.values()]
        now = self._around.clock()
        changes = [
            (s.task_id, f.page.handle, f.result, f.trouble, f.page)
            for f in finished
            if f.result is not None
            for s in f.page.subscriptions
        ]

        def write(connection: Connection) -> None:
            if report is not None:
                entry_id = report.batch.adopted.id if report.batch.adopted else report.batch.id
                ledger.change(
                    connection, entry_id, status=report.status, items=report.items, cost_usd=report.cost_usd,
                    finished_at=now, read_at=now,
                )  # fmt: skip
                if report.batch.adopted and report.batch.adopted.run_id != self._around.run_id:
                    runs.sum_up(connection, report.batch.adopted.run_id)
            write_finished(connection, finished, self._derive)
            mark_comments_read(connection, read)
            self._write_tasks(connection, {c[0] for c in changes})

        self._count(changes)
        self.write(write)

    def _count_comments(self, pages: Sequence[PageWork]) -> None:
        """Count what pages got from comment runs, beside what came inside their posts."""
        if pages:
            ids = [page.subscriptions[0].result_id for page in pages]
            counts = self._around.writer.do(lambda c: comments_seen(c, ids))
            for page in pages:
                page.comments = counts.get(page.page_id, page.comments)

    def _finished(self, page: PageWork) -> Finished:
        if page.awaited or self._reopened(page):
            return Finished(page, None, None, dict(page.parts))
        result, trouble = page_result(page.parts, page.facts)
        return Finished(page, result, trouble, dict(page.parts))

    def note(self, notes: Iterable[tuple[PageWork, str]]) -> None:
        """Attach sentences about pages to the tasks that want them."""
        for page, sentence in notes:
            if sentence not in self._said:
                self._said.add(sentence)
                self._around.tell(Warned(sentence))
            for subscription in page.subscriptions:
                board = self._tasks[subscription.task_id]
                if sentence not in board.notes and len(board.notes) < _MOST_NOTES:
                    board.notes.append(sentence)

    def note_attempt(self, batch: Batch) -> None:
        """Note that an Apify run for pages is about to be started: their tasks have begun."""
        ids = {s.task_id for page in batch.everyone() for s in page.subscriptions}
        fresh = []
        for task_id in ids:
            board = self._tasks[task_id]
            board.attempts = max(board.attempts, batch.attempt)
            if not board.started:
                board.started, board.state = True, State.STARTED
                fresh.append(task_id)
                self._around.tell(TaskBegan(task_id))
        if fresh:
            now = self._around.clock()

            def write(connection: Connection) -> None:
                for task_id in fresh:
                    runs.change_task(connection, task_id, status=State.STARTED, started_at=now)

            self.write(write)

    def _count(self, changes: Sequence[tuple[str, str, Result | None, Trouble | None, PageWork]]) -> None:
        news: dict[str, list[tuple[Result, PageWork]]] = defaultdict(list)
        for task_id, handle, result, trouble, page in changes:
            assert result is not None
            board = self._tasks[task_id]
            board.add(handle, result, trouble)
            board.posts += page.posts
            board.comments += page.comments
            board.cost_usd += page.cost_usd / len(page.subscriptions)
            news[task_id].append((result, page))
        for task_id, some in news.items():
            results: dict[str, int] = defaultdict(int)
            for result, _ in some:
                results[result] += 1
            self._around.tell(
                PagesDone(
                    task_id, results, sum(p.posts for _, p in some), sum(p.comments for _, p in some),
                    sum(p.cost_usd / len(p.subscriptions) for _, p in some),
                )
            )  # fmt: skip

    def _write_tasks(self, connection: Connection, task_ids: Iterable[str]) -> None:
        for task_id in task_ids:
            board = self._tasks[task_id]
            over = board.done >= board.pages
            write_task(connection, board, self._around.clock() if over else None)
            if over and not board.ended:
                board.ended = True
                self._around.tell(TaskEnded(task_id, board.state))

    def write(self, work: Callable[[Connection], None]) -> None:
        """Queue a transaction.

        Raises:
            DatabaseError: An earlier one failed.

        """
        self._writes.append(self._around.writer.submit(work))
        self.check_writes(wait=False)

    def check_writes(self, *, wait: bool) -> None:
        """Raise what a transaction raised; forget those that went well."""
        rest = []
        for future in self._writes:
            if wait or future.done():
                future.result()
            else:
                rest.append(future)
        self._writes = rest


def write_task(connection: Connection, board: TaskBoard, finished_at: object) -> None:
    """Write a task as it stands; with `finished_at`, as it ended."""
    values: dict[str, object] = {
        "pages_ok": board.pages_ok,
        "posts": board.posts,
        "comments": board.comments,
        "attempts": board.attempts,
        "cost_usd": board.cost_usd,
        "warnings": board.warnings(),
    }
    if finished_at is not None:
        board.state = board.final_state()
        error = board.trouble if board.state is not State.SUCCESS else None
        values |= {
            "status": board.state,
            "finished_at": finished_at,
            "error": error._asdict() if error else None,
        }
    runs.change_task(connection, board.id, **values)
