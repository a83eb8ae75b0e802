"""`worker`: a Celery worker."""

from __future__ import annotations

import socket

from socialsync_cli.cli.actions.measuring import measure
from socialsync_cli.cli.actions.sync import queueing, warn
from socialsync_cli.cli.invocation import Invocation
from socialsync_cli.show.figures import plural
from socialsync_cli.show.plain import PlainProgress


def work(
    call: Invocation, *, concurrency: int, pool: str, hostname: str | None, metrics_host: str, metrics_port: int | None
) -> int:
    """Work until told to stop."""
    config = call.load()
    warn(call, config)
    queueing()  # complains if the extra is missing
    from socialsync_cli.cluster.app import make_app
    from socialsync_cli.cluster.worker import Jobs, Workshop, run_worker

    name = hostname or f"socialsync@{socket.gethostname()}"

    def ready() -> None:
        call.lines.write(
            f"worker {name} is ready: {plural(concurrency, 'process', 'processes')}, "
            f"queue {config.settings.celery.queue}",
            event="ready", hostname=name,
        )  # fmt: skip

    measure(call, metrics_host, metrics_port)
    shop = Workshop(make_app(config), call.load, call.environ, lambda: PlainProgress(call.lines))
    return run_worker(shop, Jobs(concurrency, pool, name), ready)
