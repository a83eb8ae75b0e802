"""The comments of the world: in blocks of five, three at the top and two replies to one of them.

The k-th comment appears when the post's counter of comments passes k, so that the counter and the comments agree.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from socialsync_cli.sandbox.dice import roll_fast
from socialsync_cli.sandbox.posts import Entry, person_of
from socialsync_cli.sandbox.sites import SITES
from socialsync_cli.sandbox.texts import PEOPLE, Person, remark

_BLOCK, _TOP = 5, 3


class Remark(NamedTuple):
    """One comment at one moment."""

    post: Entry
    nth: int
    parent: int | None
    """The index of the comment that it answers."""
    depth: int
    """0 at the top; Facebook has answers to answers."""
    number: int
    author: Person
    text: str | None
    likes: int
    replies: int
    """How many answers it has by now."""
    published: int
    dice: int
    by_author: bool


def remark_at(post: Entry, index: int) -> Remark:
    """Return a post's index-th comment (0 is the oldest) as it is at the post's moment."""
    dice = roll_fast(post.account.key[:16] + post.number.to_bytes(16, "little"), index)
    block, place = divmod(index, _BLOCK)
    parent, depth = _parent(post, block, place)
    grown = 1.0 - (index + 1) / max(post.comments_in_the_end, index + 1.001)
    published = min(post.t, post.published + int(-post.half_life_s * math.log(max(grown, 1e-12))))
    by_author = place == _TOP and dice & 3 == 0
    liked = 1.0 - math.exp((published - post.t) / 90_000)
    wordless = "wordless" in post.account.quirks or dice >> 8 & 0x1F == 0
    return Remark(
        post,
        index,
        parent,
        depth,
        number=_number(post, published, dice),
        author=person_of(post.account) if by_author else PEOPLE[dice >> 16 & 0x1FF],
        text=None if wordless else remark(dice >> 32),
        likes=int((dice >> 48 & 0xFF) ** 2 / 900 * liked),
        replies=_replies(post, index, block, place),
        published=published,
        dice=dice >> 64,
        by_author=by_author,
    )


def top_level(post: Entry, *, newest_first: bool = False) -> Iterator[int]:
    """Iterate over the indices of comments that answer no other."""
    order = range(post.comments - 1, -1, -1) if newest_first else range(post.comments)
    return (index for index in order if index % _BLOCK < _TOP)


def replies_to(post: Entry, index: int) -> list[int]:
    """Return the indices of the answers to a comment, direct ones and those further down."""
    block, place = divmod(index, _BLOCK)
    if place != _head(post, block):
        return []
    return [answer for answer in range(block * _BLOCK + _TOP, (block + 1) * _BLOCK) if answer < post.comments]


def _head(post: Entry, block: int) -> int:
    """Which of a block's three comments is answered."""
    return (block * 7 + post.nth) % _TOP


def _parent(post: Entry, block: int, place: int) -> tuple[int | None, int]:
    if place < _TOP:
        return None, 0
    if post.account.platform == "facebook" and place == _BLOCK - 1 and block % 2:
        return block * _BLOCK + _TOP, 2
    return block * _BLOCK + _head(post, block), 1


def _replies(post: Entry, index: int, block: int, place: int) -> int:
    deep = post.account.platform == "facebook" and block % 2 == 1
    last = block * _BLOCK + _BLOCK - 1
    if place == _TOP:
        return int(deep and last < post.comments)
    if place != _head(post, block):
        return 0
    return sum(k < post.comments for k in ((last - 1,) if deep else (last - 1, last)))


def _number(post: Entry, published: int, dice: int) -> int:
    first = SITES[post.account.platform].comments_from
    return first + (dice >> 96) % 10**14 if first else published << 32 | (dice >> 96 & 0xFFFFFFFF)
