"""What is derived from a page's counters: engagement, growth, reach and a score.

Pure functions make frozen records:

    compute(history, as_of)            all four rows of a day
    engagement, growth, reach, score   one of them

What to open for what:

    history      what goes in, and how counts of followers are read: one trustworthy count per day
    sample       which posts count, and for what
    engagement   rates of interactions, and the one that stands for the page
    growth       changes over 1, 7, 30 and 90 days
    projection   the trend and where it leads
    reach        views and what stands in for them
    score        five sub-scores and their mean
    platforms    what counts on each platform, and how peers fare there
    benchmarks   the tables of peers; `peers` reads tables of one's own
    median       medians and their intervals
    versions     when figures stop being comparable

All of it rests on public counters: nothing here knows unique reach, whether an audience is real, or what was
paid for. Rates are fractions, scores run from 0 to 100, times are aware, None is "unknown" and never becomes
0. A row is a function of what was known at `as_of`, the settings and the two versions; what lies later is not
looked at. `as_of` is the `captured_at` of the snapshot of its day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from socialsync_cli.metrics.benchmarks import DEFAULT_BENCHMARKS, Benchmarks
from socialsync_cli.metrics.engagement import Engagement, engagement_row
from socialsync_cli.metrics.growth import Growth, growth_row
from socialsync_cli.metrics.history import PageHistory, PostRecord, Snapshot, daily_series
from socialsync_cli.metrics.peers import read_benchmarks
from socialsync_cli.metrics.reach import Reach, reach_row
from socialsync_cli.metrics.sample import read_sample
from socialsync_cli.metrics.score import DEFAULT, DEFAULT_WEIGHTS, Score, ScoreSettings, flags_of, score_row
from socialsync_cli.metrics.versions import BENCHMARK_VERSION, FORMULA_VERSION

__all__ = [
    "BENCHMARK_VERSION",
    "DEFAULT",
    "DEFAULT_BENCHMARKS",
    "DEFAULT_WEIGHTS",
    "FORMULA_VERSION",
    "Benchmarks",
    "Engagement",
    "Growth",
    "PageHistory",
    "PageMetrics",
    "PostRecord",
    "Reach",
    "Score",
    "ScoreSettings",
    "Snapshot",
    "compute",
    "engagement",
    "growth",
    "reach",
    "read_benchmarks",
    "score",
]


class PageMetrics(NamedTuple):
    """The four derived rows of a page and day."""

    engagement: Engagement
    growth: Growth
    reach: Reach
    score: Score


def compute(
    history: PageHistory, as_of: datetime, *, posts_per_page: int = 30, settings: ScoreSettings = DEFAULT
) -> PageMetrics:
    """All rows of the day of `as_of`.

    `posts_per_page` is how many posts a sync asks for: it tells a page that posts seldom from a fetch that
    was cut. Raises ValueError for a platform without an entry in `platforms`.
    """
    series = daily_series(history.snapshots, as_of)
    sample = read_sample(history, series, as_of, posts_per_page)
    platform, followers, benchmarks = history.platform, series.followers, settings.benchmarks
    engaged = engagement_row(platform, followers, sample, benchmarks)
    grown = growth_row(series, as_of)
    reached = reach_row(platform, followers, sample, benchmarks)
    flags = flags_of(series, sample)
    return PageMetrics(engaged, grown, reached, score_row(platform, engaged, grown, reached, flags, settings))


def engagement(
    history: PageHistory, as_of: datetime, *, posts_per_page: int = 30, settings: ScoreSettings = DEFAULT
) -> Engagement:
    """The engagement row alone; arguments and errors as for `compute`."""
    series = daily_series(history.snapshots, as_of)
    sample = read_sample(history, series, as_of, posts_per_page)
    return engagement_row(history.platform, series.followers, sample, settings.benchmarks)


def growth(snapshots: Sequence[Snapshot], as_of: datetime) -> Growth:
    """The growth row alone, which asks for no posts and therefore can be made for any day with a count."""
    return growth_row(daily_series(snapshots, as_of), as_of)


def reach(
    history: PageHistory, as_of: datetime, *, posts_per_page: int = 30, settings: ScoreSettings = DEFAULT
) -> Reach:
    """The reach row alone; arguments and errors as for `compute`."""
    series = daily_series(history.snapshots, as_of)
    sample = read_sample(history, series, as_of, posts_per_page)
    return reach_row(history.platform, series.followers, sample, settings.benchmarks)


def score(
    platform: str,
    engagement: Engagement,
    growth: Growth,
    reach: Reach,
    *,
    flags: Iterable[str] = (),
    settings: ScoreSettings = DEFAULT,
) -> Score:
    """The score row from the three others of the day, for instance to see what other weights would do.

    They must have been made with `settings.benchmarks`. `flags` are taken over as they are, sorted.
    """
    return score_row(platform, engagement, growth, reach, flags, settings)
