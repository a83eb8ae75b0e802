"""Who is told what, and when: users once per run, admins at once and once per matter; nobody waits for it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Literal

from socialsync_cli.core.events import Event, RunBegan, Warned
from socialsync_cli.core.outcomes import State
from socialsync_cli.notify.addresses import describe, same_place
from socialsync_cli.notify.courier import Courier
from socialsync_cli.notify.delivery import Postman, utc_now
from socialsync_cli.notify.messages import AdminAlert, Message, UserSummary, alerted, finished, trial

On = Literal["always", "failure", "never"]

_MOST_WARNINGS = 20
_TOKEN_KINDS = ("invalid_token", "quota_exceeded")
"""What is about a token rather than an actor."""


class Outbox:
    """Sends notifications in the background. Nothing in here raises: what goes wrong is a warning.

    Args:
        on: When users are told: always; on `failure`, when one of their tasks is `FAILURE` (not when somebody
            cancelled the run); never. Admins are told of alerts in any case.
        admins: Addresses: `https://…`, `mailto:name@host`, or what apprise knows.
        smtp_url: The mail server with its password; see `notify/mail.py`.
        webhook_secret: Signs what goes to web addresses; see `notify/webhook.py`.
        allow_insecure_http: Whether plain `http://` may leave this machine.
        warn: Hears a sentence, without secrets, about everything that could not be sent; each sentence once.
            It is called from other threads. After twenty of them the rest are counted, and the number is said
            at the end.
        clock: The time, aware.
        sleep: Waits for seconds between tries; None: a wait that `close` ends.
        threads: How many messages are sent at a time.

    """

    def __init__(
        self,
        *,
        on: On,
        warn: Callable[[str], None],
        admins: Sequence[str] = (),
        smtp_url: str | None = None,
        webhook_secret: str | None = None,
        allow_insecure_http: bool = False,
        clock: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], None] | None = None,
        threads: int = 4,
    ) -> None:
        self._on = on
        self._admins = list(_distinct(admins))
        self._warn = warn
        self._courier = Courier(threads)
        self._postman = Postman(smtp_url, webhook_secret, allow_insecure_http, clock, sleep or self._courier.sleep)
        self._lock = threading.Lock()
        self._said: set[Hashable] = set()
        self._warned: set[str] = set()
        self._unsaid = 0
        self._closed = False

    def alert(self, alert: AdminAlert) -> None:
        """Tell admins, now; of one matter (its kind and what it is about, else its sentence) once."""
        matter = ("alert", alert.kind, alert.about or alert.token_fingerprint or alert.message)
        if self._first_time(matter):
            self._post(alerted(alert), self._admins)

    def finish(self, summaries: Iterable[tuple[UserSummary, Sequence[str]]]) -> None:
        """Tell users how a run of theirs ended, each with the addresses to notify; of one run once."""
        for summary, addresses in summaries:
            wanted = self._on == "always" or (self._on == "failure" and summary.status == State.FAILURE)
            if wanted and addresses and self._first_time(("run", summary.run_id, summary.user)):
                self._post(finished(summary), _distinct(addresses))

    def test(self, addresses: Iterable[str], timeout_s: float = 60.0) -> list[tuple[str, str | None]]:
        """Send a test message to each address, whatever `on` says, and wait for it.

        Args:
            addresses: Whom to tell.
            timeout_s: How long to wait for all of them.

        Returns:
            Per distinct address what it is called (never the address itself, which may hold a secret), and a
            sentence about what went wrong; None: the message was delivered.

        """
        some = list(_distinct(addresses))
        courier = Courier(threads=16)
        outcomes: dict[str, str | None] = {}

        def errand(address: str) -> None:
            outcomes[address] = self._postman.deliver(address, trial())

        for address in some:
            courier.submit(partial(errand, address))
        courier.close(timeout_s)
        late = f"does not answer within {timeout_s:g} s"
        return [(describe(a), outcomes.get(a, f"{describe(a)} {late}")) for a in some]

    def close(self, timeout_s: float) -> None:
        """Wait for what is under way, but no longer than that; nothing is sent afterwards."""
        left = self._courier.close(timeout_s)
        with self._lock:
            last_words = not self._closed
            self._closed = True
        if not last_words:
            return
        if self._unsaid:
            self._say(f"{_notifications(self._unsaid)} not sent either")
        if left:
            self._say(f"{_notifications(left)} given up after waiting for {timeout_s:g} s")

    def _first_time(self, matter: Hashable) -> bool:
        with self._lock:
            if matter in self._said:
                return False
            self._said.add(matter)
            return True

    def _post(self, message: Message, addresses: Iterable[str]) -> None:
        for address in addresses:
            self._courier.submit(partial(self._send, address, message))

    def _send(self, address: str, message: Message) -> None:
        problem = self._postman.deliver(address, message)
        if problem:
            self._complain(problem)

    def _complain(self, sentence: str) -> None:
        with self._lock:
            if self._closed or sentence in self._warned:
                return
            if len(self._warned) >= _MOST_WARNINGS:
                self._unsaid += 1
                return
            self._warned.add(sentence)
        self._say(sentence)

    def _say(self, sentence: str) -> None:
        """Warn; without holding the lock, because the listener may have locks of its own."""
        with contextlib.suppress(Exception):  # whoever listens cannot stop a sync either
            self._warn(sentence)


class AdminBell:
    """Listens to a run, and rings for admins whenever something needs a hand."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self.run_id = ""
        """Of the run that was heard to begin."""

    def __call__(self, event: Event) -> None:
        """Hear of an event."""
        if isinstance(event, RunBegan):
            self.run_id = event.run_id
        elif isinstance(event, Warned) and event.admin:
            self._outbox.alert(alert_of(event, self.run_id))


def alert_of(warned: Warned, run_id: str) -> AdminAlert:
    """Make an alert of a warning."""
    kind = warned.trouble.type if warned.trouble else "attention"
    about = warned.about
    return AdminAlert(kind, warned.message, run_id, about, about if about and kind in _TOKEN_KINDS else None)


def _notifications(count: int) -> str:
    return "1 notification was" if count == 1 else f"{count} notifications were"


def _distinct(addresses: Iterable[str]) -> Iterator[str]:
    """Return each address once, as it was first written."""
    seen = set()
    for address in map(str.strip, addresses):
        if address and same_place(address) not in seen:
            seen.add(same_place(address))
            yield address
