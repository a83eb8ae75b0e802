"""The file: pages are rendered one by one into scratch files, and put together when their number is known."""

from __future__ import annotations

import io
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NamedTuple

from markupsafe import Markup

from socialsync_cli.show.files import replacing
from socialsync_cli.show.report.card import Card, card_of
from socialsync_cli.show.report.legend import by_views, counted
from socialsync_cli.show.report.records import Cover, PageReport
from socialsync_cli.show.report.templates import packed, rendered


class Written(NamedTuple):
    """What came of a report."""

    pages: int
    trouble: int
    """Pages that need a look."""
    size_bytes: int


@dataclass
class Totals:
    """Sums over all pages, of what is known."""

    platforms: Counter[str] = field(default_factory=Counter)
    pages: int = 0
    trouble: int = 0
    followers: int = 0
    gained_30d: float = 0.0
    grown: int = 0
    """Pages whose growth over 30 days is known."""
    posts_30d: int = 0
    interactions_30d: int = 0
    formulas: set[str] = field(default_factory=set)
    benchmarks: set[str] = field(default_factory=set)

    def add(self, card: Card) -> None:
        """Count a page in."""
        portrait = card.portrait
        self.pages += 1
        self.platforms[card.platform] += 1
        self.trouble += card.trouble is not None
        self.followers += portrait.page.followers or 0
        self.posts_30d += portrait.engagement.posts_30d or 0
        self.interactions_30d += portrait.engagement.interactions_30d or 0
        if portrait.growth.growth_abs_30d is not None:
            self.gained_30d += portrait.growth.growth_abs_30d
            self.grown += 1
        if portrait.day is not None:
            self.formulas.add(portrait.score.formula_version)
            self.benchmarks.add(portrait.score.benchmark_version)


def write(path: Path, cover: Cover, pages: Iterable[PageReport]) -> Written:
    """Write a report; a file that is there is replaced at the end, and only if all went well.

    Args:
        path: Of the file; only its owner may read it, because it is about customers.
        cover: What stands above everything.
        pages: In the order in which they are to be shown; each is rendered and let go.

    Raises:
        UsageError: The file cannot be written.

    """
    with (
        replacing(path) as binary,
        io.TextIOWrapper(binary, "utf-8", newline="\n") as file,
        _scratch() as rows,
        _scratch() as troubles,
        _scratch() as cards,
    ):
        totals = Totals()
        for page in pages:
            card = card_of(page, cover.now, cover.days)
            totals.add(card)
            rows.write(packed("row.html", card=card, now=cover.now))
            cards.write(packed("page.html", card=card, now=cover.now))
            if card.trouble is not None:
                troubles.write(packed("trouble.html", card=card, now=cover.now))
        file.write(rendered("head.html", cover=cover, totals=totals))
        if totals.trouble:
            _between("troubles.html", troubles, file, totals)
        _between("overview.html", rows, file, totals)
        _between("pages.html", cards, file, totals)
        file.write(rendered("tail.html", totals=totals, counted=counted(), by_views=by_views()))
    return Written(totals.pages, totals.trouble, path.stat().st_size)


def _scratch() -> IO[str]:
    return tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n")


def _between(template: str, scratch: IO[str], file: IO[str], totals: Totals) -> None:
    """Write a template, and what is in a scratch file where it says so."""
    before, after = rendered(template, totals=totals, here=Markup("<!--here-->")).split("<!--here-->")
    file.write(before)
    scratch.seek(0)
    shutil.copyfileobj(scratch, file)
    file.write(after)
