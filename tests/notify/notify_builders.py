"""Messages to send, and a clock that stands still."""

from __future__ import annotations

from datetime import UTC, datetime

from socialsync_cli.core.outcomes import Trouble
from socialsync_cli.notify import AdminAlert, Outbox, TaskSummary, UserSummary

NOW = datetime(2026, 1, 10, 6, 0, 0, tzinfo=UTC)
UNIX = int(NOW.timestamp())
SECRET = "whsec-canary-5b1f"

GOOD = TaskSummary(
    "instagram", "SUCCESS", 50, 48, 1440, 2880, None, ("2 pages not found: a, b",), new_posts=12, followers_gained=345
)
BAD = TaskSummary("tiktok", "FAILURE", 1, 0, 0, 0, Trouble("invalid_token", "Apify refuses the token"))
REVOKED = TaskSummary("facebook", "REVOKED", 3, 1, 10, 1, Trouble("cancelled", "the run was stopped"))

SUCCEEDED = UserSummary("run-1", "acme", (GOOD,))
FAILED = UserSummary("run-1", "acme", (GOOD, BAD))
CANCELLED = UserSummary("run-1", "acme", (GOOD, REVOKED))

ALERT = AdminAlert(
    "quota_exceeded",
    "Monthly usage hard limit exceeded",
    "run-1",
    about="0123456789abcdef",
    token_fingerprint="0123456789abcdef",
)


def clock():
    return NOW


def outbox(warnings, **settings):
    """An outbox that does not sleep, and whose warnings are appended to a list."""
    usual = {"on": "always", "warn": warnings.append, "clock": clock, "sleep": lambda _seconds: None}
    return Outbox(**(usual | settings))
