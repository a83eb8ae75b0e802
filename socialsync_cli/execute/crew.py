"""Those who drive Apify runs: worker threads, as many as there is work for, and what they have open at Apify."""

from __future__ import annotations

import contextlib
import queue
import threading

from socialsync_cli.errors import SocialsyncError
from socialsync_cli.execute.drive import drive
from socialsync_cli.execute.start import Circumstances
from socialsync_cli.execute.work import AccountWork, Batch, Report


class Crew:
    """Worker threads. One thread gives them batches and takes their reports.

    Args:
        most: So many batches at once at the most.
        around: What every batch needs.

    """

    def __init__(self, most: int, around: Circumstances) -> None:
        self._most = most
        self._around = around._replace(on_apify_run=self._note_apify_run)
        self._todo: queue.Queue[Batch | None] = queue.Queue()
        self._done: queue.Queue[Report] = queue.Queue()
        self._threads: list[threading.Thread] = []
        self._open: dict[str, tuple[AccountWork, str]] = {}
        self._aborts: dict[str, threading.Thread] = {}
        self.busy = 0
        """How many batches are under way."""

    @property
    def has_room(self) -> bool:
        """Whether somebody could take another batch."""
        return self.busy < self._most

    def give(self, batch: Batch) -> None:
        """Let somebody work on a batch."""
        self.busy += 1
        if len(self._threads) < min(self._most, self.busy):
            thread = threading.Thread(target=self._work, name=f"worker-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()
        self._todo.put(batch)

    def report(self, timeout_s: float) -> Report | None:
        """Return what came of a batch; None if nothing came of any for so long."""
        try:
            report = self._done.get(timeout=timeout_s)
        except queue.Empty:
            return None
        self.busy -= 1
        if report.status:
            self._open.pop(report.batch.id, None)
        return report

    def abort_apify_runs(self) -> bool:
        """Have aborted, once, what is open at Apify by now; return whether some of that is still under way."""
        for account, run_id in list(self._open.values()):
            if run_id not in self._aborts:
                self._aborts[run_id] = threading.Thread(target=_abort, args=(account, run_id), daemon=True)
                self._aborts[run_id].start()
        return any(thread.is_alive() for thread in self._aborts.values())

    def dismiss(self) -> None:
        """Let the threads end after what they are at."""
        for _ in self._threads:
            self._todo.put(None)

    def _work(self) -> None:
        while (batch := self._todo.get()) is not None:
            self._done.put(drive(batch, self._around))

    def _note_apify_run(self, batch: Batch, apify_run_id: str) -> None:
        self._open[batch.id] = (batch.account, apify_run_id)


def _abort(account: AccountWork, apify_run_id: str) -> None:
    with contextlib.suppress(SocialsyncError):
        account.account.abort(apify_run_id)
