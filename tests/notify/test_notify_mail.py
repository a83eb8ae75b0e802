"""Mail, against a real server on this machine."""

from __future__ import annotations

import email
import email.policy
import shutil
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notify_builders import FAILED, NOW
from notify_servers import refusing_port, self_signed, smtp_server

from socialsync_cli.notify import mail
from socialsync_cli.notify.messages import Message, finished

MESSAGE = finished(FAILED)
PASSWORD = "pass-canary-77"
HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Socialsync-Event"]
BODY_HEADERS = ["Content-Type", "Content-Transfer-Encoding", "MIME-Version"]

needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="makes a certificate with openssl")


def send(url, to="ops@example.com", message=MESSAGE, sleeps=None, **settings):
    server = mail.read_server(url)
    assert isinstance(server, mail.MailServer), server
    sleep = [].append if sleeps is None else sleeps.append
    return mail.send(server, to, message, delivery="d-1", now=NOW, sleep=sleep, **settings)


def read(content):
    return email.message_from_bytes(content, policy=email.policy.default)


def text_of(received):
    return received.get_content().replace("\r\n", "\n")


def at(smtp, user="", query=""):
    return f"smtp://{user}127.0.0.1:{smtp.port}{query}"


def test_a_whole_mail():
    with smtp_server() as smtp:
        assert send(at(smtp, f"me%40example.com:{PASSWORD}@", "?from=sync@example.com")) is None
    (post,) = smtp.received
    assert post.login == f"\0me@example.com\0{PASSWORD}"
    assert (post.sender.split()[0], post.recipients) == ("FROM:<sync@example.com>", ("TO:<ops@example.com>",))
    received = read(post.content)
    assert dict(received.items()) == {
        "From": "sync@example.com",
        "To": "ops@example.com",
        "Subject": "socialsync: acme: 1 of 2 tasks failed",
        "Date": "Sat, 10 Jan 2026 06:00:00 +0000",
        "Message-ID": "<d-1@example.com>",
        "Auto-Submitted": "auto-generated",
        "X-Socialsync-Event": "run.finished",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "7bit",
        "MIME-Version": "1.0",
    }
    assert text_of(received) == MESSAGE.body


def test_letters_of_all_scripts_arrive():
    message = Message("test", "näma: 東京 👩‍🚀", "Grüße aus 東京\n" + "x" * 2000 + "\n", {})
    with smtp_server() as smtp:
        assert send(at(smtp), message=message) is None
    received = read(smtp.received[0].content)
    assert (received["Subject"], text_of(received)) == (message.subject, message.body)
    assert received["From"] == "socialsync@localhost"


INJECTIONS = ["a\r\nBcc: victim@example.com", "a\nBcc: victim@example.com\n\nbody", "a\rBcc: x", "a\u2028Bcc: x", "\0"]


@pytest.mark.parametrize("text", INJECTIONS)
def test_a_subject_cannot_add_headers_or_recipients(text):
    with smtp_server() as smtp:
        assert send(at(smtp), message=Message(text, text, "body\n", {})) is None
    (post,) = smtp.received
    received = read(post.content)
    assert received.keys() == [*HEADERS, *BODY_HEADERS]
    assert post.recipients == ("TO:<ops@example.com>",)


@given(st.text())
def test_no_subject_whatsoever_adds_headers(text):
    server = mail.MailServer("localhost", 25, "me@localhost")
    composed = mail.compose(server, "ops@example.com", Message("test", text, "body\n", {}), "d-1", NOW)
    received = read(bytes(composed))
    assert received.keys() == [*HEADERS, *BODY_HEADERS]
    assert text_of(received) == "body\n"


@pytest.mark.parametrize(
    "to",
    ["a@example.com\r\nRCPT TO:<b@example.com>", "a@example.com, b@example.com", "a@example.com>", "nobody", "a@b\0c"],
)
def test_a_recipient_cannot_add_recipients(to):
    with smtp_server() as smtp:
        assert send(at(smtp), to=to) == "cannot be sent: the address is not name@host"
    assert smtp.commands == []


@needs_openssl
def test_the_connection_is_encrypted_when_that_is_offered(tmp_path):
    with smtp_server(tls=self_signed(tmp_path)) as smtp:
        assert send(at(smtp, f"me:{PASSWORD}@")) is None
    assert (smtp.received[0].encrypted, smtp.received[0].login) == (True, f"\0me\0{PASSWORD}")
    assert [command.split()[0] for command in smtp.commands[:4]] == ["ehlo", "STARTTLS", "ehlo", "AUTH"]


@needs_openssl
def test_starttls_can_be_turned_off(tmp_path):
    with smtp_server(tls=self_signed(tmp_path)) as smtp:
        assert send(at(smtp, query="/?starttls=no")) is None
    assert not smtp.received[0].encrypted


@needs_openssl
def test_smtps_is_encrypted_from_the_start(tmp_path):
    with smtp_server(tls=self_signed(tmp_path), encrypted=True) as smtp:
        assert send(f"smtps://127.0.0.1:{smtp.port}") is None
    assert smtp.received[0].encrypted


@needs_openssl
@pytest.mark.usefixtures("_elsewhere")
def test_another_machine_must_show_a_valid_certificate(tmp_path):
    with smtp_server(tls=self_signed(tmp_path)) as smtp:
        assert elsewhere(smtp, f"me:{PASSWORD}@") == (
            "could not be sent: mx.example.com has no valid certificate: self-signed certificate"
        )
    assert smtp.received == []
    assert not any("AUTH" in command for command in smtp.commands)


