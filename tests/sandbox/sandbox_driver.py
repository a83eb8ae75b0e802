"""Drives a sandbox as the program does: through the real client, over real HTTP."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
from apify_client import ApifyClient

from socialsync_cli.sandbox import Behaviour, Sandbox

NOW = datetime(2026, 1, 10, 6, tzinfo=UTC)
SETTLED = Behaviour(settle_s=0.0, total_lag_s=0.0, resource_rates=False)

PROFILES = "apify/instagram-profile-scraper"
POSTS = "apify/instagram-post-scraper"
GENERAL = "apify/instagram-scraper"
COMMENTS = "apify/instagram-comment-scraper"
FB_PAGES = "apify/facebook-pages-scraper"
FB_POSTS = "apify/facebook-posts-scraper"
FB_COMMENTS = "apify/facebook-comments-scraper"
TT_VIDEOS = "clockworks/tiktok-scraper"
TT_PROFILES = "clockworks/tiktok-profile-scraper"
TT_COMMENTS = "clockworks/tiktok-comments-scraper"


def addresses(*handles: str) -> list[dict[str, str]]:
    return [{"url": f"https://www.facebook.com/{handle}"} for handle in handles]


def error_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["type"]


class Driver:
    """A client of one sandbox."""

    def __init__(self, sandbox: Sandbox, token: str = "sandbox-tests") -> None:
        self.sandbox = sandbox
        self.token = token
        self.client = ApifyClient(token, api_url=sandbox.url, max_retries=0)
        self.http = httpx.Client(base_url=sandbox.url, headers={"Authorization": f"Bearer {token}"}, timeout=5)

    def close(self) -> None:
        self.http.close()

    def start(self, actor: str, run_input: dict[str, Any], **options: Any) -> Any:
        if "cap" in options:
            options["max_total_charge_usd"] = Decimal(str(options.pop("cap")))
        return self.client.actor(actor).start(run_input=run_input, **options)

    def run(self, actor: str, run_input: dict[str, Any], **options: Any) -> Any:
        """The finished run."""
        run = self.start(actor, run_input, **options)
        return self.client.run(run.id).wait_for_finish(wait_duration=timedelta(seconds=5))

    def items(self, actor: str, run_input: dict[str, Any], **options: Any) -> list[Any]:
        """The items of a finished run."""
        return self.dataset(self.run(actor, run_input, **options))

    def dataset(self, run: Any, **view: Any) -> list[Any]:
        return self.client.dataset(run.default_dataset_id).list_items(**view).items

    def charged(self, run_id: str | None = None) -> dict[str, int]:
        """How many items each target was charged for."""
        found: dict[str, int] = defaultdict(int)
        for charge in self.sandbox.state.charges():
            if charge.items and run_id in {None, charge.run_id}:
                found[charge.target] += charge.items
        return dict(found)

    def one(self, actor: str, run_input: dict[str, Any], **options: Any) -> Any:
        """The only item of a finished run."""
        (item,) = self.items(actor, run_input, **options)
        return item
