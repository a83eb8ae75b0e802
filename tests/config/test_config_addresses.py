import re
from pathlib import Path

import pytest

from socialsync_cli.config import describe_database, require_safe_url
from socialsync_cli.config.addresses import has_password, parse_database, parse_recipient
from socialsync_cli.errors import ConfigError


@pytest.mark.parametrize(
    "url",
    [
        "https://api.apify.com",
        "https://hooks.example.com:8443/x?y=z",
        "https://user:pw@example.com/",
        "http://localhost:8000",
        "http://api.localhost/",
        "http://127.0.0.1:1/",
        "http://127.9.9.9",
        "http://[::1]:80/",
        "HTTP://LOCALHOST",
    ],
)
def test_safe_addresses_pass(url):
    assert require_safe_url(f" {url}\n", False, "x") == url


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://127.1",
        "http://2130706433/",
        "http://0.0.0.0",
        "http://10.0.0.1",
        "http://user@evil.example@localhost.evil.example",
        "http://127.0.0.1@evil.example",
        "http://evil.example#@127.0.0.1/",
    ],
)
def test_plain_http_to_other_machines_needs_permission(url):
    with pytest.raises(ConfigError, match=r"^\[notify\] ping_url must begin with https://: plain http:// to "):
        require_safe_url(url, False, "[notify] ping_url")
    assert require_safe_url(url, True, "x") == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "//example.com",
        "ftp://example.com",
        "file:///etc/passwd",
        "https://",
        "https:///x",
        "https://a b",
        "https://a\tb",
        "https://evil.example\\@127.0.0.1",
        "https://[::1",
        "https://example.com:port",
        "https://example.com:99999",
        "javascript:alert(1)",
    ],
)
def test_what_is_no_web_address_is_refused_without_repeating_it(url):
    with pytest.raises(ConfigError) as caught:
        require_safe_url(url, True, "[apify] api_url")
    assert str(caught.value).startswith("[apify] api_url ")
    assert len(url) < 9 or url not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ops@example.com", "mailto:ops@example.com"),
        (" mailto:ops+x@example.com ", "mailto:ops+x@example.com"),
        ("MAILTO:ops@example.com", "mailto:ops@example.com"),
        ("https://hooks.example.com/x", "https://hooks.example.com/x"),
        ("http://localhost:1/x", "http://localhost:1/x"),
    ],
)
def test_recipients_are_web_and_mail_addresses(text, expected):
    assert parse_recipient(text, False) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ops",
        "@example.com",
        "a@b@c",
        "a@example.com?bcc=x@example.com",
        "a@example.com\r\nBcc: x@example.com",
        "a@b\u2028c",
        "mailto:",
        "a@x.org,b@x.org",
        "://x",
        "htps://example.com/x",
        "slack://x y",
        "http://example.com/x",
    ],
)
def test_other_recipients_are_refused(text):
    with pytest.raises(ValueError, match=r"must b|did you mean https"):
        parse_recipient(text, False)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite:///x.db", "sqlite:////etc/x.db"),
        (" sqlite:///data/x.db ", "sqlite:////etc/data/x.db"),
        ("sqlite+pysqlite:///x.db", "sqlite:////etc/x.db"),
        ("sqlite:////var/x.db", "sqlite:////var/x.db"),
        ("sqlite:///x.db?timeout=5", "sqlite:////etc/x.db?timeout=5"),
        ("sqlite:///~/x.db", "sqlite:////home/me/x.db"),
        ("postgresql+psycopg://db/x", "postgresql+psycopg://db/x"),
        ("postgresql+psycopg://me:p%40w@[::1]:5432/x?sslmode=require", None),
        ("postgresql+psycopg:///x", None),
        ("postgresql+psycopg://me:pw#/$@db/x", None),
    ],
)
def test_databases_are_sqlite_files_and_postgresql(url, expected):
    assert parse_database(url, Path("/etc"), "/home/me") == (expected or url)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "must begin with sqlite:/// or postgresql+psycopg://"),
        ("x.db", "must begin with sqlite:/// or postgresql+psycopg://"),
        ("mysql://me:s3cret@db/x", "must begin with sqlite:/// or postgresql+psycopg://"),
        ("sqlite+aiosqlite:///x", "must begin with sqlite:/// or postgresql+psycopg://"),
        ("postgres://me:s3cret@db/x", "must begin with postgresql+psycopg:// for PostgreSQL"),
        ("postgresql://me:s3cret@db/x", "must begin with postgresql+psycopg:// for PostgreSQL"),
        ("postgresql+psycopg2://db/x", "must begin with postgresql+psycopg:// for PostgreSQL"),
        (
            "sqlite://x.db",
            "must name a file: sqlite:///name.db beside this file, or sqlite:////absolute/name.db",
        ),
        ("sqlite:///", "must name a file: a database in memory would be gone at the end of the command"),
        ("sqlite:///:memory:", "must name a file: a database in memory would be gone at the end of the command"),
        ("sqlite:///?x=1", "must name a file: a database in memory would be gone at the end of the command"),
        ("sqlite:///file:x.db?uri=true", "must name the file without file: in front"),
        (
            "postgresql+psycopg://me:s3cret@x@db:port/x",
            "cannot be read: it is postgresql+psycopg://user:password@host:port/name, and characters such as "
            "@ / ? in the password are written %40 %2F %3F",
        ),
    ],
)
def test_other_databases_are_refused(url, reason):
    with pytest.raises(ValueError, match=re.escape(reason)) as caught:
        parse_database(url, Path("/etc"), None)
    assert str(caught.value) == reason


def test_a_folder_that_no_address_can_name_is_refused():
    with pytest.raises(ValueError, match=r"folder that has \? in its name"):
        parse_database("sqlite:///x.db", Path("/what?"), None)


@pytest.mark.parametrize(
    ("url", "described", "secret"),
    [
        ("sqlite:////etc/x.db?timeout=5", "/etc/x.db", False),
        ("postgresql+psycopg://db:5432/x?a=b%40c", "postgresql+psycopg://db:5432/x", False),
        ("postgresql+psycopg://me@db/x", "postgresql+psycopg://me@db/x", False),
        ("postgresql+psycopg://me:s3cret@db/x?a=b", "postgresql+psycopg://me:***@db/x", True),
        ("postgresql+psycopg://me:s3c/r?et#@db/x", "postgresql+psycopg://me:***@db/x", True),
        ("postgresql+psycopg:///x", "postgresql+psycopg:///x", False),
        ("postgresql+psycopg://me:s3cret@and@more@db/x", "an address that cannot be read", False),
        ("postgresql+psycopg://db/x?password=s3cret", "postgresql+psycopg://db/x", True),
        ("not an address", "an address that cannot be read", False),
    ],
)
def test_a_database_is_described_without_its_password(url, described, secret):
    assert describe_database(url) == described
    assert has_password(url) is secret
