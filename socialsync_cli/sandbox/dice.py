"""Numbers out of names: every value of the world is a function of the seed, and every id tells what it names.

Ids can be read backwards, so that a post's address alone is enough to find the post again: nothing is stored.
"""

from __future__ import annotations

from hashlib import blake2b
from statistics import NormalDist

from socialsync_cli.sandbox.sites import SITES

BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

_SALT_BITS = 32
_SERIES_BITS = 33

SPREAD = tuple(2.718281828 ** (0.8 * NormalDist().inv_cdf((k + 0.5) / 256)) for k in range(256))
"""How much better or worse than its usual post a page's post does: many middling, a few far above."""


def roll(*parts: object) -> int:
    """Return 256 bits that depend on all parts and on nothing else."""
    text = "\x1f".join(map(str, parts))
    return int.from_bytes(blake2b(text.encode(), digest_size=32).digest(), "little")


def roll_fast(key: bytes, number: int) -> int:
    """Return 256 bits for the number-th thing of a kind; for what is needed a million times."""
    return int.from_bytes(blake2b(b"%d" % number, digest_size=32, key=key).digest(), "little")


def key_of(*parts: object) -> bytes:
    """Return a key for `roll_fast`."""
    return roll(*parts).to_bytes(32, "little")


def short_code(number: int) -> str:
    """Return a number in Instagram's base 64."""
    letters = ""
    while number:
        number, digit = divmod(number, 64)
        letters = BASE64[digit] + letters
    return letters or "A"


def number_of_code(code: str) -> int | None:
    """Return the number that a short code spells; None if it is none."""
    number = 0
    for letter in code:
        digit = BASE64.find(letter)
        if digit < 0:
            return None
        number = number * 64 + digit
    return number


def post_number(platform: str, series: int, published: int) -> int:
    """Return the number of the post that a series published at that second."""
    site = SITES[platform]
    return (published - site.epoch) << site.series_bits | series


def post_place(platform: str, number: int) -> tuple[int, int]:
    """Return series and second of the post with that number; what `post_number` was made of."""
    site = SITES[platform]
    return number & ((1 << site.series_bits) - 1), (number >> site.series_bits) + site.epoch


def series_of(platform: str, key: object) -> int:
    """Return the bits that stand for a page in its posts' numbers. Facebook needs two of them for kinds."""
    number = (roll("series", platform, key) & ((1 << _SERIES_BITS) - 1)) >> (_SERIES_BITS - SITES[platform].series_bits)
    return number & ~3 if platform == "facebook" else number


def pfbid(number: int, salt: int) -> str:
    """Return one of the many tokens by which Facebook calls the thing with that number."""
    value = number << _SALT_BITS | (salt & ((1 << _SALT_BITS) - 1))
    letters = "l"
    while value:
        value, digit = divmod(value, 58)
        letters = BASE58[digit] + letters
    return "pfbid0" + letters


def number_of_pfbid(token: str) -> int | None:
    """Return the number behind a token, whichever of its tokens it is; None if it is none."""
    value = 0
    for letter in token.removeprefix("pfbid0")[:-1]:
        digit = BASE58.find(letter)
        if digit < 0:
            return None
        value = value * 58 + digit
    return value >> _SALT_BITS or None


def rounded(value: int) -> int:
    """Return a counter as TikTok rounds it: 348,123 becomes 348,100 and 2,234,567 becomes 2,200,000."""
    if value < 10_000:
        return value
    if value < 1_000_000:
        return value - value % 100
    return value - value % (100_000 if value < 100_000_000 else 1_000_000)


def shortened(value: int) -> str:
    """Return a counter as sites shorten it for people: `"1,204"`, `"12.3K"`, `"2M"`."""
    if value < 10_000:
        return f"{value:,}"
    unit, letter = (1_000, "K") if value < 1_000_000 else (1_000_000, "M")
    tenths = value * 10 // unit
    return f"{tenths // 10}.{tenths % 10}{letter}" if tenths % 10 else f"{tenths // 10}{letter}"
