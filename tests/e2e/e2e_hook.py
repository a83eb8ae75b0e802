"""A loopback web server that keeps what is sent to it: webhooks and pings, whole."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple


class Got(NamedTuple):
    """A request."""

    path: str
    headers: dict[str, str]
    body: bytes


class Hook(NamedTuple):
    """Where it is, and what has come."""

    url: str
    got: list[Got]


@contextlib.contextmanager
def hook(status: int = 200, **headers: str) -> Iterator[Hook]:
    """Open a server that answers everything alike."""
    got: list[Got] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            got.append(Got(self.path, dict(self.headers), body))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        do_GET = do_POST

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield Hook(f"http://127.0.0.1:{server.server_port}", got)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
