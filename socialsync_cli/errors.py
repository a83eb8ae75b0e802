"""Every error that socialsync raises on purpose, and the word for it that other programs see.

`type` is the word of the JSON output and the database; `exit_code` is what the process ends with when nobody
catches the error on the way up.
"""

from __future__ import annotations

from typing import ClassVar


class SocialsyncError(Exception):
    """Raised when something expected went wrong; its text is one sentence for the person at the keyboard."""

    type: ClassVar[str] = "internal"
    exit_code: ClassVar[int] = 1


class UsageError(SocialsyncError):
    """Raised when the command line asks for something that cannot be: exit code 2, nothing was done."""

    type = "usage"
    exit_code = 2


class ConfigError(UsageError):
    """Raised when the configuration or the users file is broken; the text names file, line and key."""

    type = "config"


class HandleError(UsageError):
    """Raised when a text cannot be a handle or an address of a page of its platform."""

    type = "handle"


class LockedError(SocialsyncError):
    """Raised when another run holds a user × platform pair and the waiting time ran out."""

    type = "locked"
    exit_code = 75


class DatabaseError(SocialsyncError):
    """Raised when the database cannot be opened, read or written."""

    type = "database"


class CancelledError(SocialsyncError):
    """Raised when the run was asked to stop: by a signal, or by `socialsync cancel`."""

    type = "cancelled"


class InvalidTokenError(SocialsyncError):
    """Raised when a token is missing, cannot be read, or is refused by Apify (HTTP 401)."""

    type = "invalid_token"


class QuotaError(SocialsyncError):
    """Raised when Apify refuses a start because the account's credit or monthly limit is used up."""

    type = "quota_exceeded"


class CostLimitError(SocialsyncError):
    """Raised when the run's own ceiling (`max_cost_usd`) leaves nothing for another start."""

    type = "cost_limit"


class RateLimitedError(SocialsyncError):
    """Raised when Apify keeps answering 429, or asks for a longer pause than five minutes."""

    type = "rate_limited"


class NetworkError(SocialsyncError):
    """Raised when Apify cannot be reached, breaks off or answers no JSON, and trying again did not help."""

    type = "network"


class ApifyError(SocialsyncError):
    """Raised when Apify refuses a request for a reason that another try cannot change."""

    type = "apify_error"


class CapacityError(ApifyError):
    """Raised when the account runs too many actors at once for one more: wait for one to end, then try again."""


class LostStartError(NetworkError):
    """Raised when the answer to a start was lost: the Apify run may exist and cost money."""


class ActorFailedError(SocialsyncError):
    """Raised when an actor's run failed, or ended without an answer for any of its pages."""

    type = "actor_failed"


class ActorTimedOutError(SocialsyncError):
    """Raised when an actor's run reached its time limit again and again."""

    type = "actor_timed_out"


class BadDataError(SocialsyncError):
    """Raised when what Apify or an actor returned is JSON, but not what it should be, and stays so."""

    type = "bad_data"


class InterruptedRunError(SocialsyncError):
    """Raised when the process behind a run died in the middle of it."""

    type = "interrupted"


class NotFoundError(ApifyError):
    """Raised when Apify knows no such thing: a wrong id, or data that has expired."""
