"""The HTTP of apify-client, on httpx: the only place where a request waits, is tried again, or is given up.

Every request asks the rate limit first, has a time limit over its whole body, and ends at once when the run is
stopped. apify-client's own retries are not used: they would try a start again whose answer was lost.
"""

from __future__ import annotations

import contextlib
import email.utils
import functools
import itertools
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import httpx
import tenacity
from apify_client.http_clients import HttpClient

from socialsync_cli.apify.answer import Answer, error_of, problem_of
from socialsync_cli.apify.limiter import RateLimit
from socialsync_cli.apify.retry import DEADLINE_S, LONGEST_PAUSE_S, RetryPolicy, judge, retry_after
from socialsync_cli.core.stop import StopSignal
from socialsync_cli.errors import (
    ApifyError,
    CancelledError,
    CapacityError,
    LostStartError,
    NetworkError,
    RateLimitedError,
    SocialsyncError,
)

_CONNECT_S = 10.0
_LARGEST = 1 << 29
"""No page of items is larger, and memory is not endless."""
_BODY = 6
"""A whole answer may take so many times as long as its next piece."""
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_OUR_FAULT = (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError)


class RetryNews(NamedTuple):
    """A request will be tried again."""

    what: str
    attempt: int
    wait_s: float
    error: SocialsyncError


def _anything(_body: object) -> bool:
    return True


class _Request(NamedTuple):
    method: str
    url: str
    headers: dict[str, str]
    content: bytes | None
    seconds: float
    """For the whole exchange."""
    silence_s: float
    """Until the first piece of the answer, and between two of them; a long poll is silent until its end."""
    starts: bool
    """It starts an actor: it costs money, and must not be sent twice."""
    sound: Callable[[Any], bool]
    """Whether an answer's body makes sense."""
    take: Callable[[Any], Any] | None
    """What is kept of it."""


