"""The Celery application, made from `socialsync.toml`. The one place that knows Celery's settings."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

import celery
from kombu.exceptions import OperationalError

from socialsync_cli.config import Config
from socialsync_cli.errors import ConfigError, NetworkError
from socialsync_cli.store.calls import Message

TASK = "socialsync.sync"
"""What Celery calls the work on one message."""
_KEEP_RESULTS_S = 7 * 86_400
_SCHEMES = ("redis", "rediss")
_ANSWER_S = 10.0


def make_app(config: Config) -> celery.Celery:
    """Return the application.

    Raises:
        ConfigError: There is no broker, or it is none that socialsync can use.
        InvalidTokenError: Its address cannot be read.

    """
    broker, backend = config.broker_url(), config.result_backend()
    if broker is None or backend is None:
        raise ConfigError('there is no queue: set broker_url in [celery], as in broker_url = "env:CELERY_BROKER_URL"')
    settings = config.settings.celery
    transport = {"visibility_timeout": settings.visibility_timeout_seconds, "socket_timeout": _ANSWER_S}
    app = celery.Celery("socialsync", set_as_current=False)
    app.conf.update(
        broker_url=_checked(broker.reveal(), "broker_url"),
        result_backend=_checked(backend.reveal(), "result_backend"),
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options=transport,
        result_backend_transport_options={"socket_timeout": _ANSWER_S},
        redis_socket_timeout=_ANSWER_S,
        redis_retry_on_timeout=True,
        result_expires=_KEEP_RESULTS_S,
        accept_content=["json"],
        result_accept_content=["json"],
        task_serializer="json",
        result_serializer="json",
        task_default_queue=settings.queue,
        task_create_missing_queues=True,
        task_track_started=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_send_sent_event=True,
        task_soft_time_limit=settings.time_limit_seconds or None,
        worker_prefetch_multiplier=1,
        worker_send_task_events=True,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        # A broker that is away for a moment is no reason to stop an Apify run: the claim is in the database.
        worker_cancel_long_running_tasks_on_connection_loss=False,
        enable_utc=True,
        timezone="UTC",
    )
    return app


def _checked(url: str, key: str) -> str:
    if urlsplit(url).scheme not in _SCHEMES:
        raise ConfigError(f"[celery] {key} must begin with redis:// or rediss://")
    return url


def send(app: celery.Celery, messages: Iterable[Message]) -> None:
    """Send messages; the id of each is that of its task.

    Raises:
        NetworkError: The broker cannot be reached.

    """
    try:
        with app.producer_pool.acquire(block=True) as producer:
            for message in messages:
                app.send_task(TASK, kwargs={"run_id": message.run_id}, task_id=message.task_id, producer=producer)
    except OperationalError as error:
        raise NetworkError(f"the queue cannot be reached: {error}") from error
