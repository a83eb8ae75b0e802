"""Runs a sync, or says what it would do, with a clock that stands at a moment of your choice and ticks from there.

`python benchmarks/sync_at.py --config socialsync.toml --now 2026-03-02T06:00:00Z [--plan]` prints JSON. This is what
lets a day go by between two syncs: the sandbox's world and the program's clock move together.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from datetime import datetime, timedelta
from pathlib import Path

from socialsync_cli import sync
from socialsync_cli.config import load
from socialsync_cli.sync import Request, Surroundings


def main() -> int:
    """Sync everybody."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--now", type=datetime.fromisoformat, required=True)
    parser.add_argument("--plan", action="store_true", help="say what it would do and cost, and do nothing")
    given = parser.parse_args()
    began = time.monotonic()

    def clock() -> datetime:
        return given.now + timedelta(seconds=time.monotonic() - began)

    config = load(given.config, environ=os.environ, cwd=Path.cwd())
    around = Surroundings(config, os.environ, clock=clock)
    request = Request(list(config.users().values()))
    if given.plan:
        print(json.dumps(sync.plan(request, around).as_json()))
        return 0
    ended = sync.run(request, around)
    told = [
        {"platform": task.platform, "state": task.state, "results": dict(task.results), "warnings": task.warnings()}
        for task in ended.tasks
    ]
    print(json.dumps({"run_id": ended.run_id, "exit_code": ended.exit_code, "tasks": told}))
    return ended.exit_code


if __name__ == "__main__":
    raise SystemExit(main())
