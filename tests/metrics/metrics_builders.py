"""Short ways to say what a page's past looked like; times are given as ages in days before AS_OF."""

from datetime import UTC, datetime, timedelta
from itertools import count

from socialsync_cli.metrics import PageHistory, PostRecord, Snapshot

AS_OF = datetime(2026, 3, 1, 6, tzinfo=UTC)
DAY = timedelta(days=1)

_numbers = count()


def ago(days):
    return AS_OF - timedelta(days=days)


def snap(age, followers, **more):
    return Snapshot(ago(age), followers, **more)


def post(age, likes=None, comments=None, shares=None, saves=None, views=None, *, seen=None, **more):
    """A post of its own unless `external_id` says otherwise, `seen` days ago (None: right now)."""
    more.setdefault("external_id", f"p{next(_numbers)}")
    return PostRecord(
        published_at=None if age is None else ago(age),
        observed_at=AS_OF if seen is None else ago(seen),
        likes=likes,
        comments=comments,
        shares=shares,
        saves=saves,
        views=views,
        **more,
    )


def page(platform, snapshots, posts=(), *, handle="nasa", username=None, external_id=None, posts_read=0):
    """A page whose posts were read `posts_read` days ago (None: never)."""
    read_at = None if posts_read is None else ago(posts_read)
    return PageHistory(platform, handle, username, external_id, tuple(snapshots), tuple(posts), read_at)


def assert_row(actual, expected, tolerance=1e-6):
    """Compare a whole row: numbers within the tolerance, everything else to the letter."""
    assert type(actual) is type(expected)
    wrong = {
        name: (got, want)
        for name, got, want in zip(actual._fields, actual, expected, strict=True)
        if not _same(got, want, tolerance)
    }
    assert wrong == {}


def _same(got, want, tolerance):
    if isinstance(got, int | float) and isinstance(want, int | float) and not isinstance(got, bool):
        return abs(got - want) <= tolerance
    return got == want
