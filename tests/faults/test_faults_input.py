"""What people write: configuration, history and handles of every kind end in a result or in a sentence."""

from __future__ import annotations

import contextlib
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from socialsync_cli.cli import main
from socialsync_cli.config import TEMPLATE
from socialsync_cli.errors import HandleError
from socialsync_cli.platforms import PLATFORMS

few = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
LINES = [line.lstrip("# ") for line in TEMPLATE.splitlines() if "=" in line or line.startswith("[")]
KEYS = [line.partition("=")[0].strip() for line in LINES if "=" in line] + [
    "users.a.tiktok",
    "users.a.token",
    "users.a",
]
VALUES = [
    "1", "-1", "1e400", "nan", "true", '""', '"x"', '"env:X"', "[]", '["a"]', "{}", "{a=1}", '"\\u0000"', '"https://[::1"',
    '"postgresql+psycopg://"', '"sqlite:///"', "99999999999999999999", "1979-05-27", '"file:/dev/null"', '[1,"a",[]]',
    '"' + "x" * 3000 + '"',
]  # fmt: skip
assigned = st.builds("{} = {}".format, st.sampled_from(KEYS), st.sampled_from(VALUES))
toml = st.lists(st.sampled_from(LINES) | assigned | st.text(max_size=12), max_size=14).map("\n".join)
cells = st.text(max_size=6) | st.sampled_from(
    ["instagram", "tiktok", "nasa", "2025-01-01", "2025-13-01", "0001-01-01", "9999-12-31", "12", "-1", "1e5", "12.3K",
     "9" * 30, "NaN", "\0", '"', "=1+1", "\ud800"]
)  # fmt: skip
history = st.lists(st.lists(cells, max_size=7).map(",".join), max_size=8).map("\n".join)


def written(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*args: str) -> tuple[int, str]:
    said = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said):
        return main(list(args)), said.getvalue()


def configure(folder, content: bytes) -> None:
    (folder / "socialsync.toml").write_bytes(content)
    (folder / "socialsync.toml").chmod(0o600)


@few
@given(toml.map(written) | st.binary(max_size=80))
def test_any_configuration_is_read_or_refused_with_a_sentence(folder, content):
    configure(folder, content)
    for command in (["users"], ["check", "--offline"]):
        code, said = call(*command)
        assert code in (0, 1, 2), said
        assert "this is a bug" not in said


@few
@given(
    st.sampled_from([b"platform,handle,date,followers\n", b"platform,handle,date,followers,following\n", b"", b"\xff"]),
    history.map(written) | st.binary(max_size=80),
)
def test_any_history_is_taken_in_or_refused_with_a_sentence(folder, head, rows):
    configure(folder, b"[users.a]\ntiktok = ['nasa']\n")
    (folder / "history.csv").write_bytes(head + rows)
    code, said = call("import", "history.csv")
    assert code in (0, 2), said
    assert (code == 0) or said.startswith("socialsync: ")


addresses = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "http://", "HTTPS://", "//", "ftp://", "javascript:", "@"]),
    st.sampled_from(["instagram.com", "www.facebook.com", "m.tiktok.com", "[::1]", "x.com", "a:b@instagram.com", ""]),
    st.sampled_from(["/", "/@", "/p/", "/profile.php?id=", "/people/a/", "#", "?", "/../", "/%00", "/%ff%fe"]),
    st.text(st.characters(), max_size=20),
)


def parsed(platform, text):
    """The handle, or None and why."""
    try:
        return platform.parse_handle(text), ""
    except HandleError as error:
        return None, str(error)


@settings(max_examples=200, deadline=None)
@given(addresses | st.text(st.characters(), max_size=60))
def test_any_handle_is_a_canonical_one_or_refused_with_a_line(text):
    for platform in PLATFORMS.values():
        handle, refusal = parsed(platform, text)
        assert refusal.isprintable()
        if handle is None:
            continue
        assert handle == handle.lower() or handle in text  # ids mean nothing in other letters
        assert (handle.isprintable(), 0 < len(handle) <= 110) == (True, True)
        assert platform.parse_handle("@" + handle) == platform.parse_handle(platform.page_url(handle)) == handle


@pytest.mark.parametrize("text", ["a" * 10**6, "@" * 10**6, "%41" * 10**5, "https://" + "." * 10**5])
def test_an_endless_handle_is_refused_with_a_short_line(text):
    for platform in PLATFORMS.values():
        with pytest.raises(HandleError) as caught:
            platform.parse_handle(text)
        assert len(str(caught.value)) < 500
