"""One signal that ends every wait at once."""

from __future__ import annotations

import threading

from socialsync_cli.errors import CancelledError


class StopSignal:
    """Set once, seen by every thread; carries why."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self.reason = ""

    def set(self, reason: str) -> None:
        """Ask everybody to stop; the first reason stays."""
        if not self._event.is_set():
            self.reason = reason
            self._event.set()

    def is_set(self) -> bool:
        """Whether somebody asked to stop."""
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """Sleep for `seconds`, or until the signal comes; return whether it came."""
        return self._event.wait(seconds)

    def sleep(self, seconds: float) -> None:
        """Sleep for `seconds`.

        Raises:
            CancelledError: As soon as the signal comes.

        """
        if self._event.wait(seconds):
            raise CancelledError(self.reason)

    def check(self) -> None:
        """Do nothing while all is well.

        Raises:
            CancelledError: If the signal came.

        """
        if self._event.is_set():
            raise CancelledError(self.reason)
