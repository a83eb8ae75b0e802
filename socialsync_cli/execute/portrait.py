"""Everything that is shown of a page, read from the database."""

from __future__ import annotations

import difflib
from datetime import UTC, datetime, time, timedelta

from sqlalchemy.engine import Connection

from socialsync_cli.config import Config
from socialsync_cli.errors import UsageError
from socialsync_cli.execute.naming import readings
from socialsync_cli.metrics import DEFAULT_BENCHMARKS, Engagement, Growth, Reach, Score, Snapshot, read_benchmarks
from socialsync_cli.show.chart import Point
from socialsync_cli.show.portrait import (
    PageView,
    Peers,
    Portrait,
    PostView,
    comparable,
    follower_trend,
    previous_of,
    rank,
)
from socialsync_cli.store import page_queries

DAYS = 90
"""How far back the charts go."""
_POSTS_SINCE = timedelta(days=60)
_BEST, _WORST = 3, 2


def find_page(connection: Connection, wanted: str) -> int:
    """Return the id of the page that is meant.

    Raises:
        UsageError: There is none, or several platforms have one.

    """
    found = page_queries.pages_called(connection, readings(wanted))
    if len(found) > 1:
        names = " or ".join(f"{platform}/{handle}" for _, platform, handle in found)
        raise UsageError(f'"{wanted[:100]}" is a page on several platforms: say {names}')
    if not found:
        known = [
            name for platform, handle in page_queries.handles(connection) for name in (handle, f"{platform}/{handle}")
        ]
        near = difflib.get_close_matches(wanted.lower().lstrip("@"), dict.fromkeys(known), n=3)
        hint = f"did you mean {' or '.join(near)}?" if near else "`socialsync users --json` lists the pages"
        raise UsageError(f'no page "{wanted[:100]}" has been synced; {hint}')
    return found[0][0]


def read_portrait(connection: Connection, page_id: int, config: Config) -> Portrait:
    """Read everything that is shown of a page."""
    page = page_queries.page(connection, PageView, page_id)
    day = page_queries.newest_day(connection, page_id)
    since = (day or datetime.now(UTC).date()) - timedelta(days=DAYS)
    snapshots = page_queries.snapshots(connection, Snapshot, page_id, since)
    engagement = page_queries.figures(connection, Engagement, "engagement", page_id, since)
    scores = page_queries.figures(connection, Score, "score", page_id, since)
    blank = Portrait(
        page, day, Engagement(), Growth(), Reach(), Score(), None, Peers(), follower_trend(snapshots), (), (), (), ()
    )
    if day is None:
        return blank
    today, score = engagement.get(day, Engagement()), scores[day]
    as_of = max((s.captured_at for s in snapshots if s.captured_at.date() == day), default=None)
    as_of = as_of or datetime.combine(day, time.max, tzinfo=UTC)
    ranked = rank(page, page_queries.posts(connection, PostView, page_id, as_of - _POSTS_SINCE), as_of, today)
    return blank._replace(
        engagement=today,
        growth=page_queries.figures(connection, Growth, "growth", page_id, day).get(day, Growth()),
        reach=page_queries.figures(connection, Reach, "reach", page_id, day).get(day, Reach()),
        score=score,
        previous=previous_of(scores, day),
        peers=_peers(page.platform, score, config),
        engagement_trend=[
            Point(at, row.er_headline)
            for at, row in engagement.items()
            if row.er_headline is not None
            and (row.formula_version, row.benchmark_version) == (today.formula_version, today.benchmark_version)
        ],
        score_trend=[
            Point(at, row.score) for at, row in scores.items() if row.score is not None and comparable(row, score)
        ],
        best=ranked[:_BEST],
        worst=ranked[max(_BEST, len(ranked) - _WORST) :],
    )


def _peers(platform: str, score: Score, config: Config) -> Peers:
    tables = config.settings.score.benchmarks
    benchmarks = read_benchmarks(tables) if tables else DEFAULT_BENCHMARKS
    if benchmarks.version != score.benchmark_version:
        return Peers()
    return Peers(benchmarks.posts_per_week.get(platform), benchmarks.growth_rate_30d.get(platform))
