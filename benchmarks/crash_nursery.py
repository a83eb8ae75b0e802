"""Forks a sync for every order on stdin (a line of JSON); says its process id, and later its exit code.

Everything is imported once, before the first fork: a round of `crash.py` takes a fraction of a second.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import alembic.command  # noqa: F401  imported before the fork, as are those below
import apify_client  # noqa: F401
import httpx  # noqa: F401
import pyrate_limiter  # noqa: F401
import sqlalchemy as sa
import tenacity  # noqa: F401

from socialsync_cli import sync
from socialsync_cli.config import load


def countdown(left: int) -> Callable[..., None]:
    """Return what ends the process when it is called for the last time of so many; 0: never."""

    def call(*_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return call


def work(order: dict[str, Any]) -> int:
    """Sync as ordered; return the exit code."""
    environ = dict(os.environ, APIFY_TOKEN=order["token"])
    config = load(Path(order["config"]), environ=environ, cwd=Path(order["config"]).parent)
    start = datetime.fromisoformat(order["now"])

    def clock() -> datetime:
        # Hardly moves: figures that depend on the moment stay the same to the last digit that is compared.
        return start + timedelta(seconds=(time.time() - order["began"]) / 10_000)

    statement, commit, told = (countdown(order[kind]) for kind in ("statement", "commit", "event"))

    def execute(conn, cursor, sql, parameters, context, many):
        statement()

    sa.event.listen(sa.Engine, "before_cursor_execute", execute)
    sa.event.listen(sa.Engine, "commit", commit)
    around = sync.Surroundings(config, environ, tell=told, clock=clock)
    known = config.users()
    request = sync.Request([known[name] for name in order["users"] or known], max_cost_usd=order["max_cost_usd"])
    if order["resume"]:
        return sync.resume("last", request, around).exit_code
    return sync.run(request, around).exit_code


def main() -> None:
    """Carry out orders until there are no more."""
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            code = 99
            try:
                code = work(order)
            except BaseException as error:
                print(type(error).__name__, error, file=sys.stderr, flush=True)
            finally:
                os._exit(code)
        print(pid, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
