"""A sync that is killed at any moment: what is left is taken over, and in the end nothing tells the difference."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from engine_builders import Clock, bench, handles
from engine_left import contents, counted

pytestmark = pytest.mark.thorough

FIGURES = {"engagement", "growth", "reach", "score"}
CRASH = Path(__file__).parents[2] / "benchmarks" / "crash.py"


def test_a_few_kills_leave_no_trace():
    done = subprocess.run(
        [sys.executable, str(CRASH), "--kills", "6", "--seed", "5"], capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].endswith(" 0 with differences")


@pytest.mark.parametrize("how", ["resume", "run"])
def test_what_was_stored_long_after_the_apify_run_had_ended_is_taken_over_whole(tmp_path, how):
    # Read again, it must not count as older than it was the first time: its comments and figures would be missed.
    with bench(tmp_path, {"acme": {"tiktok": handles(3)}}) as at:
        at.clock = Clock(datetime.now(UTC))  # by which the sandbox says when its runs ended
        assert at.child(DIES_AT="ApifyRunProgress").wait(60) == 9
        assert at.rows("select count(*) from social_page_post") != [(0,)]
        at.next_day(60 / 86_400)
        done = at.resume("last") if how == "resume" else at.sync()
        assert done.exit_code == 0
        left, said = _whole(at.db), counted(at.db, done.run_id)
    with bench(tmp_path / "undisturbed", {"acme": {"tiktok": handles(3)}}) as at:
        at.clock = Clock(datetime.now(UTC))
        done = at.sync()
        assert (left, said) == (_whole(at.db), counted(at.db, done.run_id))


def _whole(db):
    """What was captured, and how many figures were derived: they depend on the moment."""
    found = contents(db)
    return {name: len(rows) if name.rpartition("_")[2] in FIGURES else rows for name, rows in found.items()}
