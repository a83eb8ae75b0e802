"""Instagram's short codes, the `DLk…` of `/p/DLk…/`: where they stand and which number they spell."""

from __future__ import annotations

from socialsync_cli.platforms.addresses import after_segment

POST_PATHS = frozenset({"p", "reel", "reels", "tv"})
"""What a post's address has before its code."""

_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
ALPHABET = frozenset(_DIGITS)
"""What a code consists of."""
_MAX_LENGTH = 12
"""The codes of private posts are longer, and carry a secret besides the number."""


def code_in(address: object) -> str | None:
    """The short code in the address of a post or reel; None in any other address."""
    return after_segment(address, POST_PATHS)


def media_number(code: str) -> str | None:
    """The number that a code spells in base 64: older comment items name their post by it."""
    number = 0
    for letter in code if len(code) <= _MAX_LENGTH else "":
        digit = _DIGITS.find(letter)
        if digit < 0:
            return None
        number = number * 64 + digit
    return str(number) if number else None
