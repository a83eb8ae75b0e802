"""Messages to web addresses: a POST of JSON, signed.

Headers of a delivery:

- `X-Socialsync-Event`: `run.finished`, `admin.alert` or `test`.
- `X-Socialsync-Delivery`: the id of the delivery. It stays the same when a delivery is tried again, so a receiver
  that has seen it can let the second one be.
- `X-Socialsync-Signature`: `t=<unix seconds>,v1=<hex>`, if a secret is configured (`webhook_secret`). The number is
  HMAC-SHA256, with the secret (UTF-8) as the key, over the seconds as written, a dot, and the body's bytes as they
  came.

How to verify one: take `t` and `v1` from the header; compute HMAC-SHA256 of `t + "." + body`; compare in constant
time; refuse what is older than some minutes. `verify` does that, in Python. In a shell, for a body in a file:

    { printf '%s.' "$t"; cat body; } | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET"

Any 2xx answer within 15 seconds is a delivery. 429, 5xx and broken connections are tried again, three times in all;
everything else is given up at once. A redirect is not followed: what is sent goes to the configured host, or nowhere.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime

from socialsync_cli.notify.addresses import web_problem
from socialsync_cli.notify.attempts import Attempt, persist
from socialsync_cli.notify.messages import Message, encode

TRIES = 3
CONNECT_S = 5.0
TOTAL_S = 15.0
"""Of one try."""


def send(
    url: str,
    message: Message,
    *,
    delivery: str,
    secret: str | None,
    allow_insecure: bool,
    clock: Callable[[], datetime],
    sleep: Callable[[float], None],
    total_s: float = TOTAL_S,
) -> str | None:
    """Deliver a message; return why it could not be delivered, in words that follow the receiver's name.

    Args:
        url: The webhook.
        message: What to say.
        delivery: The id of the delivery.
        secret: Signs the message; None or empty: it goes unsigned.
        allow_insecure: Whether plain `http://` may leave this machine.
        clock: The time, aware.
        sleep: Waits for seconds, between tries.
        total_s: How long one try may take.

    """
    if problem := web_problem(url, allow_insecure):
        return problem
    from socialsync_cli.notify.exchange import exchange

    body = encode(message, delivery, clock())
    headers = {
        "Content-Type": "application/json",
        "X-Socialsync-Event": message.event,
        "X-Socialsync-Delivery": delivery,
    }

    def once() -> Attempt:
        # Signed anew for every try: a receiver may be strict about the age.
        signature = {"X-Socialsync-Signature": sign(secret, body, int(clock().timestamp()))} if secret else {}
        return exchange(
            "POST", url, connect_s=min(CONNECT_S, total_s), total_s=total_s, headers=headers | signature, content=body
        )

    return persist(once, tries=TRIES, sleep=sleep)


def sign(secret: str, body: bytes, at_unix_s: int) -> str:
    """Return the value of `X-Socialsync-Signature` for a body sent at a moment."""
    return f"t={at_unix_s},v1={_digest(secret, str(at_unix_s), body)}"


def verify(secret: str, header: str, body: bytes, now: float, tolerance_s: float = 300.0) -> bool:
    """Whether a delivery comes from who knows the secret, and is no old one sent again.

    Args:
        secret: The same that socialsync is configured with.
        header: The value of `X-Socialsync-Signature`.
        body: The bytes of the body as they came.
        now: Unix seconds.
        tolerance_s: How old (or, with clocks that differ, how far in the future) a delivery may be.

    """
    fields = [part.strip().partition("=") for part in header.split(",")]
    moments = [value for name, _, value in fields if name == "t"]
    if len(moments) != 1 or not (moments[0].isascii() and moments[0].isdigit() and len(moments[0]) <= 12):
        return False
    if abs(now - int(moments[0])) > tolerance_s:
        return False
    expected = _digest(secret, moments[0], body).encode()
    return any(hmac.compare_digest(expected, value.encode()) for name, _, value in fields if name == "v1")


def _digest(secret: str, moment: str, body: bytes) -> str:
    return hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
