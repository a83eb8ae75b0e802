"""What a million pages take: Apify runs, requests, workers, hours, US dollars, and how large the database gets.

Nothing is measured here: numbers follow from assumptions, all of which are printed and can be changed. What is known
is known from elsewhere: prices are the lists' (`platforms`), how pages are packed is the program's own, bytes per row
were measured on PostgreSQL 15 with rows of usual length, their indexes included.
"""

from __future__ import annotations

import argparse
import math
from typing import NamedTuple

from socialsync_cli.core.money import Price
from socialsync_cli.platforms import PLATFORMS, list_price

ROW_BYTES = {
    "social_page": 1_000, "social_page_metric": 182, "social_page_engagement": 370, "social_page_growth": 381,
    "social_page_reach": 224, "social_page_score": 339, "social_page_post": 771, "social_page_post_metric": 154,
    "social_page_post_comment": 246, "sync_page_result": 314,
}  # fmt: skip
"""Measured, with all indexes; of pages, which are updated every day, about twice what a fresh row takes."""
ITEMS_PER_REQUEST = 1000
REQUESTS_PER_RUN = 4
"""A start, two waits, the first page of items; further pages of items are counted apart."""

ASSUMPTIONS: dict[str, tuple[float, str]] = {
    "pages": (1_000_000, "pages, a third on each platform"),
    "tokens": (100, "Apify accounts that they are spread over"),
    "concurrent_runs": (32, "Apify runs at once per token (max_concurrent_runs, and what the account allows)"),
    "pages_per_run": (200, "pages per Apify run (max_pages_per_run)"),
    "requests_per_second": (5, "requests per second and token"),
    "posts_first": (30, "posts per page on the first day (posts_per_page)"),
    "posts_per_day": (0.6, "new posts per page and day"),
    "refresh_days": (14, "days for which posts are asked for again"),
    "comments_per_post": (10, "comments bought per post whose count has changed (comments_per_post)"),
    "fresh_share": (0.35, "share of posts inside the window whose comment count has changed since yesterday"),
    "new_comments": (4, "comments per post that were not stored before, over its life"),
    "changed_share": (0.6, "share of posts inside the window of which some counter has changed: a row of history"),
    "seconds_per_page": (3, "seconds that an actor works at one page"),
    "seconds_per_post": (1.5, "seconds that an actor works at the comments of one post"),
    "start_seconds": (10, "seconds until an Apify run begins to work"),
    "rows_per_second": (3_000, "rows that one worker process reads, understands and stores per second"),
}


class Part(NamedTuple):
    """One kind of Apify run on one platform, on one day."""

    platform: str
    part: str
    runs: float
    items: float
    targets: float
    price: Price

    @property
    def usd(self) -> float:
        return self.runs * self.price.start_usd + self.items * self.price.item_usd

    @property
    def requests(self) -> float:
        return self.runs * REQUESTS_PER_RUN + self.items / ITEMS_PER_REQUEST


class Day(NamedTuple):
    """What one day takes."""

    name: str
    parts: list[Part]
    seconds_at_apify: float
    rows: float

    def total(self, what: str) -> float:
        return sum(getattr(part, what) for part in self.parts)


def day_of(name: str, given: dict[str, float], posts: float, commented: float, *, dated: bool) -> Day:
    """Return a day: so many posts per page are fetched, and comments of so many of them."""
    pages = given["pages"] / len(PLATFORMS)
    parts = []
    for platform, module in PLATFORMS.items():
        for part, actor in module.ACTORS.items():
            price = list_price(actor)
            if part == "comments":
                targets, each = pages * commented, given["comments_per_post"]
            else:
                targets, each = pages, 1.0 if part == "profiles" else posts
                price = price.dated() if part == "posts" and dated else price
            runs = math.ceil(targets / given["pages_per_run"])
            parts.append(Part(platform, part, runs, targets * each, targets, price))
    worked = sum(
        part.runs * given["start_seconds"]
        + part.targets * given["seconds_per_post" if part.part == "comments" else "seconds_per_page"]
        for part in parts
    )
    return Day(name, parts, worked, sum(part.items for part in parts))


