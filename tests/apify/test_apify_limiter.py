"""The rate limit, over threads and over processes; and where its file lies."""

import contextlib
import itertools
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from socialsync_cli.apify.limiter import SharedRateLimit, shared_folder, shared_limit
from socialsync_cli.core.stop import StopSignal
from socialsync_cli.errors import CancelledError


class Impatient(StopSignal):
    """Gives up instead of sleeping."""

    def sleep(self, seconds):
        raise CancelledError("it would have to wait")


def most_in_a_second(moments):
    moments = sorted(moments)
    return max(sum(begin <= moment < begin + 1.0 for moment in moments) for begin in moments)


def mode_of(path):
    return path.stat().st_mode & 0o777


def test_no_second_sees_more_than_the_limit_whatever_the_number_of_threads(tmp_path):
    moments = []
    stop = StopSignal()
    with contextlib.closing(SharedRateLimit(10, tmp_path / "rate.sqlite")) as limit:

        def send():
            for _ in range(4):
                limit.acquire(stop)
                moments.append(time.time())

        threads = [threading.Thread(target=send) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(moments) == 16
    assert most_in_a_second(moments) <= 10


_SENDER = """
import sys, time
from pathlib import Path
from socialsync_cli.apify.limiter import SharedRateLimit
limit = SharedRateLimit(10, Path(sys.argv[1]))
for _ in range(8):
    limit.acquire(None)
    print(time.time())
limit.close()
"""


def test_no_second_sees_more_than_the_limit_whatever_the_number_of_processes(tmp_path):
    command = [sys.executable, "-c", _SENDER, str(tmp_path / "rate.sqlite")]
    with contextlib.ExitStack() as stack:
        processes = [stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True)) for _ in "ab"]
        moments = [float(line) for process in processes for line in process.communicate(timeout=60)[0].split()]
    assert len(moments) == 16
    assert most_in_a_second(moments) <= 10


@pytest.mark.parametrize(
    ("per_second", "at_once"),
    [(1, 1), (3, 3), (2.9, 2), (0.5, 1)],
    ids=["one", "three", "no fraction", "below one"],
)
def test_so_many_are_let_through_at_once_and_the_next_has_to_wait(tmp_path, per_second, at_once):
    with contextlib.closing(SharedRateLimit(per_second, tmp_path / "rate.sqlite")) as limit:
        for _ in range(at_once):
            limit.acquire(Impatient())
        with pytest.raises(CancelledError, match="it would have to wait"):
            limit.acquire(Impatient())


def test_a_place_that_was_long_in_coming_is_not_used(tmp_path, monkeypatch):
    with contextlib.closing(SharedRateLimit(3, tmp_path / "rate.sqlite")) as limit:
        began_and_ended = iter([0.0, 0.4, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0])
        clock = SimpleNamespace(monotonic=lambda: next(began_and_ended), monotonic_ns=time.monotonic_ns)
        monkeypatch.setattr("socialsync_cli.apify.limiter.time", clock)
        for _ in range(2):
            limit.acquire(Impatient())
        with pytest.raises(CancelledError, match="it would have to wait"):
            limit.acquire(Impatient())


def test_on_a_machine_that_is_always_slow_requests_get_through(tmp_path, monkeypatch):
    with contextlib.closing(SharedRateLimit(4, tmp_path / "rate.sqlite")) as limit:
        clock = SimpleNamespace(monotonic=map(float, itertools.count()).__next__, monotonic_ns=time.monotonic_ns)
        monkeypatch.setattr("socialsync_cli.apify.limiter.time", clock)
        limit.acquire(Impatient())


def test_what_another_has_sent_counts_also_after_he_is_gone(tmp_path):
    for begins in (True, False):
        with contextlib.closing(SharedRateLimit(1, tmp_path / "rate.sqlite")) as limit:
            expected = contextlib.nullcontext() if begins else pytest.raises(CancelledError)
            with expected:
                limit.acquire(Impatient())


