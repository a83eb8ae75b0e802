"""What is said: to users at the end of a run of theirs, to admins when something stops work. Pure.

A `Message` is one thing to say in two forms: a subject and a body for people, and an object for programs. As JSON
it is what webhooks get:

```json
{"version": 1, "event": "run.finished", "delivery": "5f0c…", "sent_at": "2026-01-10T06:12:00Z",
 "text": "socialsync: acme: 1 of 2 tasks failed",
 "run_id": "…", "user": "acme", "status": "FAILURE",
 "tasks": [{"platform": "instagram", "status": "SUCCESS", "pages": 50, "pages_ok": 48, "posts": 1440,
            "comments": 2880, "new_posts": 12, "followers_gained": 345, "error": null,
            "warnings": ["2 pages not found: a, b"]},
           {"platform": "tiktok", "status": "FAILURE", "…": "…",
            "error": {"type": "invalid_token", "message": "…"}, "warnings": []}]}

{"version": 1, "event": "admin.alert", "delivery": "…", "sent_at": "…", "text": "socialsync: …",
 "run_id": "…", "alert": {"kind": "quota_exceeded", "message": "…", "advice": "…",
                          "about": "0123456789abcdef", "token_fingerprint": "0123456789abcdef"}}

{"version": 1, "event": "test", "delivery": "…", "sent_at": "…", "text": "socialsync: this is a test"}
```

The fields of a task are those of `socialsync status --json`; what is not known is null. `text` holds nothing that
was scraped, so that a chat can show it as it is. Later versions may add fields; `version` grows when one of these
changes its meaning.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from socialsync_cli.core.outcomes import State, Trouble, run_state
from socialsync_cli.notify.inert import inert

VERSION = 1
RUN_FINISHED, ADMIN_ALERT, TEST = "run.finished", "admin.alert", "test"

_MOST_WARNINGS = 20
"""Of one task; how many more there are is said."""


class TaskSummary(NamedTuple):
    """How one task ended."""

    platform: str
    status: str
    pages: int
    pages_ok: int
    posts: int
    comments: int
    error: Trouble | None = None
    warnings: Sequence[str] = ()
    new_posts: int | None = None
    """Posts that were not known before."""
    followers_gained: int | None = None
    """Over all pages of the task since their last sync; negative when they lost some."""


class UserSummary(NamedTuple):
    """How a run ended for one user."""

    run_id: str
    user: str
    tasks: Sequence[TaskSummary]

    @property
    def status(self) -> State:
        """The state of the user's part of the run."""
        return run_state(task.status for task in self.tasks)


class AdminAlert(NamedTuple):
    """Something that stops work until somebody lends a hand."""

    kind: str
    """The type of the error: quota_exceeded, cost_limit, invalid_token, …"""
    message: str
    """What happened, in a sentence."""
    run_id: str = ""
    about: str = ""
    """What it concerns: a token's fingerprint, an actor. Of one kind and `about` a single alert is sent."""
    token_fingerprint: str | None = None
    """Never the token."""
    advice: str = ""
    """What to do; empty: what is usual for the kind."""


class Message(NamedTuple):
    """One thing to say."""

    event: str
    subject: str
    body: str
    """For people: lines that end in a line feed."""
    data: Mapping[str, Any]
    """For programs: the fields that belong to the event."""


class _Advice(NamedTuple):
    title: str
    what_to_do: str


_BY_KIND: Mapping[str, _Advice] = MappingProxyType(
    {
        "quota_exceeded": _Advice(
            "the credit or monthly limit of an Apify account is used up",
            "Raise the limit or add credit at https://console.apify.com/billing, then run `socialsync resume {run}`: "
            "it fetches what is missing and pays for nothing twice.",
        ),
        "cost_limit": _Advice(
            "the cost limit of a run is reached",
            "Run `socialsync resume {run}` with a larger --max-cost, or raise max_cost_usd under [sync].",
        ),
        "invalid_token": _Advice(
            "Apify refuses a token",
            "Make a new one at https://console.apify.com/settings/integrations and put it where the old one is kept "
            "(`socialsync users` says where), then run `socialsync resume {run}`.",
        ),
        "database": _Advice(
            "the database cannot be used",
            "Make room, or let socialsync read and write it (`socialsync check` says what is wrong), then run "
            "`socialsync resume {run}`: what had arrived is kept.",
        ),
        "apify_error": _Advice(
            "Apify refuses to start an actor",
            "`socialsync check` says which actors can be used; [apify.actors] names others. "
            "Then run `socialsync resume {run}`.",
        ),
    }
)
_ELSE = _Advice("something needs a hand", "`socialsync status {run}` says more.")


