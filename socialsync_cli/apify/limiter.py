"""The rate limit: so many requests per second and token, over all threads and processes of this machine.

For several machines see `redis_limiter.py`.

pyrate-limiter keeps the log of sent requests in a small SQLite file, named by the token's fingerprint and guarded
by a file lock. The log's window is a little wider than a second: a request may be under way for some time, and the
limit has to hold where requests arrive, not where they leave. Its times are those of the machine's monotonic clock,
which all processes share and nobody sets.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import tempfile
import threading
import time
from pathlib import Path
from typing import Protocol

import platformdirs
from pyrate_limiter import Duration, Limiter, Rate, SingleBucketFactory, SQLiteBucket

from socialsync_cli.core.stop import StopSignal
from socialsync_cli.errors import CancelledError

WINDOW_MS = int(Duration.SECOND) + 250
"""A second, and what the ways of two requests to the server may differ by."""
CLEAN_EVERY = 500
"""Requests after which what is too old to matter is removed."""
_MEND_EVERY = 100
_SLICE_S = 0.02
_STALE_S = 0.1
"""A place in the log that took longer to get may be too old to hold where the request arrives."""
_MOST_STALE = 3
"""So many such places are let go by before one is used: a machine that is always slow has to get on as well."""


class RateLimit(Protocol):
    """Something to ask before each request."""

    def acquire(self, stop: StopSignal | None) -> None:
        """Return when one more request may be sent."""

    def close(self) -> None:
        """Let go of what it holds."""


def rate_of(per_second: float) -> Rate:
    """Return a limit as the library takes it, for the window that is kept."""
    return Rate(int(per_second), WINDOW_MS) if per_second >= 1 else Rate(1, int(WINDOW_MS / per_second))


class _Log(SQLiteBucket):
    """The log of sent requests."""

    def now(self) -> int:
        """Return milliseconds on the machine's monotonic clock."""
        return time.monotonic_ns() // 1_000_000

    def mend(self) -> None:
        """Take what was sent at a moment yet to come as sent just now.

        A clock that has begun anew leaves such moments behind; they would close the limit until it gets there.
        """
        with self.lock:
            now = self.now()
            self.conn.execute(
                f"UPDATE '{self.table}' SET item_timestamp = ? WHERE item_timestamp > ?",  # noqa: S608 (our own name)
                (now, now + WINDOW_MS),
            )
            self.conn.commit()


class SharedRateLimit:
    """At most `per_second` requests in any second, over every process that names the same file."""

    def __init__(self, per_second: float, file: Path) -> None:
        self._rate = rate_of(per_second)
        self._file = file
        self._lock = threading.Lock()
        self._taken = self._refused = 0
        self._closed = False
        self._limiter: Limiter | None = None
        try:
            self._open()
        except sqlite3.DatabaseError:
            self._begin_anew()

    def _open(self) -> None:
        for name in (str(self._file), f"{self._file}.lock"):
            # Never one that is there already: closing it would drop the locks that this process holds on it.
            with contextlib.suppress(FileExistsError):
                os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        log = _Log.init_from_file([self._rate], table="sent", db_path=str(self._file), use_file_lock=True)
        assert isinstance(log, _Log)
        log.mend()
        self._log, self._limiter = log, Limiter(SingleBucketFactory(log, schedule_leak=False))

    def acquire(self, stop: StopSignal | None) -> None:
        """Return when one more request may be sent.

        Raises:
            CancelledError: If the signal comes first.

        """
        stale = 0
        while True:
            if stop is not None:
                stop.check()
            with self._lock:
                if self._closed:
                    raise CancelledError("the run is over")
                began = time.monotonic()
                try:
                    if self._take():
                        if time.monotonic() - began <= _STALE_S or stale == _MOST_STALE:
                            return
                        stale += 1
                        continue
                except sqlite3.DatabaseError:
                    self._begin_anew()
            if stop is not None:
                stop.sleep(_SLICE_S)
            else:
                threading.Event().wait(_SLICE_S)

    def _take(self) -> bool:
        assert self._limiter is not None
        if not self._limiter.try_acquire("request", blocking=False):
            self._refused += 1
            if self._refused % _MEND_EVERY == 0:
                self._log.mend()
            return False
        self._taken += 1
        if self._taken % CLEAN_EVERY == 1:
            self._log.leak(self._log.now())
        return True

    def _begin_anew(self) -> None:
        """Replace a file that was damaged or deleted, and wait until nothing that it said matters any more."""
        with contextlib.suppress(sqlite3.Error):
            self._close()
        for name in (self._file, *self._file.parent.glob(f"{self._file.name}-*")):
            name.unlink(missing_ok=True)
        time.sleep(WINDOW_MS / 1000)
        self._open()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._closed = True
            self._close()

    def _close(self) -> None:
        if self._limiter is not None:
            self._limiter.close()


def shared_folder() -> Path:
    """Return a private folder that every process of this user finds."""
    for folder in (
        Path(platformdirs.user_state_dir("socialsync", appauthor=False)),
        Path(tempfile.gettempdir()) / f"socialsync-{os.getuid() if hasattr(os, 'getuid') else 'shared'}",
    ):
        with contextlib.suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if _is_private(folder) and os.access(folder, os.W_OK | os.X_OK):
                return folder
    return Path(tempfile.mkdtemp(prefix="socialsync-"))


def _is_private(folder: Path) -> bool:
    """Whether nobody else writes there: in the folder for temporary files anybody may have made it before us."""
    if not hasattr(os, "getuid"):
        return True
    found = folder.stat()
    return found.st_uid == os.getuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def shared_limit(per_second: float, fingerprint: str) -> SharedRateLimit:
    """Return the limit of the token with this fingerprint."""
    return SharedRateLimit(per_second, shared_folder() / f"rate-{fingerprint}.sqlite")
