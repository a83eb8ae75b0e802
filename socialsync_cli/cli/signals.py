"""SIGINT and SIGTERM while a run goes on: the first asks it to stop, the second ends the process.

Python runs signal handlers between two steps of the main thread, and the main thread may be waiting inside SQLite.
So a thread of its own reads the numbers of signals from the interpreter's wake-up pipe, whatever the others do.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from types import TracebackType
from typing import Self

from socialsync_cli.core.stop import StopSignal

GONE_AFTER_S = 9.0
"""How long after the first signal the process ends at the latest, whatever hangs."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Signals:
    """Turns signals into a `StopSignal` inside of a `with` block in the main thread."""

    def __init__(self, stop: StopSignal, gone_after_s: float = GONE_AFTER_S) -> None:
        self._stop = stop
        self._gone_after_s = gone_after_s
        self._over = threading.Event()
        self.received: signal.Signals | None = None

    @property
    def exit_code(self) -> int | None:
        """What the process is to exit with: 130, 143, or None if there was no signal."""
        return None if self.received is None else 128 + self.received

    def __enter__(self) -> Self:
        self._here, there = socket.socketpair()
        there.setblocking(False)
        self._there = there
        self._previous_fd = signal.set_wakeup_fd(there.fileno(), warn_on_full_buffer=False)
        self._previous = {number: signal.signal(number, _nothing) for number in _SIGNALS}
        threading.Thread(target=self._listen, name="signals", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        for number, handler in self._previous.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._previous_fd)
        self._there.close()  # and thereby the thread's last read

    def _listen(self) -> None:
        while heard := self._here.recv(64):
            for number in heard:
                if number not in _SIGNALS:
                    continue
                if self.received is not None:
                    os._exit(128 + number)
                self.received = signal.Signals(number)
                self._stop.set(self.received.name)
                threading.Thread(target=self._outlast, name="last-resort", daemon=True).start()
        self._here.close()

    def _outlast(self) -> None:
        if not self._over.wait(self._gone_after_s):
            os._exit(self.exit_code or 1)


def _nothing(number: int, frame: object) -> None:
    """Keep the signal from its default; the thread has it already."""


def leave(code: int) -> None:
    """End the process at once if threads are left that might keep it; otherwise do nothing."""
    left = [t for t in threading.enumerate() if t is not threading.main_thread() and t.name not in ("signals",)]
    if left:
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (OSError, ValueError):
                continue
        os._exit(code)
