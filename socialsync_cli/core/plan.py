"""How pages are packed into Apify runs: as few runs as keep the allowed number of them busy.

An Apify run costs its start-up time (several seconds), a slot and some requests, however many pages it serves; but
pages inside a run are worked on one after the other. So a kind of work is split no further than the free slots
reward, and never into crumbs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

T = TypeVar("T")

SECONDS_PER_TARGET = {"profiles": 1.0, "posts": 4.0, "comments": 1.0}
"""A guess of how long an actor works on one target; only the proportions matter."""
SMALLEST_SPLIT = 20
"""A run is not split into parts with fewer pages than this."""


class Load(NamedTuple):
    """Work of one kind that waits for one account."""

    name: str
    targets: int
    seconds_each: float
    """How long an actor is thought to work on one target."""
    smallest: int = SMALLEST_SPLIT


def batch_counts(loads: Sequence[Load], *, slots: int, largest: int) -> list[int]:
    """Return into how many Apify runs each load is to be packed.

    Args:
        loads: The work that waits, kind by kind.
        slots: How many Apify runs may go on at once.
        largest: The largest number of targets in one Apify run.

    """
    counts = [-(-load.targets // largest) for load in loads]
    while sum(counts) < slots:
        worth = [
            (load.targets * load.seconds_each / counts[i], i)
            for i, load in enumerate(loads)
            if load.targets >= (counts[i] + 1) * load.smallest
        ]
        if not worth:
            break
        counts[max(worth)[1]] += 1
    return counts


def spread(targets: Sequence[T], batches: int) -> list[Sequence[T]]:
    """Cut targets into so many batches, whose sizes differ by one at most."""
    if not targets or batches <= 0:
        return []
    batches = min(batches, len(targets))
    size, rest = divmod(len(targets), batches)
    cuts, at = [], 0
    for i in range(batches):
        end = at + size + (1 if i < rest else 0)
        cuts.append(targets[at:end])
        at = end
    return cuts
