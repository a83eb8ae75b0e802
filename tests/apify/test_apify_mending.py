"""Bodies that are almost JSON."""

import orjson
import pytest

from socialsync_cli.apify.mending import UNREADABLE, mended

DEEP = b"[" * 3000 + b"]" * 3000


@pytest.mark.parametrize(
    ("body", "meant"),
    [
        (b"[NaN, -Infinity, 1e999, " + b"9" * 5000 + b"]", [None] * 4),
        (b"[18446744073709551615, -9223372036854775808]", [18446744073709551615, -9223372036854775808]),
        (b"[18446744073709551616]", [18446744073709551616.0]),
        (b'["cut \\ud83d", "whole \\ud83d\\ude00"]', ["cut ", "whole 😀"]),
        (b'["caf\xe9"]', ["caf\ufffd"]),
        (b'["a\x00b\x01"]', ["a\0b\x01"]),
        (b'\xef\xbb\xbf{"data": {}}', {"data": {}}),
        (b'[{"a": "],[\\""}, ' + DEEP + b", 7 ]", [{"a": '],["'}, {UNREADABLE: " " + DEEP.decode()}, 7]),
    ],
)
def test_what_parsers_refuse_is_made_json(body, meant):
    assert orjson.loads(mended(body)) == meant


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b'{"data": ',
        b"[1, 2",
        b"[1,,2]",
        b"[1] x",
        b"[" * 100_000,
        DEEP[:-1],
        b'{"data": ' + DEEP + b"}",
    ],
    ids=["nothing", "a page", "half", "cut off", "a hole", "more", "no end", "deep and cut off", "deep, and no list"],
)
def test_what_is_no_json_stays_none(body):
    with pytest.raises(ValueError, match=r"."):
        mended(body)
