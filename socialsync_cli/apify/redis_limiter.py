"""The rate limit over any number of machines: the log of sent requests is in Redis, under Redis's own clock."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from typing import Any

from pyrate_limiter import Limiter, Rate, RedisBucket, SingleBucketFactory

from socialsync_cli.apify.limiter import CLEAN_EVERY, rate_of
from socialsync_cli.core.stop import StopSignal
from socialsync_cli.errors import CancelledError, ConfigError, NetworkError

_SLICE_S = 0.05
_AGAIN_S = 1.0
"""Between two tries while Redis is away."""
_PATIENCE_S = 300.0
"""How long Redis may be away."""
_ANSWER_S = 5.0

log = logging.getLogger(__name__)


class _Bucket(RedisBucket):
    """A bucket whose moments are Redis's: the clocks of machines differ."""

    def now(self) -> int:
        seconds, micros = self.redis.time()  # type: ignore[misc]  # the client is a synchronous one
        return int(seconds) * 1000 + int(micros) // 1000


class RedisRateLimit:
    """At most `per_second` requests in any second, over everybody who names the same key of the same Redis.

    While Redis is away, nothing is sent. A Redis that comes back may have forgotten what was sent: so nothing is sent
    before that can matter no more.

    Args:
        per_second: The limit.
        url: `redis://…`, with its password.
        key: Names the log.

    Raises:
        ConfigError: The library for Redis is missing.

    """

    def __init__(self, per_second: float, url: str, key: str) -> None:
        try:
            import redis  # an extra
        except ModuleNotFoundError as error:
            raise ConfigError("[celery] needs an extra: pip install 'socialsync-cli[celery]'") from error
        self._rate: Rate = rate_of(per_second)
        self._key = key
        self._errors: tuple[type[Exception], ...] = (redis.RedisError,)
        self._redis: Any = redis.Redis.from_url(url, socket_timeout=_ANSWER_S, socket_connect_timeout=_ANSWER_S)
        self._lock = threading.Lock()
        self._closed = False
        self._limiter: Limiter | None = None
        self._bucket: _Bucket | None = None
        self._taken = 0
        self._away_since: float | None = None

    def acquire(self, stop: StopSignal | None) -> None:
        """Return when one more request may be sent.

        Raises:
            CancelledError: If the signal comes first.
            NetworkError: Redis has been away for too long.

        """
        while not self._try(stop):
            self._pause(_SLICE_S, stop)

    def _try(self, stop: StopSignal | None) -> bool:
        if stop is not None:
            stop.check()
        with self._lock:
            if self._closed:
                raise CancelledError("the run is over")
            try:
                taken = self._take()
            except self._errors as error:
                self._is_away(error)
            else:
                self._away_since = None
                return taken
        self._pause(_AGAIN_S, stop)
        return False

    def _take(self) -> bool:
        if self._limiter is None:
            self._bucket = _Bucket.init([self._rate], self._redis, self._key)
            self._limiter = Limiter(SingleBucketFactory(self._bucket, schedule_leak=False))
            if self._away_since is not None:
                log.info("Redis is back")
                time.sleep(self._rate.interval / 1000)
        if not self._limiter.try_acquire("request", blocking=False):
            return False
        self._taken += 1
        if self._taken % CLEAN_EVERY == 1:
            assert self._bucket is not None
            self._bucket.leak(self._bucket.now())
        return True

    def _is_away(self, error: Exception) -> None:
        # Also its memory of our script may be gone: everything is made anew.
        self._limiter = None
        now = time.monotonic()
        if self._away_since is None:
            self._away_since = now
            log.warning("the shared rate limit waits for Redis: %s", error)
        if now - self._away_since > _PATIENCE_S:
            raise NetworkError(f"Redis, which has the rate limit, is away: {error}") from error

    @staticmethod
    def _pause(seconds: float, stop: StopSignal | None) -> None:
        if stop is not None:
            stop.sleep(seconds)
        else:
            time.sleep(seconds)

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._closed = True
            with contextlib.suppress(*self._errors):
                self._redis.close()
