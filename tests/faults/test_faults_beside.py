"""The same faults where a sync does not depend on the answer: prices, an account's limits, the abort of a run."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from fault_runs import POSTS, Bench, Case, Fate, bench
from fault_table import MISHAPS, NOT_OF_ITEMS, OK, of_check

from socialsync_cli.sandbox import Fault

pytestmark = pytest.mark.thorough

WHOLE = Fate(OK, complete=True, charged=POSTS)
HASTY = {"apify": {"timeout_seconds": 1, "run_timeout_seconds": 60}}


def struck_at(endpoint: str, count: int | None = None) -> list[Case]:
    return [
        Case(f"{key} {endpoint}", (Fault(**MISHAPS[key].fault, endpoint=endpoint, count=count),))
        for key in NOT_OF_ITEMS
    ]


@pytest.fixture
def at(tmp_path, request) -> Iterator[Bench]:
    with bench(tmp_path, struck_at(request.param), **HASTY) as made:
        made.arm()
        yield made


@pytest.mark.parametrize("at", ["actor"], indirect=True)
def test_prices_that_cannot_be_read_are_those_of_the_list(at):
    assert at.sync("run", "--all", "--max-cost=50") == {case.name: WHOLE for case in at.cases}
    assert max(at.requests().values()) <= 2


@pytest.mark.parametrize("at", ["limits", "actor"], indirect=True)
def test_a_check_tells_of_them(at):
    found = {}
    for case in at.cases:
        key, endpoint = case.name.split()
        at.configure([case])
        code, told = at.call("check")
        levels = [one["level"] for one in told["findings"] if one["subject"] in ("token", "network", "actor")]
        worst = next((level for level in ("error", "warning") if level in levels), OK)
        found[key] = (worst, code)
    wanted = {key: of_check(key, endpoint) for key in found}
    assert found == {key: (level, int(level == "error")) for key, level in wanted.items()}


def test_a_run_that_is_stopped_is_gone_in_time_whatever_the_aborts_come_to(tmp_path):
    with bench(tmp_path, struck_at("abort"), **HASTY) as at:
        at.arm()
        at.sandbox.behave(start_delay_s=4.0)
        command = [sys.executable, "-m", "socialsync_cli", "run", "--all", "--quiet"]
        process = subprocess.Popen(command, cwd=tmp_path, env=at.environ, stderr=subprocess.PIPE)
        while at.sandbox.state.stats.requests["run"] < len(at.cases):
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=10)
        assert process.returncode == 130
        states = {task["status"] for task in at.call("status", "last")[1]["tasks"]}
        assert states == {"REVOKED"}
        asked = at.requests()
        assert {asked[case.name, "abort"] for case in at.cases} <= {1, 2}

        at.sandbox.state.faults.clear()
        at.sandbox.behave(start_delay_s=0.0)
        assert at.sync("resume", "last") == {case.name: WHOLE for case in at.cases}
