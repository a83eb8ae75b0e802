"""Who watches a run: a live screen where somebody looks, lines elsewhere."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator

from socialsync_cli.core.events import Event, Listener
from socialsync_cli.show.log import Lines
from socialsync_cli.show.plain import PlainProgress
from socialsync_cli.show.terminal import is_interactive

log = logging.getLogger(__name__)


@contextlib.contextmanager
def watching(lines: Lines, *first: Listener) -> Iterator[Listener]:
    """Watch a run on stderr while the block lasts; gives the listener for its events.

    Args:
        lines: Stderr, and whether it is to have JSON, or only errors.
        first: Others that are to hear of every event before.

    """
    if lines.quiet or lines.as_json or not is_interactive(lines.stream):
        yield to_all(*first, PlainProgress(lines))
        return
    from socialsync_cli.show.live import LiveProgress

    with LiveProgress(lines) as live:
        yield to_all(*first, live)


def to_all(*listeners: Listener) -> Listener:
    """Return a listener that tells several; a bug in one of them never reaches the run."""

    def tell(event: Event) -> None:
        for listener in listeners:
            try:
                listener(event)
            except Exception:
                log.warning("a listener failed on %s", type(event).__name__, exc_info=True)

    return tell
