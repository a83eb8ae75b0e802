"""A configuration file: finding it, reading it, and naming places in it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from socialsync_cli.config.addresses import anchor, home_of
from socialsync_cli.config.lines import KeyPath, key_lines
from socialsync_cli.errors import ConfigError

FILE_NAME = "socialsync.toml"
_MAX_BYTES = 32 * 1024 * 1024


def target_path(path: Path | None, *, environ: Mapping[str, str], cwd: Path) -> Path:
    """Say which file is meant if none has to exist yet: `--config`, the variable, `./socialsync.toml`."""
    if path is not None:
        return cwd / path
    if named := environ.get("SOCIALSYNC_CONFIG", "").strip():
        return anchor(named, cwd, home_of(environ))
    return cwd / FILE_NAME


def find(path: Path | None, *, environ: Mapping[str, str], cwd: Path) -> Path:
    """Say which file configures this invocation; one that is named need not exist.

    Raises:
        ConfigError: none is named and none is in the usual places.

    """
    target = target_path(path, environ=environ, cwd=cwd)
    if path is not None or environ.get("SOCIALSYNC_CONFIG", "").strip() or _exists(target):
        return target
    from platformdirs import user_config_path  # not needed by those who say where their file is

    fallback = user_config_path("socialsync") / FILE_NAME
    if _exists(fallback):
        return fallback
    raise ConfigError(
        f"no configuration found: neither --config nor $SOCIALSYNC_CONFIG is given, and there is no "
        f"{FILE_NAME} here or in {fallback.parent}; `socialsync init` writes one"
    )


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a folder that may not be entered: let reading the file complain
        return True


@dataclass
class Document:
    """A read file: what it says, and where it says it."""

    path: Path
    name: str
    """The file as people call it."""
    text: str = field(repr=False)
    data: dict[str, Any] = field(repr=False)
    origins: dict[KeyPath, str] = field(default_factory=dict)
    """Environment variables by the key that they override."""
    renamed: dict[KeyPath, KeyPath] = field(default_factory=dict)
    """Keys as they are written, by the key that they mean."""

    @cached_property
    def lines(self) -> Mapping[KeyPath, int]:
        """The line of every key."""
        return key_lines(self.text)

    def line(self, path: KeyPath) -> int | None:
        """Return the line of a key, or else of the nearest table around it that the file has."""
        path = self.renamed.get(path, path)
        return next((self.lines[path[:size]] for size in range(len(path), 0, -1) if path[:size] in self.lines), None)

    def place(self, path: KeyPath) -> str:
        """Name the place of a key: `socialsync.toml, line 12`, or `$SOCIALSYNC_SYNC__WORKERS`."""
        for size in range(len(path), 0, -1):
            if path[:size] in self.origins:
                return f"${self.origins[path[:size]]}"
        line = self.line(path)
        return f"{self.name}, line {line}" if line else self.name

    def label(self, path: KeyPath) -> str:
        """Name place and key: `socialsync.toml, line 12: [apify] api_url`."""
        return f"{self.place(path)}: {label(self.renamed.get(path, path))}"


def label(path: KeyPath) -> str:
    """Name a key as people read it: `[apify.actors] instagram_posts`, `[users.acme] tiktok, item 2`."""
    names = [str(part) for part in path if isinstance(part, str)]
    items = "".join(f", item {part + 1}" for part in path if isinstance(part, int))
    if len(names) == 1:
        return names[0] + items
    return f"[{'.'.join(names[:-1])}] {names[-1]}{items}"


def read(path: Path, *, cwd: Path) -> Document:
    """Read and parse a configuration file.

    Raises:
        ConfigError: it is not there, cannot be read, is no UTF-8 text, or no TOML.

    """
    name = _short(path, cwd)
    text = _decode(_bytes(path, name), name)
    try:
        return Document(path, name, text, tomllib.loads(text))
    except RecursionError:
        raise ConfigError(f"{name}: its lists or tables are nested too deeply") from None
    except ValueError as error:
        raise ConfigError(_syntax_error(name, text, str(error))) from error


def _short(path: Path, cwd: Path) -> str:
    return str(path.relative_to(cwd)) if path.is_relative_to(cwd) and path != cwd else str(path)


def _bytes(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as stream:
            content = stream.read(_MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise ConfigError(f"there is no file {name}; `socialsync init` writes a configuration") from error
    except IsADirectoryError as error:
        raise ConfigError(f"{name} is a folder; name the {FILE_NAME} in it") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a path"
        raise ConfigError(f"{name} cannot be read: {reason}") from error
    if len(content) > _MAX_BYTES:
        raise ConfigError(f"{name} is larger than {_MAX_BYTES >> 20} MiB: that is no configuration")
    return content


def _decode(content: bytes, name: str) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ConfigError(f"{name} is in UTF-16; save it as UTF-8")
    if b"\0" in content:
        raise ConfigError(f"{name} is not a text file")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        # From nothing: the decoder's complaint holds the whole file.
        raise ConfigError(f"{name}, line {line}: not UTF-8; save the file as UTF-8") from None


def _syntax_error(name: str, text: str, complaint: str) -> str:
    """Turn `Invalid value (at line 3, column 8)` into a sentence that begins with the place."""
    match = re.fullmatch(r"(.*) \(at (?:(line \d+, column \d+)|end of document)\)", complaint, re.DOTALL)
    if not match:
        return f"{name}: {complaint[:1].lower()}{complaint[1:]}"
    last = text.rstrip().count("\n") + 1
    what = match[1][:1].lower() + match[1][1:]
    advice = _ADVICE.get(match[1], "")
    return f"{name}, {match[2] or f'line {last}'}: {what}{advice}"


_SINGLE = "; a text with backslashes is best in 'single quotes'"
_ADVICE = {
    "Invalid value": "; a text stands in quotes",
    "Unescaped '\\' in a string": _SINGLE,
    "Invalid hex value": _SINGLE,
    "Cannot overwrite a value": "; the key is there twice",
}
