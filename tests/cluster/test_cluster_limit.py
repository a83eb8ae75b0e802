"""The rate limit in Redis: over processes, and over a Redis that goes away."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time

import pytest
from cluster_builders import Redis, needs_redis

from socialsync_cli.apify.redis_limiter import RedisRateLimit
from socialsync_cli.core.stop import StopSignal
from socialsync_cli.errors import CancelledError

pytestmark = needs_redis

_SENDER = """
import sys, time
from socialsync_cli.apify.redis_limiter import RedisRateLimit
limit = RedisRateLimit(10, sys.argv[1], "socialsync:rate:f1")
for _ in range(8):
    limit.acquire(None)
    print(time.time())
limit.close()
"""


class Impatient(StopSignal):
    """Gives up instead of sleeping."""

    def sleep(self, seconds):
        raise CancelledError("it would have to wait")


@pytest.fixture
def redis(tmp_path):
    server = Redis(tmp_path)
    yield server
    server.kill()


def most_in_a_second(moments):
    return max(sum(begin <= moment < begin + 1.0 for moment in moments) for begin in moments)


def test_no_second_sees_more_than_the_limit_whatever_the_number_of_processes(redis):
    command = [sys.executable, "-c", _SENDER, redis.url]
    with contextlib.ExitStack() as stack:
        processes = [stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True)) for _ in "ab"]
        moments = [float(line) for process in processes for line in process.communicate(timeout=60)[0].split()]
    assert len(moments) == 16
    assert most_in_a_second(moments) <= 10


def test_tokens_do_not_share_a_limit(redis):
    with (
        contextlib.closing(RedisRateLimit(1, redis.url, "socialsync:rate:a")) as one,
        contextlib.closing(RedisRateLimit(1, redis.url, "socialsync:rate:b")) as other,
    ):
        one.acquire(Impatient())
        other.acquire(Impatient())
        with pytest.raises(CancelledError, match="it would have to wait"):
            one.acquire(Impatient())


def test_while_redis_is_away_nothing_is_sent_and_what_it_forgot_still_counts(redis):
    with contextlib.closing(RedisRateLimit(1, redis.url, "socialsync:rate:a")) as limit:
        limit.acquire(None)
        sent = time.monotonic()
        redis.kill()
        with pytest.raises(CancelledError, match="it would have to wait"):
            limit.acquire(Impatient())
        redis.start()
        limit.acquire(None)
        assert time.monotonic() - sent >= 1.0


def test_a_signal_ends_the_wait_for_a_redis_that_is_away(redis):
    redis.kill()
    stop, ended = StopSignal(), []
    with contextlib.closing(RedisRateLimit(1, redis.url, "socialsync:rate:a")) as limit:

        def wait():
            with contextlib.suppress(CancelledError):
                limit.acquire(stop)
            ended.append(True)

        thread = threading.Thread(target=wait)
        thread.start()
        stop.set("SIGTERM")
        thread.join(20)
    assert ended == [True]
