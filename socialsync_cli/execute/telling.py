"""Who hears of a run: users once it is over, admins at once, and the dead man's switch."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from socialsync_cli.core.events import Event, Warned
from socialsync_cli.errors import CancelledError, DatabaseError, InvalidTokenError, SocialsyncError
from socialsync_cli.execute.board import TaskBoard
from socialsync_cli.execute.request import Ended, Request, Surroundings
from socialsync_cli.notify import AdminAlert, AdminBell, Outbox, TaskSummary, UserSummary, ping_end, ping_start
from socialsync_cli.store.changes import Change, changes_of
from socialsync_cli.store.database import Database

_PATIENCE_S = 20.0
_PATIENCE_WHEN_STOPPED_S = 2.0


@contextlib.contextmanager
def telling(
    request: Request, around: Surroundings, database: Database
) -> Iterator[tuple[Surroundings, Callable[[Ended], Ended]]]:
    """Wrap a run: what is given back passes events on to admins; calling the second part tells users how it ended.

    A notifier that fails is a warning, never a failed sync. A run that ends in an error is told to admins.
    """
    settings = around.config.settings.notify
    outbox = outbox_of(around)
    bell = AdminBell(outbox)

    def hear(event: Event) -> None:
        around.tell(event)
        bell(event)

    def over(ended: Ended) -> Ended:
        addresses = {user.id: user.notify for user in request.users if user.notify}
        told = addresses if settings.on != "never" else {}
        changes = _changes(around, database, ended.run_id) if told else {}
        outbox.finish(
            (_summary(ended.run_id, user, boards, changes), told[user])
            for user, boards in _by_user(ended)
            if user in told
        )
        ping(ended.exit_code)
        return ended

    def ping(exit_code: int) -> None:
        warn(around, ping_end(settings.ping_url, exit_code, allow_insecure_http=settings.allow_insecure_http))

    try:
        warn(around, ping_start(settings.ping_url, allow_insecure_http=settings.allow_insecure_http))
        yield replace(around, tell=hear), over
    except CancelledError:
        raise
    except Exception as error:
        outbox.alert(_alert_of(error, bell.run_id))
        ping(error.exit_code if isinstance(error, SocialsyncError) else 1)
        raise
    finally:
        outbox.close(_PATIENCE_WHEN_STOPPED_S if around.stop.is_set() else _PATIENCE_S)


def outbox_of(around: Surroundings) -> Outbox:
    """Return what sends messages, as the configuration wants it."""
    config = around.config
    settings = config.settings.notify
    secrets = {}
    for name, read in (("smtp_url", config.smtp_url), ("webhook_secret", config.webhook_secret)):
        try:
            token = read()
            secrets[name] = token.reveal() if token else None
        except InvalidTokenError as error:
            around.tell(Warned(f"{name}: {error}"))
            secrets[name] = None
    return Outbox(
        on=settings.on,
        warn=lambda sentence: around.tell(Warned(sentence)),
        admins=list(settings.admins),
        smtp_url=secrets["smtp_url"],
        webhook_secret=secrets["webhook_secret"],
        allow_insecure_http=settings.allow_insecure_http,
        clock=around.clock,
    )


def _alert_of(error: Exception, run_id: str) -> AdminAlert:
    if isinstance(error, SocialsyncError):
        return AdminAlert(error.type, str(error), run_id)
    return AdminAlert("internal", f"a bug ended the run: {type(error).__name__}", run_id)


def warn(around: Surroundings, sentence: str | None) -> None:
    """Pass on what a notifier complains of."""
    if sentence:
        around.tell(Warned(sentence))


def _by_user(ended: Ended) -> Iterable[tuple[str, list[TaskBoard]]]:
    boards: dict[str, list[TaskBoard]] = defaultdict(list)
    for board in ended.tasks:
        boards[board.user].append(board)
    return boards.items()


def _changes(around: Surroundings, database: Database, run_id: str) -> Mapping[str, Change]:
    """Read what the run changed; without it, the messages say a little less."""
    try:
        with database.read() as connection:
            return changes_of(connection, run_id)
    except DatabaseError as error:
        warn(around, f"what the run changed cannot be told: {error}")
        return {}


def _summary(run_id: str, user: str, boards: Iterable[TaskBoard], changes: Mapping[str, Change]) -> UserSummary:
    tasks = [
        TaskSummary(
            platform=board.platform,
            status=board.state,
            pages=board.pages,
            pages_ok=board.pages_ok,
            posts=board.posts,
            comments=board.comments,
            error=board.trouble if board.state != "SUCCESS" else None,
            warnings=board.warnings(),
            new_posts=changes[board.id].new_posts if board.id in changes else None,
            followers_gained=changes[board.id].followers_gained if board.id in changes else None,
        )
        for board in boards
    ]
    return UserSummary(run_id, user, tasks)
