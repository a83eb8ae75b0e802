"""The tasks of a run: how far they are, and what is to be said about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from socialsync_cli.core.outcomes import FINAL_ANSWERS, Result, State, Trouble

_WORST_FIRST = (
    "invalid_token", "quota_exceeded", "cost_limit", "database", "cancelled", "interrupted", "rate_limited",
    "network", "apify_error", "actor_timed_out", "actor_failed", "bad_data", "internal",
)  # fmt: skip
"""Which error stands for a task: the one that stopped the work before those that it caused."""
_NAMED = 10
"""How many handles a warning names."""


@dataclass(slots=True)
class TaskBoard:
    """One task while it goes on."""

    id: str
    user: str
    platform: str
    pages: int
    results: Counter[str] = field(default_factory=Counter)
    posts: int = 0
    comments: int = 0
    cost_usd: float = 0.0
    attempts: int = 0
    started: bool = False
    ended: bool = False
    """Everybody was told."""
    state: State = State.PENDING
    trouble: Trouble | None = None
    named: dict[str, list[str]] = field(default_factory=dict)
    """Handles per result that deserves a word."""
    notes: list[str] = field(default_factory=list)

    def add(self, handle: str, result: Result, trouble: Trouble | None) -> None:
        """Take a page's result into account."""
        self.results[result] += 1
        if result is not Result.OK:
            handles = self.named.setdefault(result, [])
            if len(handles) < _NAMED:
                handles.append(handle)
        if trouble is not None:
            self.blame(trouble)

    def blame(self, trouble: Trouble) -> None:
        """Let an error stand for the task, unless a worse one does."""
        if self.trouble is None or _rank(trouble) < _rank(self.trouble):
            self.trouble = trouble

    @property
    def done(self) -> int:
        """How many pages have a result."""
        return sum(self.results.values())

    @property
    def pages_ok(self) -> int:
        """How many pages are `ok`."""
        return self.results[Result.OK]

    def final_state(self) -> State:
        """Return the state of the task, now that nothing more will happen."""
        if self.results[Result.REVOKED] or self.done < self.pages:
            return State.REVOKED
        bad = sum(count for result, count in self.results.items() if result not in FINAL_ANSWERS)
        return State.FAILURE if bad else State.SUCCESS

    def warnings(self) -> list[str]:
        """Return a sentence per kind of trouble, naming pages."""
        words = {
            Result.NOT_FOUND: "not found",
            Result.PRIVATE: "private",
            Result.RESTRICTED: "restricted",
            Result.PARTIAL: "partial",
            Result.FAILED: "failed",
        }
        said = [
            f"{_pages(self.results[result])} {word}: {_listed(self.named[result], self.results[result])}"
            for result, word in words.items()
            if self.results[result]
        ]
        return [*said, *self.notes]


def _rank(trouble: Trouble) -> int:
    return _WORST_FIRST.index(trouble.type) if trouble.type in _WORST_FIRST else len(_WORST_FIRST)


def _pages(count: int) -> str:
    return "1 page" if count == 1 else f"{count} pages"


def _listed(handles: Iterable[str], count: int) -> str:
    named = list(handles)
    rest = count - len(named)
    return ", ".join(named) + (f" and {rest} more" if rest > 0 else "")
