"""Who hears of a run: users once it is over, admins at once, and the dead man's switch."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from socialsync_cli.core.events import Event, Warned
from socialsync_cli.errors import InvalidTokenError
from socialsync_cli.execute.board import TaskBoard
from socialsync_cli.execute.request import Ended, Request, Surroundings
from socialsync_cli.notify import AdminBell, Outbox, TaskSummary, UserSummary, ping_end, ping_start

_PATIENCE_S = 20.0
_PATIENCE_WHEN_STOPPED_S = 2.0


@contextlib.contextmanager
def telling(request: Request, around: Surroundings) -> Iterator[tuple[Surroundings, Callable[[Ended], Ended]]]:
    """Wrap a run: what is given back passes events on to admins; calling the second part tells users how it ended.

    A notifier that fails is a warning, never a failed sync.
    """
    settings = around.config.settings.notify
    outbox = _outbox(around)
    bell = AdminBell(outbox)

    def hear(event: Event) -> None:
        around.tell(event)
        bell(event)

    def over(ended: Ended) -> Ended:
        addresses = {user.id: user.notify for user in request.users}
        outbox.finish(
            [(_summary(ended.run_id, user, boards), addresses.get(user, ())) for user, boards in _by_user(ended)]
        )
        _warn(around, ping_end(settings.ping_url, ended.exit_code, allow_insecure_http=settings.allow_insecure_http))
        return ended

    try:
        _warn(around, ping_start(settings.ping_url, allow_insecure_http=settings.allow_insecure_http))
        yield replace(around, tell=hear), over
    finally:
        outbox.close(_PATIENCE_WHEN_STOPPED_S if around.stop.is_set() else _PATIENCE_S)


def _outbox(around: Surroundings) -> Outbox:
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


def _warn(around: Surroundings, sentence: str | None) -> None:
    if sentence:
        around.tell(Warned(sentence))


def _by_user(ended: Ended) -> Iterable[tuple[str, list[TaskBoard]]]:
    boards: dict[str, list[TaskBoard]] = defaultdict(list)
    for board in ended.tasks:
        boards[board.user].append(board)
    return boards.items()


def _summary(run_id: str, user: str, boards: Iterable[TaskBoard]) -> UserSummary:
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
        )
        for board in boards
    ]
    return UserSummary(run_id, user, tasks)
