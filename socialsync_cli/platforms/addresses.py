"""Addresses, taken apart and compared: what people paste, and what items repeat of it."""

from __future__ import annotations

from collections.abc import Container
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import unquote

from socialsync_cli.errors import HandleError

_SITES = {
    "instagram.com": "Instagram",
    "instagr.am": "Instagram",
    "facebook.com": "Facebook",
    "fb.com": "Facebook",
    "fb.me": "Facebook",
    "fb.watch": "Facebook",
    "m.me": "Facebook",
    "tiktok.com": "TikTok",
    "threads.net": "Threads",
    "threads.com": "Threads",
    "twitter.com": "X",
    "x.com": "X",
    "youtube.com": "YouTube",
    "youtu.be": "YouTube",
    "linkedin.com": "LinkedIn",
}
_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
"""Marks that come along when an address is copied from a page, a chat or a table."""
_BLANK = _INVISIBLE + " \t\r\n\f\v\u00a0"

_FRONT_DOORS = frozenset({"", "www", "m", "web", "mobile", "mbasic", "touch"})
"""Subdomains that show the same pages."""
_IDENTIFYING = frozenset({"story_fbid", "fbid", "v", "id"})
"""Query keys without which an address would mean another post; all others are decoration."""

_LONGEST = 2000
_NOT_IN_ADDRESSES = frozenset(' "<>\\^`{|}')
_HOST = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-.")


class Address(NamedTuple):
    """An address of a page or post, in its parts."""

    site: str | None
    """The platform's name as people write it ("Instagram"); None for a bare handle or path."""
    host: str
    path: tuple[str, ...]
    """The segments, percent-decoded, without empty ones."""
    query: dict[str, str]


def take_apart(text: str) -> Address:
    """Take a handle, a path or an address (with or without scheme) apart.

    Args:
        text: what somebody wrote, white space and invisible marks around it included.

    Raises:
        HandleError: when it is an address of no known site.

    """
    rest = text.strip(_BLANK)
    scheme, has_scheme, after = rest.partition("://")
    if has_scheme and "/" not in scheme and "?" not in scheme:
        if scheme.lower() not in {"http", "https"}:
            raise refusal(text, "is not a web address")
        rest = after
    elif rest.startswith("//"):
        rest, has_scheme = rest[2:], "//"
    else:
        has_scheme = ""
    rest, _, query = rest.partition("#")[0].partition("?")
    head, _, tail = rest.partition("/")
    host = head.rpartition("@")[2].partition(":")[0].rstrip(".").lower()
    site = site_of(host)
    if not has_scheme and not (tail or front_door(host)):
        site = None  # a handle with dots in it
    if not has_scheme and (site is None or head.startswith("@")):
        if host.startswith("www.") or ("." in head and tail.strip("/")):
            raise refusal(text, "is not an address of a known platform")
        return Address(None, "", _segments(rest), _pairs(query))
    if site is None:
        raise refusal(text, "is not an address of a known platform")
    return Address(site, host, _segments(tail), _pairs(query))


def front_door(host: str) -> bool:
    """Whether a host shows a site's ordinary pages: `www.`, `m.`, and languages such as `de-de.`."""
    subdomain = host.removesuffix(_domain_of(host)).removesuffix(".")
    language, dash, region = subdomain.partition("-")
    return subdomain in _FRONT_DOORS or (bool(dash) and len(language) == 2 and len(region) == 2)


def refusal(text: str, why: str) -> HandleError:
    """The error for a text that names no page: one line, whatever the text holds."""
    shown = text if len(text) <= 80 else text[:77] + "..."
    return HandleError(f"{ascii(shown) if not shown.isprintable() else repr(shown)} {why}.")


def askable(address: str | None, domain: str) -> str | None:
    """The address itself if an actor can be asked with it; None else: one that is refused takes a whole batch along.

    Args:
        address: Of a post, as an item has it.
        domain: Of the site, as in "facebook.com".

    """
    rest = (address or "").partition("://")[2]
    host, _, path = rest.partition("/")
    host = host.lower()
    if not path or len(rest) > _LONGEST or not (rest.isascii() and rest.isprintable()) or _NOT_IN_ADDRESSES & set(rest):
        return None
    return address if host == domain or (host.endswith("." + domain) and _HOST.issuperset(host)) else None


def same_post(address: object) -> str | None:
    """A form in which two spellings of a post's address are equal; None for what is no text.

    Letter case is kept in the path: short codes and Facebook's tokens depend on it.
    """
    if type(address) is not str:
        return None
    rest = address.strip().partition("#")[0]
    rest = rest.partition("://")[2] or rest
    rest, _, query = rest.partition("?")
    host, _, path = rest.partition("/")
    host = host.lower()
    subdomain, _, domain = host.partition(".")
    if subdomain in _FRONT_DOORS and "." in domain:
        host = domain
    kept = sorted(pair for pair in query.split("&") if pair.partition("=")[0] in _IDENTIFYING)
    return f"{host}/{path.strip('/')}?{'&'.join(kept)}"


def after_segment(address: object, names: Container[str]) -> str | None:
    """The path segment that follows one of `names`: the code in `…/p/<code>/?utm=…`; None without one."""
    if type(address) is not str:
        return None
    segments = address.partition("?")[0].partition("#")[0].split("/")
    for name, following in pairwise(segments):
        if following and name in names:
            return following
    return None


def query_value(address: object, key: str) -> str | None:
    """The value of a query key in an address; None without one."""
    if type(address) is not str or key not in address:
        return None
    return _pairs(address.partition("#")[0].partition("?")[2]).get(key)


def site_of(host: str) -> str | None:
    """The platform that a host, in lower case, belongs to, as people write its name."""
    return _SITES.get(_domain_of(host))


def _domain_of(host: str) -> str:
    return ".".join(host.split(".")[-2:])


def _segments(path: str) -> tuple[str, ...]:
    return tuple(unquote(segment).strip(_BLANK) for segment in path.split("/") if segment)


def _pairs(query: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in query.replace("&amp;", "&").split("&"):
        key, _, value = pair.partition("=")
        if key:
            found.setdefault(unquote(key), unquote(value))
    return found
