"""How a message gets to an address: by the web, by mail, or by one of the many other services."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from socialsync_cli.notify.addresses import Way, describe, mailbox_of, way_of
from socialsync_cli.notify.messages import Message


def utc_now() -> datetime:
    """The clock of the machine."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Postman:
    """Delivers messages, one at a time, from any thread."""

    smtp_url: str | None = field(repr=False)
    """The mail server with its password; None: there is none."""
    webhook_secret: str | None = field(repr=False)
    """Signs what goes to web addresses; None: nothing is signed."""
    allow_insecure_http: bool
    """Whether plain `http://` may leave this machine."""
    clock: Callable[[], datetime]
    sleep: Callable[[float], None]
    """Waits for seconds, between tries."""

    def deliver(self, address: str, message: Message) -> str | None:
        """Deliver a message; return a sentence about why that failed, None if it did not. Raises nothing.

        Args:
            address: A web address, `mailto:name@host`, or an address of another service.
            message: What to say.

        """
        try:
            return self._deliver(address, message)
        except Exception as error:  # a notification never ends a sync; what it says may hold an address's secret
            return f"{describe(address)} could not be told ({type(error).__name__})"

    def _deliver(self, address: str, message: Message) -> str | None:
        way = way_of(address)
        delivery = str(uuid.uuid4())
        if way is Way.MAIL:
            return self._mail(address, message, delivery)
        if way is Way.WEB:
            from socialsync_cli.notify import webhook

            problem = webhook.send(
                address, message, delivery=delivery, secret=self.webhook_secret,
                allow_insecure=self.allow_insecure_http, clock=self.clock, sleep=self.sleep,
            )  # fmt: skip
        elif way is Way.OTHER:
            from socialsync_cli.notify import elsewhere

            problem = elsewhere.send(address, message, self.allow_insecure_http)
        else:
            problem = "is neither a web address nor mailto:name@host"
        return problem and f"{describe(address)} {problem}"

    def _mail(self, address: str, message: Message, delivery: str) -> str | None:
        # What is wrong with the server is the same sentence for every address: it is worth saying once.
        if not self.smtp_url:
            return "mail cannot be sent: no mail server is configured (smtp_url under [notify])"
        from socialsync_cli.notify import mail

        server, box = mail.read_server(self.smtp_url), mailbox_of(address)
        assert box is not None
        if isinstance(server, str):
            return f"mail cannot be sent: {server}"
        problem = mail.send(server, box, message, delivery=delivery, now=self.clock(), sleep=self.sleep)
        return problem and f"{describe(address)} {problem}"
