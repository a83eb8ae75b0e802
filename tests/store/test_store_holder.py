"""Who holds a run, and whether that process still lives."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from store_samples import NOW

from socialsync_cli.store.holder import STALE_AFTER, is_alive, this_process

ASLEEP = "from socialsync_cli.store.holder import this_process; print(this_process(), flush=True); input()"
LONG_AGO = NOW - timedelta(days=30)


def begin_child():
    return subprocess.Popen(
        [sys.executable, "-c", ASLEEP], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )


def test_this_process_lives_however_old_its_heartbeat_is():
    assert is_alive(this_process(), LONG_AGO, NOW)


def test_another_process_lives_until_it_is_killed():
    with begin_child() as child:
        holder = child.stdout.readline().strip()
        assert holder != this_process()
        assert is_alive(holder, LONG_AGO, NOW)
        child.kill()
        # Not yet waited for: a zombie is as dead as one that is buried.
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert not is_alive(holder, NOW, NOW)
    assert not is_alive(holder, NOW, NOW)


def test_a_process_that_got_the_number_of_a_dead_one_is_somebody_else():
    machine, pid, started = this_process().split(":")
    assert not is_alive(f"{machine}:{pid}:{int(started) - 1}", NOW, NOW)


def test_a_forked_child_has_a_name_of_its_own():
    reader, writer = os.pipe()
    ours = this_process()
    child = os.fork()
    if child == 0:
        os.write(writer, this_process().encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as names:
        theirs = names.read()
    os.waitpid(child, 0)
    assert theirs.split(":")[:2] == [ours.split(":")[0], str(child)]


@pytest.mark.parametrize(
    ("holder", "beat", "alive"),
    [
        pytest.param("elsewhere:1:1", NOW, True, id="it has just said so"),
        pytest.param("elsewhere:1:1", NOW - STALE_AFTER + timedelta(seconds=1), True, id="a little while ago"),
        pytest.param("elsewhere:1:1", NOW - STALE_AFTER, False, id="too long ago"),
        pytest.param("elsewhere:1:1", NOW + timedelta(seconds=5), True, id="its clock is fast"),
        pytest.param(None, NOW, False, id="nobody"),
        pytest.param("elsewhere:1:1", None, False, id="no heartbeat"),
        pytest.param("", NOW, True, id="a name without parts"),
        pytest.param(this_process().rpartition(":")[0] + ":0", NOW, True, id="a start that is not known"),
        pytest.param(this_process().rpartition(":")[0] + ":0", LONG_AGO, False, id="a start that was not known"),
    ],
)
def test_where_the_process_table_does_not_help_the_heartbeat_does(holder, beat, alive):
    assert is_alive(holder, beat, NOW) is alive
