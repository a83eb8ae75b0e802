"""SIGINT and SIGTERM: the first stops, the second ends, and nothing that hangs keeps the process."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

PROGRAM = """
import sys, threading, time
from socialsync_cli.cli.signals import Signals, leave
from socialsync_cli.core.stop import StopSignal

how = sys.argv[1]
stop = StopSignal()
if how == "hanging-thread":
    threading.Thread(target=lambda: time.sleep(60)).start()
with Signals(stop, gone_after_s=1.0) as signals:
    print("ready", flush=True)
    if how == "hanging-main":
        time.sleep(60)
    else:
        stop.wait(60)
print(stop.reason, signals.exit_code, flush=True)
leave(signals.exit_code)
sys.exit(signals.exit_code)
"""


def _started(how):
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, how], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize(("number", "name", "code"), [(signal.SIGINT, "SIGINT", 130), (signal.SIGTERM, "SIGTERM", 143)])
@pytest.mark.parametrize("how", ["willing", "hanging-thread"])
def test_the_first_signal_stops_the_work_and_sets_the_exit_code(how, number, name, code):
    process = _started(how)
    process.send_signal(number)
    out, _ = process.communicate(timeout=20)
    assert (out, process.returncode) == (f"{name} {code}\n", code)


def test_a_process_that_hangs_is_gone_in_the_end():
    process = _started("hanging-main")
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    assert process.returncode == 143
    assert 0.9 < time.monotonic() - began < 5


def test_the_second_signal_ends_the_process_at_once():
    process = _started("hanging-main")
    process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode == 130
