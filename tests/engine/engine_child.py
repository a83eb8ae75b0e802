"""A sync in a process of its own: it can be killed, and it shares nothing with the test but files and the sandbox."""

from __future__ import annotations

import os
import sys
from datetime import datetime, timedelta
from pathlib import Path
from time import time

from socialsync_cli import sync
from socialsync_cli.config import load


def main(config_path: str, start: str, *users: str) -> int:
    config = load(Path(config_path), environ=os.environ, cwd=Path(config_path).parent)
    begins, began = datetime.fromisoformat(start), time()
    known = config.users()
    around = sync.Surroundings(config, os.environ, clock=lambda: begins + timedelta(seconds=time() - began))
    return sync.run(sync.Request([known[name] for name in users or known]), around).exit_code


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
