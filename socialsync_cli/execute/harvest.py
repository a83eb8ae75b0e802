"""Items become records, and records become rows: one page of a dataset, one small transaction.

A harvest belongs to one batch. It keeps per target what was said so far, and nothing of what was stored.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from socialsync_cli.core.outcomes import COMMENTS, PROFILES, PartAnswer, Tally
from socialsync_cli.core.records import AskedPage, AskedPost, Comment, Post, Profile, Reading, Verdict
from socialsync_cli.execute.rows import Rows
from socialsync_cli.execute.work import Batch, Options, PageWork, PostTarget
from socialsync_cli.platforms import PLATFORMS
from socialsync_cli.platforms.base import Reader
from socialsync_cli.store.page_results import RESULTS
from socialsync_cli.store.pages import COMMENTS as COMMENT_TABLE
from socialsync_cli.store.pages import POSTS as POST_TABLE

_EVIDENCE = 2
"""So many targets that are known to be complete, each in one piece, show that a run takes one after the other."""


class Harvest:
    """Takes in the items of one Apify run.

    Args:
        batch: What was asked for.
        options: How much of it is kept.
        comment_key: The secret with which authors of comments are hashed.
        archived: Whether the raw archive keeps the items.

    """

    def __init__(self, batch: Batch, options: Options, comment_key: bytes, *, archived: bool) -> None:
        self._batch = batch
        self._kept = "; the raw archive keeps them" if archived else ""
        self._rows = Rows(options, comment_key)
        self._reader = reader_of(batch)
        self._pages = {page.handle: page for page in batch.pages}
        self._targets: dict[str, list[PostTarget]] = defaultdict(list)
        for target in batch.posts:
            self._targets[target.key].append(target)
        self._tallies: dict[str, Tally] = defaultdict(Tally)
        self._seen: dict[str, set[str]] = defaultdict(set)
        self._blocks: dict[str, int] = defaultdict(int)
        self._last: str | None = None
        self.anonymous_not_found = 0
        self.nonsense = 0
        """Items that could not be understood; the raw archive keeps them."""
        self.items = 0
        self._nonsense_of: Counter[PageWork] = Counter()

    def read(self, items: Iterable[Any]) -> list[Reading]:
        """Understand items: parsed JSON, anything. Nothing is counted or kept."""
        return [self._reader.read(item) for item in items]

    def store(self, connection: Connection, readings: Iterable[Reading], now: datetime) -> None:
        """Count what was read, and write what is in it.

        Args:
            connection: A transaction that writes.
            readings: Of a page of a dataset.
            now: When it was captured.

        """
        profiles: dict[int, tuple[PageWork, Profile]] = {}
        posts: list[tuple[PageWork, Post]] = []
        comments: list[tuple[PostTarget, Comment]] = []
        for reading in readings:
            self._count(reading)
            if reading.target is None:
                continue
            page = self._pages.get(reading.target)
            if page is not None and reading.profile is not None:
                profiles[page.page_id] = (page, reading.profile)
            if page is not None and page.wants_posts and reading.post is not None:
                posts.append((page, reading.post))
                self._seen[page.handle].add(reading.post.external_id)
            if reading.comment is not None:
                self._seen[reading.target].add(reading.comment.external_id)
                comments += [(target, reading.comment) for target in self._targets.get(reading.target, ())]
        self._rows.write(connection, profiles.values(), posts, comments, now)

    def _count(self, reading: Reading) -> None:
        self.items += 1
        if reading.verdict is Verdict.BAD:
            self._note_nonsense(reading)
        if reading.target is None:
            self.anonymous_not_found += reading.verdict is Verdict.NOT_FOUND
            return
        if reading.target != self._last:
            self._last = reading.target
            self._blocks[reading.target] += 1
        self._tallies[reading.target].add(reading.verdict, reading.detail)

    def _note_nonsense(self, reading: Reading) -> None:
        self.nonsense += 1
        name = reading.target or ""
        posts = self._targets.get(name)
        page = posts[0].page if posts else self._pages.get(name)
        if page is not None:
            self._nonsense_of[page] += 1

    def warnings(self) -> list[tuple[PageWork, str]]:
        """Return what people should know of pages."""
        said = [
            (page, f"{count} of the items for {page.handle} made no sense{self._kept}")
            for page, count in self._nonsense_of.items()
        ]
        nameless = self.nonsense - self._nonsense_of.total()
        if nameless:
            sentence = f"{nameless} of the items of {self._batch.actor} made no sense and named no page{self._kept}"
            said += [(page, sentence) for page in self._batch.everyone()]
        pages = {page.handle: page for page in self._batch.everyone()}
        doubts = [(pages[name], w.sentence) for w in self._rows.warnings() for name in w.handles if name in pages]
        return [*self._rows.notes, *said, *doubts]

    def answers(self) -> dict[str, PartAnswer]:
        """Return per target what was said; silence included."""
        names = self._targets if self._batch.part == COMMENTS else self._pages
        found = {}
        for name in names:
            tally = self._tallies.get(name)
            found[name] = (tally or Tally()).answer()
        return found

    @property
    def senseless(self) -> bool:
        """Whether there are items, and not one of them made sense or named a target."""
        return self.items > 0 and self.nonsense == self.items and not self._tallies

    @property
    def garbled(self) -> bool:
        """Whether items made no sense."""
        return self.nonsense > 0

    def distinct(self, target: str) -> int:
        """Return how many different posts of a page (or comments of a post) came."""
        return len(self._seen.get(target, ()))

    def inside(self, handle: str) -> int:
        """Return how many comments came inside the posts of a page."""
        return self._rows.inside(handle)

    def incomplete(self) -> frozenset[str]:
        """Return the targets of a run that was cut short for which more items may have been to come.

        A target is surely complete when as many items came as were asked for, or as there are. Where such targets
        show that one is finished before the next is begun, those before the last are complete, too.
        """
        names: Iterable[str] = self._targets if self._batch.part == COMMENTS else self._pages
        full = {name for name in names if self._is_full(name)}
        if self._batch.part == PROFILES:
            return frozenset(names) - full
        in_turn = len(full & self._tallies.keys()) >= _EVIDENCE and max(self._blocks.values()) == 1
        if in_turn:
            full |= {name for name in names if name in self._tallies and name != self._last}
        return frozenset(names) - full

    def _is_full(self, name: str) -> bool:
        tally = self._tallies.get(name)
        if tally is None:
            return False
        if tally.best is not Verdict.DATA or self._batch.part == PROFILES:
            return True
        if self._batch.part == COMMENTS:
            return self.distinct(name) >= min(self._batch.limit, self._targets[name][0].comments)
        count = self._pages[name].posts_count
        return self.distinct(name) >= (self._batch.limit if count is None else min(self._batch.limit, count))


def reader_of(batch: Batch) -> Reader:
    """Return what understands the items of a batch."""
    platform = PLATFORMS[batch.platform]
    if batch.part == COMMENTS:
        return platform.comments_reader([AskedPost(key, url) for key, url in batch.asked_posts().items()])
    asked = [AskedPage(page.handle, page.external_id) for page in batch.pages]
    return platform.profiles_reader(asked) if batch.part == PROFILES else platform.posts_reader(asked)


def comment_targets(
    connection: Connection,
    pages: Sequence[PageWork],
    window_start: datetime,
    skip: frozenset[int] = frozenset(),
) -> list[PostTarget]:
    """Return the posts of pages whose comments have to be asked for.

    On a page's first sync these are all posts that it brought; later only posts inside the refresh window, and only
    those whose comment count is not the one for which comments were last read.

    Args:
        connection: A transaction.
        pages: Pages whose posts are stored.
        window_start: When the refresh window begins.
        skip: Ids of posts that are being asked for already.

    """
    table = POST_TABLE.c
    found: list[PostTarget] = []
    by_id = {page.page_id: page for page in pages if page.captured_at is not None}
    ids = list(by_id)
    for start in range(0, len(ids), 200):
        query = sa.select(
            table.page_id, table.id, table.comment_key, table.comment_url, table.comments, table.published_at,
            table.last_seen_at,
        ).where(
            table.page_id.in_(ids[start : start + 200]),
            table.comments > 0,
            table.comment_key.is_not(None),
            table.comment_url.is_not(None),
            sa.or_(table.comments_read.is_(None), table.comments_read != table.comments),
        )  # fmt: skip
        for page_id, post_id, key, url, count, published_at, seen_at in connection.execute(query):
            page = by_id[page_id]
            inside_window = published_at is not None and published_at >= window_start
            if seen_at == page.captured_at and (page.first or inside_window) and post_id not in skip:
                found.append(PostTarget(page, post_id, key, url, count))
    return found


def comments_seen(connection: Connection, result_ids: Sequence[int]) -> dict[int, int]:
    """Return, per page id, how many comments this sync has seen.

    Args:
        connection: A transaction.
        result_ids: Page results of this sync, one per page; they tell the moment that all its records carry.
    """
    counts: dict[int, int] = {}
    post, comment, result = POST_TABLE.c, COMMENT_TABLE.c, RESULTS.c
    for start in range(0, len(result_ids), 400):
        rows = connection.execute(
            sa.select(post.page_id, sa.func.count())
            .select_from(
                RESULTS.join(POST_TABLE, post.page_id == result.page_id).join(COMMENT_TABLE, comment.post_id == post.id)
            )
            .where(result.id.in_(result_ids[start : start + 400]))
            .where(post.last_seen_at == result.captured_at, comment.last_seen_at == result.captured_at)
            .group_by(post.page_id)
        )
        counts |= {row[0]: row[1] for row in rows}
    return counts
