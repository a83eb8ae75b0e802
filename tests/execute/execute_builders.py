"""Short ways to say what is in the air during a run."""

from __future__ import annotations

import itertools

from socialsync_cli.core.outcomes import COMMENTS, POSTS, PROFILES, Kind, PartAnswer
from socialsync_cli.execute.pack import Packing
from socialsync_cli.execute.work import AccountWork, Batch, Options, PageWork, PostTarget, Report

PLATFORMS = ("instagram", "facebook")
ACTORS = {(platform, part): f"{platform}-{part}" for platform in PLATFORMS for part in (PROFILES, POSTS, COMMENTS)}


def account(slots=4):
    """A token with so many slots; nothing is ever sent with it."""
    return AccountWork(account=None, fingerprint="f1", slots=slots)


def page(handle="nasa", **more):
    values = {"page_id": sum(handle.encode()), "platform": "instagram", "handle": handle, "fingerprint": "f1"}
    return PageWork(**(values | more))


def pages(count, **more):
    return [page(f"page{number}", page_id=number, **more) for number in range(count)]


def target(of, key, comments=5):
    """A post of a page whose comments are wanted."""
    return PostTarget(of, sum(key.encode()), key, f"https://x/{key}", comments)


def packing(largest=200, *, posts=30, comments=10, cheapest_first=False):
    numbers = itertools.count(1)
    options = Options(posts=posts, comments=comments, replies=0, comment_authors="keep", full=False)
    return Packing(options, ACTORS, largest, cheapest_first, lambda: f"b{next(numbers)}")


def batch(part=POSTS, *, handles=("nasa",), posts=(), attempt=1, limit=30):
    found = Batch("b0", account(), "instagram", part, ACTORS["instagram", part], limit=limit, attempt=attempt)
    found.pages = [page(handle) for handle in handles] if part != COMMENTS else []
    found.posts = list(posts)
    return found


def report(answers, *, part=POSTS, status="SUCCEEDED", incomplete=(), attempt=1, anonymous=0):
    """How a run ended; an answer is a kind, with three items where it is data."""
    given = {
        name: PartAnswer(kind, 3 if kind is Kind.OK else 0) if isinstance(kind, Kind) else kind
        for name, kind in answers.items()
    }
    return Report(
        batch(part, handles=tuple(answers), attempt=attempt),
        status=status,
        answers=given,
        incomplete=frozenset(incomplete),
        anonymous_not_found=anonymous,
    )
