"""Some syncs in one process: nothing is left open, whatever happens to them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.thorough

SOAK = Path(__file__).parents[2] / "benchmarks" / "soak.py"


def test_a_few_syncs_leave_nothing_open():
    done = subprocess.run(
        [sys.executable, str(SOAK), "--syncs", "18", "--every", "4"], capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "18 syncs: nothing grows"
