"""What is in the air during a run: pages, posts, batches for one Apify run each, and the accounts that pay."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from socialsync_cli.apify.account import Account
from socialsync_cli.core.money import Price
from socialsync_cli.core.outcomes import POSTS, PROFILES, PageFacts, PartAnswer, Trouble
from socialsync_cli.errors import SocialsyncError
from socialsync_cli.platforms import list_price
from socialsync_cli.store.ledger import Entry


class Options(NamedTuple):
    """What is fetched of each page."""

    posts: int
    """Posts per page at most; 0: only profiles."""
    comments: int
    """Top-level comments per post at most; 0: none."""
    replies: int
    """Replies per comment at most; 0: only those that come inside a post."""
    comment_authors: str
    """keep, hash or drop."""
    full: bool
    """Ask for the latest posts whatever is known already."""

    def for_later(self, refresh_days: int) -> dict[str, object]:
        """Return what a later run must have asked for alike to take over what this one paid for."""
        return {**self._asdict(), "refresh_days": refresh_days}


class Subscription(NamedTuple):
    """A task that wants a page, and the row that tells it what became of it."""

    task_id: str
    result_id: int


@dataclass(slots=True, eq=False)
class PageWork:
    """A page, and how far it is."""

    page_id: int
    platform: str
    handle: str
    fingerprint: str
    """Of the token that pays for it."""
    external_id: str | None = None
    posts_read_at: datetime | None = None
    """Up to when its posts are known from earlier syncs; None on the first."""
    newer_than: datetime | None = None
    """Only posts from then on are asked for; None: the latest, whatever their age."""
    first: bool = True
    changed_hands: bool = False
    """Its handle turned out to belong to another account than before."""
    wants_posts: bool = True
    """False: only its profile is asked for, be it by way of a post."""
    subscriptions: list[Subscription] = field(default_factory=list)
    parts: dict[str, PartAnswer] = field(default_factory=dict)
    """Parts that have their final answer."""
    awaited: set[str] = field(default_factory=set)
    """Parts that are under way or queued."""
    tries: dict[str, int] = field(default_factory=dict)
    """How often a part was asked again."""
    captured_at: datetime | None = None
    captured_before: datetime | None = None
    """The moment that the records carry which an attempt left behind that died; they may be read again."""
    private: bool | None = None
    posts_count: int | None = None
    profile_seen: bool = False
    posts: int = 0
    comments: int = 0
    cost_usd: float = 0.0
    open_comment_posts: int = 0
    comment_trouble: Trouble | None = None

    @property
    def facts(self) -> PageFacts:
        """What the meaning of its answers depends on."""
        return PageFacts(self.private, self.posts_count, self.newer_than is not None)


class PostTarget(NamedTuple):
    """A post whose comments are to be asked for."""

    page: PageWork
    post_id: int
    key: str
    url: str
    comments: int
    """Its comment count: what will have been read afterwards."""


@dataclass(slots=True, eq=False)
class Batch:
    """What one Apify run is to serve."""

    id: str
    account: AccountWork
    platform: str
    part: str
    actor: str
    pages: list[PageWork] = field(default_factory=list)
    posts: list[PostTarget] = field(default_factory=list)
    limit: int = 1
    newer_than: datetime | None = None
    attempt: int = 1
    not_before: float = 0.0
    """On the monotonic clock."""
    refused_since: float | None = None
    """Since when Apify has had no room for it although nothing else of ours runs, on the monotonic clock."""
    adopted: Entry | None = None
    max_charge_usd: float | None = None

    def asked_posts(self) -> dict[str, str]:
        """Return the addresses of its posts by key: two pages may share a post, which is asked for once."""
        return {target.key: target.url for target in self.posts}

    @property
    def targets(self) -> int:
        """How many pages or posts are asked for."""
        return len(self.posts) or len(self.pages)

    @property
    def most_items(self) -> int:
        """The largest number of items that it can come to, replies apart."""
        if self.part == PROFILES:
            return len(self.pages)
        if self.part == POSTS:
            return len(self.pages) * self.limit
        return sum(min(self.limit, target.comments) for target in self.posts)

    def everyone(self) -> list[PageWork]:
        """Return the pages it is about, each once."""
        return self.pages or list({id(t.page): t.page for t in self.posts}.values())


class Report(NamedTuple):
    """How a batch ended."""

    batch: Batch
    status: str = ""
    """Apify's final status; empty if there is none."""
    answers: Mapping[str, PartAnswer] = {}
    """Per handle (or comment key): what the items say."""
    incomplete: frozenset[str] = frozenset()
    """Targets of a run that did not succeed which may have more items than came."""
    anonymous_not_found: int = 0
    """"Not found" items that named nobody."""
    senseless: bool = False
    """There were items, and nobody can say of whom or what."""
    comment_targets: tuple[PostTarget, ...] = ()
    notes: tuple[tuple[PageWork, str], ...] = ()
    """What people should know of pages."""
    items: int = 0
    cost_usd: float = 0.0
    out_of_quota: bool = False
    """Apify ended the run because the account has used up what it may."""
    error: SocialsyncError | Exception | None = None
    begun: bool = False
    """The Apify run exists: an error is not about starting the actor."""
    no_slot: bool = False


@dataclass(slots=True, eq=False)
class AccountWork:
    """A token, and everything that is to be done with it."""

    account: Account
    fingerprint: str
    slots: int
    ready: list[Batch] = field(default_factory=list)
    active: dict[str, Batch] = field(default_factory=dict)
    """Batches in worker threads, by id."""
    asks_again: dict[tuple[str, str], list[PageWork]] = field(default_factory=lambda: defaultdict(list))
    """Pages to be asked again together, per platform and part."""
    comments: dict[str, list[PostTarget]] = field(default_factory=lambda: defaultdict(list))
    """Posts whose comments wait to be asked for, per platform."""
    comments_due: float = 0.0
    """Until then they wait for the posts of other pages, on the monotonic clock."""
    began: float = field(default_factory=time.monotonic)
    """On the monotonic clock."""
    dead: Trouble | None = None
    """Why nothing more can be started: a refused token, an exhausted quota."""
    dead_actors: dict[str, Trouble] = field(default_factory=dict)
    prices: dict[str, Price] = field(default_factory=dict)
    failures: Counter[str] = field(default_factory=Counter)
    """Per actor: so many Apify runs in a row that ended badly and empty."""
    unreachable: int = 0
    """So many batches in a row were given up without a single answer from Apify in between."""
    answers: int = 0
    """How many answers there had been when the last of them was given up."""
    full_until: float = 0.0
    """Apify has no room for another run before then, on the monotonic clock."""

    def price(self, actor: str) -> Price:
        """Return what an actor costs, as far as known."""
        return self.prices.get(actor) or list_price(actor)

    def price_of(self, batch: Batch) -> Price:
        """Return what an item costs with all that a batch asks for."""
        price = self.price(batch.actor)
        return price if batch.newer_than is None else price.dated()
