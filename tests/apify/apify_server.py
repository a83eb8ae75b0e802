"""A loopback server that answers as it is told, the ways in which real ones fail included."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import socket
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit


class Unlimited:
    """A rate limit that lets everything through."""

    def acquire(self, stop):
        pass

    def close(self):
        pass


class Reply(NamedTuple):
    """A whole answer; `length` is what it claims to be long, where that is not the truth."""

    status: int
    body: bytes = b"{}"
    headers: tuple[tuple[str, str], ...] = ()
    length: int | None = None


class Reset(NamedTuple):
    """The connection is reset: as soon as it is made, or when the request was read."""

    after_request: bool


class Drip(NamedTuple):
    """An answer that comes piece by piece, with a pause after each."""

    pieces: tuple[bytes, ...]
    pause_s: float


class Received(NamedTuple):
    """A request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def json(self):
        return json.loads(self.body)


def ok(data, status=200, headers=()):
    return Reply(status, json.dumps(data).encode(), tuple(headers))


def refusal(status, type_="", message="", headers=()):
    """An error as Apify words it."""
    return Reply(status, json.dumps({"error": {"type": type_, "message": message}}).encode(), tuple(headers))


def html(status, *headers):
    """The page of a proxy."""
    return Reply(status, b"<html><body>gateway</body></html>", (("content-type", "text/html"), *headers))


class ScriptedServer(ThreadingHTTPServer):
    """Gives the answers of a list one after the other and the last one for ever, or asks a function for each."""

    daemon_threads = False

    def __init__(self, script, port=0):
        self._script = script if callable(script) else list(script)
        self._turn = threading.Lock()
        self._connections: list[socket.socket] = []
        self.received: list[Received] = []
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def answer_to(self, request):
        with self._turn:
            self.received.append(request)
            return self._script(request) if callable(self._script) else self._next()

    def resets_at_once(self):
        with self._turn:
            due = not callable(self._script) and self._script[0] == Reset(after_request=False)
            if due:
                self._next()
            return due

    def _next(self):
        return self._script.pop(0) if len(self._script) > 1 else self._script[0]

    def get_request(self):
        connection, address = super().get_request()
        self._connections.append(connection)
        return connection, address

    def hang_up(self):
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request, client_address):
        """Say nothing: broken connections are what this server is for."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 5
    disable_nagle_algorithm = True
    wbufsize = -1

    def handle(self):
        if self.server.resets_at_once():
            self._reset()
        else:
            super().handle()

    def _answer(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.answer_to(Received(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body))
        if isinstance(answer, Reset):
            self._reset()
        elif isinstance(answer, Drip):
            self._drip(answer)
        else:
            self._reply(answer)

    do_GET = do_POST = do_PUT = do_DELETE = _answer

    def _reply(self, answer):
        length = len(answer.body) if answer.length is None else answer.length
        self.send_response_only(answer.status)
        for name, value in (*answer.headers, ("content-length", str(length))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)
        self.close_connection = length != len(answer.body)

    def _drip(self, answer):
        self.send_response_only(200)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        self.close_connection = True
        with contextlib.suppress(OSError):
            for piece in answer.pieces:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                self.wfile.flush()
                threading.Event().wait(answer.pause_s)
            self.wfile.write(b"0\r\n\r\n")

    def _reset(self):
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())

    def finish(self):
        with contextlib.suppress(OSError):
            super().finish()

    def log_message(self, *_):
        """Say nothing."""


@contextlib.contextmanager
def serving(script, port=0):
    """Run a server with this script for the length of a block."""
    server = ScriptedServer(script, port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.hang_up()
        server.server_close()


def closed_port():
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
