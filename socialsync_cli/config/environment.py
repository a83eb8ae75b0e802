"""`SOCIALSYNC_<SECTION>__<KEY>`: keys of the configuration that come from the environment.

Everything with two underscores in a row after `SOCIALSYNC_` is meant as a key, so a misspelt one is an error.
Names without them (`SOCIALSYNC_CONFIG` and the like) are not keys, but for `SOCIALSYNC_USERS_FILE`.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Collection, Mapping
from typing import Any

from socialsync_cli.config.document import Document, label
from socialsync_cli.config.problems import KEYS, nearest
from socialsync_cli.config.settings import ACTOR_ALIASES
from socialsync_cli.config.tokens import KINDS
from socialsync_cli.errors import ConfigError

PREFIX = "SOCIALSYNC_"
_WORDS = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}


def override(document: Document, environ: Mapping[str, str], user_keys: Mapping[str, str]) -> None:
    """Put the keys of the environment over those of the file.

    Args:
        document: the file as read; its `data` and `origins` are changed.
        environ: the environment.
        user_keys: the keys of `[users.<id>]` and what they take, in the words of `KEYS`.

    Raises:
        ConfigError: a variable names no key.

    """
    for name in sorted(environ):
        if not name.startswith(PREFIX):
            continue
        rest = name.removeprefix(PREFIX)
        if "__" in rest or rest == "USERS_FILE":
            path = _path(rest, document.data, user_keys)
            if path is None:
                raise ConfigError(_unknown(name, user_keys))
            kind = user_keys[path[-1]] if path[0] == "users" else KEYS[path]
            if kind in ("section", "table"):
                raise ConfigError(f"${name} names a section; only its keys can be set")
            _put(document, path, _value(environ[name], kind, name), name)


def _path(rest: str, data: Mapping[str, Any], user_keys: Collection[str]) -> tuple[str, ...] | None:
    """The key that a variable means; None if there is no such key."""
    path = tuple(rest.lower().split("__"))
    if path[0] == "users" and len(path) > 2:
        user = "__".join(path[1:-1])
        return ("users", _user(user, data), path[-1]) if user and path[-1] in user_keys else None
    if path[:-1] == ("apify", "actors"):
        path = (*path[:-1], ACTOR_ALIASES.get(path[-1], path[-1]))
    return path if path in KEYS else None


def _user(user: str, data: Mapping[str, Any]) -> str:
    """The user whose id has hyphens, which variables cannot have, where the variable has underscores."""
    users = data.get("users")
    if not isinstance(users, dict) or user in users:
        return user
    alike = [name for name in users if name.replace("-", "_") == user]
    return alike[0] if len(alike) == 1 else user


def _unknown(name: str, user_keys: Collection[str]) -> str:
    head, rest = PREFIX, name.removeprefix(PREFIX).lower()
    known = ["__".join(path) for path, kind in KEYS.items() if kind not in ("section", "table")]
    if rest.startswith("users__") and rest.count("__") > 1:
        section, _, rest = rest.rpartition("__")
        head, known = f"{PREFIX}{section.upper()}__", list(user_keys)
    near = nearest(rest, known)
    advice = f"did you mean ${head}{near.upper()}?" if near else "it is SOCIALSYNC_<SECTION>__<KEY>"
    return f"${name[:100]} is no known key; {advice}"


def _put(document: Document, path: tuple[str, ...], value: object, name: str) -> None:
    table = document.data
    for depth, part in enumerate(path[:-1], start=1):
        table = table.setdefault(part, {})
        if not isinstance(table, dict):
            raise ConfigError(f"{document.label(path[:depth])} must be a [section]")
    table[path[-1]] = value
    document.origins[path] = name
    document.renamed.pop(path, None)


def _value(text: str, kind: str, name: str) -> object:
    """What a variable's text means for a key of that kind; the text itself where it means nothing."""
    if kind == "secret":
        # Refer to the variable rather than to hold what it holds.
        return text if text.strip().partition(":")[0] in KINDS else f"env:{name}"
    try:
        match kind:
            case "bool":
                return _WORDS.get(text.strip().lower(), text)
            case "int":
                return int(text)
            case "float":
                return float(text)
            case "list":
                return _list(text)
    except ValueError:
        pass
    return text


def _list(text: str) -> object:
    if not text.strip().startswith("["):
        return [item.strip() for item in text.split(",") if item.strip()]
    try:
        return tomllib.loads(f"list = {text}")["list"]
    except (ValueError, RecursionError):
        pass
    try:
        return json.loads(text)
    except RecursionError:
        return text


def canonical_actors(document: Document) -> None:
    """Give the keys of `[apify.actors]` the names that the records have, and remember what was written.

    Raises:
        ConfigError: one key is there under two names.

    """
    apify = document.data.get("apify")
    actors = apify.get("actors") if isinstance(apify, dict) else None
    if not isinstance(actors, dict):
        return
    for alias, key in ACTOR_ALIASES.items():
        if alias in actors:
            written = ("apify", "actors", alias)
            if key in actors:
                other = document.renamed.get(("apify", "actors", key), ("apify", "actors", key))
                raise ConfigError(f"{document.label(written)} means the same as {label(other)}: keep one of them")
            actors[key] = actors.pop(alias)
            document.renamed["apify", "actors", key] = written
