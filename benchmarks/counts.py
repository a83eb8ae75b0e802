"""How much two days of syncs take: Apify runs, requests, items and US dollars; and how good the estimate was.

The world and the program's clock move together from the first day to the second. The numbers do not depend on the
machine: the sandbox counts and charges, and its world tells how many posts there were to fetch.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from bench import HERE, NO_LAG, Sandbox, Setup, configure, handles, measured, parser, scratch, table

DAY_1 = datetime(2026, 3, 2, 6, tzinfo=UTC)
REFRESH = timedelta(days=14)
SEED = 7


class Day(NamedTuple):
    """What one day's sync took."""

    day: int
    pages: int
    """Per platform."""
    apify_runs: int
    requests: int
    endpoints: dict[str, int]
    items: dict[str, int]
    """Charged, by platform and part."""
    usd: float
    usd_of: dict[str, float]
    """By platform and part, without the starts."""
    estimate: dict[str, float]
    """What `--dry-run` said before."""
    due: dict[str, int]
    """Items, by platform and part, that the world says are worth paying for."""
    told: dict[str, float]
    """What the program's own books say."""

    @property
    def charged(self) -> int:
        """All items."""
        return sum(self.items.values())

    def ratio(self, *parts: str) -> float:
        """Return items charged per item due, over some parts."""
        charged, due = (sum(n for name, n in some.items() if name.endswith(parts)) for some in (self.items, self.due))
        return charged / due if due else float("nan")

    def off_by(self, name: str, truth: float) -> float:
        """Return by how many percent the estimate was off."""
        return 100 * (self.estimate[name] / truth - 1) if truth else 0.0


def days(setup: Setup, folder: Path) -> Iterator[Day]:
    """Sync on two days in a row, and tell of each."""
    with Sandbox(NO_LAG, DAY_1.isoformat()) as sandbox:
        config = configure(folder, sandbox.url, setup)
        known: set[str] = set()
        for day in (1, 2):
            now = DAY_1 + timedelta(days=day - 1)
            sandbox.post("clock", now=now.isoformat())
            command = [sys.executable, str(HERE / "sync_at.py"), "--config", str(config), "--now", now.isoformat()]
            estimate = json.loads(measured([*command, "--plan"], folder).out)["plan"]
            sandbox.post("reset-stats")
            spent = sandbox.get("stats")["charged_usd"]
            if not setup.odd:
                ended = json.loads(measured(command, folder).out)
                assert ended["exit_code"] == 0, ended
            else:
                _whatever_it_ends_with(command, folder)
            stats, charges = sandbox.get("stats"), sandbox.get("charges")
            new = [charge for charge in charges if charge["run_id"] not in known]
            known = {charge["run_id"] for charge in charges}
            yield Day(
                day=day,
                pages=setup.pages,
                apify_runs=stats["runs_started"],
                requests=stats["requests_total"],
                endpoints=stats["requests"],
                items=_by_part(new, "items"),
                usd=stats["charged_usd"] - spent,
                usd_of=_by_part(new, "usd"),
                estimate={
                    "apify_runs": len(estimate["apify_runs"]),
                    "items": estimate["items"],
                    "usd": estimate["estimated_cost_usd"],
                    "requests": estimate["requests"],
                }
                | _planned(estimate),
                due=_due(setup, day),
                told=_books(folder),
            )


def _whatever_it_ends_with(command: list[str], folder: Path) -> None:
    try:
        measured(command, folder)
    except SystemExit as ended:
        print(str(ended).partition("\n")[2], file=sys.stderr)


def _part(actor: str) -> str:
    platform = actor.partition("/")[2].partition("-")[0]
    part = "comments" if "comment" in actor else "posts" if "post" in actor or platform == "tiktok" else "profiles"
    return f"{platform} {part}"


def _by_part(charges: list[dict[str, Any]], what: str) -> dict[str, Any]:
    found: Counter[str] = Counter()
    for charge in charges:
        if charge["target"] != "(start)":
            found[_part(charge["actor"])] += charge[what]
    return dict(found)


def _planned(estimate: dict[str, Any]) -> dict[str, float]:
    """Return the planned US dollars by platform and part."""
    found: Counter[str] = Counter()
    for run in estimate["apify_runs"]:
        found[f"usd {_part(run['actor'])}"] += run["estimated_cost_usd"]
    return dict(found)


