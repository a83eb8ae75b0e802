"""A large run is worked on in portions: so many pages are in memory at any time, and no more.

Until its turn has come a page is the number of its result, eight bytes. A page that several users want is in one
portion whoever wants it, and the pages of one token are spread evenly: each portion has the same mixture of
platforms, and none is a crumb.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

from sqlalchemy.engine import Connection

from socialsync_cli.execute.prepare import TaskRow
from socialsync_cli.store import page_results

PAGES_AT_ONCE = 6000
"""Enough to fill the largest Apify runs of all kinds in all slots."""


def portions_of(connection: Connection, tasks: Sequence[TaskRow], most: int = PAGES_AT_ONCE) -> list[array[int]]:
    """Return the ids of the open results of tasks in portions of about `most` pages.

    Args:
        connection: A transaction.
        tasks: Those of users without a token have no part in it.
        most: Pages in a portion.

    """
    payers = {task.id: task.fingerprint for task in tasks if task.fingerprint is not None}
    # Sorted, the results of a page stand side by side.
    rows = sorted(
        (payers[task], page, result) for task, page, result in page_results.open_results(connection, list(payers))
    )
    portions: list[array[int]] = []
    room = 0
    for _, own in groupby(rows, key=itemgetter(0)):
        pages = [array("q", map(itemgetter(2), results)) for _, results in groupby(own, key=itemgetter(1))]
        count = -(-len(pages) // most)
        for number in range(count):
            some = pages[number::count]
            if len(some) > room:
                portions.append(array("q"))
                room = most
            room -= len(some)
            for results in some:
                portions[-1].extend(results)
    return portions or [array("q")]
