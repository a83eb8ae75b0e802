"""Messages to services that the library apprise knows: Slack, Telegram, ntfy and a hundred others (an extra).

An address is as apprise writes it, `slack://…` or `tgram://…` (https://github.com/caronc/apprise/wiki), and is itself
the secret: nothing of it but the word in front of `://` is ever shown. What apprise and the libraries below it log is
read for the number of an answer, and goes no further.
"""

from __future__ import annotations

import importlib
import logging
import re
import threading
from typing import Any

from socialsync_cli.core.hosts import is_loopback
from socialsync_cli.notify.messages import Message

NEEDS = "needs an extra: pip install 'socialsync-cli[notify]'"
_NUMBER = re.compile(r"error\s*=\s*([1-5]\d\d)\b")
_NOISY = ("apprise", "urllib3", "requests")


def problem_of(address: str, allow_insecure: bool = False) -> str | None:
    """Say why an address cannot be used, in words that follow the receiver's name; None if it can. Sends nothing.

    Args:
        address: As apprise writes them.
        allow_insecure: Whether plain http may leave this machine.

    """
    found = _service(address, allow_insecure)
    return found if isinstance(found, str) else None


def send(address: str, message: Message, allow_insecure: bool = False) -> str | None:
    """Send a message; return why it could not be sent, in words that follow the receiver's name.

    Args:
        address: As apprise writes them.
        message: What to say.
        allow_insecure: Whether plain http may leave this machine.

    """
    service = _service(address, allow_insecure)
    if isinstance(service, str):
        return service
    with _Overheard() as overheard:
        sent = service.notify(title=message.subject, body=message.body, body_format="text")
    if sent:
        return None
    return f"answers {overheard.number}" if overheard.number else "could not be told: it cannot be reached or refuses"


def _service(address: str, allow_insecure: bool) -> Any:  # noqa: ANN401  an extra, whose types are not there without it
    """Return what sends to an address, or a sentence about why nothing does."""
    try:
        apprise = importlib.import_module("apprise")
    except ImportError:
        return NEEDS
    for name in _NOISY:
        logging.getLogger(name).propagate = False  # what they say may repeat addresses, secrets included
    service = apprise.Apprise.instantiate(address, suppress_exceptions=True)
    if service is None:
        return "cannot be told: apprise does not understand the address"
    if not allow_insecure and _is_plain(service, address):
        return "is not told over plain http:// (allow_insecure_http = true under [notify] permits it)"
    return service


def _is_plain(service: Any, address: str) -> bool:  # noqa: ANN401  see _service
    """Whether a message would go unencrypted to another machine."""
    schemes = service.protocol or ()
    plain = {schemes} if isinstance(schemes, str) else set(schemes)
    host = getattr(service, "host", None) or "localhost"  # a service of this machine has none
    return address.partition(":")[0].lower() in plain and not service.secure and not is_loopback(host)


class _Overheard(logging.Handler):
    """Keeps the number of the last answer that apprise complains about in this thread, inside of a `with` block."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.number: str | None = None
        self._thread = threading.get_ident()
        self._logger = logging.getLogger("apprise")

    def __enter__(self) -> _Overheard:
        self._logger.addHandler(self)
        return self

    def __exit__(self, *raised: object) -> None:
        self._logger.removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Look for a number."""
        if record.thread == self._thread and (match := _NUMBER.search(record.getMessage())):
            self.number = match[1]
