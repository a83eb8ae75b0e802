"""What is worth another try, as a table, and how long to wait before it.

Apify's answers are judged by their HTTP status first and by the error's type second; an unknown 4xx is final.
A start is different: when its answer is lost it may have been carried out, so it is never sent again blindly.
"""

from __future__ import annotations

import email.utils
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from socialsync_cli.errors import (
    ApifyError,
    CapacityError,
    CostLimitError,
    InvalidTokenError,
    NetworkError,
    NotFoundError,
    QuotaError,
    RateLimitedError,
    SocialsyncError,
)

LONGEST_PAUSE_S = 300.0
"""The longest `Retry-After` that is honoured; what asks for more has failed."""
DEADLINE_S = 900.0
"""One request, all its tries and pauses included."""

_CAPACITY_TYPES = frozenset({"actor-memory-limit-exceeded", "concurrent-runs-limit-exceeded"})
_HARD_LIMIT_WORDS = "usage hard limit"
_MINIMUM_TYPE = "max-total-charge-usd-below-minimum"


class Judgement(NamedTuple):
    """What to make of an answer that is not a success."""

    error: SocialsyncError
    again: bool
    """Another try of the same request can succeed."""
    carried_out: bool
    """The request may have been carried out although the answer says otherwise."""


def judge(status: int, type_: str | None, message: str) -> Judgement:
    """Judge an error answer of Apify.

    Args:
        status: HTTP status, 300 or more.
        type_: `error.type` of the body; None if the body is not Apify's.
        message: `error.message`, or the beginning of whatever came.

    """
    words = f"Apify answered {status}" + (f" {type_}" if type_ else "") + (f": {message}" if message else "")
    if type_ in _CAPACITY_TYPES:
        return Judgement(CapacityError(words), again=False, carried_out=False)
    if status == 429:
        return Judgement(RateLimitedError(words), again=True, carried_out=False)
    if status >= 500:
        return Judgement(NetworkError(words), again=True, carried_out=True)
    if status == 401:
        return Judgement(InvalidTokenError(words), again=False, carried_out=False)
    if status == 402 or (status == 403 and _HARD_LIMIT_WORDS in message.lower()):
        return Judgement(QuotaError(words), again=False, carried_out=False)
    if type_ == "platform-feature-disabled":
        return Judgement(QuotaError(words), again=False, carried_out=False)
    if status == 404:
        return Judgement(NotFoundError(words), again=False, carried_out=False)
    if status == 408 and type_ != "run-timeout-exceeded":
        return Judgement(NetworkError(words), again=True, carried_out=True)
    if status == 409:
        return Judgement(NetworkError(words), again=True, carried_out=False)
    if type_ == _MINIMUM_TYPE:
        return Judgement(CostLimitError(words), again=False, carried_out=False)
    return Judgement(ApifyError(words), again=False, carried_out=False)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the pause in seconds that the server asks for, None if it does not say (or not readably)."""
    text = headers.get("retry-after")
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            moment = email.utils.parsedate_to_datetime(text)
        except (ValueError, OverflowError):
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = (moment - now).total_seconds()
    return max(0.0, seconds) if seconds == seconds else None


class RetryPolicy(NamedTuple):
    """How often and how patiently a request is tried."""

    attempts: int = 5
    initial_s: float = 1.0
    max_s: float = 60.0
