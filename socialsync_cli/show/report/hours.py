"""When a page posts: weekday × hour, in UTC."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from socialsync_cli.metrics import PageHistory, PostRecord
from socialsync_cli.metrics.history import Series
from socialsync_cli.metrics.sample import read_sample
from socialsync_cli.show.figures import plural
from socialsync_cli.show.portrait import PageView, PostView

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Hours(NamedTuple):
    """How many posts came out when."""

    cells: dict[tuple[int, int], int]
    """By weekday (Monday is 0) and hour; only those with a post."""
    posts: int
    days: int
    """The span in which they came out."""

    def spoken(self) -> str:
        """Return what the table shows, in a sentence."""
        if not self.posts:
            return f"No post of its own in the last {self.days} days."
        weekdays, hours = Counter[int](), Counter[int]()
        for (weekday, hour), number in self.cells.items():
            weekdays[weekday] += number
            hours[hour] += number
        text = f"{plural(self.posts, 'post')} in {self.days} days"
        day, on_it = _most(weekdays)
        hour, in_it = _most(hours)
        if self.posts >= 5:
            text += f", most on {WEEKDAYS[day]}s ({on_it}) and from {hour:02d}:00 to {hour + 1:02d}:00 UTC ({in_it})"
        return text + "."

    def data(self) -> list[int]:
        """Return weekday, hour, posts; weekday, hour, posts; and so on."""
        return [number for (weekday, hour), posts in sorted(self.cells.items()) for number in (weekday, hour, posts)]


def hours_of(page: PageView, posts: Sequence[PostView], as_of: datetime, days: int) -> Hours:
    """Count a page's own posts; those that it pinned long ago or that others wrote are left out, as for its pace.

    Args:
        page: Whose they are.
        posts: In any order.
        as_of: The end of the span.
        days: Its length.

    """
    records = [
        PostRecord(p.external_id, p.published_at, p.last_seen_at, p.owner_username, bool(p.pinned)) for p in posts
    ]
    history = PageHistory(page.platform, page.handle, page.username, page.external_id, (), records, as_of)
    sample = read_sample(history, Series(None, False, []), as_of, posts_per_page=len(records) + 1)
    published = {p.external_id: p.published_at for p in posts}
    cells = Counter[tuple[int, int]]()
    for post in sample.own if sample else ():
        at = published[post.external_id]
        if at is not None and as_of - at <= timedelta(days=days):
            cells[at.weekday(), at.hour] += 1
    return Hours(dict(cells), cells.total(), days)


def _most(numbers: Counter[int]) -> tuple[int, int]:
    """Return the key with the largest number; of several, the smallest."""
    return min(numbers.items(), key=lambda item: (-item[1], item[0]))
