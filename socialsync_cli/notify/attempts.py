"""Trying again: what a try came to, how often to try, and how to word what went wrong.

Sentences are made from the kinds of errors, never from their texts: those may repeat an address or a password.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import NamedTuple


class Attempt(NamedTuple):
    """What one try came to."""

    problem: str | None = None
    """Why it failed, in words that follow the name of the receiver; None if it did not."""
    again: bool = False
    """Whether another try can succeed."""


def persist(once: Callable[[], Attempt], *, tries: int, sleep: Callable[[float], None]) -> str | None:
    """Try until it works, until another try is pointless, or `tries` times; return the problem that is left.

    Args:
        once: One try.
        tries: The most.
        sleep: Waits for seconds: 0.5, 1, 2 … between tries.

    """
    import tenacity  # slow to load, and many runs tell nobody anything

    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_result(lambda attempt: attempt.again),
        stop=tenacity.stop_after_attempt(tries),
        wait=tenacity.wait_exponential(multiplier=0.5, max=4),
        sleep=sleep,
        retry_error_callback=lambda state: state.outcome.result() if state.outcome else Attempt(),
    )
    attempt: Attempt = retrying(once)
    if attempt.problem is None or not attempt.again:
        return attempt.problem
    return f"{attempt.problem} ({tries} tries)"


def os_problem(error: BaseException | None) -> Attempt | None:
    """Word an error of the operating system or of TLS; None if there is none among an error and its causes."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return Attempt(f"has no valid certificate: {error.verify_message}")
        if isinstance(error, ssl.SSLError):
            return Attempt("does not agree on a TLS connection", again=True)
        if isinstance(error, TimeoutError):
            return Attempt("does not answer in time", again=True)
        if isinstance(error, OSError) and error.strerror:
            return Attempt(f"cannot be reached: {error.strerror}", again=True)
        error = error.__cause__ or error.__context__
    return None
