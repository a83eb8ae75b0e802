"""Who watches a run: a live screen where somebody looks, lines elsewhere."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Sequence

from socialsync_cli.core.events import Event, Listener, RunBegan
from socialsync_cli.show.log import Lines
from socialsync_cli.show.plain import PlainProgress
from socialsync_cli.show.terminal import is_interactive

log = logging.getLogger(__name__)


@contextlib.contextmanager
def watching(lines: Lines, *first: Listener, before: Sequence[Event] = ()) -> Iterator[Listener]:
    """Watch a run on stderr while the block lasts; gives the listener for its events.

    Args:
        lines: Stderr, and whether it is to have JSON, or only errors.
        first: Others that are to hear of every event before.
        before: What has happened already to a run that is taken up again; told right after its beginning.

    """
    if lines.quiet or lines.as_json or not is_interactive(lines.stream):
        yield to_all(*first, _with_past(PlainProgress(lines), before))
        return
    from socialsync_cli.show.live import LiveProgress

    with LiveProgress(lines) as live:
        yield to_all(*first, _with_past(live, before))


def _with_past(listener: Listener, before: Sequence[Event]) -> Listener:
    if not before:
        return listener

    def tell(event: Event) -> None:
        listener(event)
        if isinstance(event, RunBegan):
            for past in before:
                listener(past)

    return tell


def to_all(*listeners: Listener) -> Listener:
    """Return a listener that tells several; a bug in one of them never reaches the run."""

    def tell(event: Event) -> None:
        for listener in listeners:
            try:
                listener(event)
            except BrokenPipeError:
                continue  # nobody reads any more; the run goes on
            except Exception:
                log.warning("a listener failed on %s", type(event).__name__, exc_info=True)

    return tell