def finished(summary: UserSummary) -> Message:
    """Tell a user how a run ended."""
    user, run_id = inert(summary.user), inert(summary.run_id)
    lines = [f"Run {run_id} for {user}: {summary.status}", ""]
    for task in summary.tasks:
        lines += _task_lines(task)
    data = {
        "run_id": run_id,
        "user": user,
        "status": str(summary.status),
        "tasks": [_task_data(task) for task in summary.tasks],
    }
    return Message(RUN_FINISHED, f"socialsync: {user}: {_in_short(summary)}", "\n".join(lines).rstrip() + "\n", data)


def alerted(alert: AdminAlert) -> Message:
    """Tell an admin what stops work, and what to do about it."""
    usual = _BY_KIND.get(alert.kind, _ELSE)
    run_id, about = inert(alert.run_id), inert(alert.about)
    advice = inert(alert.advice) or usual.what_to_do.format(run=run_id or "last")
    fingerprint = inert(alert.token_fingerprint) or None
    facts = [
        f"Run: {run_id}" if run_id else "",
        f"Token (its fingerprint): {fingerprint}" if fingerprint else "",
        f"Concerns: {about}" if about and about != fingerprint else "",
    ]
    message = inert(alert.message)
    lines = [message, "", f"What to do: {advice}", "", *(fact for fact in facts if fact)]
    fields = {
        "kind": inert(alert.kind),
        "message": message,
        "advice": advice,
        "about": about or None,
        "token_fingerprint": fingerprint,
    }
    data = {"run_id": run_id or None, "alert": fields}
    return Message(ADMIN_ALERT, f"socialsync: {usual.title}", "\n".join(lines).rstrip() + "\n", data)


def trial() -> Message:
    """Say that messages arrive."""
    body = "Messages from socialsync arrive here. Nothing has happened, and nothing needs to be done.\n"
    return Message(TEST, "socialsync: this is a test", body, {})


def encode(message: Message, delivery: str, sent_at: datetime) -> bytes:
    """Return a message as JSON (ASCII): what the top of this module shows.

    Args:
        message: What to say.
        delivery: The id of this delivery; a receiver that sees it twice got the same message twice.
        sent_at: Now.

    """
    envelope = {
        "version": VERSION,
        "event": message.event,
        "delivery": delivery,
        "sent_at": f"{sent_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "text": message.subject,
    }
    return json.dumps(envelope | dict(message.data), separators=(",", ":"), allow_nan=False).encode("ascii")


def _in_short(summary: UserSummary) -> str:
    total = len(summary.tasks)
    for state, verb in ((State.FAILURE, "failed"), (State.REVOKED, "cancelled")):
        count = sum(task.status == state for task in summary.tasks)
        if count:
            return f"{count} of {_many(total, 'task')} {verb}"
    posts = sum(task.new_posts or 0 for task in summary.tasks)
    pages = _many(sum(task.pages for task in summary.tasks), "page")
    gains = [task.followers_gained for task in summary.tasks if task.followers_gained]
    news = [_many(posts, "new post")] if posts else []
    news += [f"{_followers(sum(gains))}"] if gains else []
    return ", ".join([f"{pages} synced", *news])


def _followers(gained: int) -> str:
    return f"{gained:+,} {'follower' if abs(gained) == 1 else 'followers'}"


def _task_lines(task: TaskSummary) -> list[str]:
    """Describe a task in a few lines, the last of which is empty."""
    counts = (
        f"{task.pages_ok:,} of {_many(task.pages, 'page')} ok",
        _many(task.posts, "post"),
        _many(task.comments, "comment"),
    )
    lines = [f"{inert(task.platform)}: {inert(task.status)}", f"  {', '.join(counts)}"]
    news = []
    if task.new_posts is not None:
        news.append(_many(task.new_posts, "new post"))
    if task.followers_gained is not None:
        news.append(_followers(task.followers_gained))
    if news:
        lines.append(f"  {', '.join(news)}")
    if task.error is not None:
        lines.append(f"  error: {inert(task.error.message)} ({inert(task.error.type)})")
    lines += [f"  warning: {warning}" for warning in _warnings(task)]
    return [*lines, ""]


def _task_data(task: TaskSummary) -> dict[str, Any]:
    error = task.error
    return {
        "platform": inert(task.platform),
        "status": inert(task.status),
        "pages": task.pages,
        "pages_ok": task.pages_ok,
        "posts": task.posts,
        "comments": task.comments,
        "new_posts": task.new_posts,
        "followers_gained": task.followers_gained,
        "error": None if error is None else {"type": inert(error.type), "message": inert(error.message)},
        "warnings": _warnings(task),
    }


def _warnings(task: TaskSummary) -> list[str]:
    said = [inert(warning) for warning in task.warnings[:_MOST_WARNINGS]]
    more = len(task.warnings) - len(said)
    return [*said, f"and {_many(more, 'more warning')}"] if more > 0 else said


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
