"""Tokens and where they come from: `env:NAME`, `file:PATH`, `keyring:SERVICE/NAME`, or the token itself.

What a configuration holds is a `TokenSource`: it can say where the token comes from and never what it is.
Only `resolve` reads it, when it is needed: a customer's missing token fails the tasks of that customer alone.

A service of systemd gets its secrets as credentials: files in $CREDENTIALS_DIRECTORY that no other process can see.
There `env:NAME` is found under NAME, and `file:PATH` under a name made from the path, so that the same configuration
holds at the keyboard and in the service.
"""

from __future__ import annotations

import difflib
import hashlib
import os
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from socialsync_cli.config.addresses import anchor, home_of
from socialsync_cli.errors import InvalidTokenError

KINDS = ("env", "file", "keyring")

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SCHEME = re.compile(r"([A-Za-z]\w*):", re.ASCII)
_PRINTABLE = re.compile(r"[\x21-\x7e]+")
_MAX_BYTES = 65_536


class Token:
    """A secret that shows itself only to `reveal`."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the secret itself."""
        return self._value

    @property
    def fingerprint(self) -> str:
        """What the token is called in the database and in logs: 16 hexadecimal digits."""
        return hashlib.sha256(b"socialsync token\0" + self._value.encode()).hexdigest()[:16]

    def __repr__(self) -> str:
        return 'Token("…")'

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Token) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


@dataclass(frozen=True, slots=True, repr=False)
class TokenSource:
    """Where a token (or another secret) is to be found.

    `repr`, `str` and `describe` never hold the secret, not even one that was pasted where a name belongs.
    """

    kind: str
    """env, file, keyring or literal."""
    value: str
    """The variable, the path as written, or SERVICE/NAME; empty for a literal."""
    place: str
    """The file that this is written in, as people call it."""
    base: str = ""
    """The folder that a relative path starts from."""
    what: str = "token"
    """token, smtp_url or webhook_secret."""
    is_default: bool = False
    """It is `[apify] token`, used by someone without a token of their own."""
    secret: Token | None = None
    """What a literal is; None if it is empty."""

    @classmethod
    def parse(cls, text: str, *, base: Path, place: str, what: str = "token") -> TokenSource:
        """Understand a reference; whatever does not begin with a known kind is the secret itself."""
        kind, colon, value = text.strip().partition(":")
        if colon and kind in KINDS:
            return cls(kind, value.strip(), place, str(base), what)
        secret = Token(text.strip()) if text.strip() else None
        return cls("literal", "", place, str(base), what, secret=secret)

    def as_default(self) -> TokenSource:
        """Return the same source for someone without a token of their own."""
        return replace(self, is_default=True)

    def __repr__(self) -> str:
        return f"TokenSource({self.describe()})"

    def describe(self) -> str:
        """Say where the secret comes from, in words that follow its name."""
        return f"default: {self._origin()}" if self.is_default else self._origin()

    def _origin(self) -> str:
        if self.kind == "literal":
            return f"written in {self.place} (better: env: or file:)"
        if _is_secret(self.value):
            return f"from {self.kind}: and something that looks like the {self.what} itself"
        if self.kind == "env":
            return f"from ${self.value}"
        return f"from file {self.value}" if self.kind == "file" else f"from the keyring {self.value}"

    def resolve(self, environ: Mapping[str, str]) -> Token:
        """Read the secret.

        Raises:
            InvalidTokenError: it is missing, empty, unreadable, or cannot be a token.

        """
        if self.kind != "literal" and _is_secret(self.value):
            raise InvalidTokenError(
                f"{self.kind}: in {self.place} is followed by what looks like the {self.what} itself; "
                f"it takes {_TAKES[self.kind]}"
            )
        read: Callable[[Mapping[str, str]], str] = getattr(self, f"_from_{self.kind}")
        text = read(environ).removeprefix("\ufeff").strip()
        if not text:
            raise InvalidTokenError(f"the {self.what} {self._origin()} is empty")
        if self.what == "token" and not _PRINTABLE.fullmatch(text):
            raise InvalidTokenError(f"the token {self._origin()} cannot be one: it {_oddity(text)}")
        if not text.isprintable():
            raise InvalidTokenError(f"the {self.what} {self._origin()} contains control characters")
        return Token(text)

    def _from_literal(self, environ: Mapping[str, str]) -> str:
        text = self.secret.reveal() if self.secret else ""
        if self.what == "token" and (advice := _misspelt(text, environ)):
            raise InvalidTokenError(f"the token written in {self.place} is not a token: {advice}")
        return text

    def _from_env(self, environ: Mapping[str, str]) -> str:
        if not _VARIABLE.fullmatch(self.value):
            raise InvalidTokenError(f"env: in {self.place} must be followed by {_TAKES['env']}")
        if self.value in environ:
            return environ[self.value]
        if (file := self._credential_file(environ)) is not None:
            return self._read(file)
        raise InvalidTokenError(f"the {self.what} is missing: ${self.value} is not set")

    def _from_file(self, environ: Mapping[str, str]) -> str:
        return self._read(self._credential_file(environ) or self.file(environ))

    def credential(self, environ: Mapping[str, str]) -> str | None:
        """Return the name of the credential that a service of systemd finds the secret in; None if it has none."""
        if self.kind == "env" and _VARIABLE.fullmatch(self.value):
            return self.value
        if self.kind == "file" and not _is_secret(self.value):
            path = str(self.file(environ))
            stem = re.sub(r"[^A-Za-z0-9_.-]", "_", Path(path).name)[:80]
            return f"{stem}-{hashlib.sha256(path.encode(errors='surrogateescape')).hexdigest()[:8]}"
        return None

    def is_unset(self, environ: Mapping[str, str]) -> bool:
        """Whether it is a variable that nobody has set."""
        return (
            self.kind == "env"
            and not environ.get(self.value, "").strip()
            and (self.value in environ or self._credential_file(environ) is None)
        )

    def _credential_file(self, environ: Mapping[str, str]) -> Path | None:
        folder = environ.get("CREDENTIALS_DIRECTORY")
        name = self.credential(environ) if folder else None
        if not folder or name is None:
            return None
        file = Path(folder) / name
        return file if file.is_file() else None

    def _read(self, file: Path) -> str:
        try:
            with file.open("rb") as stream:
                content = stream.read(_MAX_BYTES + 1)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "not a path"
            raise InvalidTokenError(f"the {self.what} {self._origin()} cannot be read: {reason}") from error
        try:
            if len(content) > _MAX_BYTES:
                raise ValueError
            return content.decode("utf-8-sig")
        except ValueError:
            # From nothing: the decoder's complaint holds the content.
            raise InvalidTokenError(f"the {self.what} {self._origin()} cannot be one: it is not a text") from None

    def _from_keyring(self, environ: Mapping[str, str]) -> str:
        service, slash, name = self.value.rpartition("/")
        if not (slash and service and name):
            raise InvalidTokenError(f"keyring: in {self.place} must be followed by {_TAKES['keyring']}")
        try:
            import keyring  # an extra
        except ImportError as error:
            raise InvalidTokenError(
                f"the {self.what} {self._origin()} needs an extra: pip install 'socialsync-cli[keyring]'"
            ) from error
        try:
            found = keyring.get_password(service, name)
        except Exception as error:  # backends raise whatever their system raises
            raise InvalidTokenError(
                f"the {self.what} {self._origin()} cannot be read: {type(error).__name__}"
            ) from error
        if found is None:
            raise InvalidTokenError(f"the {self.what} is missing: the keyring has no {self.value}")
        return found

    def file(self, environ: Mapping[str, str]) -> Path:
        """Return the path that `file:` means."""
        return anchor(self.value, Path(self.base), home_of(environ))

    def warning(self, environ: Mapping[str, str]) -> str | None:
        """Say so if the secret's file can be read by other accounts of this machine."""
        if self.kind == "file" and not _is_secret(self.value) and readable_by_others(self.file(environ)):
            return f"the {self.what} {self._origin()} can be read by other accounts: chmod 600 {self.value}"
        return None