def test_who_waits_for_his_turn_hears_at_once_that_the_run_is_to_stop(tmp_path):
    stop = StopSignal()
    with contextlib.closing(SharedRateLimit(0.001, tmp_path / "rate.sqlite")) as limit:
        limit.acquire(stop)
        timer = threading.Timer(0.05, stop.set, ["SIGTERM"])
        timer.start()
        with pytest.raises(CancelledError, match="SIGTERM"):
            limit.acquire(stop)
        timer.join()


def test_nothing_is_let_through_once_the_run_is_to_stop(tmp_path):
    stop = StopSignal()
    stop.set("SIGINT")
    with contextlib.closing(SharedRateLimit(5, tmp_path / "rate.sqlite")) as limit:
        with pytest.raises(CancelledError, match="SIGINT"):
            limit.acquire(stop)
        for _ in range(5):
            limit.acquire(Impatient())


@pytest.mark.parametrize("when", ["before it is opened", "while it is open"])
def test_a_file_that_was_damaged_is_replaced_and_the_limit_holds(tmp_path, when):
    file = tmp_path / "rate.sqlite"
    if when == "before it is opened":
        file.write_bytes(b"garbage" * 1000)
    with contextlib.closing(SharedRateLimit(1, file)) as limit:
        if when == "while it is open":
            for path in (file, tmp_path / "rate.sqlite-wal"):
                path.write_bytes(b"garbage" * 1000)
        limit.acquire(None)
        with pytest.raises(CancelledError):
            limit.acquire(Impatient())
    assert mode_of(file) == 0o600


@pytest.mark.parametrize("when", ["before it is opened", "while it is open"])
def test_moments_yet_to_come_do_not_close_the_limit_for_as_long(tmp_path, when):
    # What a clock leaves behind that has begun anew since: the machine was started again.
    file = tmp_path / "rate.sqlite"

    def spoil():
        with contextlib.closing(sqlite3.connect(file)) as connection:
            ahead = (time.time_ns() + 10**15) // 1_000_000
            connection.execute("INSERT INTO sent VALUES ('request', ?)", (ahead,))
            connection.commit()

    with contextlib.closing(SharedRateLimit(1, file)) as limit:
        if when == "while it is open":
            spoil()
            limit.acquire(StopSignal())
    if when == "before it is opened":
        spoil()
    with contextlib.closing(SharedRateLimit(1, file)) as limit:
        with pytest.raises(CancelledError):
            limit.acquire(Impatient())
        limit.acquire(StopSignal())


@pytest.fixture
def _others_may_read():
    before = os.umask(0o000)
    yield
    os.umask(before)


@pytest.mark.usefixtures("_others_may_read")
def test_the_folder_and_all_files_in_it_belong_to_the_user_alone(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with contextlib.closing(shared_limit(5, "0123abcd")) as limit:
        limit.acquire(None)
        folder = shared_folder()
        files = {path.name: mode_of(path) for path in folder.iterdir()}
    assert (folder, mode_of(folder)) == (tmp_path / "state" / "socialsync", 0o700)
    assert files.keys() >= {"rate-0123abcd.sqlite", "rate-0123abcd.sqlite.lock"}
    assert set(files.values()) == {0o600}


def test_every_process_of_a_user_finds_the_same_folder():
    assert shared_folder() == shared_folder()


@pytest.fixture
def temporary(monkeypatch, tmp_path):
    """A folder for temporary files of its own, and a state folder that cannot be made."""
    blocked = tmp_path / "file"
    blocked.touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(blocked))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_without_a_state_folder_it_lies_with_the_temporary_files(temporary):
    folder = shared_folder()
    assert (folder, mode_of(folder)) == (temporary / f"socialsync-{os.getuid()}", 0o700)
    assert shared_folder() == folder


def test_a_folder_that_others_may_write_to_is_not_trusted(temporary):
    trap = temporary / f"socialsync-{os.getuid()}"
    trap.mkdir()
    trap.chmod(0o777)
    folder = shared_folder()
    assert folder != trap
    assert (folder.parent, mode_of(folder)) == (Path(tempfile.gettempdir()), 0o700)
