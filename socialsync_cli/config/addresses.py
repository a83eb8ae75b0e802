"""Where things are sent and kept: web and mail addresses, those of other services, and that of the database.

Addresses hold secrets (a webhook's path, a database's password), so no sentence in here repeats one: it names
at most the host.
"""

from __future__ import annotations

import difflib
import importlib.util
import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from socialsync_cli.core.hosts import is_loopback
from socialsync_cli.errors import ConfigError

_UNSAFE = re.compile(r"[\s\\\x00-\x1f\x7f]")
_MAIL = re.compile(r"[^\s@,;:<>\"()\[\]\\]+@[^\s@,;:<>\"()\[\]\\/?#]+")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,30}")
_RECIPIENTS = "a web address that begins with https://, mailto:name@host, or an address as apprise has them (slack://…)"
_SQLITE = re.compile(r"sqlite(?:\+pysqlite)?://(?P<rest>.*)", re.DOTALL)
_POSTGRES = re.compile(
    r"postgresql\+psycopg://"
    r"(?:(?P<user>[^:/@?]*)(?::(?P<password>[^@]*))?@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^/:?@\[\]\s]*)(?::(?P<port>\d{1,5}))?"
    r"(?:/(?P<database>[^?\s]*))?(?:\?(?P<query>\S*))?"
)


def anchor(text: str, base: Path, home: str | None) -> Path:
    """Resolve a path written in a file: against the file's folder, `~/` against the home folder."""
    if home and (text == "~" or text.startswith(("~/", "~" + os.sep))):
        return Path(home) / text[2:]
    return base / text


def home_of(environ: Mapping[str, str]) -> str | None:
    """Return the home folder that an environment names."""
    return environ.get("HOME") or environ.get("USERPROFILE")


def require_safe_url(url: str, allow_insecure: bool, what: str) -> str:
    """Return a web address fit for sending data to, without blanks around it.

    Args:
        url: an absolute http(s) address.
        allow_insecure: whether plain `http://` may leave this machine (`allow_insecure_http`).
        what: how the sentence names it, e.g. "[apify] api_url".

    Raises:
        ConfigError: it is no such address, or plain http to another machine.

    """
    if reason := url_problem(url, allow_insecure):
        raise ConfigError(f"{what} {reason}")
    return url.strip()


def url_problem(url: str, allow_insecure: bool) -> str | None:
    """Say what is wrong with a web address, in words that follow its name; None if nothing is."""
    url = url.strip()
    if _UNSAFE.search(url):
        return "must be a web address without blanks, backslashes or control characters"
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port  # a property that raises when the port is no number
    except ValueError:
        return "is not a web address: its host or port cannot be read"
    if parts.scheme not in ("http", "https") or not host:
        return "must be a web address that begins with https://"
    if parts.scheme == "http" and not allow_insecure and not is_loopback(host):
        return (
            f"must begin with https://: plain http:// to {host} can be read on the way "
            f"(allow_insecure_http = true in the same section permits it)"
        )
    return None


def parse_recipient(text: str, allow_insecure: bool) -> str:
    """Return an address to notify in its canonical form: a web address, `mailto:name@host`, or what apprise reads.

    Raises:
        ValueError: it is none of them, or of apprise's and the extra is missing; the text is the reason, in words
            that follow the name of the field, and never repeats the address.

    """
    text = text.strip()
    bare = text[len("mailto:") :] if text[:7].lower() == "mailto:" else text
    if "://" not in text:
        if _MAIL.fullmatch(bare) and bare.isprintable():
            return f"mailto:{bare}"
        raise ValueError(f"must be {_RECIPIENTS}")
    scheme = text.partition("://")[0].lower()
    if scheme in ("http", "https"):
        if reason := url_problem(text, allow_insecure):
            raise ValueError(reason)
        return text
    if not _SCHEME.fullmatch(scheme) or not text.isprintable() or " " in text:
        raise ValueError(f"must be {_RECIPIENTS}")
    if near := difflib.get_close_matches(scheme, ("https", "http"), n=1, cutoff=0.8):
        raise ValueError(f"begins with {scheme}://; did you mean {near[0]}://?")
    if importlib.util.find_spec("apprise") is None:
        raise ValueError(f"is a {scheme}:// address, which needs an extra: pip install 'socialsync-cli[notify]'")
    return text


def parse_database(url: str, base: Path, home: str | None) -> str:
    """Return the database's address with an absolute path if it is a file.

    Raises:
        ValueError: it is of another kind, or cannot be read; the text is the reason, to follow "url".

    """
    url = url.strip()
    if match := _SQLITE.fullmatch(url):
        return _anchor_sqlite(match["rest"], base, home)
    if url.startswith("postgresql+psycopg://"):
        match = _POSTGRES.fullmatch(url)
        if match is None or int(match["port"] or 0) > 65535:
            raise ValueError(
                "cannot be read: it is postgresql+psycopg://user:password@host:port/name, and characters "
                "such as @ / ? in the password are written %40 %2F %3F"
            )
        return url
    if re.match(r"postgres(?:ql)?(?:\+\w+)?:", url):
        raise ValueError("must begin with postgresql+psycopg:// for PostgreSQL")
    raise ValueError("must begin with sqlite:/// or postgresql+psycopg://")


def _anchor_sqlite(rest: str, base: Path, home: str | None) -> str:
    name, question, query = rest[1:].partition("?")
    if not rest.startswith("/") or "\0" in rest or not rest.isprintable():
        raise ValueError("must name a file: sqlite:///name.db beside this file, or sqlite:////absolute/name.db")
    if not name or name == ":memory:":
        raise ValueError("must name a file: a database in memory would be gone at the end of the command")
    if name.startswith("file:"):
        raise ValueError("must name the file without file: in front")
    path = str(anchor(name, base, home))
    if "?" in path:
        raise ValueError("cannot stand in a folder that has ? in its name")
    return f"sqlite:///{path}{question}{query}"


def describe_database(url: str) -> str:
    """Say which database an address means, without its password and options."""
    if match := _SQLITE.fullmatch(url):
        return match["rest"].partition("?")[0].removeprefix("/")
    if match := _POSTGRES.fullmatch(url):
        user = match["user"] + (":***" if match["password"] else "") + "@" if match["user"] else ""
        port = f":{match['port']}" if match["port"] else ""
        return f"postgresql+psycopg://{user}{match['host']}{port}/{match['database'] or ''}"
    return "an address that cannot be read"


def has_password(url: str) -> bool:
    """Say whether an address carries a password."""
    match = _POSTGRES.fullmatch(url)
    return bool(match and (match["password"] or re.search(r"(?:^|&)(?:ssl)?password=", match["query"] or "")))
