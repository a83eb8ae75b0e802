"""`python -m socialsync_cli.sandbox`: the sandbox as a process of its own, for benchmarks and crash tests.

The first line of its output is `listening http://127.0.0.1:PORT`. It ends when its standard input does (unless
`--no-stdin`), when `--parent-pid` is gone, or at SIGTERM or SIGINT.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import orjson

from socialsync_cli.sandbox.behaviour import Behaviour
from socialsync_cli.sandbox.customers import Customer
from socialsync_cli.sandbox.faults import faults
from socialsync_cli.sandbox.host import Sandbox


def main(arguments: list[str] | None = None) -> int:
    """Run until told to end."""
    given = _parser().parse_args(arguments)
    sandbox = Sandbox(
        seed=given.seed,
        now=given.now,
        open_world=not given.closed_world,
        changes_at=given.changes_at,
        behaviour=Behaviour().changed(orjson.loads(given.behaviour)),
        customers=[Customer(**one) for one in orjson.loads(given.customers)],
        port=given.port,
    )
    sandbox.arm(*faults(orjson.loads(given.faults)))
    over = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        over.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    with sandbox:
        print(f"listening {sandbox.url}", flush=True)
        if not given.no_stdin:
            threading.Thread(target=_until_stdin_ends, args=(over,), daemon=True).start()
        while not over.wait(0.5):
            if given.parent_pid and not _alive(given.parent_pid):
                break
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m socialsync_cli.sandbox", description="A simulated Apify.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--seed", type=int, default=7, help="of the world")
    parser.add_argument("--now", type=_moment, help="moment of the world, e.g. 2026-01-10T06:00:00Z")
    parser.add_argument("--changes-at", type=_moment, help="when pages that change do so")
    parser.add_argument("--closed-world", action="store_true", help="unlisted pages are missing")
    parser.add_argument("--behaviour", default="{}", help='JSON, e.g. {"page_s": 0.1}')
    parser.add_argument("--customers", default="[]", help='JSON, e.g. [{"token": "sandbox-a", "plan": "FREE"}]')
    parser.add_argument("--faults", default="[]", help='JSON, e.g. [{"kind": "reset_after", "endpoint": "start"}]')
    parser.add_argument("--parent-pid", type=int, help="end when this process is gone")
    parser.add_argument("--no-stdin", action="store_true", help="do not end with the standard input")
    return parser


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _until_stdin_ends(over: threading.Event) -> None:
    while sys.stdin.buffer.read(65_536):
        pass
    over.set()


def _alive(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[:1] != ["Z"]


if __name__ == "__main__":
    sys.exit(main())