_TAKES = {
    "env": "the name of a variable, as in env:APIFY_TOKEN",
    "file": "a path, as in file:apify.token",
    "keyring": "a service and a name, as in keyring:apify/acme",
}


def _misspelt(text: str, environ: Mapping[str, str]) -> str | None:
    """How the author of a literal that means a reference should have put it."""
    if text.startswith("$"):
        return "a variable is written env:NAME, without $"
    if match := _SCHEME.match(text):
        near = difflib.get_close_matches(match[1].lower(), KINDS, n=1)
        known = f"did you mean {near[0]}:?" if near else "it begins with none of env:, file:, keyring:"
        return f"a token has no colon; {known}"
    if text.isupper() and text in environ:
        return "it is the name of a variable; write env: in front of it"
    return None


def _is_secret(name: str) -> bool:
    """Whether the name of a variable, file or keyring entry looks like a token that was pasted there."""
    if re.search("apify_api_[A-Za-z0-9]{20,}", name):
        return True
    old_style = re.fullmatch("[A-Za-z0-9]{17,}", name)
    return bool(old_style and re.search("[a-z]", name) and re.search("[A-Z]", name) and re.search("[0-9]", name))


def _oddity(text: str) -> str:
    if re.search(r"\s", text):
        return "has white space inside"
    return "contains control characters" if text.isascii() else "contains other than plain Latin letters"


def readable_by_others(path: Path) -> bool:
    """Whether accounts other than the owner may read a file; False where that cannot be told."""
    if os.name == "nt":  # modes mean nothing there
        return False
    try:
        return bool(path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))
    except (OSError, ValueError):
        return False
