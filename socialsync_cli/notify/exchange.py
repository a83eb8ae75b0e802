"""One HTTP request whose answer is only a number; the one place in here that imports httpx.

Redirects are not followed, the body of the answer is not read, and the whole exchange has a time limit: a server
that sends its answer drop by drop is cut off.
"""

from __future__ import annotations

import contextlib
import logging
import ssl
import threading
from collections.abc import Mapping
from functools import lru_cache
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from socialsync_cli import __version__
from socialsync_cli.notify.attempts import Attempt, os_problem

if TYPE_CHECKING:
    import socket


def exchange(
    method: str,
    url: str,
    *,
    connect_s: float,
    total_s: float,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
) -> Attempt:
    """Send a request once.

    Args:
        method: GET or POST.
        url: A web address.
        connect_s: How long connecting may take.
        total_s: How long everything may take, the search for the host's number (DNS) aside.
        headers: Beside the usual ones.
        content: The body.

    """
    logging.getLogger("httpx").addFilter(_names_no_address)
    _here.busy = True
    try:
        return _exchange(method, url, connect_s, total_s, headers, content)
    finally:
        _here.busy = False


_here = threading.local()


def _names_no_address(record: logging.LogRecord) -> bool:
    """Let no record through that httpx makes of a request of ours: it names the address, and that may be a secret."""
    return not getattr(_here, "busy", False)


def _exchange(
    method: str, url: str, connect_s: float, total_s: float, headers: Mapping[str, str] | None, content: bytes | None
) -> Attempt:
    import httpx

    with _Deadline(total_s) as deadline:
        try:
            with (
                httpx.Client(
                    verify=_tls(),
                    timeout=httpx.Timeout(total_s, connect=connect_s),
                    follow_redirects=False,
                    headers={"User-Agent": f"socialsync/{__version__}", "Connection": "close"},
                ) as client,
                client.stream(
                    method, url, headers=headers, content=content, extensions={"trace": deadline.watch}
                ) as response,
            ):
                return _judge(response.status_code)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            if deadline.passed or isinstance(error, httpx.ReadTimeout):
                return Attempt(f"does not answer within {total_s:g} s", again=True)
            if isinstance(error, (httpx.InvalidURL, httpx.UnsupportedProtocol)):
                return Attempt("has an address that cannot be used")
            return os_problem(error) or Attempt("broke the connection off", again=True)


def _judge(status: int) -> Attempt:
    if 200 <= status < 300:
        return Attempt()
    if 300 <= status < 400:
        return Attempt(f"answers with a redirect ({status}), which is not followed")
    return Attempt(f"answers {status}", again=status == 429 or status >= 500)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """Read the certificates of the authorities once: it takes longer than a request."""
    import httpx

    return httpx.create_ssl_context()


class _Deadline:
    """Cuts the connection of a request when its time is up: httpx itself only limits each wait."""

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._lock = threading.Lock()
        self._line: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            if self._line is not None:
                self._line.close()
                self._line = None

    def watch(self, event: str, info: Mapping[str, Any]) -> None:
        """Take hold of the connection as soon as there is one (httpx's `trace` extension)."""
        if event != "connection.connect_tcp.complete":
            return
        connected = info["return_value"].get_extra_info("socket")
        with self._lock:
            if self._line is None:
                self._line = connected.dup()  # a handle of our own: TLS takes the other one away
        if self.passed:
            self._cut()

    def _cut(self) -> None:
        import socket

        self.passed = True
        with self._lock, contextlib.suppress(OSError):
            if self._line is not None:
                self._line.shutdown(socket.SHUT_RDWR)
