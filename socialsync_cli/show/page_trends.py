"""Where a page is going: small charts, and the posts that did best and worst."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from socialsync_cli.platforms import rate_decimals
from socialsync_cli.show.chart import Point, chart
from socialsync_cli.show.figures import UNKNOWN, count, percent, short_count
from socialsync_cli.show.portrait import Portrait, Ranked
from socialsync_cli.show.table import Column, Rows
from socialsync_cli.show.terminal import safe

_Words = Callable[[float], str]
_CHART_LINES = 4
_BESIDE_FROM = 96
"""From this width on, two charts stand side by side."""


def print_charts(console: Console, portrait: Portrait, width: int) -> None:
    """Print charts of followers and engagement: side by side where there is room."""
    decimals = rate_decimals(portrait.page.platform)
    wanted: list[tuple[str, Sequence[Point], _Words, _Words]] = [
        ("followers", portrait.followers, short_count, count),
        ("engagement", portrait.engagement_trend, lambda v: percent(v, decimals), lambda v: percent(v, decimals + 2)),
    ]
    beside = width >= _BESIDE_FROM
    size = (width - 4) // 2 if beside else width
    shown = [
        _chart(title, points, words, precise, size, ascii_only=not console.encoding.lower().startswith("utf"))
        for title, points, words, precise in wanted
        if len(points) >= 2
    ]
    if not shown:
        return
    console.print()
    if beside:
        grid = Table.grid(padding=(0, 4, 0, 0))
        grid.add_row(*shown)
        console.print(grid)
    else:
        for one in shown:
            console.print(one)


def _chart(
    title: str, points: Sequence[Point], words: _Words, precise: _Words, width: int, *, ascii_only: bool
) -> Text:
    top, bottom = max(p.value for p in points), min(p.value for p in points)
    text = Text(f"{title}  {points[0].day} to {points[-1].day}", "dim")
    if top == bottom:
        return text.append(f"  {words(top)} throughout", "cyan")
    highest, lowest = words(top), words(bottom)
    if highest == lowest and top > bottom:
        highest, lowest = precise(top), precise(bottom)
    margin = max(len(highest), len(lowest))
    lines = chart(points, max(10, width - margin - 2), _CHART_LINES, ascii_only=ascii_only)
    labels = [highest, *[""] * (_CHART_LINES - 2), lowest]
    for label, line in zip(labels, lines, strict=True):
        text.append(f"\n{label:>{margin}} ", "dim").append(line.rstrip(), "cyan")
    return text


def print_posts(console: Console, title: str, posts: Sequence[Ranked], width: int) -> None:
    """Print posts, a line each."""
    if not posts:
        return
    console.print()
    console.print(Text(title, "dim"))
    columns = (
        Column("published"),
        Column("kind", from_width=90),
        Column("rate", right=True),
        Column("likes", right=True),
        Column("comments", right=True, from_width=70),
        Column("views", right=True, from_width=80),
        Column("text"),
    )
    room = max(12, width - (66 if width >= 90 else 56 if width >= 80 else 46 if width >= 70 else 32))
    rows: Rows[Ranked] = Rows(columns, width)
    for post, _, rate in posts:
        published = UNKNOWN if post.published_at is None else f"{post.published_at:%Y-%m-%d}"
        rows.add(
            published, post.kind or UNKNOWN, percent(rate), short_count(post.likes), short_count(post.comments),
            short_count(post.views), safe(post.text, room),
        )  # fmt: skip
    console.print(rows.table)
