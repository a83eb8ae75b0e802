"""Posts whose items are read again: the history of their counters is put right where it says something else now.

A sighting that is the newest of its post is written like any other; an older one concerns only the row of its day, as
`store.pages` would have written it then. What a sighting withholds stays as it is stored.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from socialsync_cli.store.lookup import chunks
from socialsync_cli.store.pages import POST_METRICS, POSTS, FoundPost, store_posts
from socialsync_cli.store.past import COUNTERS, Counters
from socialsync_cli.store.upsert import Upsert

_ROW = Upsert(
    POST_METRICS,
    ("post_id", "date", *COUNTERS, "observed_at"),
    key=("post_id", "date"),
    replace=(*COUNTERS, "observed_at"),
    newer="observed_at",
)
_UPDATE_POST = (
    sa.update(POSTS)
    .where(POSTS.c.id == sa.bindparam("the_post"))
    .values({c: sa.func.coalesce(sa.bindparam(f"new_{c}", type_=POSTS.c[c].type), POSTS.c[c]) for c in COUNTERS})
)
_FIRST_SEEN = (
    sa.update(POSTS)
    .where(POSTS.c.id == sa.bindparam("the_post"))
    .values(first_seen_at=sa.bindparam("new_first_seen_at", type_=POSTS.c.first_seen_at.type))
)


class Sighting(NamedTuple):
    """A row of a post's history."""

    observed_at: datetime
    counters: Counters


def correct_posts(connection: Connection, found: Sequence[FoundPost]) -> None:
    """Write posts that were found again in items of the past.

    Args:
        connection: A transaction that writes.
        found: Under the moment at which they were captured, files oldest first.

    """
    ids = store_posts(connection, found).ids
    by_id = {ids[f.page_id, f.post.external_id]: f for f in found}
    _move_beginnings(connection, by_id)
    history = _history(connection, list(by_id))
    rows: dict[int, tuple[object, ...]] = {}
    for post_id, (_, at, post) in by_id.items():
        seen = Sighting(at, (post.likes, post.comments, post.shares, post.saves, post.views))
        row = corrected(history[post_id], seen)
        if row is not None:
            rows[post_id] = (post_id, at.date(), *row.counters, row.observed_at)
    if rows:
        _ROW.run(connection, rows.values())
        _bring_up_to_date(connection, list(rows))


def corrected(history: Sequence[Sighting], sighting: Sighting) -> Sighting | None:
    """Return what the row of a sighting's day is to be; None if it is good as it is.

    Args:
        history: Of the post, oldest first.
        sighting: As it is understood now.

    """
    at, counters = sighting
    earlier = history[: bisect_left(history, at, key=attrgetter("observed_at"))]
    before = newest(earlier)
    is_news = not earlier or _over(before, counters) != before
    of_day = next((row for row in history if row.observed_at.date() == at.date()), None)
    if of_day is None:
        return sighting if is_news else None
    if of_day.observed_at == at:
        row = Sighting(at, _over(of_day.counters, counters))
    elif of_day.observed_at < at:
        row = Sighting(at, _over(of_day.counters, counters)) if is_news else of_day
    else:
        # The later sighting of a day is the one that stands; what it withheld is known from this one.
        row = of_day._replace(counters=_over(counters, of_day.counters)) if is_news else of_day
    return None if row == of_day else row


def newest(history: Iterable[Sighting]) -> Counters:
    """Return each counter as the newest sighting that knows it has it."""
    known: Counters = (None,) * len(COUNTERS)
    for sighting in history:
        known = _over(known, sighting.counters)
    return known


def _over(old: Counters, new: Counters) -> Counters:
    return tuple(o if n is None else n for n, o in zip(new, old, strict=True))


def _move_beginnings(connection: Connection, found: Mapping[int, FoundPost]) -> None:
    """Let posts begin where they were first seen, as it turns out."""
    older = []
    for some in chunks(found):
        query = sa.select(POSTS.c.id, POSTS.c.first_seen_at).where(POSTS.c.id.in_(some))
        for post_id, first_seen_at in connection.execute(query):
            at = found[post_id].captured_at
            if first_seen_at is not None and first_seen_at > at:
                older.append({"the_post": post_id, "new_first_seen_at": at})
    if older:
        connection.execute(_FIRST_SEEN, older)


def _history(connection: Connection, post_ids: Sequence[int]) -> dict[int, list[Sighting]]:
    found: dict[int, list[Sighting]] = defaultdict(list)
    for some in chunks(post_ids):
        columns = (POST_METRICS.c[c] for c in ("post_id", "observed_at", *COUNTERS))
        query = sa.select(*columns).where(POST_METRICS.c.post_id.in_(some)).order_by(POST_METRICS.c.observed_at)
        for post_id, observed_at, *counters in connection.execute(query):
            found[post_id].append(Sighting(observed_at, tuple(counters)))
    return found


def _bring_up_to_date(connection: Connection, post_ids: Sequence[int]) -> None:
    """Give posts the counters that their corrected history ends with."""
    values = [
        {"the_post": post_id, **{f"new_{c}": n for c, n in zip(COUNTERS, newest(history), strict=True)}}
        for post_id, history in _history(connection, post_ids).items()
    ]
    connection.execute(_UPDATE_POST, values)
