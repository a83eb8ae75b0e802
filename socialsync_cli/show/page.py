"""One page in the terminal: who it is, how it does, why its score is what it is, where it is going."""

from __future__ import annotations

from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from socialsync_cli.platforms import rate_decimals
from socialsync_cli.show.figures import (
    UNKNOWN,
    ago,
    change,
    clock_time,
    count,
    percent,
    plural,
    short_count,
)
from socialsync_cli.show.page_trends import print_charts, print_posts
from socialsync_cli.show.parts import measured_and_peers, one_decimal
from socialsync_cli.show.portrait import PARTS, Portrait
from socialsync_cli.show.table import Column, Rows, paragraph
from socialsync_cli.show.terminal import safe

_MOST_COLUMNS = 100
"""However wide the screen is: lines longer than this are hard to read."""
_STATUS_WORDS = {
    "private": "private: only what everybody may see is known",
    "not_found": "not found when it was last asked for; what is shown is older",
    "restricted": "restricted (age, country or login): its posts cannot be seen",
}


def print_page(console: Console, portrait: Portrait, now: datetime) -> None:
    """Print a page."""
    width = min(console.width, _MOST_COLUMNS)
    _print_head(console, portrait, now)
    if portrait.day is None:
        console.print()
        console.print("no figures yet: they come with its first successful sync", style="dim")
        return
    console.print()
    _print_figures(console, portrait, width)
    console.print()
    _print_score(console, portrait, width)
    print_charts(console, portrait, width)
    print_posts(console, "Best posts of the last 30 days", portrait.best, width)
    print_posts(console, "Weakest", portrait.worst, width)


def _print_head(console: Console, portrait: Portrait, now: datetime) -> None:
    page = portrait.page
    title = Text.assemble((f"{page.platform}/{safe(page.handle)}", "bold"))
    if page.display_name:
        title.append(f"  {safe(page.display_name, 60)}")
    if page.verified:
        title.append("  verified", "cyan")
    paragraph(console, title)
    if page.status in _STATUS_WORDS:
        paragraph(console, Text(_STATUS_WORDS[page.status], "yellow"))
    if page.biography:
        paragraph(console, Text(safe(page.biography, 280), "italic"), indent=0)
    about = [safe(part, 60) for part in (page.category, page.website or page.url) if part]
    when = page.last_synced_at
    about.append(f"synced {ago(when, now)} ({clock_time(when)} UTC)" if when else "never seen so far")
    paragraph(console, Text(" · ".join(about), "dim"))


def _print_figures(console: Console, portrait: Portrait, width: int) -> None:
    page, engagement, growth, reach = portrait.page, portrait.engagement, portrait.growth, portrait.reach
    decimals = rate_decimals(page.platform)
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(no_wrap=True, justify="right")
    grid.add_column(overflow="fold", max_width=max(20, width - 26))
    followers = page.followers if engagement.followers is None else engagement.followers
    grid.add_row("followers", _strong(count(followers)), _growth_words(portrait))
    grid.add_row(
        "engagement", _strong(percent(engagement.er_headline, decimals)), _engagement_words(portrait, decimals)
    )
    grid.add_row("growth, 30 d", _strong(percent(growth.growth_rate_30d, signed=True)), _projection_words(portrait))
    reached = f"{percent(reach.reach_rate)} of the followers" if reach.reach_rate is not None else ""
    if reach.reach_estimated:
        reached += (", " if reached else "") + "estimated"
    grid.add_row("reach of a post", _strong(short_count(reach.reach_per_post)), reached)
    pace = UNKNOWN if engagement.posts_per_week is None else f"{engagement.posts_per_week:.1f}"
    grid.add_row("posts a week", _strong(pace), _pace_words(portrait))
    console.print(grid)


def _strong(text: str) -> Text:
    return Text(text, "dim" if text == UNKNOWN else "bold")


