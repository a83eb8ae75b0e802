"""Facebook's ids and addresses: which number, or name, stands in them.

One thing has many ids here. A post has a `postId`, the number that its comments refer to (inside a base64
`feedbackId`), and any number of `pfbid…` tokens that change from one run to the next: those are never kept.
"""

from __future__ import annotations

import binascii

from socialsync_cli.platforms.addresses import (
    after_segment,
    front_door,
    query_value,
    refusal,
    site_of,
    take_apart,
)
from socialsync_cli.platforms.reserved import FACEBOOK as RESERVED

_NAME_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.")
_SLUG_LETTERS = _NAME_LETTERS | {"-"}
_POST_PATHS = frozenset({"posts", "videos", "photos", "reel", "reels", "permalink", "notes", "events", "offers"})
_SHORT_LINKS = frozenset({"fb.me", "fb.watch"})
_PLACES_OF_NUMBER = {"people": (2,), "p": (1,), "pages": (2, 1), "category": (4, 3)}
"""Which segment holds the page's number, tried in this order."""
_MIN_DIGITS = 5
"""The number that ends "Name-1234567890123" is an id from this many digits on: "Studio-54" ends with none."""


def parse_handle(text: str) -> str:
    """The canonical handle behind a name, a number or an address of a Facebook page.

    Raises:
        HandleError: when it is an address of something else, or no page can have that name.

    """
    address = take_apart(text)
    if address.site not in {None, "Facebook"}:
        raise refusal(text, f"is an address of {address.site}, not of a Facebook page")
    if address.host in _SHORT_LINKS:
        raise refusal(text, "is a short link: open it and copy the address of the page that it leads to")
    if address.site and not front_door(address.host):
        raise refusal(text, "is not the address of a Facebook page")
    path = address.path[1:] if address.path[:1] == ("pg",) else address.path
    if not path:
        raise refusal(text, "names no Facebook page")
    kind, rest = path[0].lower(), path[1:]
    if kind == "profile.php":
        name = _digits(address.query.get("id", ""))
    elif kind in {"people", "pages", "p"}:
        name, rest = _numbered(path)
    elif kind in RESERVED:
        raise refusal(text, "is an address on Facebook, but not of a page")
    else:
        name = kind.removeprefix("@") if path[0].isascii() else ""
    if not name and kind in RESERVED:
        raise refusal(text, "holds no number of a Facebook page")
    if any(segment.lower() in _POST_PATHS for segment in rest[:-1]):
        raise refusal(text, "is the address of a post, not of a Facebook page")
    if not _can_be_a_name(name):
        raise refusal(
            text,
            "cannot be a Facebook page: a name has up to 50 letters of the Latin alphabet, digits and '.',"
            " a number up to 20 digits",
        )
    return name


def account_at(address: object) -> str | None:
    """The name (as written) or number of the account that an address shows; None if it shows none."""
    if type(address) is not str:
        return None
    host, _, path = address.partition("://")[2].partition("/")
    if site_of(host.lower()) != "Facebook" or not front_door(host.lower()):
        return None
    first, *rest = path.partition("?")[0].partition("#")[0].split("/")
    if first == "profile.php":
        return _digits(query_value(address, "id") or "") or None
    if first == "people":
        return _digits(rest[1]) or None if len(rest) > 1 else None
    if not first or any(rest) or first.lower() in RESERVED or first.startswith("pfbid"):
        return None
    return first if _can_be_a_name(first.lower()) else None


def numbers_in(token: object) -> list[str]:
    """The numbers inside a base64 id, such as both of `comment:<post>_<comment>`; [] if there are none."""
    if type(token) is not str or len(token) > 200:
        return []
    try:
        decoded = binascii.a2b_base64(token + "=" * (-len(token) % 4))
    except ValueError:  # not ASCII, or cut off
        return []
    numbers = decoded.decode("ascii", "replace").partition(":")[2].split("_")
    return numbers if all(map(_digits, numbers)) else []


def post_number_in(address: object) -> str | None:
    """The number of a post in an address such as `…/posts/<number>`."""
    return _digits(after_segment(address, ("posts",)) or "") or None


def _can_be_a_name(name: str) -> bool:
    if not name:
        return False
    if name.isdigit():
        return name.isascii() and len(name) <= 20 and name.strip("0") != ""
    if name[0] == "." or name[-1] == ".":
        return False
    if _NAME_LETTERS.issuperset(name):
        return len(name) <= 50
    # Pages without a chosen name still have addresses like "Sample-Cafe-1234567890123".
    digits = _digits(name.rpartition("-")[2])
    return _SLUG_LETTERS.issuperset(name) and len(name) <= 100 and len(digits) >= _MIN_DIGITS


def _numbered(path: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The page's number in `people/Name/<id>`, `p/Name-<id>`, `pages/Name/<id>`, …, and what follows it."""
    kind = "category" if path[:2] == ("pages", "category") else path[0].lower()
    for place in _PLACES_OF_NUMBER[kind]:
        digits = _digits(path[place].rpartition("-")[2]) if place < len(path) else ""
        if len(digits) >= _MIN_DIGITS:
            return digits, path[place + 1 :]
    return "", ()


def _digits(word: str) -> str:
    """The word itself if it consists of digits, else nothing."""
    return word if word.isascii() and word.isdigit() else ""
