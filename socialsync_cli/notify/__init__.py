"""Who is told, and how: webhooks, mail, and a dead man's switch.

- `outbox.py`    who gets what; START HERE
- `messages.py`  PURE: what is said, and the JSON that webhooks get
- `webhook.py`   signed POSTs, and how to verify them
- `mail.py`      SMTP
- `ping.py`      the dead man's switch
- `elsewhere.py` everything that the library apprise knows
- `delivery.py`  which of these an address means
- `courier.py`   the threads; `exchange.py`, `attempts.py` one HTTP request, and trying again
- `inert.py`     text from outside, made harmless; `addresses.py` naming receivers without their secrets

Nothing in here raises into a sync, and nothing that is slow to load is loaded before something is sent.
"""

from socialsync_cli.notify import elsewhere
from socialsync_cli.notify.addresses import Way, describe, way_of
from socialsync_cli.notify.messages import AdminAlert, Message, TaskSummary, UserSummary
from socialsync_cli.notify.outbox import AdminBell, On, Outbox
from socialsync_cli.notify.ping import ping_end, ping_start

__all__ = [
    "AdminAlert",
    "AdminBell",
    "Message",
    "On",
    "Outbox",
    "TaskSummary",
    "UserSummary",
    "Way",
    "describe",
    "elsewhere",
    "ping_end",
    "ping_start",
    "way_of",
]
