"""Who is told what."""

from __future__ import annotations

import json
import sys

import pytest
from notify_builders import ALERT, CANCELLED, FAILED, SECRET, SUCCEEDED, outbox
from notify_servers import hook_server, refusing_port, smtp_server

from socialsync_cli.core.events import RunBegan, Waiting, Warned
from socialsync_cli.core.outcomes import Trouble
from socialsync_cli.notify import AdminBell, elsewhere
from socialsync_cli.notify.messages import AdminAlert


@pytest.mark.parametrize(
    ("on", "wanted"),
    [
        ("always", [SUCCEEDED, FAILED, CANCELLED]),
        ("failure", [FAILED]),
        ("never", []),
    ],
)
def test_users_are_told_as_configured(on, wanted):
    warnings = []
    with hook_server() as hook:
        box = outbox(warnings, on=on)
        box.finish(
            [(summary._replace(user=f"u{n}"), [hook.url()]) for n, summary in enumerate((SUCCEEDED, FAILED, CANCELLED))]
        )
        box.close(5)
    statuses = sorted(json.loads(request.body)["status"] for request in hook.requests)
    assert statuses == sorted(summary.status for summary in wanted)
    assert warnings == []


@pytest.mark.parametrize("on", ["always", "failure", "never"])
def test_admins_are_told_in_any_case(on):
    with hook_server() as hook:
        box = outbox([], on=on, admins=[hook.url()])
        box.alert(ALERT)
        box.close(5)
    assert hook.texts() == ["socialsync: the credit or monthly limit of an Apify account is used up"]


def test_a_user_gets_one_message_per_run_and_address():
    with hook_server() as hook:
        box = outbox([])
        box.finish([(FAILED, [hook.url(), f" {hook.url()} "]), (FAILED, [hook.url()])])
        box.finish([(FAILED, [hook.url()]), (FAILED._replace(user="globex"), [hook.url()])])
        box.close(5)
    assert hook.texts() == ["socialsync: acme: 1 of 2 tasks failed", "socialsync: globex: 1 of 2 tasks failed"]


def test_spellings_of_one_mailbox_are_one_address():
    with smtp_server() as smtp:
        box = outbox([], smtp_url=f"smtp://127.0.0.1:{smtp.port}")
        box.finish([(FAILED, ["mailto:Ops@example.com", "mailto:ops@EXAMPLE.com"])])
        box.close(5)
    assert [post.recipients for post in smtp.received] == [("TO:<Ops@example.com>",)]


def test_admins_get_one_alert_per_matter():
    with hook_server() as hook:
        box = outbox([], admins=[hook.url()])
        for _page in range(100):
            box.alert(ALERT)
            box.alert(ALERT._replace(message="said otherwise"))
            box.alert(ALERT._replace(about="fedcba9876543210"))
            box.alert(AdminAlert("cost_limit", "the cost limit of the run is reached"))
        box.close(5)
    assert hook.texts() == [
        "socialsync: the cost limit of a run is reached",
        "socialsync: the credit or monthly limit of an Apify account is used up",
        "socialsync: the credit or monthly limit of an Apify account is used up",
    ]


def test_the_bell_rings_for_what_needs_a_hand():
    class Aimed(Warned):
        about = "0123456789abcdef"

    with hook_server() as hook:
        box = outbox([], admins=[hook.url()])
        bell = AdminBell(box)
        bell(RunBegan("run-7", [], 0.0))
        bell(Waiting("an answer"))
        bell(Warned("2 pages are private"))
        for _page in range(3):
            bell(Aimed("User was not found", Trouble("invalid_token", "User was not found"), admin=True))
        bell(Warned("the disk is nearly full", None, admin=True))
        box.close(5)
    alerts = sorted((json.loads(request.body) for request in hook.requests), key=lambda alert: alert["text"])
    advice = "put it where the old one is kept (`socialsync users` says where), then run `socialsync resume run-7`."
    assert advice in alerts[0]["alert"].pop("advice")
    assert [(alert["run_id"], alert["alert"]) for alert in alerts] == [
        (
            "run-7",
            {
                "kind": "invalid_token",
                "message": "User was not found",
                "about": "0123456789abcdef",
                "token_fingerprint": "0123456789abcdef",
            },
        ),
        (
            "run-7",
            {
                "kind": "attention",
                "message": "the disk is nearly full",
                "advice": "`socialsync status run-7` says more.",
                "about": None,
                "token_fingerprint": None,
            },
        ),
    ]


