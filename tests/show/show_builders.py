"""A screen to look at, and runs, tasks and pages to show on it."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta

from socialsync_cli.metrics import Engagement, Growth, Reach, Score
from socialsync_cli.show.chart import Point
from socialsync_cli.show.portrait import PageView, Peers, Portrait, PostView, Ranked
from socialsync_cli.show.records import Report, RunView, TaskView
from socialsync_cli.show.terminal import console

NOON = datetime(2026, 1, 10, 12, 0, tzinfo=UTC)
END = NOON + timedelta(seconds=41)


class Screen:
    """A console whose lines can be read."""

    def __init__(self, width: int, **environ: str) -> None:
        self._stream = io.StringIO()
        self.console = console(self._stream, {"COLUMNS": str(width), **environ})

    @property
    def raw(self) -> str:
        """Everything that was written."""
        return self._stream.getvalue()

    @property
    def lines(self) -> list[str]:
        """What was written, without blanks at the ends."""
        return [line.rstrip() for line in self.raw.splitlines()]


def run(**changes) -> RunView:
    return RunView("20260110-120000-aaaaaa", "SUCCESS", NOON, NOON, END, 6, 31, 4210, 4.21, 0)._replace(**changes)


def task(user: str = "acme", platform: str = "instagram", **changes) -> TaskView:
    view = TaskView(
        f"id-{user}-{platform}", "20260110-120000-aaaaaa", user, platform, "SUCCESS", 50, 48, 1440, 2880, 1, NOON, END,
        None, [], 2.5,
    )  # fmt: skip
    return view._replace(**changes)


def failed(type_: str = "quota_exceeded", message: str = "the month's limit is reached", **changes) -> dict:
    return {"status": "FAILURE", "pages_ok": 0, "error": {"type": type_, "message": message}, **changes}


def report(*tasks: TaskView, **changes) -> Report:
    return Report(run(**changes), tasks or (task(),))


def page(**changes) -> PageView:
    view = PageView(
        id=1, platform="instagram", handle="nasa", external_id="528817151", username="NASA", display_name="NASA",
        biography="Exploring the [bold]universe[/bold]\x1b[31m.", url="https://www.instagram.com/nasa/", website=None,
        category="Science", verified=True, private=False, followers=12345, following=77, posts_count=4000,
        likes_total=None, status="active", first_synced_at=NOON, last_synced_at=NOON,
    )  # fmt: skip
    return view._replace(**changes)


def post(name: str, **changes) -> PostView:
    view = PostView(
        name, f"https://example.com/{name}", "image", f"Text of {name} that goes on for quite some while, to be cut",
        NOON - timedelta(days=5), 100, 10, None, None, None, False, None, NOON,
    )  # fmt: skip
    return view._replace(**changes)


def score(total: float, **changes) -> Score:
    values = Score(
        sub_audience=38.0, sub_engagement=61.0, sub_growth=None, sub_consistency=54.0, sub_reach=58.0,
        contribution_audience=7.1, contribution_engagement=26.8, contribution_consistency=10.2,
        contribution_reach=11.0, coverage=0.8, score=total, flags=("hidden_likes",),
    )  # fmt: skip
    return values._replace(**changes)


def portrait(**changes) -> Portrait:
    days = [date(2025, 12, 20) + timedelta(days=i) for i in range(22)]
    whole = Portrait(
        page=page(),
        day=date(2026, 1, 10),
        engagement=Engagement(
            followers=12345, posts_30d=12, posts_per_week=2.8, er_headline=0.0195, er_headline_window="30d",
            er_headline_denominator="followers", er_headline_n=12, er_benchmark=0.0101, er_vs_benchmark=1.93,
            er_shrunk=0.0162,
        ),
        growth=Growth(
            growth_abs_1d=23.0, growth_abs_7d=-40.0, growth_abs_30d=450.0, growth_rate_30d=0.0378, anomaly="spike",
            projected_30d=12800.4, projected_30d_lo=12500.0, projected_30d_hi=13100.0,
        ),
        reach=Reach(reach_per_post=458.0, reach_rate=0.0371, reach_estimated=True, view_rate=0.28,
                    view_rate_benchmark=0.138),
        score=score(55.1),
        previous=(date(2026, 1, 9), score(53.9, sub_engagement=60.0, sub_reach=58.5)),
        peers=Peers(4.4, 0.004),
        followers=[Point(day, 12000 + 15 * i) for i, day in enumerate(days)],
        engagement_trend=[Point(day, 0.02 + 0.0001 * i) for i, day in enumerate(days)],
        score_trend=[],
        best=[Ranked(post("one"), 110, 0.0089)],
        worst=[],
    )  # fmt: skip
    return whole._replace(**changes)
