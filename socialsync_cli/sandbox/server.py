"""HTTP/1.1 over loopback sockets: reads requests, writes answers, and breaks them when a fault says so."""

from __future__ import annotations

import os
import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from urllib.parse import parse_qsl

from socialsync_cli.sandbox.dispatch import Outcome, respond
from socialsync_cli.sandbox.faults import Fault
from socialsync_cli.sandbox.platform_state import State
from socialsync_cli.sandbox.requests import Answer, Request

_PHRASES = {
    200: "OK", 201: "Created", 204: "No Content", 400: "Bad Request", 401: "Unauthorized", 402: "Payment Required",
    403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 408: "Request Timeout", 409: "Conflict",
    413: "Payload Too Large", 415: "Unsupported Media Type", 429: "Too Many Requests",
    500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
}  # fmt: skip
_MAX_HEADER_LINES = 200
_DRIPS = 20


class _BrokenRequest(Exception):
    """Raised when what comes in is no HTTP request; the connection is closed."""


class _Connection(socketserver.StreamRequestHandler):
    """One connection, and all requests on it."""

    server: Server
    disable_nagle_algorithm = True
    wbufsize = 0

    def handle(self) -> None:
        """Answer one request after another, until either side has had enough."""
        self.server.opened(self.connection)
        try:
            while self._next():
                pass
        except (ConnectionError, _BrokenRequest, TimeoutError, ValueError):
            pass
        finally:
            self.server.closed(self.connection)

    def _next(self) -> bool:
        """Answer one request; whether another may follow."""
        line = self.rfile.readline(65_536)
        if not line.strip():
            return bool(line)
        parts = line.decode("latin-1").split()
        if len(parts) != 3:
            raise _BrokenRequest
        method, target, version = parts
        headers = self._headers()
        raw = self._body(headers)
        path, _, query = target.partition("?")
        request = Request(method, path, dict(parse_qsl(query)), headers, raw)
        outcome = respond(self.server.state, request)
        last = version != "HTTP/1.1" or headers.get("connection", "").lower() == "close"
        return self._act(outcome, head=method == "HEAD") and not last

    def _headers(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        for _ in range(_MAX_HEADER_LINES):
            line = self.rfile.readline(65_536)
            if line in {b"\r\n", b"\n"}:
                return headers
            name, colon, value = line.decode("latin-1").partition(":")
            if not colon:
                raise _BrokenRequest
            headers[name.strip().lower()] = value.strip()
        raise _BrokenRequest

    def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("expect", "").lower() == "100-continue":
            self.connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        if "chunked" in headers.get("transfer-encoding", "").lower():
            return b"".join(self._chunks())
        length = int(headers.get("content-length") or 0)
        body = self.rfile.read(length) if length else b""
        if len(body) < length:
            raise _BrokenRequest
        return body

    def _chunks(self) -> Iterator[bytes]:
        while True:
            size = int(self.rfile.readline(1024).partition(b";")[0], 16)
            piece = self.rfile.read(size)
            self.rfile.readline(1024)
            if not size:
                return
            yield piece

    def _act(self, outcome: Outcome, *, head: bool) -> bool:
        """Send an answer, or do what a fault says; whether the connection is still good."""
        fault, answer = outcome.fault, outcome.answer
        kind = fault.kind if fault is not None else ""
        if kind in {"reset", "reset_after"} or (answer is None and kind != "hang"):
            self._reset()
            return False
        if fault is not None and kind in {"hang", "hang_after"}:
            self.server.state.pause(fault.seconds)
            return False
        if answer is None:
            return False
        self.server.state.stats.answered(answer.status)
        if self.server.state.behaviour.latency_s and not outcome.own:
            self.server.state.pause(self.server.state.behaviour.latency_s)
        if fault is not None and kind == "slow":
            self.server.state.pause(fault.seconds or 1.0)
        if fault is not None and kind in {"truncate", "truncate_chunked", "drip"}:
            return self._send_badly(answer, fault)
        self._send(answer, head=head)
        return True

    def _send(self, answer: Answer, *, head: bool) -> None:
        if answer.stream is None or head:
            body = b"" if head else answer.body
            self.connection.sendall(_head(answer, length=len(answer.body)) + body)
            return
        self.connection.sendall(_head(answer, length=None))
        for piece in answer.stream:
            self.connection.sendall(_chunk(piece))
        self.connection.sendall(b"0\r\n\r\n")

    def _send_badly(self, answer: Answer, fault: Fault) -> bool:
        body = answer.collected()
        if fault.kind == "drip":
            self.connection.sendall(_head(answer, length=len(body)))
            step = max(1, len(body) // _DRIPS)
            for start in range(0, len(body), step):
                self.server.state.pause((fault.seconds or 1.0) / _DRIPS)
                self.connection.sendall(body[start : start + step])
            return True
        sent = body[: int(len(body) * fault.share)]
        if fault.kind == "truncate":
            self.connection.sendall(_head(answer, length=len(body)) + sent)
        else:
            self.connection.sendall(_head(answer, length=None) + (_chunk(sent) if sent else b""))
        return False

    def _reset(self) -> None:
        """Break the connection so that the other side sees a reset, not an end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.server.closed(self.connection)
        os.close(self.connection.detach())


def _head(answer: Answer, *, length: int | None) -> bytes:
    lines = [f"HTTP/1.1 {answer.status} {_PHRASES.get(answer.status, 'Unknown')}"]
    if answer.status != 204:
        lines.append(f"Content-Type: {answer.content_type}")
        lines.append("Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}")
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _chunk(piece: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(piece), piece)


class Server(socketserver.ThreadingTCPServer):
    """A server on a loopback port; one thread per connection."""

    allow_reuse_address = True
    request_queue_size = 512
    daemon_threads = True

    def __init__(self, state: State, port: int = 0) -> None:
        self.state = state
        self._connections: set[socket.socket] = set()
        self._busy: set[threading.Thread] = set()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", port), _Connection)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), name="sandbox", daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering, break all connections, and wait until nothing of it is left."""
        self.state.close()
        self.shutdown()
        self._thread.join()
        self.server_close()
        with self._lock:
            threads = list(self._busy)
            for connection in self._connections:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # gone already
        for thread in threads:
            thread.join(timeout=5)

    def opened(self, connection: socket.socket) -> None:
        """Remember a connection."""
        with self._lock:
            self._connections.add(connection)
            self._busy.add(threading.current_thread())

    def closed(self, connection: socket.socket) -> None:
        """Forget a connection."""
        with self._lock:
            self._connections.discard(connection)

    def process_request_thread(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        """Serve one connection, and forget its thread at the end."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._lock:
                self._busy.discard(threading.current_thread())

    def handle_error(self, request: object, client_address: object) -> None:
        """Connections break all the time, on purpose; but a bug must be seen."""
        super().handle_error(request, client_address)  # type: ignore[arg-type]  # as in the base class