def test_a_receiver_that_fails_is_a_warning_and_keeps_nobody_from_hearing():
    warnings = []
    with hook_server() as hook:
        broken = f"http://127.0.0.1:{refusing_port()}/canary"
        box = outbox(warnings)
        box.finish([(FAILED, [broken, hook.url()]), (FAILED._replace(user="globex"), [broken])])
        box.close(5)
    assert hook.texts() == ["socialsync: acme: 1 of 2 tasks failed"]
    assert warnings == ["the webhook at 127.0.0.1 cannot be reached: Connection refused (3 tries)"]


def test_many_receivers_that_fail_are_counted_rather_than_listed():
    warnings = []
    box = outbox(warnings)
    box.finish([(FAILED, [f"http://hook-{n}.example.com/" for n in range(50)])])
    box.close(5)
    assert len(warnings) == 21
    assert warnings[-1] == "30 notifications were not sent either"


@pytest.mark.parametrize(
    ("address", "smtp_url", "warning"),
    [
        ("mailto:a@example.com", None, "mail cannot be sent: no mail server is configured (smtp_url under [notify])"),
        (
            "mailto:a@example.com",
            "smtp://me:canary/x@host",
            "mail cannot be sent: smtp_url cannot be read: it is smtp://user:password@host:587 or "
            "smtps://user:password@host:465, and characters such as @ / ? # in the password are written "
            "%40 %2F %3F %23",
        ),
        ("tgram://canary/1", None, "the tgram:// address needs an extra: pip install 'socialsync-cli[notify]'"),
        ("canary", None, "an address that cannot be read is neither a web address nor mailto:name@host"),
        ("mailto:canary", None, "an address that cannot be read is neither a web address nor mailto:name@host"),
        (
            "https://user:canary@[::1/canary",
            None,
            "the webhook at an address that cannot be read cannot be told: its address cannot be read",
        ),
    ],
)
def test_what_cannot_be_reached_is_a_warning_without_secrets(address, smtp_url, warning, monkeypatch):
    monkeypatch.setitem(sys.modules, "apprise", None)
    warnings = []
    box = outbox(warnings, smtp_url=smtp_url)
    box.finish([(FAILED, [address])])
    box.close(5)
    assert warnings == [warning]


def test_a_missing_mail_server_is_said_once():
    warnings = []
    box = outbox(warnings)
    box.finish([(FAILED._replace(user=f"u{n}"), [f"mailto:u{n}@example.com"]) for n in range(30)])
    box.close(5)
    assert warnings == ["mail cannot be sent: no mail server is configured (smtp_url under [notify])"]


def test_other_services_are_reached_through_apprise(caplog):
    caplog.set_level("DEBUG")
    warnings = []
    with hook_server() as hook:
        hook.answers = [200, 403]
        address = f"json://127.0.0.1:{hook.port}/canary"
        box = outbox(warnings, admins=[address, f"{address}2", "unknown://canary", "slack://canary"], threads=1)
        box.alert(ALERT)
        box.close(20)
    assert hook.texts("title") == ["socialsync: the credit or monthly limit of an Apify account is used up"] * 2
    assert warnings == [
        "the json:// address answers 403",
        "the unknown:// address cannot be told: apprise does not understand the address",
        "the slack:// address cannot be told: apprise does not understand the address",
    ]
    assert "canary" not in caplog.text


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("json://hooks.example.com/canary", "is not told over plain http:// (allow_insecure_http = true under [notify] "
                                           "permits it)"),
        ("jsons://hooks.example.com/canary", None),
        ("json://127.0.0.1/canary", None),
        ("tgram://123456789:abcdefghijklmnopqrstuvwxyz_012345/12315544/", None),
        ("mailto://user:canary@gmail.com", None),
    ],
)  # fmt: skip
def test_addresses_of_other_services_are_looked_at_before_they_are_used(address, problem):
    assert elsewhere.problem_of(address) == problem
    assert elsewhere.problem_of(address, allow_insecure=True) is None


def test_a_test_message_goes_to_everybody_and_says_what_became_of_it():
    with hook_server() as hook, smtp_server() as smtp:
        box = outbox([], on="never", webhook_secret=SECRET, smtp_url=f"smtp://127.0.0.1:{smtp.port}")
        hook.answers = [404]
        assert box.test([hook.url(), "mailto:ops@example.com", hook.url()]) == [
            ("the webhook at 127.0.0.1", "the webhook at 127.0.0.1 answers 404"),
            ("mail to ops@example.com", None),
        ]
    assert hook.texts() == ["socialsync: this is a test"]
    assert len(smtp.received) == 1


def test_a_test_does_not_wait_for_ever():
    with hook_server() as hook:
        hook.hold.clear()
        assert outbox([]).test([hook.url()], timeout_s=0.1) == [
            ("the webhook at 127.0.0.1", "the webhook at 127.0.0.1 does not answer within 0.1 s")
        ]
