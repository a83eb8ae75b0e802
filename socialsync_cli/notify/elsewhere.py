"""Messages to services that the library apprise knows: Telegram, Slack, ntfy and a hundred others (an extra)."""

from __future__ import annotations

import importlib
import logging

from socialsync_cli.notify.messages import Message


def send(address: str, message: Message) -> str | None:
    """Send a message; return why it could not be sent, in words that follow the receiver's name.

    Args:
        address: As apprise writes them, `tgram://…` for instance.
        message: What to say.

    """
    try:
        apprise = importlib.import_module("apprise")  # an extra, without types
    except ImportError:
        return "needs an extra: pip install 'socialsync-cli[apprise]'"
    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # its warnings repeat addresses, secrets included
    service = apprise.Apprise()
    if not service.add(address):
        return "cannot be told: apprise does not understand the address"
    sent = service.notify(title=message.subject, body=message.body, body_format="text")
    return None if sent else "could not be told: apprise says no more"
