"""What goes wrong every time is given up, before every batch of a run has been patient with it."""

from __future__ import annotations

from socialsync_cli.core.outcomes import Trouble
from socialsync_cli.errors import NetworkError, RateLimitedError
from socialsync_cli.execute.work import AccountWork, Report

_HOPELESS = 3
"""So many times in a row: bad luck does not last that long."""


def is_unreachable(account: AccountWork, error: Exception) -> bool:
    """Whether Apify does not answer at all: batch after batch was given up without a single answer in between."""
    if not isinstance(error, (NetworkError, RateLimitedError)):
        return False
    answers = account.account.answers
    account.unreachable = account.unreachable + 1 if answers == account.answers else 1
    account.answers = answers
    return account.unreachable >= _HOPELESS


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
