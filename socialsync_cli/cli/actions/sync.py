"""`run` and `resume`: from what was typed to a request, and from how it ended to an exit code."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from socialsync_cli import sync
from socialsync_cli.cli.actions.reading import read_report
from socialsync_cli.cli.invocation import Invocation
from socialsync_cli.cli.signals import Signals, leave
from socialsync_cli.config import Config, User, select
from socialsync_cli.core.stop import StopSignal
from socialsync_cli.errors import CancelledError, HandleError, UsageError
from socialsync_cli.platforms import PLATFORMS
from socialsync_cli.show.announce import Announcer
from socialsync_cli.show.plan import print_plan
from socialsync_cli.show.progress import watching
from socialsync_cli.show.records import report_json
from socialsync_cli.show.summary import tell_summary
from socialsync_cli.store import queries


class Wishes(NamedTuple):
    """What was asked for on the command line."""

    users: Sequence[str] = ()
    everyone: bool = False
    platforms: Sequence[str] = ()
    pages: Sequence[str] = ()
    posts: int | None = None
    comments: int | None = None
    full: bool = False
    max_cost_usd: float | None = None
    workers: int | None = None
    executor: str = "local"
    wait_s: float = 0.0
    fresh: bool = False
    sandbox: bool = False


def sync_pages(call: Invocation, wishes: Wishes, *, dry_run: bool, as_json: bool) -> int:
    """Sync pages, or say what that would do."""
    if wishes.executor == "celery":
        raise UsageError("--executor celery needs an extra: pip install 'socialsync-cli[celery]'")
    config = call.load()
    for warning in config.warnings:
        call.lines.write(f"warning: {warning}", level="warning", event="warning")
    request = request_of(wishes, config)
    if dry_run:
        return _plan(call, request, config, as_json)
    return _carry_out(call, config, as_json, lambda around: sync.run(request, around))
