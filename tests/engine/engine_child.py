"""A sync in a process of its own: it can be killed, and it shares nothing with the test but files and the sandbox.

With `DIES_AT` in the environment it dies at the first event of that name, half a minute after its Apify runs began.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime, timedelta
from pathlib import Path
from time import time

from socialsync_cli import sync
from socialsync_cli.config import load
from socialsync_cli.core.events import ApifyRunBegan, nobody


def main(config_path: str, start: str, *users: str) -> int:
    config = load(Path(config_path), environ=os.environ, cwd=Path(config_path).parent)
    begins, began = datetime.fromisoformat(start), time()
    known = config.users()
    late = set()

    def clock() -> datetime:
        return begins + timedelta(seconds=time() - began + 30 * len(late))

    def dying(event: object) -> None:
        if isinstance(event, ApifyRunBegan):
            late.add("by half a minute")
        if type(event).__name__ == os.environ["DIES_AT"]:
            os._exit(9)

    around = sync.Surroundings(config, os.environ, clock=clock, tell=dying if "DIES_AT" in os.environ else nobody)
    return sync.run(sync.Request([known[name] for name in users or known]), around).exit_code


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
