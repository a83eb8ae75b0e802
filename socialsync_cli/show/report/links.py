"""Addresses that came from outside: which of them may become links."""

from __future__ import annotations

from urllib.parse import urlsplit

_LONGEST = 2000


def link(address: str | None) -> str | None:
    """Return an address that may be clicked; None if it is anything but an ordinary web address.

    `javascript:`, `data:` and whatever else is no web page are refused, and so are addresses with a name before the
    host, which make one site look like another.
    """
    if not address or len(address) > _LONGEST or any(c.isspace() or not c.isprintable() for c in address):
        return None
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host or "@" in parts.netloc or "\\" in address:
        return None
    return address
