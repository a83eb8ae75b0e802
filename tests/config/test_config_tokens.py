import copy
import pickle
import sys
from dataclasses import asdict
from pathlib import Path

import keyring
import pytest
from config_builders import SECRET
from keyring.backend import KeyringBackend

from socialsync_cli.config import Token, TokenSource
from socialsync_cli.errors import InvalidTokenError


def parse(text, folder=Path("/etc"), what="token"):
    return TokenSource.parse(text, base=folder, place="socialsync.toml", what=what)


def refusal(source, environ=None):
    with pytest.raises(InvalidTokenError) as caught:
        source.resolve(environ or {})
    message = str(caught.value)
    assert SECRET not in message
    return message


def test_a_token_shows_itself_only_on_purpose():
    token = Token(SECRET)

    assert [repr(token), str(token), f"{token}"] == ['Token("…")'] * 3
    assert token.reveal() == SECRET
    assert token == Token(SECRET)
    assert token != Token("other")
    assert token != SECRET
    assert len({token, Token(SECRET)}) == 1


def test_a_fingerprint_is_stable_and_short():
    assert Token("secret").fingerprint == "1c36e75087096999"
    assert Token("other").fingerprint != Token("secret").fingerprint


@pytest.mark.parametrize(
    ("text", "described"),
    [
        ("env:ACME_APIFY_TOKEN", "from $ACME_APIFY_TOKEN"),
        ("env:APIFY_API_TOKEN", "from $APIFY_API_TOKEN"),
        (" env: X ", "from $X"),
        ("file:/run/secrets/apify_api_token", "from file /run/secrets/apify_api_token"),
        ("keyring:apify/acme", "from the keyring apify/acme"),
        (SECRET, "written in socialsync.toml (better: env: or file:)"),
        ("", "written in socialsync.toml (better: env: or file:)"),
        (f"env:{SECRET}", "from env: and something that looks like the token itself"),
        (f"file:{SECRET}", "from file: and something that looks like the token itself"),
        (f"keyring:{SECRET}", "from keyring: and something that looks like the token itself"),
        ("env:kW3JXpPnqT7NkwNvHBrDuwwRS", "from env: and something that looks like the token itself"),
    ],
)
def test_a_source_is_described_without_its_secret(text, described):
    source = parse(text)

    assert source.describe() == described
    assert repr(source) == f"TokenSource({described})"
    assert source.as_default().describe() == f"default: {described}"


def test_a_literal_stays_hidden_wherever_the_source_goes():
    source = parse(SECRET)

    assert SECRET not in repr(source) + str(source) + repr(asdict(source)) + repr(copy.deepcopy(source))
    assert source.resolve({}) == Token(SECRET)
    assert pickle.loads(pickle.dumps(source)) == source


def test_a_variable_is_read():
    assert parse("env:T").resolve({"T": f" {SECRET}\r\n"}) == Token(SECRET)
    assert refusal(parse("env:T")) == "the token is missing: $T is not set"
    assert refusal(parse("env:T"), {"T": " \n"}) == "the token from $T is empty"
    assert refusal(parse("env:")) == (
        "env: in socialsync.toml must be followed by the name of a variable, as in env:APIFY_TOKEN"
    )
    assert refusal(parse(f"env:{SECRET}")) == (
        "env: in socialsync.toml is followed by what looks like the token itself; "
        "it takes the name of a variable, as in env:APIFY_TOKEN"
    )


def test_a_file_is_read(tmp_path):
    (tmp_path / "good").write_text(f"\ufeff{SECRET}\r\n")
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "junk").write_bytes(b"\xff\x00")
    (tmp_path / "large").write_text("x" * 70_000)

    assert parse("file:good", tmp_path).resolve({}) == Token(SECRET)
    assert parse("file:~/good").resolve({"HOME": str(tmp_path)}) == Token(SECRET)
    assert refusal(parse("file:empty", tmp_path)) == "the token from file empty is empty"
    assert refusal(parse("file:junk", tmp_path)) == "the token from file junk cannot be one: it is not a text"
    assert refusal(parse("file:large", tmp_path)) == "the token from file large cannot be one: it is not a text"
    assert refusal(parse("file:none", tmp_path)) == (
        "the token from file none cannot be read: No such file or directory"
    )
    assert refusal(parse("file:", tmp_path)) == "the token from file  cannot be read: Is a directory"
    assert refusal(parse("file:a\0b", tmp_path)) == "the token from file a\0b cannot be read: not a path"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("two words", "cannot be one: it has white space inside"),
        ("a\x07b", "cannot be one: it contains control characters"),
        ("tökèn", "cannot be one: it contains other than plain Latin letters"),
    ],
)
def test_what_cannot_be_a_token_is_refused_without_showing_it(text, reason):
    assert refusal(parse("env:T"), {"T": text}) == f"the token from $T {reason}"
    assert refusal(parse(text)) == f"the token written in socialsync.toml (better: env: or file:) {reason}"


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("evn:APIFY_TOKEN", "a token has no colon; did you mean env:?"),
        ("ENV:APIFY_TOKEN", "a token has no colon; did you mean env:?"),
        ("vault:x/y", "a token has no colon; it begins with none of env:, file:, keyring:"),
        ("$APIFY_TOKEN", "a variable is written env:NAME, without $"),
        ("APIFY_TOKEN", "it is the name of a variable; write env: in front of it"),
    ],
)
def test_a_misspelt_reference_is_recognised(text, advice):
    message = refusal(parse(text), {"APIFY_TOKEN": "x"})
    assert message == f"the token written in socialsync.toml is not a token: {advice}"


