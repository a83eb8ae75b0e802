"""A run's dataset: the order in which the items of its targets are stored, and how they are read."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import orjson

from socialsync_cli.sandbox.plans import Item, Segment

_WINDOW, _BATCH = 4, 10
_CHUNK_ITEMS = 200
Change = Callable[[Item, int], Any]


class Span(NamedTuple):
    """Consecutive items of one target."""

    segment: Segment
    start: int
    stop: int


def interleaved(segments: Iterable[Segment], *, window: int = _WINDOW, batch: int = _BATCH) -> list[Span]:
    """Return the order of an actor that works at several targets at once: some items of each in turn.

    Args:
        segments: What the targets give.
        window: At how many targets it works at once; 1 keeps the items of each together.
        batch: How many items of one it stores before the next has its turn.
    """
    waiting = iter(segments)
    active: deque[tuple[Segment, int]] = deque()
    spans: list[Span] = []
    while True:
        while len(active) < window:
            following = next(waiting, None)
            if following is None:
                break
            if len(following.rows):
                active.append((following, 0))
        if not active:
            return spans
        segment, start = active.popleft()
        size = len(segment.rows)
        stop = size if window == 1 else min(size, start + max(batch, size // 100))
        spans.append(Span(segment, start, stop))
        if stop < size:
            active.append((segment, stop))


class Dataset:
    """The items of a run, built when they are read."""

    def __init__(self, dataset_id: str, spans: Sequence[Span], change: Change | None = None) -> None:
        self.id = dataset_id
        self.spans = spans
        self._change = change
        self._ends: list[int] = []
        total = 0
        for span in spans:
            total += span.stop - span.start
            self._ends.append(total)

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def items(self, start: int, stop: int) -> Iterator[Any]:
        """Iterate over the items from place `start` to place `stop`, backwards if that is smaller."""
        if start > stop:
            for place in range(start - 1, stop - 1, -1):
                yield from self.items(place, place + 1)
            return
        which = bisect_right(self._ends, start)
        place = start
        while place < min(stop, len(self)):
            segment, first, last = self.spans[which]
            begin = self._ends[which] - (last - first)
            for row in range(first + place - begin, min(last, first + stop - begin)):
                item = segment.build(segment.rows[row])
                yield item if self._change is None else self._change(item, place)
                place += 1
            which += 1

    def charged(self, stored: int) -> dict[str, int]:
        """Return how many of the first `stored` items each target has."""
        counts: dict[str, int] = {}
        rest = stored
        for segment, first, last in self.spans:
            count = min(rest, last - first)
            if count <= 0:
                break
            counts[segment.target] = counts.get(segment.target, 0) + count
            rest -= count
        return counts


class View(NamedTuple):
    """How items are to be read."""

    offset: int = 0
    limit: int | None = None
    desc: bool = False
    fields: tuple[str, ...] = ()
    omit: tuple[str, ...] = ()
    skip_empty: bool = False
    skip_hidden: bool = False
    jsonl: bool = False


def window_of(view: View, stored: int) -> tuple[int, int]:
    """Return the places that a view covers, for `Dataset.items`; the first is the larger when read backwards."""
    count = max(0, stored - view.offset)
    if view.limit is not None:
        count = min(count, view.limit)
    if view.desc:
        start = max(0, stored - view.offset)
        return start, start - count
    return view.offset, view.offset + count


def serialised(dataset: Dataset, view: View, stored: int) -> Iterator[bytes]:
    """Return the body of an answer, in pieces."""
    start, stop = window_of(view, stored)
    items = dataset.items(start, stop)
    plain = not (view.fields or view.omit or view.skip_empty or view.skip_hidden)
    seen = items if plain else filter(lambda item: item is not None, (_seen(item, view) for item in items))
    between = b"\n" if view.jsonl else b","
    piece: list[bytes] = []
    opening = b"" if view.jsonl else b"["
    for item in seen:
        piece.append(orjson.dumps(item))
        if len(piece) >= _CHUNK_ITEMS:
            yield opening + between.join(piece)
            opening, piece = between, []
    if piece:
        yield opening + between.join(piece)
    elif opening == b"[":
        yield opening
    yield b"\n" if view.jsonl else b"]"


def _seen(item: Any, view: View) -> Any:  # noqa: ANN401 - an item may be any JSON
    """Return what a view leaves of an item; None for one that it skips."""
    if not isinstance(item, dict):
        return item
    if view.skip_hidden:
        item = {key: value for key, value in item.items() if not key.startswith("#")}
    if view.fields:
        item = {key: item[key] for key in view.fields if key in item}
    if view.omit:
        item = {key: value for key, value in item.items() if key not in view.omit}
    return None if view.skip_empty and not item else item
