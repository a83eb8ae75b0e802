"""What Apify answered: a whole body, what is wrong with it, and what an error says."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import orjson

from socialsync_cli.apify.mending import mended
from socialsync_cli.errors import BadDataError, NetworkError, SocialsyncError

_PARSING = threading.Lock()
"""Parsed, a body is many times its size: of all threads only one holds such a thing at any time. They cannot parse at
the same time anyway."""


class Answer:
    """A whole answer, read to its end; has the shape that apify-client expects of a response."""

    def __init__(self, status_code: int, headers: httpx.Headers, content: bytes) -> None:
        self.status_code = status_code
        self.headers: Mapping[str, str] = headers
        self.content = content
        self._parsed: Any = None

    @property
    def text(self) -> str:
        """The body as text."""
        return self.content.decode("utf-8", "replace")

    def json(self) -> Any:  # noqa: ANN401  the shape of apify-client's protocol
        """Parse the body, once; afterwards `content` is what was parsed.

        Raises:
            ValueError: If it is no JSON.

        """
        if self._parsed is None:
            try:
                self._parsed = orjson.loads(self.content)
            except ValueError:
                self.content = mended(self.content)
                self._parsed = orjson.loads(self.content)
        return self._parsed

    def keep(self, taken: Any) -> None:  # noqa: ANN401
        """Put what was taken from the body in its place: from now on `json` returns that."""
        self._parsed = taken

    def read(self) -> bytes:
        """Return the body."""
        return self.content

    def iter_bytes(self) -> Any:  # noqa: ANN401
        """Yield the body in one piece."""
        yield self.content

    def close(self) -> None:
        """Nothing is open any more."""


def problem_of(
    answer: Answer, sound: Callable[[Any], bool], take: Callable[[Any], Any] | None = None
) -> SocialsyncError | None:
    """Return what is wrong with the body of a success, None if nothing is.

    What is no JSON was spoiled on its way; what is JSON of another shape was meant so.

    Args:
        answer: The answer.
        sound: Whether a body makes sense.
        take: What is kept of a sound body, in its place.

    """
    with _PARSING:
        try:
            body = answer.json()
        except ValueError:
            return NetworkError(f"Apify's answer is no JSON: {_beginning(answer)!r}")
        if not sound(body):
            return BadDataError(f"Apify's answer makes no sense: {_beginning(answer)!r}")
        if take is not None:
            answer.keep(take(body))
        return None


def _beginning(answer: Answer) -> str:
    return answer.content[:80].decode("utf-8", "replace")


def error_of(answer: Answer) -> tuple[str | None, str]:
    """Return the type and the message of an error answer; whatever came, shortened, if it is not Apify's."""
    try:
        body = answer.json()
    except ValueError:
        return None, ""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return None, ""
    type_, message = error.get("type"), error.get("message")
    return type_ if isinstance(type_, str) else None, message[:300] if isinstance(message, str) else ""
