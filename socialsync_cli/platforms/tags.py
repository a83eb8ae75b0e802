"""Hashtags and mentions: those that an actor lists, and those that stand in a text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from socialsync_cli.platforms.values import text

_CLOSING = ".,;:!?…'\"’‘“”„«»)]}>*|/\\&+=~-–—、。！？，：；・"
"""What stands behind a word and is no part of it."""
_MAX_LENGTH = 200
_MENTION_MARKS = frozenset("_.")
_HASHTAG_MARKS = frozenset("_\u200c\u200d")
"""Besides letters, digits and accents: the joiners that Persian and Indic words are written with."""


def listed(words: object) -> tuple[str, ...]:
    """The words of an actor's list of hashtags or mentions, cleaned, each once.

    Args:
        words: strings with or without `#`/`@` and with what happened to follow them ("hulu.", "NASA’s"), or
            objects with a `name`.

    """
    if type(words) is not list or not words:
        return ()
    return tuple(dict.fromkeys(filter(None, map(_clean, words))))


def hashtags_in(content: str | None) -> tuple[str, ...]:
    """The hashtags of a text, as written, each once; numbers such as "#1" are none."""
    found = _marked(content, "#", _HASHTAG_MARKS, accents=True)
    return tuple(dict.fromkeys(tag for tag in found if tag.strip("_") and not tag.isdigit()))


def mentions_in(content: str | None) -> tuple[str, ...]:
    """The `@names` of a text, each once; the domains of e-mail addresses are none."""
    found = (name.rstrip(".") for name in _marked(content, "@", _MENTION_MARKS, accents=False))
    return tuple(dict.fromkeys(filter(None, found)))


def _clean(word: object) -> str:
    if type(word) is dict:
        word = word.get("name")
    if type(word) is not str or len(word) > _MAX_LENGTH:
        return ""
    if word.isalnum():
        return word
    cleaned = (text(word) or "").strip().lstrip("#＃@＠").rstrip(_CLOSING)
    if cleaned[-2:].lower() in {"'s", "’s"}:
        cleaned = cleaned[:-2].rstrip(_CLOSING)
    return cleaned.strip()


def _marked(content: str | None, mark: str, extra: frozenset[str], *, accents: bool) -> Iterable[str]:
    """The words after a mark, unless the mark itself follows a letter, `/` (addresses) or `&` (entities)."""
    if content is None or mark not in content:
        return
    before, *pieces = content.split(mark)
    for piece in pieces:
        end = 0
        if not before or not (before[-1].isalnum() or before[-1] in "/&_"):
            for character in piece[:_MAX_LENGTH]:
                if not (
                    character in extra
                    or character.isalnum()
                    or (accents and end and unicodedata.category(character)[0] == "M")
                ):
                    break
                end += 1
            if end:
                yield piece[:end].strip("\u200c\u200d")
        before = mark if end == len(piece) else piece
