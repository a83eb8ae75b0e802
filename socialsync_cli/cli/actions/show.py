"""`show`: one page in the terminal."""

from __future__ import annotations

from socialsync_cli.cli.invocation import Invocation, utc_now
from socialsync_cli.execute.portrait import find_page, read_portrait
from socialsync_cli.show.page import print_page
from socialsync_cli.show.page_json import portrait_json
from socialsync_cli.store import queries


def show_page(call: Invocation, wanted: str, *, as_json: bool) -> int:
    """Show one page."""
    config = call.load()
    with queries.existing(config.settings.database.url) as database, database.read() as connection:
        portrait = read_portrait(connection, find_page(connection, wanted), config)
    if as_json:
        call.print_json(portrait_json(portrait))
    else:
        print_page(call.out, portrait, utc_now())
    return 0
