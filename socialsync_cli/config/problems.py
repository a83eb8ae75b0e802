"""What is wrong with a configuration, in sentences that name the place and the way out."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from socialsync_cli.config.document import Document, label
from socialsync_cli.config.lines import KeyPath
from socialsync_cli.config.settings import ACTOR_ALIASES, Settings
from socialsync_cli.config.tokens import TokenSource
from socialsync_cli.errors import ConfigError

_SHOWN = 5


class Problems:
    """Collects what is wrong, so that ten broken lines need not ten attempts."""

    def __init__(self) -> None:
        self._first: list[str] = []
        self._count = 0

    def add(self, sentence: str) -> None:
        """Note one problem; the first five are kept in words."""
        self._count += 1
        if len(self._first) < _SHOWN:
            self._first.append(sentence)

    def raise_any(self) -> None:
        """Raise ConfigError if there is anything to report."""
        if self._count:
            more = self._count - len(self._first)
            raise ConfigError("; ".join(self._first) + (f"; and {more} more like these" if more else ""))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that was probably meant."""
    near = difflib.get_close_matches(word[:100].lower(), list(known), n=1)
    return near[0] if near else None


def quoted(words: Iterable[str]) -> str:
    """List words: `"a", "b" or "c"`."""
    *head, last = [f'"{word}"' for word in words]
    return f"{', '.join(head)} or {last}" if head else last


def _keys(model: type[BaseModel], prefix: tuple[str, ...]) -> Iterable[tuple[tuple[str, ...], str]]:
    for name, info in model.model_fields.items():
        path = (*prefix, info.alias or name)
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            yield path, "section"
            yield from _keys(info.annotation, path)
        else:
            yield path, _kind(info.annotation)


def _kind(annotation: object) -> str:
    kinds: dict[object, str] = {
        bool: "bool",
        int: "int",
        float: "float",
        TokenSource: "secret",
        TokenSource | None: "secret",
        Mapping[str, Any]: "table",
        tuple[str, ...]: "list",
    }
    return kinds.get(annotation, "list" if "tuple" in str(annotation) else "text")


KEYS: Mapping[tuple[str, ...], str] = dict(_keys(Settings, ())) | {
    ("apify", "actors", alias): "text" for alias in ACTOR_ALIASES
}
"""Every key outside `[users]` and what it takes: bool, int, float, list, text, secret, table, section."""


def unknown_key(path: tuple[str, ...], known: Iterable[str], *, is_table: bool = False) -> str:
    """Say that a key is unknown and which one was probably meant, in words that follow the place."""
    *section, word = path
    shown = word if len(word) <= 60 else word[:60] + "…"
    near = nearest(word, known)
    if not section and is_table:
        return f"unknown section [{shown}]" + _advice(f"[{near}]" if near else None, "section", known)
    head = f"[{'.'.join(section)}] " if section else ""
    if not near and (homes := [key for key in KEYS if key[-1] == word and key[:-1] != tuple(section)]):
        where = f"to [{'.'.join(homes[0][:-1])}]" if len(homes[0]) > 1 else "above the first [section]"
        return f'{head}unknown key "{shown}"; it belongs {where}'
    return f'{head}unknown key "{shown}"' + _advice(f'"{near}"' if near else None, "key", known)


def _advice(near: str | None, noun: str, known: Iterable[str]) -> str:
    return f"; did you mean {near}?" if near else f"; the {noun}s are {', '.join(known)}"


def children(section: tuple[str, ...]) -> list[str]:
    """Return the keys of a section; for the top, `users` among them."""
    below = [key[-1] for key in KEYS if key[:-1] == section]
    return below if section else [*below, "users"]


def explain(error: ValidationError, document: Document) -> ConfigError:
    """Turn what pydantic found into sentences, in the order of the file."""
    problems = Problems()
    details = [(tuple(detail["loc"]), detail) for detail in error.errors(include_url=False)]
    for path, detail in sorted(details, key=lambda pair: document.line(pair[0]) or 0):
        problems.add(_sentence(path, detail, document))
    try:
        problems.raise_any()
    except ConfigError as found:
        return found
    return ConfigError(f"{document.name}: cannot be understood")


def _sentence(path: KeyPath, detail: ErrorDetails, document: Document) -> str:
    place = document.place(path)
    if detail["type"] == "extra_forbidden":
        names = tuple(str(part) for part in path)
        is_table = isinstance(detail["input"], dict)
        return f"{place}: {unknown_key(names, children(names[:-1]), is_table=is_table)}"
    written = document.renamed.get(path, path)
    name = "" if place.startswith("$") else f": {label(written)}"
    return f"{place}{name} {_complaint(detail)}"


def _complaint(detail: ErrorDetails) -> str:
    kind, context, value = detail["type"], detail.get("ctx", {}), detail["input"]
    if kind == "value_error":
        return str(context["error"])
    if kind == "literal_error":
        words = [word.strip("' ") for word in context["expected"].replace(" or ", ", ").split(", ")]
        near = nearest(value, words) if isinstance(value, str) else None
        return f"must be {quoted(words)}" + (f'; did you mean "{near}"?' if near else "")
    if kind in _BOUNDS:
        words_, limit = _BOUNDS[kind]
        return f"must be {words_} {_number(context[limit])}, not {_number(value)}"
    if kind in _WANTED:
        return f"must be {_WANTED[kind]}, not {what_it_is(value)}"
    if kind == "finite_number":
        return "must be a finite number"
    return f"cannot be used: {detail['msg'][:1].lower()}{detail['msg'][1:]}"


_BOUNDS = {
    "greater_than": ("greater than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than_equal": ("at most", "le"),
}
_WANTED = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "string_type": "text in quotes",
    "tuple_type": 'a list, as in ["…", "…"]',
    "model_type": "a [section]",
    "dict_type": "a [section]",
}


def _number(value: object) -> str:
    if isinstance(value, int | float) and abs(value) < 10**15:
        return f"{value:.15g}"
    return "so large a number"


def what_it_is(value: object) -> str:
    """Name the type of a TOML value, and never the value: it may be a secret in the wrong place."""
    names: list[tuple[type | tuple[type, ...], str]] = [
        (bool, "true or false"),
        (int, "a number"),
        (float, "a number"),
        ((str, Path), "text"),
        (list, "a list"),
        (tuple, "a list"),
        (dict, "a section"),
        ((dt.date, dt.time), "a date or time"),
    ]
    return next((name for kind, name in names if isinstance(value, kind)), "something else")
