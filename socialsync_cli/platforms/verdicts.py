"""Error items: what an actor says about a target instead of data."""

from __future__ import annotations

from typing import Any

from socialsync_cli.core.records import Verdict

_MAX_DETAIL = 300

_BY_WORD = {
    "not_found": Verdict.NOT_FOUND,
    "page not found": Verdict.NOT_FOUND,
    "not_available": Verdict.NOT_FOUND,
    "post_not_found_or_private": Verdict.NOT_FOUND,
    "invalid_urls": Verdict.NOT_FOUND,
    "no_items": Verdict.NO_ITEMS,
    "restricted_page": Verdict.RESTRICTED,
    "restricted profile": Verdict.RESTRICTED,
    "post_sensitive": Verdict.RESTRICTED,
    "profile_empty": Verdict.RESTRICTED,
    "profile_private": Verdict.PRIVATE,
    "private": Verdict.PRIVATE,
}
"""The words of the actors, in lower case; TikTok's stand in `errorCode`."""

_BY_WORDING = (
    (Verdict.BLOCKED, ("blocked", "captcha", "too many requests", "rate limit")),
    (Verdict.NOT_FOUND, ("not found", "not_found", "does not exist", "doesn't exist", "not_available")),
    (Verdict.RESTRICTED, ("restricted", "login wall", "log in", "sensitive")),
    (Verdict.PRIVATE, ("private",)),
)
"""What words that are new may still give away, in this order: "not found or private" is gone for us."""


def error_in(item: dict[str, Any]) -> tuple[Verdict, str] | None:
    """The verdict and the own words of an error item; None for an item that is none.

    An item with an error may carry data as well: it is an error item all the same. Unknown words are BAD
    unless their wording tells more.
    """
    error, code = item.get("error"), item.get("errorCode")
    if error is None and code is None:
        return None
    words = [word for word in (code, error) if type(word) is str and word]
    if not words:
        return None
    description = item.get("errorDescription")
    blocks = item.get("requestErrorMessages")
    messages = [text for text in blocks if type(text) is str and text] if type(blocks) is list else []
    verdict = _judge(words, description if type(description) is str else "", messages)
    return verdict, _detail([*reversed(words), description, *messages[:1]])


def _judge(words: list[str], description: str, messages: list[str]) -> Verdict:
    for word in words:
        verdict = _BY_WORD.get(word.strip().lower()[:_MAX_DETAIL])
        if verdict is Verdict.NO_ITEMS and messages:
            return Verdict.BLOCKED
        if verdict is not None:
            return verdict
    for wording in (" ".join(words), description, " ".join(messages)):
        lowered = wording[:10_000].lower().replace("’", "'")
        for verdict, signs in _BY_WORDING:
            if any(sign in lowered for sign in signs):
                return verdict
    return Verdict.BAD


def one_line(words: str) -> str:
    """The beginning of an item's own words, without control characters: for terminals and the database."""
    return "".join(letter if letter.isprintable() else " " for letter in words[:_MAX_DETAIL])


def _detail(parts: list[Any]) -> str:
    told = dict.fromkeys(part.strip() for part in parts if type(part) is str and part.strip())
    return one_line(": ".join(told).replace(".: ", ": ")) or "an error without words"
