"""`--metrics-port`: what Prometheus reads, beside the work."""

from __future__ import annotations

import functools

from socialsync_cli.cli.invocation import Invocation
from socialsync_cli.errors import UsageError


def measure(call: Invocation, host: str, port: int | None) -> None:
    """Answer Prometheus, if that is wanted.

    Raises:
        UsageError: The extra is missing, or the port is taken.

    """
    if port is None:
        return
    try:
        from socialsync_cli.monitoring import serve_metrics
    except ModuleNotFoundError as error:
        raise UsageError(
            f"{error.name} is missing; metrics need an extra: pip install 'socialsync-cli[metrics]'"
        ) from error
    try:
        serve_metrics(functools.partial(call.load), host, port)
    except OSError as error:
        raise UsageError(f"metrics cannot be served at {host}:{port}: {error.strerror}") from error
