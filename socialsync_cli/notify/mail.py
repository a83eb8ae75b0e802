"""Messages by mail, through an SMTP server.

The server is an address: `smtp://user:password@host:587` (the connection is encrypted with STARTTLS before anything
is said) or `smtps://user:password@host:465` (encrypted from the start). Name and password are percent-encoded.
Without a port: 587 and 465. After a question mark:

- `from=socialsync@example.com`: the sender; else `socialsync@` and the server's host.
- `starttls=no`: do not encrypt. Without it, a server that offers no STARTTLS is not used, unless it is on this
  machine.
"""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from socialsync_cli.core.hosts import is_loopback
from socialsync_cli.notify.addresses import mailbox_of
from socialsync_cli.notify.attempts import Attempt, os_problem, persist
from socialsync_cli.notify.inert import inert
from socialsync_cli.notify.messages import Message

if TYPE_CHECKING:
    import smtplib
    from email.message import EmailMessage

TRIES = 3
TIMEOUT_S = 10.0
"""Of every exchange with the server."""

_PORTS = {"smtp": 587, "smtps": 465}
_UNREADABLE = (
    "smtp_url cannot be read: it is smtp://user:password@host:587 or smtps://user:password@host:465, "
    "and characters such as @ / ? # in the password are written %40 %2F %3F %23"
)


@dataclass(frozen=True, slots=True)
class MailServer:
    """An SMTP server and how to talk to it."""

    host: str
    port: int
    sender: str
    encrypted: bool = False
    """From the start (`smtps`)."""
    starttls: bool = True
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @property
    def is_here(self) -> bool:
        """Whether it is on this machine."""
        return is_loopback(self.host)


def read_server(url: str) -> MailServer | str:
    """Understand the address of a server; return why it cannot be, in a sentence that never repeats it."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
        query = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    except ValueError:
        return _UNREADABLE
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    # A path or a fragment means a password with an unescaped / or #: half of it would be taken for the port.
    if parts.scheme not in _PORTS or not parts.hostname or parts.path not in ("", "/") or parts.fragment:
        return _UNREADABLE
    if not (user + password).isprintable() or query.keys() - {"from", "starttls"}:
        return _UNREADABLE
    if query.get("starttls", "yes") not in ("yes", "no"):
        return "starttls in smtp_url must be yes or no"
    here = is_loopback(parts.hostname)
    sender = query.get("from") or f"socialsync@{'localhost' if here else parts.hostname}"
    if mailbox_of(f"mailto:{sender}") is None:
        return "from in smtp_url must be name@host"
    return MailServer(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        sender=sender,
        encrypted=parts.scheme == "smtps",
        starttls=query.get("starttls") != "no",
        user=user,
        password=password,
    )


def send(
    server: MailServer,
    to: str,
    message: Message,
    *,
    delivery: str,
    now: datetime,
    sleep: Callable[[float], None],
    timeout_s: float = TIMEOUT_S,
) -> str | None:
    """Send a message to one mailbox; return why it could not be sent, in words that follow the receiver's name.

    Args:
        server: Takes the mail.
        to: `name@host`.
        message: What to say.
        delivery: The id of the delivery; the mail's Message-ID is made of it.
        now: For the mail's date; aware.
        sleep: Waits for seconds, between tries.
        timeout_s: How long each exchange with the server may take.

    """
    if mailbox_of(f"mailto:{to}") is None:
        return "cannot be sent: the address is not name@host"
    mail = compose(server, to, message, delivery, now)
    problem = persist(lambda: _once(server, mail, timeout_s), tries=TRIES, sleep=sleep)
    return None if problem is None else f"could not be sent: {server.host} {problem}"


def compose(server: MailServer, to: str, message: Message, delivery: str, now: datetime) -> EmailMessage:
    """Put a mail together. What goes into its headers is one line each, whatever the message holds."""
    from email.message import EmailMessage
    from email.policy import SMTP
    from email.utils import format_datetime

    mail = EmailMessage(policy=SMTP)
    mail["From"] = server.sender
    mail["To"] = to
    mail["Subject"] = inert(message.subject, limit=200)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{delivery}@{server.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Socialsync-Event"] = inert(message.event)
    mail.set_content(message.body)
    return mail


def _once(server: MailServer, mail: EmailMessage, timeout_s: float) -> Attempt:
    import smtplib

    try:
        smtp = _connect(server, timeout_s)
    except _NoEncryptionError:
        return Attempt("offers no STARTTLS (starttls=no in smtp_url permits to go without)")
    except (OSError, ValueError) as error:  # smtplib's own errors are OSErrors
        return _problem(error, connected=False)
    try:
        smtp.send_message(mail)
    except (OSError, ValueError) as error:
        return _problem(error, connected=True)
    finally:
        # The mail is accepted or refused by now; how the good-bye goes does not matter.
        with contextlib.suppress(OSError, smtplib.SMTPException):
            smtp.quit()
        smtp.close()
    return Attempt()


class _NoEncryptionError(Exception):
    """Raised when a server offers no STARTTLS and is not on this machine."""


def _connect(server: MailServer, timeout_s: float) -> smtplib.SMTP:
    import smtplib

    name = "localhost" if server.is_here else None  # otherwise it asks DNS what this machine is called
    if server.encrypted:
        context = _tls(server)
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, name, timeout=timeout_s, context=context)
    else:
        smtp = smtplib.SMTP(server.host, server.port, name, timeout=timeout_s)
    try:
        smtp.ehlo_or_helo_if_needed()
        if not server.encrypted and server.starttls:
            if smtp.has_extn("starttls"):
                smtp.starttls(context=_tls(server))
                smtp.ehlo()
            elif not server.is_here:
                raise _NoEncryptionError
        if server.user:
            smtp.login(server.user, server.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _tls(server: MailServer) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if server.is_here:
        # Nobody sits between, and a mail server's certificate is never made out to "localhost".
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _problem(error: Exception, *, connected: bool) -> Attempt:
    """Word what went wrong by its kind and number; a server's own words might repeat what it was told."""
    import smtplib

    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
        code = codes[0] if codes else 550
        return Attempt(f"refuses the recipient ({code})", again=400 <= code < 500)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Attempt(f"refuses the login ({error.smtp_code})", again=400 <= error.smtp_code < 500)
    if isinstance(error, smtplib.SMTPResponseException):
        return Attempt(f"answers {error.smtp_code}", again=400 <= error.smtp_code < 500)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Attempt("supports no login" if not connected else "supports only plain Latin letters in addresses")
    problem = os_problem(error) or Attempt("broke the connection off", again=True)
    # A mail whose acceptance got lost may have been accepted: it is not sent a second time.
    return problem._replace(again=problem.again and not connected)
