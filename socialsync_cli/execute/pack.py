"""Pages that wait become batches: few, evenly filled, the slowest first."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from socialsync_cli.core.outcomes import COMMENTS, POSTS, PROFILES
from socialsync_cli.core.plan import SECONDS_PER_TARGET, Load, batch_counts, spread
from socialsync_cli.execute.work import AccountWork, Batch, Options, PageWork, PostTarget

SMALLEST_COMMENT_RUN = 60
"""Posts: a comment run is not split into smaller ones."""
_ORDER = {PROFILES: 0, POSTS: 2, COMMENTS: 3}
"""What is given up last when money is short comes first."""
_WITH_PROFILES = 1
"""The place of posts that bring the profiles of their pages along."""


class Packing(NamedTuple):
    """What packing depends on."""

    options: Options
    actors: Mapping[tuple[str, str], str]
    """The actor per platform and part."""
    largest: int
    """Pages in one Apify run at most."""
    cheapest_first: bool
    """Money is short: profiles before posts before comments."""
    new_id: Callable[[], str]


def pack_pages(
    account: AccountWork,
    waiting: Mapping[tuple[str, str], Sequence[PageWork]],
    packing: Packing,
    *,
    slots: int,
) -> list[Batch]:
    """Return batches for pages.

    Args:
        account: Who pays.
        waiting: Pages per platform and part (profiles, posts).
        packing: What packing depends on.
        slots: How many Apify runs may go on at once.

    """
    groups: list[tuple[str, str, datetime | None, list[PageWork]]] = []
    for (platform, part), pages in waiting.items():
        for moment, some in _by_moment(part, pages).items():
            groups.append((platform, part, moment, some))
    loads = [Load(f"{g[0]} {g[1]}", len(g[3]), SECONDS_PER_TARGET[g[1]]) for g in groups]
    counts = batch_counts(loads, slots=slots, largest=packing.largest)
    batches = [
        Batch(
            id=packing.new_id(),
            account=account,
            platform=platform,
            part=part,
            actor=packing.actors[platform, part],
            pages=list(some),
            limit=max(1, packing.options.posts) if part == POSTS else 1,
            newer_than=moment,
        )
        for (platform, part, moment, pages), count in zip(groups, counts, strict=True)
        for some in spread(pages, count)
    ]
    return sorted(batches, key=lambda b: _urgency(b, packing))


def _urgency(batch: Batch, packing: Packing) -> tuple[float, float]:
    seconds = batch.targets * SECONDS_PER_TARGET[batch.part]
    if not packing.cheapest_first:
        return (0, -seconds)
    brings_profiles = batch.part == POSTS and (batch.platform, PROFILES) not in packing.actors
    return (_WITH_PROFILES if brings_profiles else _ORDER[batch.part], -seconds)


def _by_moment(part: str, pages: Sequence[PageWork]) -> dict[datetime | None, list[PageWork]]:
    """Group pages by the date from which posts are asked for: one Apify run has one date for all its pages.

    Pages that fell behind the common window are grouped by the day up to which they are known.
    """
    if part == PROFILES:
        return {None: list(pages)}
    groups: dict[datetime | None, list[PageWork]] = defaultdict(list)
    for page in pages:
        groups[page.newer_than].append(page)
    return groups


def pack_comments(
    account: AccountWork, waiting: Mapping[str, Sequence[PostTarget]], packing: Packing, *, slots: int
) -> list[Batch]:
    """Return batches for posts whose comments are wanted, the slowest first; the posts of a page stay together.

    All of them, platform after platform, are laid in one line, which is cut into equal stretches, one per slot: so all
    slots end at about the same time, with hardly more runs than there are slots.

    Args:
        account: Who pays.
        waiting: Posts per platform.
        packing: What packing depends on.
        slots: How many Apify runs may go on at once.

    """
    total = sum(map(len, waiting.values()))
    stretch = max(total / max(1, slots), SMALLEST_COMMENT_RUN)
    batches = []
    at = 0
    for platform, targets in waiting.items():
        pieces: dict[int, list[list[PostTarget]]] = defaultdict(list)
        for posts in _by_page(targets):
            pieces[int(at / stretch)].append(posts)
            at += len(posts)
        for piece in _without_crumbs(list(pieces.values())):
            for pages in spread(piece, math.ceil(len(piece) / packing.largest)):
                batches.append(
                    Batch(
                        id=packing.new_id(),
                        account=account,
                        platform=platform,
                        part=COMMENTS,
                        actor=packing.actors[platform, COMMENTS],
                        posts=[target for posts in pages for target in posts],
                        limit=packing.options.comments,
                    )
                )
    return sorted(batches, key=lambda batch: -batch.targets)


def _by_page(targets: Sequence[PostTarget]) -> list[list[PostTarget]]:
    """Group posts by their page; one that two pages share is asked for once, where it was first."""
    pages: dict[int, list[PostTarget]] = defaultdict(list)
    home: dict[str, int] = {}
    for target in targets:
        pages[home.setdefault(target.key, id(target.page))].append(target)
    return list(pages.values())


def _without_crumbs(pieces: list[list[list[PostTarget]]]) -> list[list[list[PostTarget]]]:
    """Join the first and the last piece of a platform to their neighbours if they are too small for a run."""
    for place in (0, -1):
        if len(pieces) > 1 and sum(map(len, pieces[place])) < SMALLEST_COMMENT_RUN:
            crumb = pieces.pop(place)
            pieces[place] += crumb
    return pieces


def split(batch: Batch, targets: frozenset[str], attempts: int, new_id: Callable[[], str]) -> list[Batch]:
    """Return batches that ask again for what a run could not answer, smaller with each attempt.

    They shrink so that at the last attempt a page that breaks every run it is in stands alone.
    """
    left = max(1, attempts - batch.attempt)
    everything: list[PageWork] | list[PostTarget]
    if batch.part == COMMENTS:
        everything = [t for t in batch.posts if t.key in targets]
    else:
        everything = [p for p in batch.pages if p.handle in targets]
    parts = max(1, math.ceil(len(everything) ** (1 / left)))
    return [
        Batch(
            id=new_id(),
            account=batch.account,
            platform=batch.platform,
            part=batch.part,
            actor=batch.actor,
            pages=[x for x in some if isinstance(x, PageWork)],
            posts=[x for x in some if isinstance(x, PostTarget)],
            limit=batch.limit,
            newer_than=batch.newer_than,
            attempt=batch.attempt + 1,
        )
        for some in spread(everything, parts)
    ]