def test_other_secrets_may_hold_colons_and_blanks_but_no_control_characters():
    url = "smtp://me:pw@mail.example.com:587"

    assert parse(url, what="smtp_url").resolve({}).reveal() == url
    assert parse("correct horse", what="webhook_secret").resolve({}).reveal() == "correct horse"
    assert refusal(parse("env:S", what="smtp_url"), {"S": "a\x00b"}) == (
        "the smtp_url from $S contains control characters"
    )


class FakeKeyring(KeyringBackend):
    priority = 1

    def set_password(self, service, username, password):
        raise NotImplementedError

    def get_password(self, service, username):
        if service == "locked":
            raise RuntimeError(SECRET)
        return {("apify", "acme"): SECRET, ("https://apify.com", "x"): "other"}.get((service, username))


@pytest.fixture
def _fake_keyring():
    before = keyring.get_keyring()
    keyring.set_keyring(FakeKeyring())
    yield
    keyring.set_keyring(before)


@pytest.mark.usefixtures("_fake_keyring")
def test_the_keyring_is_read():
    assert parse("keyring:apify/acme").resolve({}) == Token(SECRET)
    assert parse("keyring:https://apify.com/x").resolve({}) == Token("other")
    assert refusal(parse("keyring:apify/beta")) == "the token is missing: the keyring has no apify/beta"
    assert refusal(parse("keyring:locked/x")) == ("the token from the keyring locked/x cannot be read: RuntimeError")
    assert refusal(parse("keyring:apify")) == (
        "keyring: in socialsync.toml must be followed by a service and a name, as in keyring:apify/acme"
    )


def test_without_the_keyring_package_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)

    assert refusal(parse("keyring:apify/acme")) == (
        "the token from the keyring apify/acme needs an extra: pip install 'socialsync-cli[keyring]'"
    )


def test_a_file_that_others_may_read_is_warned_about(tmp_path):
    path = tmp_path / "t"
    path.write_text("x")
    path.chmod(0o600)
    source = parse("file:t", tmp_path)
    assert source.warning({}) is None

    path.chmod(0o640)
    assert source.warning({}) == "the token from file t can be read by other accounts: chmod 600 t"
    assert parse("file:none", tmp_path).warning({}) is None
    assert parse("env:T", tmp_path).warning({}) is None


def test_in_a_service_secrets_are_found_among_its_credentials(tmp_path):
    folder = tmp_path / "credentials"
    folder.mkdir()
    environ = {"CREDENTIALS_DIRECTORY": str(folder)}
    variable, file = parse("env:ACME_TOKEN"), parse("file:acme.token", tmp_path)
    assert variable.is_unset(environ)
    assert "is not set" in refusal(variable, environ)
    (folder / variable.credential(environ)).write_text("from-systemd\n")
    (folder / file.credential(environ)).write_text("file-from-systemd")
    assert not variable.is_unset(environ)
    assert variable.resolve(environ).reveal() == "from-systemd"
    assert variable.resolve(environ | {"ACME_TOKEN": "at-the-keyboard"}).reveal() == "at-the-keyboard"
    assert file.resolve(environ).reveal() == "file-from-systemd"
    assert parse("keyring:a/b").credential(environ) is None


def test_files_of_one_name_are_different_credentials(tmp_path):
    names = {parse("file:token", tmp_path / folder).credential({}) for folder in ("a", "b")}
    assert len(names) == 2
    assert all(name.startswith("token-") for name in names)
