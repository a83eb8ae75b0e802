"""The same pages with dlt (dlthub.com): one Apify run per kind, batches of items, merged into SQLite.

As its documentation advises for bulk: generators that yield lists, nested values kept as JSON, one pipeline, merges by
primary key. What is asked for, and what is kept of each item, is the floor's. Needs `pip install 'dlt[sqlalchemy]'`.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench import alone
from floor import ACTORS, POSTS, PROFILES, Apify, Pace, posts_input, profiles_input, tiktok_profiles

PAGE = (
    "handle", "external_id", "name", "biography", "url", "avatar", "website", "verified", "private", "followers",
    "following", "posts", "likes",
)  # fmt: skip
POST = (
    "external_id", "url", "kind", "text", "hashtags", "mentions", "published_at", "likes", "comments", "shares",
    "saves", "views", "pinned", "owner", "media", "seconds",
)  # fmt: skip
PAGE_COUNTS = ("followers", "following", "posts", "likes")
POST_COUNTS = ("likes", "comments", "shares", "saves", "views")

Rows = list[dict[str, Any]]


class Fetched:
    """What Apify has, in batches of rows, table by table."""

    def __init__(self, given: argparse.Namespace) -> None:
        self._given = given
        self._apify = Apify(given.api_url, given.token, Pace(1000))
        self._handles = [f"bench{number:05d}" for number in range(given.pages)]
        self.rows = 0

    def batches(self) -> Iterator[tuple[str, Rows]]:
        """Yield table and rows."""
        for platform in self._given.platforms:
            if platform in PROFILES:
                actor = ACTORS[platform, "profiles"]
                for items in self._apify.items(actor, profiles_input(platform, self._handles)):
                    yield from self._pages(platform, PROFILES[platform](items))
            actor = ACTORS[platform, "posts"]
            for items in self._apify.items(actor, posts_input(platform, self._handles, self._given.posts)):
                if platform == "tiktok":
                    yield from self._pages(platform, tiktok_profiles(items))
                yield from self._posts(platform, POSTS[platform](items))

    def _pages(self, platform: str, found: Sequence[tuple[Any, ...]]) -> Iterator[tuple[str, Rows]]:
        rows = [{"platform": platform, **dict(zip(PAGE, row, strict=True))} for row in found]
        yield self._counted("page", rows)
        yield self._counted("page_metric", self._metrics(rows, ("platform", "handle"), PAGE_COUNTS))

    def _posts(self, platform: str, found: Sequence[tuple[Any, ...]]) -> Iterator[tuple[str, Rows]]:
        rows = []
        for handle, _, _, _, *columns in found:
            row = {"platform": platform, "handle": handle, **dict(zip(POST, columns, strict=True))}
            rows.append(row | {"hashtags": row["hashtags"].decode(), "mentions": row["mentions"].decode()})
        yield self._counted("post", rows)
        yield self._counted("post_metric", self._metrics(rows, ("platform", "external_id"), POST_COUNTS))

    def _metrics(self, rows: Rows, key: Sequence[str], counts: Sequence[str]) -> Rows:
        return [{"date": self._given.date, **{name: row[name] for name in (*key, *counts)}} for row in rows]

    def _counted(self, table: str, rows: Rows) -> tuple[str, Rows]:
        self.rows += len(rows)
        return table, rows


def sync(given: argparse.Namespace) -> int:
    """Do it; return how many rows were merged."""
    os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "DLT_DATA_DIR": str(Path("dlt").absolute())}
    import dlt

    fetched = Fetched(given)
    keys = {
        "page": ("platform", "handle"),
        "page_metric": ("platform", "handle", "date"),
        "post": ("platform", "external_id"),
        "post_metric": ("platform", "external_id", "date"),
    }

    @dlt.resource(name="fetched", max_table_nesting=0)
    def resource() -> Iterator[Any]:
        for table, rows in fetched.batches():
            hints = dlt.mark.make_hints(table_name=table, primary_key=keys[table], write_disposition="merge")
            yield dlt.mark.with_hints(rows, hints, create_table_variant=True)

    pipeline = dlt.pipeline(
        "bench",
        pipelines_dir=str(Path("dlt").absolute()),
        destination=dlt.destinations.sqlalchemy(f"sqlite:///{given.db}"),
        dataset_name="main",
    )
    pipeline.run(resource())
    return fetched.rows


if __name__ == "__main__":
    alone("peer_dlt", __doc__ or "", sync, 100)
