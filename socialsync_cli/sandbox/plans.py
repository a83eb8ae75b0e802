"""What an actor is going to store, planned at its start and built when it is read.

A plan knows how many items each target gives, and not yet what is in them: a dataset of a million items costs
nothing before somebody reads it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import Any, NamedTuple, overload

from socialsync_cli.sandbox.accounts import Account
from socialsync_cli.sandbox.world import World

Item = dict[str, Any]


class Scope(NamedTuple):
    """What an actor works with."""

    world: World
    t: int
    """The moment of the world at which it runs."""
    free: bool
    """The account is on the free plan, which some actors serve badly."""
    extra_dataset_url: str
    """The address of the run's second dataset (TikTok's comments beside the videos)."""


class Segment(NamedTuple):
    """What one target gives."""

    target: str
    """The canonical handle, or the post's number: whom the items are charged for."""
    rows: Sequence[Any]
    """What the items are built from."""
    build: Callable[[Any], Item]


def fixed(target: str, *items: Item) -> Segment:
    """Return a segment of items that are there already; without any, the target is silent."""
    return Segment(target, items, dict)


class Chain(Sequence[int]):
    """Numbers from several sequences in a row, cut off after `limit` of them, without copying."""

    def __init__(self, parts: Sequence[Sequence[int]], limit: int | None = None) -> None:
        self._parts = [part for part in parts if len(part)]
        self._ends = list(accumulate(map(len, self._parts)))
        total = self._ends[-1] if self._ends else 0
        self._length = total if limit is None else min(limit, total)

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, place: int) -> int: ...

    @overload
    def __getitem__(self, place: slice) -> list[int]: ...

    def __getitem__(self, place: int | slice) -> int | list[int]:
        if isinstance(place, slice):
            return [self[k] for k in range(*place.indices(self._length))]
        if not 0 <= place < self._length:
            raise IndexError(place)
        part = bisect_right(self._ends, place)
        return self._parts[part][place - (self._ends[part - 1] if part else 0)]

    def __iter__(self) -> Iterator[int]:
        return (self[k] for k in range(self._length))


class Feed(NamedTuple):
    """How much of a page's posts is wanted."""

    limit: int
    since: int | None = None
    """Only posts that appeared after this second."""
    until: int | None = None
    """Only posts that appeared before this second."""
    skip_pinned: bool = False
    strict_dates: bool = True
    """Whether the date filter holds for pinned posts, too."""
    oldest_first: bool = False


def feed(page: Account, wanted: Feed, t: int) -> Chain:
    """Return the indices of a page's posts in the order in which an actor stores them: pinned ones first.

    Pages with the oddity `pinned` list these a second time, in their place. Pinned collabs of a partner carry no
    flag, and are not skipped.
    """
    window = World.newer_than(page, wanted.since, t)
    if wanted.until is not None:
        window = range(window.start, max(window.start, World.older_than(page, wanted.until, t)))
    pinned = [index for index in page.pinned if index < page.count(t)]
    dated = wanted.since is not None or wanted.until is not None
    ahead = pinned
    if dated and (wanted.strict_dates or wanted.skip_pinned):
        ahead = [index for index in pinned if index in window]
    if wanted.skip_pinned and not (dated and not wanted.strict_dates):
        unflagged = page.pinned[:1] if page.platform == "instagram" and "pinned" in page.quirks else ()
        ahead = [index for index in ahead if index in unflagged]
    rest = window if wanted.oldest_first else window[::-1]
    if "pinned" in page.quirks and not wanted.skip_pinned:
        return Chain([ahead, rest], wanted.limit)
    gaps = pinned if not wanted.oldest_first else pinned[::-1]
    return Chain([ahead, *_without(rest, gaps)], wanted.limit)


def _without(window: range, gaps: Sequence[int]) -> list[range]:
    """Return a range in pieces, without some of its numbers."""
    places = sorted(window.index(gap) for gap in gaps if gap in window)
    pieces, start = [], 0
    for place in places:
        pieces.append(window[start:place])
        start = place + 1
    return [*pieces, window[start:]]
