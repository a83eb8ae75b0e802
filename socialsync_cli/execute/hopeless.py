"""What goes wrong every time is given up, before every batch of a run has been patient with it."""

from __future__ import annotations

import time

from socialsync_cli.core.outcomes import Trouble
from socialsync_cli.errors import NetworkError, RateLimitedError
from socialsync_cli.execute.work import AccountWork, Batch, Report

_HOPELESS = 3
"""So many times in a row: bad luck does not last that long."""
_OURS_S, _OTHERS_S = 1.0, 10.0
"""Pauses before an account is asked again for room: while an Apify run of ours may end, or one of somebody else."""
_SHORTEST_S = 0.25
"""However hasty the retries are: an Apify run takes a moment to end."""
_PATIENCE = 60
"""So many pauses long an account may have no room while nothing of ours goes on: ten minutes."""


def is_unreachable(account: AccountWork, error: Exception) -> bool:
    """Whether Apify does not answer at all: batch after batch was given up without a single answer in between."""
    if not isinstance(error, (NetworkError, RateLimitedError)):
        return False
    answers = account.account.answers
    account.unreachable = account.unreachable + 1 if answers == account.answers else 1
    account.answers = answers
    return account.unreachable >= _HOPELESS


def pause_for_room(batch: Batch, max_s: float) -> float | None:
    """Return how long to wait for room for a batch in its account; None when it has been waited for long enough.

    Args:
        batch: Was refused because too much goes on.
        max_s: The longest pause between retries.

    """
    now, longest = time.monotonic(), max(max_s, _SHORTEST_S)
    if batch.account.active:
        batch.refused_since = None
        return min(_OURS_S, longest)
    if batch.refused_since is None:
        batch.refused_since = now
    pause = min(_OTHERS_S, longest)
    return pause if now - batch.refused_since < _PATIENCE * pause else None


def note_failures(report: Report, attempts: int) -> None:
    """Notice an actor whose Apify runs all end badly and empty: it is broken, whatever the pages.

    Args:
        report: How one of them ended.
        attempts: How often a page is tried at most.

    """
    account, actor = report.batch.account, report.batch.actor
    if report.status == "SUCCEEDED" or report.items:
        account.failures[actor] = 0
        return
    account.failures[actor] += 1
    if account.failures[actor] >= max(_HOPELESS, attempts):
        type_ = "actor_timed_out" if report.status == "TIMED-OUT" else "actor_failed"
        account.dead_actors[actor] = Trouble(type_, f"{actor} ended {report.status} again and again")
