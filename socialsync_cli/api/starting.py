"""Beginning and stopping runs: in the queue if there is one, else in threads of this process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from functools import partial

from socialsync_cli import sync
from socialsync_cli.api.access import AbsentError
from socialsync_cli.api.models import NewRun
from socialsync_cli.config import Config
from socialsync_cli.core.events import Event, Listener, RunBegan
from socialsync_cli.core.stop import StopSignal
from socialsync_cli.execute.cancel import Cancelled, cancel
from socialsync_cli.execute.request import Ended, Request, Surroundings, utc_now
from socialsync_cli.store.database import Database

_PATIENCE_S = 8.0
"""How long runs in this process have to wind up when it ends."""
_STOP_WAIT_S = 5.0


class Starter:
    """Begins runs.

    Args:
        load: Reads the configuration, which may have changed.
        environ: Where `env:` tokens are.
        listener: Makes who hears of a run in this process.

    """

    def __init__(
        self, load: Callable[[], Config], environ: Mapping[str, str], listener: Callable[[], Listener]
    ) -> None:
        self._load, self._environ, self._listener = load, environ, listener
        self._stop = StopSignal()
        self._threads: set[threading.Thread] = set()

    def begin(self, user_id: str, wanted: NewRun) -> RunBegan:
        """Begin a run; return it as soon as it is written down.

        Raises:
            AbsentError: There is no such user.
            SocialsyncError: See `sync.run`.

        """
        config = self._load()
        user = config.users().get(user_id)
        if user is None:
            raise AbsentError(f"{user_id} is not in the configuration")
        request = Request(
            [user], platforms=tuple(dict.fromkeys(wanted.platforms)), posts=wanted.posts, comments=wanted.comments,
            full=wanted.full, max_cost_usd=wanted.max_cost_usd,
        )  # fmt: skip
        begun: Future[RunBegan] = Future()
        hear = self._listener()

        def tell(event: Event) -> None:
            if isinstance(event, RunBegan) and not begun.done():
                begun.set_result(event)
            hear(event)

        around = Surroundings(config, self._environ, tell, self._stop)
        if config.settings.celery.broker_url is not None:
            from socialsync_cli.cluster.run import run  # an extra

            run(request, around, detach=True)
        else:
            self._in_a_thread(partial(sync.run, request, around), begun)
        return begun.result()

    def _in_a_thread(self, work: Callable[[], Ended], begun: Future[RunBegan]) -> None:
        def carry_out() -> None:
            try:
                work()
            except BaseException as error:
                if begun.done():
                    raise
                begun.set_exception(error)
            finally:
                self._threads.discard(threading.current_thread())

        thread = threading.Thread(target=carry_out, name="run", daemon=True)
        self._threads.add(thread)
        thread.start()

    def stop(self, run_id: str, database: Database) -> Cancelled:
        """Stop a run, wherever it goes on."""
        config = self._load()
        found = cancel(
            run_id, database=database, config=config, environ=self._environ, clock=utc_now, wait_s=_STOP_WAIT_S
        )
        if config.settings.celery.broker_url is not None:
            from socialsync_cli.cluster.run import show_revoked

            show_revoked(run_id, config)
        return found

    def close(self) -> None:
        """Stop what goes on in this process."""
        self._stop.set("SIGTERM")
        for thread in list(self._threads):
            thread.join(_PATIENCE_S)
