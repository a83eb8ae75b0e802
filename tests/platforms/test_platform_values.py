"""What single JSON values mean."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialsync_cli.platforms.values import (
    MAX_COUNTER,
    any_flag,
    counter,
    duration_s,
    identifier,
    is_shortened,
    iso_moment,
    moment,
    number,
    text,
    web_address,
    website,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, 0),
        (14, 14),
        (MAX_COUNTER, MAX_COUNTER),
        (MAX_COUNTER + 1, None),
        (2**70, None),
        (-1, None),
        (True, None),
        (None, None),
        (3.0, 3),
        (1.2e6, 1_200_000),
        (-0.5, None),
        (1e300, None),
        (float("nan"), None),
        (float("inf"), None),
        ("14", 14),
        (" 14 ", 14),
        ("0", 0),
        ("-1", None),
        ("1,204", 1204),
        ("1.204", 1204),
        ("1 204 000", 1_204_000),
        ("1\u00a0204", 1204),
        ("55,590,201", 55_590_201),
        ("12.3K", 12_300),
        ("12,3k", 12_300),
        ("1.204K", 1204),
        ("1,204K", 1_204_000),
        ("345K", 345_000),
        ("2.2M", 2_200_000),
        ("1.5 B", 1_500_000_000),
        ("99999999999B", None),
        ("1.2", None),
        ("1.2.3K", None),
        ("1,2,3", None),
        (".5K", None),
        ("K", None),
        ("", None),
        ("many", None),
        ("٣", None),
        ("²", None),
        ("9" * 5000, None),
        ([], None),
        ({}, None),
    ],
)
def test_counters(value, expected):
    assert counter(value) == expected
    assert type(counter(value)) is type(expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("12.3K", True), ("2M ", True), ("1,204", False), (12300, False), ("K", False), (None, False)],
)
def test_only_abbreviated_counters_are_rounded(value, expected):
    assert is_shortened(value) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-02-02T18:45:09.000Z", datetime(2026, 2, 2, 18, 45, 9, tzinfo=UTC)),
        ("2026-02-02T18:45:09.250+02:00", datetime(2026, 2, 2, 16, 45, 9, 250_000, tzinfo=UTC)),
        ("2026-02-02 18:45:09", datetime(2026, 2, 2, 18, 45, 9, tzinfo=UTC)),
        ("2026-02-02", datetime(2026, 2, 2, tzinfo=UTC)),
        (1770000000, datetime(2026, 2, 2, 2, 40, tzinfo=UTC)),
        (1770000000.5, datetime(2026, 2, 2, 2, 40, 0, 500_000, tzinfo=UTC)),
        (1770000000123, datetime(2026, 2, 2, 2, 40, 0, 123_000, tzinfo=UTC)),
        ("1770000000", datetime(2026, 2, 2, 2, 40, tzinfo=UTC)),
        ("1712121212000", datetime(2024, 4, 3, 5, 13, 32, tzinfo=UTC)),
        ("Thursday, 6 April 2023 at 07:10", datetime(2023, 4, 6, 7, 10, tzinfo=UTC)),
        ("April 6, 2023 at 7:10 PM", datetime(2023, 4, 6, 19, 10, tzinfo=UTC)),
        ("April 6, 2023 at 12:10 AM", datetime(2023, 4, 6, 0, 10, tzinfo=UTC)),
        ("May 5, 2009", datetime(2009, 5, 5, tzinfo=UTC)),
        ("yesterday", None),
        ("31 February 2023", None),
        ("6 April 99999999999999999999", None),
        ("1905-01-01", None),
        ("9999-12-31T23:59:59-12:00", None),
        ("0001-01-01T00:00:00+12:00", None),
        ("2026-13-01", None),
        ("2026-\ud800", None),
        ("", None),
        ("\0" * 100, None),
        (0, None),
        (-5, None),
        (True, None),
        (2**70, None),
        (float("nan"), None),
        (None, None),
        ([1], None),
    ],
)
def test_moments(value, expected):
    assert moment(value) == expected


def test_an_iso_moment_is_nothing_else():
    assert iso_moment("2026-02-02") == datetime(2026, 2, 2, tzinfo=UTC)
    assert iso_moment("May 5, 2009") is None
    assert iso_moment(1770000000) is None


@given(st.one_of(st.text(), st.integers(), st.floats(), st.from_regex(r"\d{4}-[0-9:TZ+. -]*")))
def test_moments_are_in_utc_or_unknown(value):
    found = moment(value)
    assert found is None or (found.tzinfo is UTC and 2000 <= found.year <= 2099)


@given(st.text(st.characters(), max_size=40))
def test_texts_lose_only_what_no_database_takes(value):
    lost = {"\0", *map(chr, range(0xD800, 0xE000))}
    cleaned = text(value)
    assert cleaned == "".join(letter for letter in value if letter not in lost)
    cleaned.encode()


def test_paired_surrogates_are_one_character():
    assert text("a\ud83d\ude00b\ud83d\0") == "a😀b"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("3800000000000000123", "3800000000000000123"),
        (3800000000000000123, "3800000000000000123"),
        (" a.b ", "a.b"),
        ("a\0b", "ab"),
        (True, None),
        (0, None),
        (-7, None),
        (1.0, None),
        ("", None),
        ("  ", None),
        ("x" * 256, None),
        (10**50, None),
        (None, None),
    ],
)
def test_identifiers(value, expected):
    assert identifier(value) == expected


def test_integers_too_long_to_be_written_out_are_no_identifiers():
    assert identifier(10**5000) is None


def test_numbers_are_identifiers_of_digits_alone():
    assert [number(value) for value in ("12", 12, "pfbid0", "1_2", "٣", None)] == ["12", "12"] + [None] * 4


def test_addresses_are_of_the_web():
    assert web_address("https://example.org/a") == "https://example.org/a"
    assert web_address("HTTP://example.org") == "HTTP://example.org"
    assert [web_address(value) for value in ("ftp://x", "javascript:alert(1)", "httpx", 5, "")] == [None] * 5


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://example.org", "https://example.org"),
        ("Linktr.example/Me", "Linktr.example/Me"),
        ("example.org:8080/x", "example.org:8080/x"),
        (" JavaScript:alert(1)", None),
        ("data:text/html,x", None),
        ("", None),
        (None, None),
    ],
)
def test_websites_are_taken_without_a_scheme_too(value, expected):
    assert website(value) == expected


def test_flags_are_unknown_unless_one_is_known():
    assert any_flag(None, 1, "yes", []) is None
    assert any_flag(None, False) is False
    assert any_flag(False, True) is True
    assert any_flag(False, [{"username": "sponsor"}]) is True


def test_durations_of_pictures_are_unknown():
    assert [duration_s(value) for value in (21.5, 3, 0, 0.0, -1, True, "5", 10**400)] == [21.5, 3.0] + [None] * 6
