"""The one signal that ends every wait."""

import threading

import pytest

from socialsync_cli.core.stop import StopSignal
from socialsync_cli.errors import CancelledError

FOR_EVER_S = 3600.0


def test_without_the_signal_waits_end_when_their_time_is_over():
    stop = StopSignal()
    assert not stop.is_set()
    assert not stop.wait(0.0)
    stop.sleep(0.0)
    stop.check()


def test_with_the_signal_every_wait_ends_at_once_and_says_why():
    stop = StopSignal()
    stop.set("SIGTERM")
    assert stop.is_set()
    assert stop.wait(FOR_EVER_S)
    for act in (lambda: stop.sleep(FOR_EVER_S), stop.check):
        with pytest.raises(CancelledError, match=r"^SIGTERM$"):
            act()


def test_the_first_reason_stays():
    stop = StopSignal()
    stop.set("SIGINT")
    stop.set("cancelled")
    assert stop.reason == "SIGINT"


def test_threads_that_sleep_wake_up_when_the_signal_comes():
    stop = StopSignal()
    asleep = threading.Barrier(4)
    reasons = []

    def sleep():
        asleep.wait()
        try:
            stop.sleep(FOR_EVER_S)
        except CancelledError as error:
            reasons.append(str(error))

    threads = [threading.Thread(target=sleep) for _ in range(3)]
    for thread in threads:
        thread.start()
    asleep.wait()
    stop.set("cancelled")
    for thread in threads:
        thread.join()
    assert reasons == ["cancelled"] * 3
