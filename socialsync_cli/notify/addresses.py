"""Where messages go: which way an address means, and how to speak of it without giving its secret away."""

from __future__ import annotations

import re
from enum import Enum
from urllib.parse import urlsplit

from socialsync_cli.core.hosts import is_loopback

_MAIL = re.compile(r"[^\s@,;:<>\"()\[\]\\]+@[^\s@,;:<>\"()\[\]\\/?#]+")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)


class Way(Enum):
    """How an address is reached."""

    WEB = "web"
    MAIL = "mail"
    OTHER = "other"
    """By a service that the library apprise knows."""
    NONE = "none"


def way_of(address: str) -> Way:
    """Say how an address is reached."""
    if mailbox_of(address) is not None:
        return Way.MAIL
    scheme = _SCHEME.match(address)
    if scheme is None:
        return Way.NONE
    return Way.WEB if scheme[1].lower() in ("http", "https") else Way.OTHER


def mailbox_of(address: str) -> str | None:
    """Return `name@host` of `mailto:name@host`; None if it is no such thing."""
    if address[:7].lower() != "mailto:":
        return None
    box = address[7:]
    return box if _MAIL.fullmatch(box) and box.isprintable() else None


def same_place(address: str) -> str:
    """Return what two spellings of one address have in common."""
    return address.lower() if way_of(address) is Way.MAIL else address


def describe(address: str) -> str:
    """Name a receiver without its secret: of a web address only the host."""
    way = way_of(address)
    if way is Way.MAIL:
        return f"mail to {mailbox_of(address)}"
    if way is Way.WEB:
        return f"the webhook at {host_of(address) or 'an address that cannot be read'}"
    if match := _SCHEME.match(address):
        return f"the {match[1].lower()}:// address"
    return "an address that cannot be read"


def host_of(url: str) -> str | None:
    """Return the host of a web address; None if it cannot be read."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # a property that raises when the port is no number
        return parts.hostname
    except ValueError:
        return None


def web_problem(url: str, allow_insecure: bool) -> str | None:
    """Say why nothing may be sent to a web address; None if it may."""
    host = host_of(url)
    if host is None or not url.isprintable() or " " in url:
        return "cannot be told: its address cannot be read"
    if url[:8].lower() == "https://" or allow_insecure or is_loopback(host):
        return None
    return "is not told over plain http:// (allow_insecure_http = true under [notify] permits it)"
