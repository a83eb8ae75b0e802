"""Items that no actor should send, made from items that one does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

DEEP = b"[" * 3000 + b"]" * 3000
HOSTILE = (
    b"9223372036854775807", b"9223372036854775808", b"18446744073709551616", b"-9223372036854775809", b"9" * 5000,
    b"1e999", b"NaN", b"-Infinity", b"-5", b"3.7", b"true", b"null", b'""', b'"\\u0000"', b'"a\\u0000b"',
    b'"cut \\ud83d"', b'"\\udfff"', b'"\\ud83d\\ude00"', b'"12.3K"', b'"-1"', b'"0001-01-01T00:00:00.000Z"',
    b'"99999-01-01T00:00:00.000Z"', b'"9999-12-31T23:59:59-23:59"', b"-62135596801", b"253402300800", b"[]", b"{}",
    b"[[[]]]", b'[null, 7, {"name": []}]', b'{"username": {"$oid": 7}, "id": -1}', b'"https://[::1"',
    b'"=HYPERLINK(1)"', b'"\\u001b[2J\\u202e"',
)  # fmt: skip
"""Values: JSON, and what some programs take for it."""
SENSELESS = (
    *HOSTILE, b'{"#debug": {"url": 5}}', b'{"id": {"$oid": "77"}, "username": ["a"]}', b'{"error": 5}',
    b'{"error": "something_new", "errorDescription": [1]}', b'{"id": ' + DEEP + b"}", DEEP,
)  # fmt: skip
"""Whole items of which nothing can be made."""
IDS = {
    "apify/instagram-post-scraper": "id",
    "apify/instagram-comment-scraper": "id",
    "apify/facebook-posts-scraper": "postId",
    "apify/facebook-comments-scraper": "commentId",
    "clockworks/tiktok-profile-scraper": "id",
    "clockworks/tiktok-comments-scraper": "cid",
}
"""What an item is known by, per actor whose items are many for one page."""
_OWN = frozenset({"id", "postId", "commentId", "feedbackId", "cid", "commentUrl", "topLevelUrl", "webVideoUrl", "url"})
_OWN |= {"shortCode"}
"""Fields by which a copy would be taken for the original."""


def copy_of(actor: str, item: Mapping[str, Any], number: int, field: str, value: bytes) -> bytes:
    """A copy of an item with an id of its own, and one field of nonsense."""
    copy = {key: item[key] for key in item if key != field and key not in _OWN}
    if field != IDS[actor]:
        copy[IDS[actor]] = str(8_000_000_000_000_000_000 + number)
    return orjson.dumps(copy)[:-1] + b"," + orjson.dumps(field) + b":" + value + b"}"


def among(
    actor: str, items: Sequence[dict[str, Any]], values: Sequence[bytes], senseless: Sequence[bytes]
) -> list[bytes]:
    """Put nonsense between good items: senseless ones, and copies with a field of nonsense."""
    bad = [*senseless, *(_copies(actor, items[0], values) if actor in IDS and items else ())]
    texts: list[bytes] = []
    for place, text in enumerate(bad):
        texts += [*map(orjson.dumps, items[place : place + 1]), text]
    return texts + [orjson.dumps(item) for item in items[len(bad) :]]


def _copies(actor: str, item: dict[str, Any], values: Sequence[bytes]) -> Iterator[bytes]:
    """Copies for every fifth combination of value and field."""
    for turn, value in enumerate(values):
        for place, field in enumerate(sorted(item)):
            if (place + turn) % 5 == 0:
                yield copy_of(actor, item, turn * 1000 + place, field, value)