class _Again(Exception):
    def __init__(self, error: SocialsyncError, pause_s: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.pause_s = pause_s


class Transport(HttpClient):
    """Sends what apify-client wants sent, with one token.

    Args:
        limit: Asked before every request.
        retry: How often a request is tried, and how long between the tries.
        stop: Ends waits; None for the last words of a run that is being stopped.
        on_retry: Hears of every request that will be tried again.
        user_agent: What to add to the client's own.
        patience_s: An answer from which nothing comes for so long is given up.

    """

    def __init__(
        self,
        *,
        limit: RateLimit,
        retry: RetryPolicy,
        stop: StopSignal | None,
        on_retry: Callable[[RetryNews], None],
        user_agent: str,
        patience_s: float = 30.0,
    ) -> None:
        super().__init__(max_retries=0, user_agent_suffix=user_agent)
        self._patience_s = patience_s
        self._limit = limit
        self._retry = retry
        self._stop = stop
        self._on_retry = on_retry
        self._lock = threading.Lock()
        self.requests = 0
        self.answers = 0
        """How many requests got what they asked for."""
        self.server_ahead = timedelta()
        """How far the server's clock is ahead of this machine's."""
        self._http = httpx.Client(
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=100),  # the threads are the limit
            timeout=self._limits(patience_s),
            follow_redirects=False,
            verify=_certificates(),
        )

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def call(  # type: ignore[override]  # the client only ever reads what Answer has; nothing is async here
        self,
        *,
        method: str,
        url: str,
        headers: dict[str, str] | None = None,
        params: dict[str, Any] | None = None,
        data: Any = None,  # noqa: ANN401  apify-client's signature
        json: Any = None,  # noqa: ANN401
        stream: bool | None = None,
        timeout: Any = None,  # noqa: ANN401
        sound: Callable[[Any], bool] = _anything,
        attempts: int | None = None,
        take: Callable[[Any], Any] | None = None,
    ) -> Answer:
        """Send a request, and again as often as the table of `retry.py` allows.

        Args:
            method: As for apify-client, like all that follow but the last three.
            url: Without the query.
            headers: More of them.
            params: The query.
            data: The body.
            json: The body, to be made JSON.
            stream: Not used: bodies are read whole.
            timeout: For one try; None: as long as answers may take.
            sound: Whether a body makes sense; one that does not is as broken as one that is cut off.
            attempts: So many at most, if that is less than the policy allows.
            take: What is kept of a sound body, in its place; called while no other body is held.

        Raises:
            SocialsyncError: The one that fits; `LostStartError` when a start may have been carried out.

        """
        prepared, query, content = self._prepare_request_call(headers=headers, params=params, data=data, json=json)
        assert content is None or isinstance(content, bytes)
        seconds = timeout.total_seconds() if isinstance(timeout, timedelta) else self._patience_s * _BODY
        request = _Request(
            method, self._build_url_with_params(url, params=query), prepared, content, seconds,
            min(seconds, self._patience_s), method == "POST" and url.endswith("/runs"), sound, take,
        )  # fmt: skip
        try:
            what = f"{method} {httpx.URL(url).path}"
        except httpx.InvalidURL as error:
            raise _unsendable(error) from error
        in_turn: Iterator[_Request] = itertools.repeat(request)
        if query and "waitForFinish" in query:
            # Somebody on the way may cut off what is silent for long: only the first try waits for the run to end.
            held_s = int(query.pop("waitForFinish")) + self._patience_s / 2
            at_once = request._replace(url=self._build_url_with_params(url, params=query))
            in_turn = itertools.chain([request._replace(seconds=held_s, silence_s=held_s)], itertools.repeat(at_once))
        tries = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_Again),
            stop=tenacity.stop_after_attempt(min(self._retry.attempts, attempts or self._retry.attempts))
            | tenacity.stop_after_delay(DEADLINE_S),
            wait=self._pause,
            sleep=self._sleep,
            before_sleep=lambda state: self._tell(what, state),
            reraise=True,
        )
        try:
            answer: Answer = tries(lambda: self._send(next(in_turn)))
        except _Again as again:
            raise again.error from again.__cause__
        return answer

    def _pause(self, state: tenacity.RetryCallState) -> float:
        assert state.outcome is not None
        error = state.outcome.exception()
        if isinstance(error, _Again) and error.pause_s is not None:
            return error.pause_s
        exponential = tenacity.wait_exponential(multiplier=self._retry.initial_s, max=self._retry.max_s)
        jitter = tenacity.wait_random(0, self._retry.initial_s)
        return min(exponential(state) + jitter(state), self._retry.max_s)

    def _sleep(self, seconds: float) -> None:
        if self._stop is None:
            time.sleep(seconds)
        else:
            self._stop.sleep(seconds)

    def _tell(self, what: str, state: tenacity.RetryCallState) -> None:
        assert state.outcome is not None
        error = state.outcome.exception()
        assert isinstance(error, _Again)
        wait_s = state.next_action.sleep if state.next_action else 0.0
        self._on_retry(RetryNews(what, state.attempt_number, wait_s, error.error))

    def _send(self, request: _Request) -> Answer:
        try:
            answer = self._exchange(request)
        except RuntimeError as error:
            # httpx's word for a client that was closed: the run is over, and nobody waits for this any more.
            raise CancelledError("the connections are closed") from error
        except _NEVER_SENT as error:
            raise _Again(NetworkError(f"Apify cannot be reached ({_words(error)})")) from error
        except _OUR_FAULT as error:
            raise _unsendable(error) from error
        except httpx.HTTPError as error:
            lost = f"the connection to Apify broke ({_words(error)})"
            if request.starts:
                raise LostStartError(lost) from error
            raise _Again(NetworkError(lost)) from error
        return self._judged(answer, request)

    def _exchange(self, request: _Request) -> Answer:
        deadline = time.monotonic() + request.seconds
        with self._http.stream(
            request.method,
            request.url,
            headers=request.headers,
            content=request.content,
            timeout=self._limits(request.silence_s),
            extensions={"trace": self._before_sending},
        ) as response:
            chunks, size = [], 0
            for chunk in response.iter_bytes():
                chunks.append(chunk)
                size += len(chunk)
                if size > _LARGEST:
                    raise httpx.ReadError(f"the answer is larger than {_LARGEST:,} bytes")
                if time.monotonic() > deadline:
                    raise httpx.ReadTimeout(f"the answer took more than {request.seconds:.0f} s")
            if response.is_success:  # the page of a proxy has the proxy's clock
                self._note_clock(response.headers.get("date"))
            return Answer(response.status_code, response.headers, b"".join(chunks))

    def _limits(self, silence_s: float) -> httpx.Timeout:
        return httpx.Timeout(self._patience_s, connect=min(_CONNECT_S, self._patience_s), read=silence_s)

    def _note_clock(self, date: str | None) -> None:
        """Learn how far the server's clock is ahead of ours."""
        with contextlib.suppress(ValueError, OverflowError):
            moment = email.utils.parsedate_to_datetime(date or "")
            if moment.tzinfo is not None:
                self.server_ahead = moment - datetime.now(UTC)

    def _before_sending(self, moment: str, _info: object) -> None:
        """Ask the rate limit at the last moment: connecting takes time, and what counts is when requests arrive."""
        if moment == "http11.send_request_headers.started":
            self._limit.acquire(self._stop)
            with self._lock:
                self.requests += 1

    def _judged(self, answer: Answer, request: _Request) -> Answer:
        if answer.status_code < 300:
            problem = problem_of(answer, request.sound, request.take)
            if problem is None:
                with self._lock:
                    self.answers += 1
                return answer
            if request.starts:
                raise LostStartError(str(problem))
            raise _Again(problem)
        type_, message = error_of(answer)
        judgement = judge(answer.status_code, type_, message)
        if request.starts and judgement.carried_out:
            raise LostStartError(str(judgement.error))
        if isinstance(judgement.error, CapacityError) and not request.starts:
            # Only a start can be one too many.
            raise _Again(RateLimitedError(str(judgement.error)))
        if not judgement.again:
            raise judgement.error
        pause_s = retry_after(answer.headers, datetime.now(UTC))
        if pause_s is not None and pause_s > LONGEST_PAUSE_S:
            raise RateLimitedError(f"Apify asks to come back in {pause_s:.0f} s")
        raise _Again(judgement.error, pause_s)


@functools.lru_cache(maxsize=1)
def _certificates() -> ssl.SSLContext:
    """Read the certificates of authorities, once: with a thousand tokens it would take longer than their requests."""
    return httpx.create_ssl_context()


def _unsendable(error: Exception) -> ApifyError:
    return ApifyError(f"the request cannot be sent ({_words(error)}); look at apify.api_url")


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
