"""What is said, word for word."""

from __future__ import annotations

import json
import unicodedata
from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notify_builders import ALERT, BAD, CANCELLED, FAILED, GOOD, NOW, SUCCEEDED

from socialsync_cli.core.outcomes import Trouble
from socialsync_cli.notify.inert import inert
from socialsync_cli.notify.messages import AdminAlert, UserSummary, alerted, encode, finished, trial


def test_a_user_reads_how_each_task_ended():
    message = finished(FAILED)
    assert message.subject == "socialsync: acme: 1 of 2 tasks failed"
    assert message.body == (
        "Run run-1 for acme: FAILURE\n"
        "\n"
        "instagram: SUCCESS\n"
        "  48 of 50 pages ok, 1,440 posts, 2,880 comments\n"
        "  12 new posts, +345 followers\n"
        "  warning: 2 pages not found: a, b\n"
        "\n"
        "tiktok: FAILURE\n"
        "  0 of 1 page ok, 0 posts, 0 comments\n"
        "  error: Apify refuses the token (invalid_token)\n"
    )


def test_a_program_reads_the_same():
    assert json.loads(encode(finished(FAILED), "d-1", NOW)) == {
        "version": 1,
        "event": "run.finished",
        "delivery": "d-1",
        "sent_at": "2026-01-10T06:00:00Z",
        "text": "socialsync: acme: 1 of 2 tasks failed",
        "run_id": "run-1",
        "user": "acme",
        "status": "FAILURE",
        "tasks": [
            {
                "platform": "instagram",
                "status": "SUCCESS",
                "pages": 50,
                "pages_ok": 48,
                "posts": 1440,
                "comments": 2880,
                "new_posts": 12,
                "followers_gained": 345,
                "error": None,
                "warnings": ["2 pages not found: a, b"],
            },
            {
                "platform": "tiktok",
                "status": "FAILURE",
                "pages": 1,
                "pages_ok": 0,
                "posts": 0,
                "comments": 0,
                "new_posts": None,
                "followers_gained": None,
                "error": {"type": "invalid_token", "message": "Apify refuses the token"},
                "warnings": [],
            },
        ],
    }


def test_an_admin_reads_what_to_do():
    message = alerted(ALERT)
    assert message.subject == "socialsync: the credit or monthly limit of an Apify account is used up"
    assert message.body == (
        "Monthly usage hard limit exceeded\n"
        "\n"
        "What to do: Raise the limit or add credit at https://console.apify.com/billing, then run "
        "`socialsync resume run-1`: it fetches what is missing and pays for nothing twice.\n"
        "\n"
        "Run: run-1\n"
        "Token (its fingerprint): 0123456789abcdef\n"
    )


def test_an_alert_for_a_program():
    alert = AdminAlert("apify_error", "Actor was not found", "run-1", about="acme/scraper", advice="Look again.")
    assert json.loads(encode(alerted(alert), "d-1", NOW)) == {
        "version": 1,
        "event": "admin.alert",
        "delivery": "d-1",
        "sent_at": "2026-01-10T06:00:00Z",
        "text": "socialsync: Apify refuses to start an actor",
        "run_id": "run-1",
        "alert": {
            "kind": "apify_error",
            "message": "Actor was not found",
            "advice": "Look again.",
            "about": "acme/scraper",
            "token_fingerprint": None,
        },
    }
    assert alerted(alert).body.endswith("Run: run-1\nConcerns: acme/scraper\n")


def test_a_kind_without_advice_of_its_own_names_the_command_that_says_more():
    message = alerted(AdminAlert("bad_data", "the disk is full"))
    assert message.subject == "socialsync: something needs a hand"
    assert message.body == "the disk is full\n\nWhat to do: `socialsync status last` says more.\n"


def test_the_test_message():
    assert json.loads(encode(trial(), "d-1", NOW)) == {
        "version": 1,
        "event": "test",
        "delivery": "d-1",
        "sent_at": "2026-01-10T06:00:00Z",
        "text": "socialsync: this is a test",
    }


def test_times_are_told_in_utc():
    elsewhere = NOW.astimezone(timezone(timedelta(hours=9)))
    assert encode(trial(), "d-1", elsewhere) == encode(trial(), "d-1", NOW)


@pytest.mark.parametrize(
    ("summary", "subject"),
    [
        (SUCCEEDED, "socialsync: acme: 50 pages synced, 12 new posts, +345 followers"),
        (
            SUCCEEDED._replace(tasks=[GOOD._replace(new_posts=None, followers_gained=-1, pages=1)]),
            "socialsync: acme: 1 page synced, -1 follower",
        ),
        (CANCELLED, "socialsync: acme: 1 of 2 tasks cancelled"),
        (SUCCEEDED._replace(tasks=[BAD]), "socialsync: acme: 1 of 1 task failed"),
    ],
)
def test_the_subject_says_how_it_went(summary, subject):
    assert finished(summary).subject == subject


def test_a_flood_of_warnings_is_cut_short_and_counted():
    task = GOOD._replace(warnings=[f"page {number} failed" for number in range(25)])
    (told,) = finished(UserSummary("run-1", "acme", [task])).data["tasks"]
    assert told["warnings"] == [*(f"page {number} failed" for number in range(20)), "and 5 more warnings"]


def test_scraped_text_arrives_as_one_harmless_line():
    nasty = "a\x1b[31mred\x07\r\nBcc: x@example.com\u202egnp.exe\u2028end\ud800"
    harmless = "a[31mred Bcc: x@example.comgnp.exe end\ufffd"
    task = BAD._replace(error=Trouble("bad_data", nasty), warnings=[nasty])
    message = finished(UserSummary("run-1", "acme", [task]))
    (told,) = message.data["tasks"]
    assert (told["error"]["message"], told["warnings"]) == (harmless, [harmless])
    assert f"  error: {harmless} (bad_data)\n  warning: {harmless}\n" in message.body


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("token apify_api_0123456789ABCDEF refused", "token apify_api_… refused"),
        ("GET https://api.apify.com/v2/acts?token=SECRET&x=1", "GET https://api.apify.com/v2/acts?token=…&x=1"),
        ("Authorization: Bearer SECRET", "Authorization: Bearer …"),
        ("https://user:SECRET@proxy.example:8080/", "https://…@proxy.example:8080/"),
    ],
)
def test_what_looks_like_a_secret_is_left_out(text, shown):
    assert inert(text) == shown
    alert = AdminAlert("network", text, text, about=text, advice=text)
    assert "SECRET" not in f"{alerted(alert)}"
    assert "0123456789ABCDEF" not in f"{alerted(alert)}"


@given(st.text() | st.text(alphabet="\r\n\x00\u2028\u202e a\u200b"), st.integers(1, 50))
def test_any_text_becomes_one_line_of_visible_characters(text, limit):
    line = inert(text, limit)
    assert len(line) <= limit
    assert line == line.strip()
    assert not {unicodedata.category(char) for char in line if char not in "\u200c\u200d"} & {"Cc", "Cf", "Cs", "Zl"}
    assert inert(line, limit) == line


def test_letters_of_all_scripts_stay():
    text = "café 東京 नमस्ते 👩‍🚀 می‌خواهم"
    assert inert(text) == text
