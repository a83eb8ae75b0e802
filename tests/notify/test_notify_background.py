"""Nobody waits for a notification: it is sent in the background, and the end comes when it has to."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

from notify_builders import ALERT, FAILED, SUCCEEDED, outbox
from notify_servers import hook_server

from socialsync_cli.notify.messages import UserSummary


def test_an_alert_is_sent_at_once():
    with hook_server() as hook:
        box = outbox([], admins=[hook.url()])
        box.alert(ALERT)
        deadline = time.monotonic() + 5
        while not hook.requests and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(hook.requests) == 1
        box.close(5)


def test_a_slow_hook_delays_neither_the_sync_nor_the_end():
    warnings = []
    with hook_server() as hook:
        hook.hold.clear()
        box = outbox(warnings, admins=[hook.url(f"/{n}") for n in range(10)])
        started = time.monotonic()
        box.alert(ALERT)
        assert time.monotonic() - started < 0.5
        box.close(0.1)
        box.close(5)
        assert time.monotonic() - started < 1
    assert warnings == ["10 notifications were given up after waiting for 0.1 s"]


def test_after_the_end_nothing_is_sent():
    with hook_server() as hook:
        box = outbox([], admins=[hook.url()])
        box.close(1)
        box.alert(ALERT)
        box.finish([(FAILED, [hook.url()])])
        box.close(1)
    assert hook.requests == []


def test_the_end_cuts_the_pause_between_tries_short():
    warnings = []
    with hook_server() as hook:
        hook.answers = [500]
        box = outbox(warnings, sleep=None, admins=[hook.url()])
        box.alert(ALERT)
        box.close(0.2)
    assert warnings == ["1 notification was given up after waiting for 0.2 s"]


def test_a_listener_that_fails_ends_nothing():
    with hook_server() as hook:
        heard = []

        def listen(sentence):
            heard.append(sentence)
            raise RuntimeError(sentence)

        box = outbox([], warn=listen, threads=1)
        box.finish([(FAILED, ["http://hooks.example.com/"]), (SUCCEEDED._replace(user="b"), [hook.url()])])
        box.close(5)
    assert (len(heard), len(hook.requests)) == (1, 1)


def test_a_listener_may_use_the_outbox():
    with hook_server() as hook:
        box = outbox([], warn=lambda _sentence: box.alert(ALERT), admins=[hook.url()])
        box.finish([(FAILED, ["http://hooks.example.com/"])])
        deadline = time.monotonic() + 5
        while not hook.requests and time.monotonic() < deadline:
            time.sleep(0.01)
        box.close(5)
    assert len(hook.requests) == 1


def test_many_users_are_told_by_few_threads():
    before = threading.active_count()
    with hook_server() as hook:
        box = outbox([], threads=3)
        box.finish([(UserSummary("run-1", f"u{n}", FAILED.tasks), [hook.url()]) for n in range(40)])
        assert sum(thread.name == "socialsync-notify" for thread in threading.enumerate()) <= 3
        box.close(10)
    assert len(hook.texts()) == 40
    deadline = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() <= before


def test_nothing_heavy_is_loaded_before_something_is_sent():
    code = (
        "import sys; from socialsync_cli.notify import Outbox; box = Outbox(on='always', warn=print); box.close(1);"
        "print(sorted({'httpx', 'tenacity', 'smtplib', 'email.message', 'apprise'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_hook_that_never_answers_does_not_keep_the_process():
    with hook_server() as hook:
        hook.hold.clear()
        code = (
            "import sys; from socialsync_cli.notify import AdminAlert, Outbox;"
            f"box = Outbox(on='always', warn=lambda s: print(s, file=sys.stderr), admins=['{hook.url()}']);"
            "box.alert(AdminAlert('cost_limit', 'x')); box.close(0.5)"
        )
        started = time.monotonic()
        ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert time.monotonic() - started < 5
    assert ended.stderr == "1 notification was given up after waiting for 0.5 s\n"
