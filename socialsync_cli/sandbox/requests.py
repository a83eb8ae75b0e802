"""A request and its answer, apart from how they travel."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

from socialsync_cli.sandbox.catalogue import Actor
from socialsync_cli.sandbox.customers import Customer, Refusal
from socialsync_cli.sandbox.runs import Run

MAX_BODY_BYTES = 9_437_184


@dataclass
class Request:
    """What a client wants."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """With lower-case names."""
    raw: bytes
    """The body as sent, perhaps compressed."""
    customer: Customer = field(init=False)
    """Whose token it has; known once the request is let in."""
    actor: Actor | None = None
    run: Run | None = None
    """The run that the address names, by itself or by one of its storages."""

    @property
    def token(self) -> str:
        """The token, from the header or (old-fashioned) from the address."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else self.query.get("token", "")

    def body(self) -> bytes:
        """Return the body, unpacked.

        Raises:
            Refusal: 413 or 415, or 400 when it cannot be unpacked.
        """
        if len(self.raw) > MAX_BODY_BYTES:
            raise Refusal(413, "request-too-large", f"Request body is larger than {MAX_BODY_BYTES} bytes")
        encoding = self.headers.get("content-encoding", "identity").lower()
        if encoding not in {"identity", "gzip", "deflate"}:
            raise Refusal(415, "unsupported-content-encoding", f'Content-Encoding "{encoding}" is not supported')
        try:
            body = self.raw if encoding == "identity" else _unpacked(self.raw, encoding)
        except (OSError, EOFError, zlib.error):
            raise Refusal(400, "invalid-request", "The request body cannot be decompressed") from None
        if len(body) > MAX_BODY_BYTES:
            raise Refusal(413, "request-too-large", f"Request body is larger than {MAX_BODY_BYTES} bytes")
        return body

    def whole(self, name: str, *, low: int = 0) -> int | None:
        """Return a whole number of the query; None without one.

        Raises:
            Refusal: 400.
        """
        text = self.query.get(name)
        if text is None:
            return None
        if not text.isdigit() or int(text) < low:
            raise Refusal(400, "invalid-value", f"Query parameter {name} must be an integer of at least {low}")
        return int(text)

    def amount(self, name: str) -> Decimal | None:
        """Return an amount of money of the query; None without one.

        Raises:
            Refusal: 400.
        """
        text = self.query.get(name)
        if text is None:
            return None
        try:
            amount = Decimal(text)
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite() or amount <= 0:
            raise Refusal(400, "max-total-charge-usd-must-be-greater-than-zero", f"{name} must be greater than zero")
        return amount

    def flag(self, name: str) -> bool:
        """Whether a flag of the query is set: `1` or `true`."""
        return self.query.get(name, "").lower() in {"1", "true"}

    def words(self, name: str) -> tuple[str, ...]:
        """Return a comma-separated list of the query."""
        return tuple(word for word in self.query.get(name, "").split(",") if word)


def _unpacked(raw: bytes, encoding: str) -> bytes:
    return gzip.decompress(raw) if encoding == "gzip" else zlib.decompress(raw)


@dataclass
class Answer:
    """What goes back."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    stream: Iterator[bytes] | None = None
    """Instead of `body`: pieces of unknown total length."""
    content_type: str = "application/json; charset=utf-8"

    def collected(self) -> bytes:
        """Return the whole body."""
        return self.body if self.stream is None else b"".join(self.stream)


def data(found: Any, status: int = 200) -> Answer:  # noqa: ANN401 - any JSON
    """Return an ordinary answer."""
    return Answer(status, orjson.dumps({"data": found}))


def refused(refusal: Refusal) -> Answer:
    """Return an error answer."""
    body = orjson.dumps({"error": {"type": refusal.type, "message": refusal.message}})
    return Answer(refusal.status, body, refusal.headers)


def page(title: str, status: int) -> Answer:
    """Return an HTML page, as a proxy on the way sends it."""
    words = f"<html>\r\n<head><title>{title}</title></head>\r\n<body><center><h1>{title}</h1></center></body></html>"
    return Answer(status, words.encode(), content_type="text/html")
