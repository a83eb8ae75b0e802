"""Webhooks, against real servers on this machine."""

from __future__ import annotations

import shutil
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notify_builders import FAILED, NOW, SECRET, UNIX, clock
from notify_servers import dripping_server, hook_server, refusing_port, self_signed

from socialsync_cli import __version__
from socialsync_cli.notify import ping_end, webhook
from socialsync_cli.notify.messages import encode, finished

MESSAGE = finished(FAILED)


def send(url, *, sleeps=None, **settings):
    usual = {"delivery": "d-1", "secret": SECRET, "allow_insecure": False, "clock": clock}
    return webhook.send(url, MESSAGE, sleep=[].append if sleeps is None else sleeps.append, **(usual | settings))


def test_a_delivery_is_a_signed_post_of_json():
    with hook_server() as hook:
        assert send(hook.url("/hook?key=1")) is None
    (request,) = hook.requests
    assert (request.method, request.path) == ("POST", "/hook?key=1")
    assert request.body == encode(MESSAGE, "d-1", NOW)
    headers = {name.lower(): value for name, value in request.headers.items()}
    assert webhook.verify(SECRET, headers.pop("x-socialsync-signature"), request.body, UNIX)
    assert headers == {
        "host": f"127.0.0.1:{hook.port}",
        "accept": "*/*",
        "accept-encoding": headers["accept-encoding"],
        "connection": "close",
        "user-agent": f"socialsync/{__version__}",
        "content-type": "application/json",
        "content-length": str(len(request.body)),
        "x-socialsync-event": "run.finished",
        "x-socialsync-delivery": "d-1",
    }


@pytest.mark.parametrize("secret", [None, ""])
def test_without_a_secret_nothing_is_signed(secret):
    with hook_server() as hook:
        assert send(hook.url(), secret=secret) is None
    assert "X-Socialsync-Signature" not in hook.requests[0].headers


def test_the_signature_is_what_the_documented_command_computes():
    # { printf '%s.' 1767225600; printf '{"version":1}'; } | openssl dgst -sha256 -hmac whsec
    expected = "e6ca89b7d1f9c2be1a84016ac9720f8707fe1e177bccc18d094194d235b6c33b"
    assert webhook.sign("whsec", b'{"version":1}', 1767225600) == f"t=1767225600,v1={expected}"


@pytest.mark.parametrize(
    ("header", "body", "now"),
    [
        (webhook.sign(SECRET, b"{}", UNIX), b"{ }", UNIX),
        (webhook.sign("another", b"{}", UNIX), b"{}", UNIX),
        (webhook.sign(SECRET, b"{}", UNIX), b"{}", UNIX + 301),
        (webhook.sign(SECRET, b"{}", UNIX), b"{}", UNIX - 301),
        (webhook.sign(SECRET, b"{}", UNIX).replace(f"t={UNIX}", f"t={UNIX + 1}"), b"{}", UNIX),
        (webhook.sign(SECRET, b"{}", UNIX) + f",t={UNIX}", b"{}", UNIX),
        (webhook.sign(SECRET, b"{}", UNIX).partition(",")[0], b"{}", UNIX),
        ("", b"{}", UNIX),
        ("t=,v1=", b"{}", UNIX),
        ("t=\u0661,v1=\u0661", b"{}", UNIX),
    ],
)
def test_a_delivery_that_was_changed_or_is_old_is_refused(header, body, now):
    assert not webhook.verify(SECRET, header, body, now)


@given(st.text(), st.binary())
def test_verify_survives_every_header(header, body):
    assert not webhook.verify(SECRET, header, body, UNIX)


@given(st.text(min_size=1), st.binary(), st.integers(0, 10**11))
def test_what_is_signed_verifies(secret, body, moment):
    try:
        secret.encode()
    except UnicodeEncodeError:
        return
    assert webhook.verify(secret, webhook.sign(secret, body, moment), body, moment + 299.0)


