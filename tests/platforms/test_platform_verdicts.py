"""Error items: which verdict each of them is."""

import pytest

from socialsync_cli.core.records import Verdict
from socialsync_cli.platforms.verdicts import error_in

EMPTY_OR_PRIVATE = "Empty or private data for provided input"


@pytest.mark.parametrize(
    ("item", "verdict", "detail"),
    [
        (
            {"error": "not_found", "errorDescription": "Post does not exist"},
            Verdict.NOT_FOUND,
            "not_found: Post does not exist",
        ),
        (
            {"error": "no_items", "errorDescription": EMPTY_OR_PRIVATE, "requestErrorMessages": []},
            Verdict.NO_ITEMS,
            f"no_items: {EMPTY_OR_PRIVATE}",
        ),
        (
            {
                "error": "no_items",
                "errorDescription": EMPTY_OR_PRIVATE,
                "requestErrorMessages": ["Request blocked, retrying", "Request blocked, retrying"],
            },
            Verdict.BLOCKED,
            f"no_items: {EMPTY_OR_PRIVATE}: Request blocked, retrying",
        ),
        ({"error": "no_items", "requestErrorMessages": [None, 5]}, Verdict.NO_ITEMS, "no_items"),
        ({"error": "restricted_page"}, Verdict.RESTRICTED, "restricted_page"),
        ({"error": "Page not found"}, Verdict.NOT_FOUND, "Page not found"),
        ({"error": "Restricted profile"}, Verdict.RESTRICTED, "Restricted profile"),
        (
            {"error": "not_available", "errorDescription": "the owner only shared it with a small group"},
            Verdict.NOT_FOUND,
            "not_available: the owner only shared it with a small group",
        ),
        (
            {"error": "This profile/hashtag does not exist.", "errorCode": "NOT_FOUND"},
            Verdict.NOT_FOUND,
            "This profile/hashtag does not exist: NOT_FOUND",
        ),
        ({"error": "Profile is private", "errorCode": "PROFILE_PRIVATE"}, Verdict.PRIVATE, ...),
        ({"error": "Profile is empty", "errorCode": "PROFILE_EMPTY"}, Verdict.RESTRICTED, ...),
        ({"error": "x", "errorCode": "POST_NOT_FOUND_OR_PRIVATE"}, Verdict.NOT_FOUND, ...),
        ({"error": "x", "errorCode": "POST_SENSITIVE"}, Verdict.RESTRICTED, ...),
        ({"errorCode": "INVALID_URLS"}, Verdict.NOT_FOUND, "INVALID_URLS"),
        ({"error": "This account is private"}, Verdict.PRIVATE, ...),
        ({"error": "Post not found or private"}, Verdict.NOT_FOUND, ...),
        ({"error": "request_failed", "errorDescription": "Blocked by the site"}, Verdict.BLOCKED, ...),
        ({"error": "age_restricted"}, Verdict.RESTRICTED, ...),
        ({"error": "out of cheese"}, Verdict.BAD, "out of cheese"),
        ({"error": "a\nb\0\ud800c"}, Verdict.BAD, "a b  c"),
        ({"error": "x" * 10_000}, Verdict.BAD, "x" * 300),
    ],
)
def test_error_items(item, verdict, detail):
    found = error_in(item)
    assert found is not None
    assert found[0] is verdict
    assert detail in (..., found[1])


@pytest.mark.parametrize("item", [{}, {"error": ""}, {"error": None}, {"error": {"code": 5}}, {"id": "1"}])
def test_items_without_an_error(item):
    assert error_in(item) is None
