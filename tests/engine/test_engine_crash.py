"""A sync that is killed at any moment: what is left is taken over, and in the end nothing tells the difference."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CRASH = Path(__file__).parents[2] / "benchmarks" / "crash.py"


def test_a_few_kills_leave_no_trace():
    done = subprocess.run(
        [sys.executable, str(CRASH), "--kills", "6", "--seed", "5"], capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].endswith(" 0 with differences")