@pytest.fixture
def _elsewhere(monkeypatch):
    """Let this machine have a name that is not known to be its own."""
    real = socket.getaddrinfo

    def getaddrinfo(host, *rest, **named):
        return real("127.0.0.1" if host == "mx.example.com" else host, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(socket, "getfqdn", lambda: "sync.example.com")


def elsewhere(smtp, user="", query=""):
    return send(f"smtp://{user}mx.example.com:{smtp.port}{query}")


@pytest.mark.usefixtures("_elsewhere")
def test_another_machine_that_does_not_encrypt_is_not_used():
    with smtp_server() as smtp:
        assert elsewhere(smtp, f"me:{PASSWORD}@") == (
            "could not be sent: mx.example.com offers no STARTTLS (starttls=no in smtp_url permits to go without)"
        )
    assert [command.split()[0] for command in smtp.commands] == ["ehlo"]


@pytest.mark.usefixtures("_elsewhere")
def test_another_machine_is_used_unencrypted_only_when_told_so():
    with smtp_server() as smtp:
        assert elsewhere(smtp, query="?starttls=no&from=me@example.com") is None
    assert len(smtp.received) == 1


@pytest.mark.parametrize(
    ("command", "reply", "problem"),
    [
        ("RCPT", f"550 no such user {PASSWORD}", "refuses the recipient (550)"),
        ("AUTH", f"535 {PASSWORD} is wrong", "refuses the login (535)"),
        ("MAIL", f"553 {PASSWORD}", "answers 553"),
        ("DATA", f"554 {PASSWORD}", "answers 554"),
        ("MAIL", None, "broke the connection off"),
    ],
)
def test_a_refusal_is_final_and_the_server_is_not_quoted(command, reply, problem):
    with smtp_server() as smtp:
        smtp.replies[command] = reply
        assert send(at(smtp, f"me:{PASSWORD}@")) == f"could not be sent: 127.0.0.1 {problem}"
    assert sum(line.startswith("ehlo") for line in smtp.commands) == 1


@pytest.mark.parametrize(
    ("command", "reply", "problem"),
    [
        ("RCPT", "451 later", "refuses the recipient (451)"),
        ("MAIL", "421 busy", "answers 421"),
        ("EHLO", None, "broke the connection off"),
    ],
)
def test_a_passing_trouble_is_tried_again(command, reply, problem):
    sleeps = []
    with smtp_server() as smtp:
        smtp.replies[command] = reply
        assert send(at(smtp), sleeps=sleeps) == f"could not be sent: 127.0.0.1 {problem} (3 tries)"
    assert sleeps == [0.5, 1.0]


def test_a_bad_good_bye_sends_nothing_twice():
    with smtp_server() as smtp:
        smtp.replies["QUIT"] = "421 busy"
        assert send(at(smtp)) is None
    assert len(smtp.received) == 1


def test_a_server_without_a_login_is_not_given_the_password():
    with smtp_server() as smtp:
        smtp.features = []
        assert send(at(smtp, f"me:{PASSWORD}@")) == "could not be sent: 127.0.0.1 supports no login"
    assert PASSWORD not in f"{smtp.commands}"


def test_a_port_at_which_nobody_listens():
    problem = send(f"smtp://me:{PASSWORD}@localhost:{refusing_port()}")
    assert problem == "could not be sent: localhost cannot be reached: Connection refused (3 tries)"


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mx.example.com", mail.MailServer("mx.example.com", 587, "socialsync@mx.example.com")),
        ("smtps://mx.example.com", mail.MailServer("mx.example.com", 465, "socialsync@mx.example.com", encrypted=True)),
        (
            "smtp://a%40b:p%2Fq@mx.example.com:25/?from=me%40example.com&starttls=no",
            mail.MailServer("mx.example.com", 25, "me@example.com", starttls=False, user="a@b", password="p/q"),
        ),
    ],
)
def test_the_address_of_a_server(url, server):
    assert mail.read_server(url) == server


@pytest.mark.parametrize(
    "url",
    [
        f"smtp://me:{PASSWORD}/x@mx.example.com:587",
        f"smtp://me:12/{PASSWORD}@mx.example.com:587",
        f"smtp://me:12?{PASSWORD}@mx.example.com:587",
        f"smtp://me:12#{PASSWORD}@mx.example.com:587",
        f"smtp://me:{PASSWORD}@mx.example.com:99999",
        f"smtp://me:{PASSWORD}@",
        f"smtp://me:{PASSWORD}%0A@mx.example.com",
        f"http://me:{PASSWORD}@mx.example.com",
        f"smtp://[{PASSWORD}",
        f"smtp://mx.example.com?starttls={PASSWORD}",
        f"smtp://mx.example.com?from={PASSWORD}",
        f"smtp://mx.example.com?sender={PASSWORD}",
        "",
    ],
)
def test_an_address_of_a_server_that_cannot_be_read_is_not_repeated(url):
    sentence = mail.read_server(url)
    assert isinstance(sentence, str)
    assert sentence.partition(" ")[0] in ("smtp_url", "starttls", "from")
    assert PASSWORD not in sentence


def test_a_server_does_not_show_its_password():
    server = mail.read_server(f"smtp://me:{PASSWORD}@mx.example.com")
    assert PASSWORD not in repr(server)