def _growth_words(portrait: Portrait) -> str:
    growth, page = portrait.growth, portrait.page
    parts = [
        f"{change(amount)} in {days}"
        for amount, days in (
            (growth.growth_abs_1d, "1 d"),
            (growth.growth_abs_7d, "7 d"),
            (growth.growth_abs_30d, "30 d"),
        )
        if amount is not None
    ]
    if growth.anomaly in ("drop", "spike"):
        parts.append(f"a sudden {growth.anomaly}")
    if page.following is not None:
        parts.append(f"follows {count(page.following)}")
    return ", ".join(parts)


def _engagement_words(portrait: Portrait, decimals: int) -> str:
    row = portrait.engagement
    if row.er_headline is None:
        return "no post of the last months shows its likes" if row.posts_30d else ""
    where = "30 d" if row.er_headline_window == "30d" else "the latest"
    words = f"of the {row.er_headline_denominator}, median of {plural(row.er_headline_n or 0, 'post')} ({where})"
    if row.er_vs_benchmark is not None:
        words += f"; peers {percent(row.er_benchmark, decimals)}: {row.er_vs_benchmark:.1f}×"
    return words


def _projection_words(portrait: Portrait) -> str:
    growth = portrait.growth
    parts = []
    if portrait.peers.growth_rate_30d is not None and growth.growth_rate_30d is not None:
        parts.append(f"usual {percent(portrait.peers.growth_rate_30d, signed=True)}")
    if growth.projected_30d is not None:
        span = _span(growth.projected_30d_lo, growth.projected_30d_hi)
        parts.append(f"in 30 d about {count(growth.projected_30d)} ({span}, nominal 80%)")
    return "; ".join(parts)


def _span(low: float | None, high: float | None) -> str:
    """Return two counts as briefly as they can be told apart."""
    brief = short_count(low), short_count(high)
    return " to ".join(brief if brief[0] != brief[1] else (count(low), count(high)))


def _pace_words(portrait: Portrait) -> str:
    row = portrait.engagement
    if row.posts_30d is None:
        return ""
    usual = portrait.peers.posts_per_week
    return f"{plural(row.posts_30d, 'post')} in 30 d" + (f"; usual {usual:.1f} a week" if usual is not None else "")


def _print_score(console: Console, portrait: Portrait, width: int) -> None:
    score, previous = portrait.score, portrait.previous
    title = Text.assemble(("score ", "dim"), _strong(one_decimal(score.score)), (" of 100", "dim"))
    moved = portrait.change("score")
    if moved is not None and previous is not None:
        title.append(f"  {change(moved, 1)}", _direction(moved)).append(f" since {previous[0]}", "dim")
    if score.score is None:
        title.append("  too little is known for a score", "yellow")
    elif score.coverage is not None and score.coverage < 0.995:
        title.append(f"  made from {percent(score.coverage, 0)} of its parts", "dim")
    console.print(title)
    columns = (
        Column(""),
        Column("value", right=True),
        Column("", from_width=70),
        Column("weight", right=True),
        Column("gives", right=True),
        Column("change", right=True),
        Column("measured", right=True, from_width=80),
        Column("peers", right=True, from_width=80),
    )
    rows: Rows[str] = Rows(columns, width)
    whole = sum(score.weights.values()) or 1.0
    for part in PARTS:
        value, moved = getattr(score, f"sub_{part}"), portrait.change(f"sub_{part}")
        measured, peers = measured_and_peers(portrait, part)
        rows.add(
            f"  {part}",
            one_decimal(value),
            _bar(value),
            percent(score.weights.get(part, 0.0) / whole, 0),
            one_decimal(getattr(score, f"contribution_{part}")),
            Text(change(moved, 1), _direction(moved)),
            measured,
            peers,
        )
    console.print(rows.table)
    if score.flags:
        paragraph(console, Text("  bear in mind: " + ", ".join(flag.replace("_", " ") for flag in score.flags), "dim"))


def _direction(value: float | None) -> str:
    if value is None or abs(value) < 0.05:
        return "dim"
    return "green" if value > 0 else "red"


def _bar(value: float | None) -> Text:
    full = 0 if value is None else round(value / 10)
    return Text.assemble(("━" * full, "cyan"), ("─" * (10 - full), "dim"))
