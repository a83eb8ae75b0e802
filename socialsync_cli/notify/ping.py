"""A dead man's switch: a service is told when a run begins and how it ended, and calls for help when it hears nothing.

The addresses are those of healthchecks.io and its likes: `<url>/start`, then `<url>/<exit code>`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

from socialsync_cli.notify.addresses import host_of, web_problem
from socialsync_cli.notify.attempts import persist

TRIES = 2
TRY_S = 5.0
WITHIN_S = 8.0


def ping_start(
    url: str,
    *,
    allow_insecure_http: bool = False,
    within_s: float = WITHIN_S,
    sleep: Callable[[float], None] = time.sleep,
) -> str | None:
    """Say that a run begins; return a warning if that could not be said. Raises nothing.

    Args:
        url: `ping_url`; empty: nothing is done.
        allow_insecure_http: Whether plain `http://` may leave this machine.
        within_s: The longest that this may take, both tries together.
        sleep: Waits for seconds, between tries.

    """
    return _ping(url, "start", allow_insecure_http, within_s, sleep)


def ping_end(
    url: str,
    exit_code: int,
    *,
    allow_insecure_http: bool = False,
    within_s: float = WITHIN_S,
    sleep: Callable[[float], None] = time.sleep,
) -> str | None:
    """Say how a run ended; return a warning if that could not be said. Raises nothing.

    Args:
        url: `ping_url`; empty: nothing is done.
        exit_code: What the process will end with.
        allow_insecure_http: Whether plain `http://` may leave this machine.
        within_s: The longest that this may take, both tries together.
        sleep: Waits for seconds, between tries.

    """
    return _ping(url, str(exit_code), allow_insecure_http, within_s, sleep)


def _ping(url: str, word: str, allow_insecure: bool, within_s: float, sleep: Callable[[float], None]) -> str | None:
    if not url.strip():
        return None
    url = url.strip()
    name = f"the ping to {host_of(url) or 'ping_url'}"
    if problem := web_problem(url, allow_insecure):
        return f"{name} {problem}"
    parts = urlsplit(url)
    target = urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{word}", fragment=""))
    problems: list[str | None] = []

    def errand() -> None:
        try:
            problems.append(_get(target, within_s, sleep))
        except Exception as error:  # a ping never ends a sync; what it says may hold the address
            problems.append(f"failed ({type(error).__name__})")

    # A thread, so that a search for the host's number (DNS) that gets stuck delays nothing.
    thread = threading.Thread(target=errand, name="socialsync-ping", daemon=True)
    thread.start()
    thread.join(within_s)
    problem = problems[0] if problems else f"does not answer within {within_s:g} s"
    return problem and f"{name} {problem}"


def _get(url: str, within_s: float, sleep: Callable[[float], None]) -> str | None:
    from socialsync_cli.notify.exchange import exchange

    each_s = min(TRY_S, within_s)
    return persist(lambda: exchange("GET", url, connect_s=each_s, total_s=each_s), tries=TRIES, sleep=sleep)
