"""A few threads that do errands in the background, and do not keep the process when it wants to go.

The executors of the standard library wait for their threads at the end of the process, however long these take.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable

Errand = Callable[[], None]


class Courier:
    """Does errands in the order in which they come, some at a time.

    Args:
        threads: How many at a time; a thread is started when there is something to do.

    """

    def __init__(self, threads: int = 4) -> None:
        self._most = threads
        self._threads = 0
        self._waiting: deque[Errand] = deque()
        self._busy = 0
        self._closed = False
        self._changed = threading.Condition()
        self.given_up = threading.Event()
        """Set when nobody waits any longer for what is under way."""

    def submit(self, errand: Errand) -> bool:
        """Take an errand, and return at once; False if it comes after the end."""
        with self._changed:
            if self._closed:
                return False
            self._waiting.append(errand)
            if self._threads < self._most and self._busy + len(self._waiting) > self._threads:
                # A machine that has no room for another thread makes do with those that there are.
                with contextlib.suppress(RuntimeError):
                    threading.Thread(target=self._work, name="socialsync-notify", daemon=True).start()
                    self._threads += 1
            self._changed.notify_all()
            return True

    def close(self, timeout_s: float) -> int:
        """Wait until everything is done, but no longer than that; return how many errands are not.

        Those that wait are dropped then; those that are under way are left alone. A second call returns 0.
        """
        with self._changed:
            if self._closed:
                return 0
            self._closed = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._waiting and not self._busy, timeout_s)
            left = len(self._waiting) + self._busy
            self._waiting.clear()
            self.given_up.set()
            return left

    def sleep(self, seconds: float) -> None:
        """Wait, but not beyond the time at which everybody has given up waiting."""
        self.given_up.wait(seconds)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if not self._waiting:
                    return
                errand = self._waiting.popleft()
                self._busy += 1
            try:
                errand()
            finally:
                with self._changed:
                    self._busy -= 1
                    self._changed.notify_all()