def hours_of(day: Day, given: dict[str, float]) -> tuple[float, float]:
    """Return the hours that Apify needs with all slots taken, and those that the request limit allows."""
    slots = given["tokens"] * given["concurrent_runs"]
    polite = day.total("requests") / (given["tokens"] * given["requests_per_second"])
    return day.seconds_at_apify / slots / 3600, polite / 3600


def workers_of(day: Day, given: dict[str, float], hours: float) -> int:
    """Return the processes that keep up with Apify: each follows 8 Apify runs, and stores so many rows per second."""
    following = day.seconds_at_apify / (hours * 3600) / 8
    storing = day.rows / given["rows_per_second"] / (hours * 3600)
    return math.ceil(max(following, storing))


def bytes_per_year(given: dict[str, float]) -> dict[str, float]:
    """Return what each table has grown to after a year of daily syncs."""
    pages, days = given["pages"], 365
    posts = pages * (given["posts_first"] + given["posts_per_day"] * days)
    per_post = 1 + given["refresh_days"] * given["changed_share"]
    rows = {
        "social_page": pages,
        "social_page_post": posts,
        "social_page_post_metric": posts * per_post,
        "social_page_post_comment": posts * (given["comments_per_post"] + given["new_comments"]),
    }
    daily = ("metric", "engagement", "growth", "reach", "score")
    rows |= {f"social_page_{name}": pages * days for name in daily}
    rows["sync_page_result"] = pages * days
    return {name: count * ROW_BYTES[name] for name, count in rows.items()}


def main() -> None:
    given = _given()
    print("Assumptions")
    for name, (_, meaning) in ASSUMPTIONS.items():
        print(f"  {name:20} {given[name]:>12,g}  {meaning}")
    window = given["posts_per_day"] * given["refresh_days"]
    days = [
        day_of("first", given, given["posts_first"], given["posts_first"], dated=False),
        day_of("later", given, window, window * given["fresh_share"], dated=True),
    ]
    print(f"\n{'day':8}{'Apify runs':>12}{'requests':>12}{'items':>16}{'US dollars':>14}"
          f"{'hours (slots)':>15}{'hours (rate)':>14}{'processes':>11}")  # fmt: skip
    for day in days:
        slots, polite = hours_of(day, given)
        print(f"{day.name:8}{day.total('runs'):12,.0f}{day.total('requests'):12,.0f}{day.total('items'):16,.0f}"
              f"{day.total('usd'):14,.0f}{slots:15.1f}{polite:14.2f}"
              f"{workers_of(day, given, max(slots, polite)):11,}")  # fmt: skip
    print("\nA later day by platform and part")
    for part in days[1].parts:
        print(
            f"  {part.platform:10} {part.part:9} {part.runs:10,.0f} runs {part.items:14,.0f} items {part.usd:12,.0f} $"
        )
    year = bytes_per_year(given)
    print("\nDatabase after a year")
    for name, size in sorted(year.items(), key=lambda pair: -pair[1]):
        print(f"  {name:26} {size / 1e9:9,.0f} GB  {size / ROW_BYTES[name] / 1e6:10,.0f} million rows")
    print(f"  {'together':26} {sum(year.values()) / 1e9:9,.0f} GB")
    yearly = days[0].total("usd") + 364 * days[1].total("usd")
    print(f"\nA year of daily syncs costs {yearly:,.0f} US dollars at list prices"
          f" ({yearly / given['pages']:,.2f} per page).")  # fmt: skip


def _given() -> dict[str, float]:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, (value, meaning) in ASSUMPTIONS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=float, default=value, metavar="N", help=meaning)
    return vars(parser.parse_args())


if __name__ == "__main__":
    main()
