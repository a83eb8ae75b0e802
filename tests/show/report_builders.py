"""Pages for reports: invented records, and the rows of a small database."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser

import databases
import sqlalchemy as sa

from socialsync_cli.metrics import Engagement, Growth, Reach, Score
from socialsync_cli.show.chart import Point
from socialsync_cli.show.portrait import PageView, Peers, Portrait, PostView
from socialsync_cli.show.report import Cover, PageReport, RateDay, ScoreDay, write
from socialsync_cli.store.database import Database
from socialsync_cli.store.tables import (
    SocialPage,
    SocialPageEngagement,
    SocialPageGrowth,
    SocialPageMetric,
    SocialPagePost,
    SocialPageReach,
    SocialPageScore,
    SyncPageResult,
    SyncRun,
    SyncTask,
    UserPage,
)

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
WEIGHTS = {"audience": 0.15, "engagement": 0.35, "growth": 0.2, "consistency": 0.15, "reach": 0.15}
COVER = Cover(None, NOW, 90)


def days(number: int) -> list[date]:
    return [NOW.date() - timedelta(days=number - 1 - i) for i in range(number)]


def a_page(page_id: int = 1, **more: object) -> PageView:
    values = {
        "platform": "instagram", "handle": f"page.{page_id}", "external_id": None, "username": None,
        "display_name": f"Page {page_id}", "biography": "Bread and coffee.", "url": "https://example.com/page",
        "website": None, "category": "Bakery", "verified": True, "private": False, "followers": 100_000,
        "following": 300, "posts_count": 900, "likes_total": None, "status": "active", "first_synced_at": NOW,
        "last_synced_at": NOW,
    }  # fmt: skip
    return PageView(id=page_id, **(values | more))


def a_post(number: int = 1, **more: object) -> PostView:
    values = {
        "url": f"https://www.example.com/p/ABCdef{number}/", "kind": "image", "text": f"Fresh rolls {number}. " * 10,
        "published_at": NOW - timedelta(hours=30 + number), "likes": 100 + number, "comments": 9, "shares": None,
        "saves": None, "views": 4000 + number, "pinned": False, "owner_username": None, "last_seen_at": NOW,
    }  # fmt: skip
    return PostView(external_id=str(number), **(values | more))


def rate_day(rate: float | None = 0.0123, **more: object) -> RateDay:
    return RateDay(rate, 0.0068, "followers", "1.0.0", "2026.1")._replace(**more)


def score_day(score: float | None = 52.5, **more: object) -> ScoreDay:
    return ScoreDay(score, "arithmetic", WEIGHTS, "1.0.0", "2026.1")._replace(**more)


def a_report(page: PageView | None = None, *, span: int = 90, posts: int = 60, **more: object) -> PageReport:
    """One page with a past of `span` days; without any, a page that has no figures yet."""
    some = days(span)
    engagement = Engagement(
        followers=100_000, posts_30d=20, posts_per_week=4.7, n_30d=19, interactions_30d=2100, er_headline=0.0123,
        er_headline_window="30d", er_headline_denominator="followers", er_headline_n=19, er_benchmark=0.0068,
        er_vs_benchmark=1.81, er_shrunk=0.0119,
    )  # fmt: skip
    growth = Growth(growth_abs_1d=10.0, growth_abs_7d=70.0, growth_abs_30d=300.0, growth_rate_30d=0.0030,
                    projected_30d=100_300.0, projected_30d_lo=100_100.0, projected_30d_hi=100_500.0)  # fmt: skip
    score = Score(score=52.5, coverage=1.0, weights=WEIGHTS, flags=["partial_counts"], **{
        f"{kind}_{part}": 20.0 for kind in ("sub", "contribution") for part in WEIGHTS})  # fmt: skip
    portrait = Portrait(
        page or a_page(), some[-1] if some else None, engagement if some else Engagement(),
        growth if some else Growth(), Reach(reach_per_post=5000.0, reach_rate=0.05, reach_basis="mixed"),
        score if some else Score(), None, Peers(4.4, 0.004),
        [Point(day, 100_000 + i * 13) for i, day in enumerate(some)], (), (), (), (),
    )  # fmt: skip
    return PageReport(
        portrait,
        {day: rate_day(0.0100 + i % 7 / 1234) for i, day in enumerate(some)},
        {day: score_day(50 + i % 9 / 7) for i, day in enumerate(some)},
        [a_post(i * 31) for i in range(posts)],
        None,
    )._replace(**more)


class Seen(HTMLParser):
    """What a browser would make of a report: its elements with their attributes, and the text that is shown."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.text = ""
        self._inside: str | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self._inside = tag
            if tag == "script":
                self.scripts.append((dict(attrs), ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = None

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            attributes, text = self.scripts.pop()
            self.scripts.append((attributes, text + data))
        elif self._inside is None:
            self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every element of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]


def written(folder, *reports: PageReport, cover: Cover = COVER) -> str:
    """Write a report; return its text."""
    write(folder / "report.html", cover, iter(reports))
    return (folder / "report.html").read_text(encoding="utf-8")


@contextlib.contextmanager
def filled(folder, *, users=("acme",), span=3):
    """A database in which each user has a page of its own, synced on `span` days, and one that failed for them."""
    database = Database(databases.fresh(folder / "socialsync.db"))
    with database.write() as c:
        c.execute(_into(SyncRun), {"id": "run-1", "status": "FAILURE", "created_at": NOW})
        for user in users:
            _fill(c, user, span)
    with contextlib.closing(database):
        yield database


def _into(model) -> sa.Insert:
    return sa.insert(model.__table__)


def _fill(c: sa.Connection, user: str, span: int) -> None:
    task = f"run-1-{user}"
    c.execute(_into(SyncTask), {"id": task, "run_id": "run-1", "user": user, "platform": "instagram",
                                "status": "FAILURE"})  # fmt: skip
    good = _page(c, user, f"{user}.bakery", followers=1000 + 10 * span, last_synced_at=NOW)
    bad = _page(c, user, f"{user}.closed")
    for page, result, error in (
        (good, "ok", None),
        (bad, "failed", {"type": "bad_data", "message": f"the items of {user} make no sense"}),
    ):
        c.execute(_into(SyncPageResult), {"task_id": task, "page_id": page, "handle": "x", "result": result,
                                          "error": error, "captured_at": NOW})  # fmt: skip
    made = {"formula_version": "1.0.0", "benchmark_version": "2026.1"}
    for i, day in enumerate(days(span)):
        at = {"page_id": good, "date": day}
        moment = NOW - timedelta(days=span - 1 - i)
        c.execute(_into(SocialPageMetric), at | {"followers": 1010 + 10 * i, "captured_at": moment,
                                                 "posts_read_at": moment})  # fmt: skip
        c.execute(_into(SocialPageEngagement), at | made | {
            "followers": 1010 + 10 * i, "er_headline": 0.01 + i / 1000, "er_headline_denominator": "followers",
            "er_headline_n": 9, "er_headline_window": "30d", "er_benchmark": 0.02, "posts_30d": 9})  # fmt: skip
        c.execute(_into(SocialPageGrowth), at | {"formula_version": "1.0.0", "growth_abs_1d": 10.0})
        c.execute(_into(SocialPageReach), at | made)
        c.execute(_into(SocialPageScore), at | made | {
            "score": 50.0 + i, "coverage": 1.0, "aggregation": "arithmetic", "weights": WEIGHTS, "flags": [],
            "sub_audience": 40.0, "contribution_audience": 6.0})  # fmt: skip
    c.execute(_into(SocialPagePost), {
        "page_id": good, "external_id": f"{user}-1", "url": "https://example.com/p/1", "kind": "reel",
        "text": f"Rolls of {user}", "published_at": NOW - timedelta(days=2), "likes": 50, "comments": 5,
        "last_seen_at": NOW})  # fmt: skip


def _page(c: sa.Connection, user: str, handle: str, **columns: object) -> int:
    values = {"platform": "instagram", "handle": handle, "status": "active", **columns}
    page = c.execute(_into(SocialPage).values(**values)).inserted_primary_key[0]
    c.execute(_into(UserPage), {"user_id": user, "page_id": page})
    return page
