"""A page as its template wants it: sentences and rows; what is left to the template is where they stand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from markupsafe import Markup

from socialsync_cli.platforms import rate_decimals, title_of
from socialsync_cli.show.figures import change, count, percent, plural, short_count
from socialsync_cli.show.parts import measured_and_peers, one_decimal
from socialsync_cli.show.portrait import PARTS, PageView, Portrait, Ranked, rank
from socialsync_cli.show.report import hours, trends
from socialsync_cli.show.report.links import link
from socialsync_cli.show.report.records import PageReport, Trouble
from socialsync_cli.show.report.trends import Trend
from socialsync_cli.show.report.trouble import trouble_of

_BEST = 5


class Tile(NamedTuple):
    """A figure, and what belongs to it."""

    name: str
    value: str
    words: Sequence[str]


class Part(NamedTuple):
    """A part of the score."""

    name: str
    value: float | None
    weight: str
    gives: str
    change: str
    measured: str
    peers: str


class Chart(NamedTuple):
    """A chart: its place in the page's data, its title, and what it says to those who cannot see it."""

    key: str
    title: str
    spoken: str
    beside: str
    """What the second line is; empty if there is none."""


class Card(NamedTuple):
    """Everything that the templates show of a page."""

    page: PageView
    platform: str
    link: str | None
    trouble: Trouble | None
    portrait: Portrait
    decimals: int
    """Of engagement rates."""
    tiles: Sequence[Tile]
    parts: Sequence[Part]
    charts: Sequence[Chart]
    hours: str
    posted: bool
    """Whether there is a post to be shown by weekday and hour."""
    best: Sequence[tuple[Ranked, str | None]]
    """With their links."""
    data: Markup
    """What charts are drawn from: JSON that may stand inside of a script element."""


def card_of(report: PageReport, now: datetime, days: int) -> Card:
    """Put a page together.

    Args:
        report: The page.
        now: The time of the report.
        days: How far back the charts go.

    """
    portrait = report.portrait
    page = portrait.page
    decimals = rate_decimals(page.platform)
    lines = {
        "f": trends.followers(portrait.followers),
        "e": trends.engagement(report.rates, decimals),
        "s": trends.score(report.scores),
    }
    posting = hours.hours_of(page, report.posts, page.last_synced_at or now, days)
    data: dict[str, Any] = {key: line.data() for key, line in lines.items() if line.drawable} | {"d": decimals}
    if posting.posts:
        data["h"] = posting.data()
    return Card(
        page, title_of(page.platform), link(page.url), trouble_of(report, now), portrait, decimals,
        tiles=_tiles(portrait, decimals),
        parts=[_part(portrait, name, decimals) for name in PARTS] if portrait.day else (),
        charts=_charts(lines),
        hours=posting.spoken(),
        posted=posting.posts > 0,
        best=[(ranked, link(ranked.post.url)) for ranked in _best(report, now)],
        data=json_in_script(data),
    )  # fmt: skip


def json_in_script(value: object) -> Markup:
    """Return JSON that cannot end the script element it stands in, whatever texts are in it."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=True)
    # Nothing is left in it that HTML knows, and the element is read with JSON.parse.
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704


def _best(report: PageReport, now: datetime) -> Sequence[Ranked]:
    portrait = report.portrait
    if portrait.day is None:
        return ()
    return rank(portrait.page, report.posts, portrait.page.last_synced_at or now, portrait.engagement)[:_BEST]


def _charts(lines: dict[str, Trend]) -> list[Chart]:
    titles = {"f": ("Followers", ""), "e": ("Engagement rate, %", "peers of its size"), "s": ("Score", "")}
    return [Chart(key, titles[key][0], line.spoken(), titles[key][1]) for key, line in lines.items() if line.drawable]


def _tiles(portrait: Portrait, decimals: int) -> list[Tile]:
    page, engagement, growth, reach = portrait.page, portrait.engagement, portrait.growth, portrait.reach
    followers = page.followers if engagement.followers is None else engagement.followers
    reached = [f"{percent(reach.reach_rate, 1)} of the followers"] if reach.reach_rate is not None else []
    if reach.reach_per_post is not None:
        basis = {"views": "by views", "mixed": "partly estimated"}
        reached.append(basis.get(reach.reach_basis or "", "estimated from the followers"))
    return [
        Tile("Followers", count(followers), _changes(portrait)),
        Tile("Engagement rate", percent(engagement.er_headline, decimals), _engagement(portrait, decimals)),
        Tile("Growth, 30 days", percent(growth.growth_rate_30d, signed=True), _projection(portrait)),
        Tile("Reach of a post", short_count(reach.reach_per_post), reached),
        Tile("Posts a week", one_decimal(engagement.posts_per_week), _pace(portrait)),
    ]


def _changes(portrait: Portrait) -> list[str]:
    growth = portrait.growth
    spans = ((growth.growth_abs_1d, "1 d"), (growth.growth_abs_7d, "7 d"), (growth.growth_abs_30d, "30 d"))
    words = [f"{change(amount)} in {span}" for amount, span in spans if amount is not None]
    if growth.anomaly in ("drop", "spike"):
        words.append(f"a sudden {growth.anomaly}")
    return words


def _engagement(portrait: Portrait, decimals: int) -> list[str]:
    row = portrait.engagement
    if row.er_headline is None:
        return ["no post of the last months shows its likes"] if row.posts_30d else []
    span = "of 30 days" if row.er_headline_window == "30d" else "(the latest)"
    words = [f"of the {row.er_headline_denominator}, median of {plural(row.er_headline_n or 0, 'post')} {span}"]
    if row.er_vs_benchmark is not None:
        words.append(f"{row.er_vs_benchmark:.1f} × the peers’ {percent(row.er_benchmark, decimals)}")
    return words


def _projection(portrait: Portrait) -> list[str]:
    growth, words = portrait.growth, []
    if portrait.peers.growth_rate_30d is not None and growth.growth_rate_30d is not None:
        words.append(f"usual {percent(portrait.peers.growth_rate_30d, signed=True)}")
    if growth.projected_30d is not None:
        low, high = short_count(growth.projected_30d_lo), short_count(growth.projected_30d_hi)
        if low == high:
            low, high = count(growth.projected_30d_lo), count(growth.projected_30d_hi)
        span = f"{low} to {high}"
        words.append(f"in 30 d about {count(growth.projected_30d)} ({span}; 80%, nominal)")
    return words


def _pace(portrait: Portrait) -> list[str]:
    row, usual = portrait.engagement, portrait.peers.posts_per_week
    words = [] if row.posts_30d is None else [f"{plural(row.posts_30d, 'post')} in 30 d"]
    return words + ([f"usual {usual:.1f}"] if usual is not None and words else [])


def _part(portrait: Portrait, name: str, decimals: int) -> Part:
    score = portrait.score
    whole = sum(score.weights.values()) or 1.0
    measured, peers = measured_and_peers(portrait, name)
    return Part(
        name,
        getattr(score, f"sub_{name}"),
        percent(score.weights.get(name, 0.0) / whole, 0),
        one_decimal(getattr(score, f"contribution_{name}")),
        change(portrait.change(f"sub_{name}"), 1),
        measured,
        peers,
    )
