"""The table of what is worth another try, and the pauses that servers ask for."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from socialsync_cli.apify.retry import judge, retry_after
from socialsync_cli.errors import (
    ApifyError,
    CapacityError,
    CostLimitError,
    InvalidTokenError,
    NetworkError,
    NotFoundError,
    QuotaError,
    RateLimitedError,
    SocialsyncError,
)

NOW = datetime(2026, 1, 10, 6, 0, tzinfo=UTC)
MEMORY = "By launching this job you will exceed the memory limit of 8192MB for all your Actor runs and builds"
RUNS = "By launching this job you will exceed your limit of 5 concurrent Actor runs."
USAGE = "By launching this job you will exceed your remaining usage of $0.12"
HARD_LIMIT = "Monthly usage hard limit exceeded"

FINAL, AGAIN, PERHAPS_DONE = (False, False), (True, False), (True, True)
"""Whether another try can succeed, and whether the request may have been carried out."""


@pytest.mark.parametrize(
    ("status", "type_", "message", "error", "verdict"),
    [
        (301, None, "", ApifyError, FINAL),
        (302, None, "", ApifyError, FINAL),
        (400, "invalid-input", "Input is not valid: Field input.usernames is required", ApifyError, FINAL),
        (400, "invalid-value", "", ApifyError, FINAL),
        (400, "run-input-body-not-valid-json", "", ApifyError, FINAL),
        (400, "max-items-must-be-greater-than-zero", "", ApifyError, FINAL),
        (400, "max-total-charge-usd-below-minimum", "", CostLimitError, FINAL),
        (401, "token-not-provided", "", InvalidTokenError, FINAL),
        (401, "user-or-token-not-found", "", InvalidTokenError, FINAL),
        (401, None, "", InvalidTokenError, FINAL),
        (402, "not-enough-usage-to-run-paid-actor", USAGE, QuotaError, FINAL),
        (402, None, "", QuotaError, FINAL),
        (402, "actor-memory-limit-exceeded", MEMORY, CapacityError, FINAL),
        (402, "concurrent-runs-limit-exceeded", RUNS, CapacityError, FINAL),
        (403, "concurrent-runs-limit-exceeded", RUNS, CapacityError, FINAL),
        (429, "concurrent-runs-limit-exceeded", RUNS, CapacityError, FINAL),
        (403, "platform-feature-disabled", HARD_LIMIT, QuotaError, FINAL),
        (403, "actor-disabled", HARD_LIMIT, QuotaError, FINAL),
        (403, "actor-disabled", "The actor was disabled by its author", ApifyError, FINAL),
        (403, "insufficient-permissions", "", ApifyError, FINAL),
        (403, "full-permission-actor-not-approved", "", ApifyError, FINAL),
        (403, "actor-is-not-rented", "", ApifyError, FINAL),
        (403, None, "", ApifyError, FINAL),
        (404, "record-not-found", "", NotFoundError, FINAL),
        (404, "actor-not-found", "", NotFoundError, FINAL),
        (404, None, "", NotFoundError, FINAL),
        (405, "method-not-allowed", "", ApifyError, FINAL),
        (408, "run-timeout-exceeded", "", ApifyError, FINAL),
        (408, "operation-timed-out", "", NetworkError, PERHAPS_DONE),
        (408, None, "", NetworkError, PERHAPS_DONE),
        (409, "concurrent-update-detected", "", NetworkError, AGAIN),
        (413, "request-too-large", "", ApifyError, FINAL),
        (415, "unsupported-content-encoding", "", ApifyError, FINAL),
        (418, "a-type-of-tomorrow", "", ApifyError, FINAL),
        (429, "rate-limit-exceeded", "", RateLimitedError, AGAIN),
        (429, None, "", RateLimitedError, AGAIN),
        (500, "internal-server-error", "", NetworkError, PERHAPS_DONE),
        (502, None, "", NetworkError, PERHAPS_DONE),
        (503, None, "", NetworkError, PERHAPS_DONE),
        (599, None, "", NetworkError, PERHAPS_DONE),
    ],
)
def test_status_first_and_type_second_decide(status, type_, message, error, verdict):
    judgement = judge(status, type_, message)
    assert (type(judgement.error), (judgement.again, judgement.carried_out)) == (error, verdict)


@pytest.mark.parametrize(
    ("type_", "message", "sentence"),
    [
        (None, "", "Apify answered 400"),
        ("invalid-input", "", "Apify answered 400 invalid-input"),
        ("invalid-input", "no usernames", "Apify answered 400 invalid-input: no usernames"),
    ],
)
def test_the_sentence_has_as_much_as_apify_said(type_, message, sentence):
    assert str(judge(400, type_, message).error) == sentence


@settings(deadline=None)
@given(st.integers(300, 599), st.none() | st.text(), st.text())
def test_whatever_comes_is_judged_and_only_what_can_be_tried_again_may_have_been_carried_out(status, type_, message):
    judgement = judge(status, type_, message)
    assert isinstance(judgement.error, SocialsyncError)
    assert judgement.again or not judgement.carried_out


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        ("1.5", 1.5),
        (" 7 ", 7.0),
        ("-5", 0.0),
        ("Sat, 10 Jan 2026 06:02:00 GMT", 120.0),
        ("Sat, 10 Jan 2026 07:02:00 +0100", 120.0),
        ("Sat, 10 Jan 2026 06:02:00", 120.0),
        ("Fri, 09 Jan 2026 06:00:00 GMT", 0.0),
        ("inf", float("inf")),
        ("nan", None),
        ("", None),
        ("soon", None),
        ("Sat, 10 Jan 99999999999 06:02:00 GMT", None),
        ("Sat, 10 Jan 2026 99:99:99 GMT", None),
    ],
)
def test_a_pause_is_given_in_seconds_or_as_a_date_and_garbage_is_none(text, seconds):
    assert retry_after({"retry-after": text}, NOW) == seconds


def test_without_the_header_there_is_no_pause():
    assert retry_after({}, NOW) is None


_PIECES = st.sampled_from(["Wed,", "21", "Oct", "2026", "99999999999", "07:28:00", "GMT", "+9999", "-0000", "1e9", ":"])


@settings(deadline=None)
@given(st.text(max_size=40) | st.lists(_PIECES, max_size=8).map(" ".join))
def test_no_header_makes_it_fail_and_no_pause_is_negative(text):
    seconds = retry_after({"retry-after": text}, NOW)
    assert seconds is None or seconds >= 0
