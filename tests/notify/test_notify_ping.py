"""The dead man's switch."""

from __future__ import annotations

import threading
import time

import pytest
from notify_servers import dripping_server, hook_server, refusing_port

from socialsync_cli.notify import ping_end, ping_start


def no_sleep(_seconds):
    pass


def test_the_beginning_and_the_end_are_told():
    with hook_server() as hook:
        assert ping_start(hook.url("/uuid")) is None
        assert ping_end(hook.url("/uuid/"), 3) is None
        assert ping_end(hook.url("/uuid?create=1"), 0) is None
    assert [(request.method, request.path, request.body) for request in hook.requests] == [
        ("GET", "/uuid/start", b""),
        ("GET", "/uuid/3", b""),
        ("GET", "/uuid/0?create=1", b""),
    ]


@pytest.mark.parametrize("url", ["", "  "])
def test_without_an_address_nothing_happens(url):
    assert (ping_start(url), ping_end(url, 0)) == (None, None)


def test_it_is_tried_twice():
    with hook_server() as hook:
        hook.answers = [500, 200]
        assert ping_start(hook.url(), sleep=no_sleep) is None
        hook.answers = [500]
        assert ping_start(hook.url(), sleep=no_sleep) == "the ping to 127.0.0.1 answers 500 (2 tries)"
    assert len(hook.requests) == 4


def test_a_redirect_is_not_followed():
    with hook_server() as hook, hook_server() as elsewhere:
        hook.answers, hook.answer_headers = [302], {"Location": elsewhere.url()}
        assert ping_start(hook.url()) == ("the ping to 127.0.0.1 answers with a redirect (302), which is not followed")
    assert elsewhere.requests == []


@pytest.mark.parametrize(
    ("url", "warning"),
    [
        ("https://host:port-canary/x", "the ping to ping_url cannot be told: its address cannot be read"),
        (
            "http://ping.example.com/canary",
            "the ping to ping.example.com is not told over plain http:// "
            "(allow_insecure_http = true under [notify] permits it)",
        ),
    ],
)
def test_an_address_that_may_not_be_used_is_a_warning_without_its_secret(url, warning):
    assert ping_end(url, 0) == warning


def test_nobody_there_is_a_warning():
    url = f"http://127.0.0.1:{refusing_port()}/canary"
    assert ping_end(url, 1, sleep=no_sleep) == ("the ping to 127.0.0.1 cannot be reached: Connection refused (2 tries)")


def test_a_run_is_not_kept_waiting():
    started = time.monotonic()
    with dripping_server() as (port, cut):
        warning = ping_start(f"http://127.0.0.1:{port}/", within_s=0.2, sleep=no_sleep)
        assert cut.wait(2)
    assert warning == "the ping to 127.0.0.1 does not answer within 0.2 s"
    assert time.monotonic() - started < 2


def test_an_endless_pause_between_tries_does_not_keep_a_run_waiting():
    over = threading.Event()
    with hook_server() as hook:
        hook.answers = [500]
        warning = ping_start(hook.url(), within_s=0.2, sleep=lambda _seconds: over.wait(5) and None)
    over.set()
    assert warning == "the ping to 127.0.0.1 does not answer within 0.2 s"
