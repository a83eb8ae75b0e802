"""Loopback servers that get what is sent: webhooks, and a small SMTP server."""

from __future__ import annotations

import base64
import contextlib
import json
import socket
import socketserver
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple


class Got(NamedTuple):
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Hook:
    """A web server that answers as it was told: one status after the other, the last one for ever."""

    def __init__(self, port):
        self.port = port
        self.answers = [200]
        self.answer_headers = {}
        self.answer_body = b""
        self.requests = []
        self.hold = threading.Event()
        self.hold.set()

    def url(self, path="/hook", host="127.0.0.1"):
        return f"http://{host}:{self.port}{path}"

    def texts(self, field="text"):
        """Return a field of each message that came, in alphabetical order."""
        return sorted(json.loads(request.body)[field] for request in self.requests)


@contextlib.contextmanager
def hook_server(tls=None):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            hook.requests.append(Got(self.command, self.path, dict(self.headers), body))
            hook.hold.wait(10)
            status = hook.answers.pop(0) if len(hook.answers) > 1 else hook.answers[0]
            with contextlib.suppress(OSError):
                self.send_response(status)
                for name, value in hook.answer_headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(hook.answer_body)

        do_GET = do_POST

        def log_message(self, *_):
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request, client_address):
            pass

    server = Server(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    hook = Hook(server.server_port)
    with _serving(server):
        try:
            yield hook
        finally:
            hook.hold.set()


@contextlib.contextmanager
def dripping_server():
    """Yield the port of a server that sends its answer one byte at a time, and the event of its being cut off."""
    cut = threading.Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            self.request.settimeout(0.02)
            with contextlib.suppress(OSError):
                self.request.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                for _ in range(500):
                    self.request.sendall(b"a")
                    with contextlib.suppress(TimeoutError):
                        if self.request.recv(65536) == b"":
                            break
            cut.set()

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Handler)
    with _serving(server):
        yield server.server_address[1], cut


def refusing_port():
    """Return a port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Post(NamedTuple):
    sender: str
    recipients: tuple[str, ...]
    content: bytes
    login: str | None
    encrypted: bool


class Smtp:
    """A mail server that answers as it was told: by the first word of the command, else as usual."""

    def __init__(self, port):
        self.port = port
        self.replies = {}
        self.features = ["8BITMIME", "AUTH PLAIN"]
        self.received = []
        self.commands = []


class _SmtpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self):
        self.smtp = self.server.smtp
        self.encrypted = False
        if self.server.encrypted:
            self.secure()
        self.say("220 ready")
        self.sender, self.recipients, self.login = "", [], None
        while line := self.rfile.readline():
            word, _, rest = line.decode().strip().partition(" ")
            self.smtp.commands.append(line.decode().strip())
            if word.upper() not in self.smtp.replies:
                if not self.answer(word.upper(), rest):
                    return
            elif (reply := self.smtp.replies[word.upper()]) is not None:
                self.say(reply)
            else:
                return

    def secure(self):
        self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        self.setup()
        self.encrypted = True

    def finish(self):
        with contextlib.suppress(OSError):
            super().finish()
        self.request.close()

    def say(self, text):
        self.wfile.write(f"{text}\r\n".encode())

    def answer(self, word, rest):
        """Answer a command as usual; return whether the conversation goes on."""
        if word == "EHLO":
            offered = [*self.smtp.features, *(["STARTTLS"] if self.server.tls and not self.encrypted else [])]
            self.say("\r\n".join(["250-here", *(f"250-{feature}" for feature in offered), "250 HELP"]))
        elif word == "STARTTLS":
            self.say("220 go on")
            self.secure()
        elif word == "AUTH":
            self.login = base64.b64decode(rest.split()[1]).decode()
            self.say("235 welcome")
        elif word == "DATA":
            self.say("354 go on")
            content = b"".join(iter(self.rfile.readline, b".\r\n"))
            self.smtp.received.append(Post(self.sender, tuple(self.recipients), content, self.login, self.encrypted))
            self.say("250 thanks")
        else:
            if word == "MAIL":
                self.sender = rest
            if word == "RCPT":
                self.recipients.append(rest)
            self.say("221 bye" if word == "QUIT" else "250 ok")
        return word != "QUIT"


@contextlib.contextmanager
def smtp_server(tls=None, encrypted=False):
    """Yield a mail server: with STARTTLS if there is a certificate, or encrypted from the start."""
    server = _SmtpServer(("127.0.0.1", 0), _Conversation)
    server.tls, server.encrypted = tls, encrypted
    server.smtp = Smtp(server.server_address[1])
    with _serving(server):
        yield server.smtp


@contextlib.contextmanager
def _serving(server):
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def self_signed(folder):
    """Return the server's side of TLS with a certificate that nobody vouches for."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = (
        f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost "
        f"-keyout {key} -out {certificate}"
    )
    subprocess.run(command.split(), check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
