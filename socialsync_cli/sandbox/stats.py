"""What the sandbox counts: requests, runs, statuses, and how many requests any one second saw."""

from __future__ import annotations

import threading
from collections import Counter, deque
from typing import Any, NamedTuple

_REMEMBERED = 20_000


class Seen(NamedTuple):
    """One request."""

    at: float
    """Monotonic seconds."""
    method: str
    path: str
    endpoint: str
    token: str | None
    actor: str | None


class Stats:
    """Counters; safe for many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Begin at zero."""
        with self._lock:
            self.requests: Counter[str] = Counter()
            """By endpoint."""
            self.statuses: Counter[int] = Counter()
            """Of the answers."""
            self.faults: Counter[str] = Counter()
            """That struck, by kind."""
            self.runs_started = 0
            self.max_in_second: dict[str, int] = {}
            """The most requests in any second, by token."""
            self.log: deque[Seen] = deque(maxlen=_REMEMBERED)
            self._recent: dict[str, deque[float]] = {}

    def saw(self, seen: Seen) -> int:
        """Count a request; return how many its token sent within the second that ends with it."""
        token = seen.token or ""
        with self._lock:
            self.requests[seen.endpoint] += 1
            self.log.append(seen)
            recent = self._recent.setdefault(token, deque())
            recent.append(seen.at)
            while recent[0] <= seen.at - 1.0:
                recent.popleft()
            if len(recent) > self.max_in_second.get(token, 0):
                self.max_in_second[token] = len(recent)
            return len(recent)

    def answered(self, status: int) -> None:
        """Count an answer."""
        with self._lock:
            self.statuses[status] += 1

    def struck(self, kind: str) -> None:
        """Count a fault."""
        with self._lock:
            self.faults[kind] += 1

    def started(self) -> None:
        """Count a run."""
        with self._lock:
            self.runs_started += 1

    def told(self) -> dict[str, Any]:
        """Return all counters as JSON."""
        with self._lock:
            return {
                "requests": dict(self.requests),
                "requests_total": sum(self.requests.values()),
                "statuses": {str(status): count for status, count in self.statuses.items()},
                "faults": dict(self.faults),
                "runs_started": self.runs_started,
                "max_requests_in_a_second": dict(self.max_in_second),
            }