def test_one_of_several_signatures_is_enough():
    header = webhook.sign("new", b"{}", UNIX) + "," + webhook.sign(SECRET, b"{}", UNIX).partition(",")[2]
    assert webhook.verify(SECRET, header, b"{}", UNIX)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_passing_trouble_is_tried_again_with_the_same_id(status):
    sleeps = []
    with hook_server() as hook:
        hook.answers = [status, status, 204]
        assert send(hook.url(), sleeps=sleeps) is None
    assert [request.headers["X-Socialsync-Delivery"] for request in hook.requests] == ["d-1"] * 3
    assert sleeps == [0.5, 1.0]


def test_three_tries_are_enough():
    with hook_server() as hook:
        hook.answers = [502]
        assert send(hook.url()) == "answers 502 (3 tries)"
    assert len(hook.requests) == 3


def test_every_try_is_signed_at_its_own_time():
    moments = iter([NOW, NOW, NOW.replace(minute=1)])
    with hook_server() as hook:
        hook.answers = [500, 200]
        assert send(hook.url(), clock=lambda: next(moments)) is None
    signatures = [request.headers["X-Socialsync-Signature"] for request in hook.requests]
    assert [signature.partition(",")[0] for signature in signatures] == [f"t={UNIX}", f"t={UNIX + 60}"]
    assert webhook.verify(SECRET, signatures[1], hook.requests[1].body, UNIX + 60)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413])
def test_a_refusal_is_final(status):
    with hook_server() as hook:
        hook.answers = [status]
        assert send(hook.url()) == f"answers {status}"
    assert len(hook.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(status):
    with hook_server() as hook, hook_server() as elsewhere:
        hook.answers, hook.answer_headers = [status], {"Location": elsewhere.url()}
        assert send(hook.url()) == f"answers with a redirect ({status}), which is not followed"
    assert (len(hook.requests), elsewhere.requests) == (1, [])


def test_the_body_of_an_answer_is_not_read():
    with hook_server() as hook:
        hook.answer_body = b"x" * 50_000_000
        started = time.monotonic()
        assert send(hook.url()) is None
        assert time.monotonic() - started < 2


def test_a_port_at_which_nobody_listens_is_tried_three_times():
    sleeps = []
    assert send(f"http://127.0.0.1:{refusing_port()}/canary-path", sleeps=sleeps) == (
        "cannot be reached: Connection refused (3 tries)"
    )
    assert sleeps == [0.5, 1.0]


def test_a_server_that_says_nothing_is_given_up():
    with hook_server() as hook:
        hook.hold.clear()
        assert send(hook.url(), total_s=0.1) == "does not answer within 0.1 s (3 tries)"


def test_a_server_that_answers_drop_by_drop_is_cut_off():
    with dripping_server() as (port, cut):
        assert send(f"http://127.0.0.1:{port}/", total_s=0.2) == "does not answer within 0.2 s (3 tries)"
        assert cut.wait(2)


@pytest.mark.skipif(not shutil.which("openssl"), reason="makes a certificate with openssl")
def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path):
    with hook_server(tls=self_signed(tmp_path)) as hook:
        problem = send(f"https://localhost:{hook.port}/")
    assert problem == "has no valid certificate: self-signed certificate"
    assert hook.requests == []


@pytest.mark.parametrize("url", ["http://hooks.example.com/x", "http://10.0.0.1/x", "http://localhost.example.com/x"])
def test_plain_http_does_not_leave_this_machine(url):
    assert send(url) == "is not told over plain http:// (allow_insecure_http = true under [notify] permits it)"


@pytest.mark.parametrize("url", ["http://[::1", "https://host:port/", "https:///x", "https://a b/", "https://a\r\nb/"])
def test_an_address_that_cannot_be_read_is_a_problem_not_an_error(url):
    assert send(url) == "cannot be told: its address cannot be read"


def test_no_log_names_the_address(caplog):
    caplog.set_level("DEBUG")
    with hook_server() as hook:
        assert send(hook.url("/canary?key=canary")) is None
        assert ping_end(hook.url("/canary"), 0) is None
    assert [request.path for request in hook.requests] == ["/canary?key=canary", "/canary/0"]
    assert "canary" not in caplog.text