def _books(folder: Path) -> dict[str, float]:
    database = sqlite3.connect(folder / "bench.db")
    query = "SELECT apify_runs, apify_requests, items, cost_usd FROM sync_run ORDER BY created_at DESC LIMIT 1"
    row = database.execute(query).fetchone()
    database.close()
    return dict(zip(("apify_runs", "requests", "items", "usd"), row, strict=True))


def _due(setup: Setup, day: int) -> dict[str, int]:
    """Return how many items the world says there were to pay for.

    A profile for each page; on the first day the posts that its site shows first, on the second those inside the
    refresh window (one note item where there are none); comments of those whose comment count has changed.
    TikTok's profiles come with its posts.
    """
    from socialsync_cli.sandbox import World
    from socialsync_cli.sandbox.plans import Feed, feed

    world = World(SEED, changes_at=int((DAY_1 + timedelta(days=3)).replace(hour=0).timestamp()))
    now, before = (int((DAY_1 + timedelta(days=day - back)).timestamp()) for back in (1, 2))
    due: Counter[str] = Counter()
    for platform in setup.platforms:
        since = int(now - REFRESH.total_seconds())
        for handle in handles(setup):
            page = world.find(platform, handle, now)
            if platform != "tiktok":
                due[f"{platform} profiles"] += 1
            if page.quirks:
                continue
            shown = feed(page, Feed(setup.posts), now)
            posts = shown if day == 1 else world.newer_than(page, since, now)[-setup.posts :]
            due[f"{platform} posts"] += max(1, len(posts))
            for index in posts if setup.comments else ():
                post = world.post(page, index, now)
                was = 0 if day == 1 or page.published(index) > before else world.post(page, index, before).comments
                due[f"{platform} comments"] += _comments_due(platform, post, was, setup.comments)
    return dict(due)


def _comments_due(platform: str, post: Any, was: int, limit: int) -> int:
    """Return how many comments a post's comment actor has to be paid for."""
    from socialsync_cli.sandbox.comments import top_level
    from socialsync_cli.sandbox.instagram_items import INLINE_COMMENTS

    if post.comments == was or not post.comments:
        return 0
    top = sum(1 for _ in top_level(post))
    if platform == "instagram" and min(top, INLINE_COMMENTS) >= min(top, limit):
        return 0  # they came with the post
    return min(top, limit)


def show(all_days: list[Day]) -> None:
    """Print tables."""
    table(
        ("pages × 3", "day", "Apify runs", "requests", "items", "USD", "per run", "post ratio", "comment ratio",
         "dry-run USD %", "items %", "requests %", "runs %"),
        [
            (
                str(d.pages), d.day, d.apify_runs, d.requests, d.charged, d.usd, d.requests / d.apify_runs,
                d.ratio("posts", "profiles"), d.ratio("comments"), d.off_by("usd", d.usd),
                d.off_by("items", d.charged), d.off_by("requests", d.requests), d.off_by("apify_runs", d.apify_runs),
            )
            for d in all_days
        ],
    )  # fmt: skip
    print("\nratio: items charged ÷ (posts inside the refresh window + profiles), and ÷ comments that changed")
    for d in all_days:
        print(f"\n{d.pages} × 3, day {d.day}: requests {d.endpoints}; own books {d.told}")
        table(
            ("items", "charged", "due", "ratio", "USD", "estimated USD"),
            [
                (name, count, d.due.get(name, 0), count / d.due[name] if d.due.get(name) else None, d.usd_of[name],
                 d.estimate.get(f"usd {name}"))
                for name, count in sorted(d.items.items())
            ],
        )  # fmt: skip


def main() -> None:
    """Count."""
    found = parser(__doc__ or "")
    found.add_argument("--pages", type=int, nargs="+", default=[100, 1000], help="per platform")
    found.add_argument("--posts", type=int, default=30)
    found.add_argument("--comments", type=int, default=5)
    found.add_argument("--odd", action="store_true", help="with the sandbox's odd pages on top; may end in failure")
    given: argparse.Namespace = found.parse_args()
    told: list[Day] = []
    for pages in given.pages:
        with scratch(given.keep) as folder:
            told += days(Setup(pages, given.posts, given.comments, odd=given.odd), folder)
    if given.json:
        print(json.dumps([day._asdict() for day in told]))
    else:
        show(told)


if __name__ == "__main__":
    main()
