"""The actors: their ids, inputs, prices and defaults."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

from socialsync_cli.sandbox import facebook_actors, inputs, instagram_actors, tiktok_actors, youtube_actors
from socialsync_cli.sandbox.inputs import Field
from socialsync_cli.sandbox.plans import Scope, Segment

START_EVENT = "apify-actor-start"
_FREE_PRICE, _PAID_PRICE = 0, 1


class Event(NamedTuple):
    """Something that is charged. Prices in USD: on the free plan, and on the others."""

    name: str
    free: str
    paid: str
    primary: bool = False

    def price(self, *, free: bool) -> Decimal:
        """Return what it costs one account."""
        return Decimal(self.free if free else self.paid)


@dataclass(frozen=True)
class Actor:
    """One actor."""

    id: str
    name: str
    """`owner/name`."""
    title: str
    fields: dict[str, Field]
    plan: Callable[[Scope, dict[str, Any]], list[Segment]]
    events: tuple[Event, ...]
    start_usd: str = "0.00005"
    """Per started gigabyte of memory, or (tiktok-scraper, facebook-comments-scraper) per start."""
    start_by_memory: bool = True
    minimum_usd: str | None = None
    """The smallest charge cap that a start may have."""
    strict: bool = False
    """Refuses fields that it does not know."""
    memory_mbytes: int = 1024
    timeout_s: int = 86_400

    @property
    def platform(self) -> str:
        """Which of the sites it is for."""
        return self.name.partition("/")[2].partition("-")[0]

    def item_events(self, given: dict[str, Any]) -> list[Event]:
        """Return what is charged for each item of a run with this input, the primary event first."""
        chosen = [event for event in self.events if event.primary]
        for event in self.events:
            chosen += [event] * _ADD_ONS.get(event.name, _never)(given)
        return chosen

    def start_events(self, memory_mbytes: int) -> int:
        """Return how many start events a run is charged."""
        return max(1, memory_mbytes // 1024) if self.start_by_memory else 1


def _never(_: dict[str, Any]) -> int:
    return 0


def _tiktok_filters(given: dict[str, Any]) -> int:
    """Each kind of filter is charged once per result."""
    kinds = (("oldestPostDateUnified", "newestPostDate"), ("leastDiggs", "mostDiggs"), ("profileSorting",))
    return sum(any(given.get(field) is not None for field in kind) for kind in kinds)


_ADD_ONS: dict[str, Callable[[dict[str, Any]], int]] = {
    "post-details": lambda given: int(given.get("dataDetailLevel") != "basicData"),
    "about-section": lambda given: int(given.get("includeAboutSection") is True),
    "filter": _tiktok_filters,
    "date-filter": lambda given: int(given.get("oldestPostDate") is not None),
    "country-proxy": lambda given: int(bool(given.get("proxyCountryCode"))),
    "download": lambda given: int(any(given[key] is True for key in given if key.startswith("shouldDownload"))),
}
_FILTERS = (Event("filter", "0.001", "0.0008"), Event("country-proxy", "0.001", "0.0008"))
_DOWNLOAD = Event("download", "0.002", "0.0015")

ACTORS: tuple[Actor, ...] = (
    Actor(
        "dSCLg0C3YEZ83HzYX", "apify/instagram-profile-scraper", "Instagram Profile Scraper",
        inputs.INSTAGRAM_PROFILES, instagram_actors.profiles,
        (Event("profile", "0.0026", "0.0023", True), Event("about-section", "0.006", "0.006")),
        minimum_usd="0.0026", strict=True,
    ),
    Actor(
        "nH2AHrwxeTRJoN5hX", "apify/instagram-post-scraper", "Instagram Post Scraper",
        inputs.INSTAGRAM_POSTS, instagram_actors.posts,
        (Event("post", "0.0017", "0.0015", True), Event("post-details", "0.001", "0.0008")),
        minimum_usd="0.0027", strict=True,
    ),
    Actor(
        "shu8hvrXbJbY3Eb9W", "apify/instagram-scraper", "Instagram Scraper",
        inputs.INSTAGRAM_GENERAL, instagram_actors.general, (Event("result", "0.0027", "0.0023", True),),
        minimum_usd="0.0027",
    ),
    Actor(
        "SbK00X0JYCPblD2wp", "apify/instagram-comment-scraper", "Instagram Comments Scraper",
        inputs.INSTAGRAM_COMMENTS, instagram_actors.comments, (Event("comment", "0.0026", "0.0023", True),),
        minimum_usd="0.0026", strict=True,
    ),
    Actor(
        "4Hv5RhChiaDk6iwad", "apify/facebook-pages-scraper", "Facebook Pages Scraper",
        inputs.FACEBOOK_PAGES, facebook_actors.pages, (Event("page", "0.01", "0.0066", True),),
    ),
    Actor(
        "KoJrdxJCTtpon81KY", "apify/facebook-posts-scraper", "Facebook Posts Scraper",
        inputs.FACEBOOK_POSTS, facebook_actors.posts, (Event("post", "0.004", "0.0025", True),),
    ),
    Actor(
        "us5srxAYnsrkgUv2v", "apify/facebook-comments-scraper", "Facebook Comments Scraper",
        inputs.FACEBOOK_COMMENTS, facebook_actors.comments, (Event("comment", "0.0025", "0.002", True),),
        start_usd="0.001", start_by_memory=False, minimum_usd="0.5",
    ),
    Actor(
        "GdWCkxBtKWOsKjdch", "clockworks/tiktok-scraper", "TikTok Scraper",
        inputs.TIKTOK_VIDEOS, partial(tiktok_actors.videos, default=1),
        (Event("result", "0.0037", "0.0017", True), *_FILTERS, _DOWNLOAD),
        start_usd="0.001", start_by_memory=False, minimum_usd="0.5",
    ),
    Actor(
        "0FXVyOXXEmdGcV88a", "clockworks/tiktok-profile-scraper", "TikTok Profile Scraper",
        inputs.TIKTOK_PROFILES, partial(tiktok_actors.videos, default=100),
        (Event("result", "0.003", "0.0025", True), *_FILTERS, _DOWNLOAD),
    ),
    Actor(
        "BDec00yAmCm1QbMEI", "clockworks/tiktok-comments-scraper", "TikTok Comments Scraper",
        inputs.TIKTOK_COMMENTS, tiktok_actors.comments, (Event("comment", "0.00125", "0.0005", True),),
    ),
    Actor(
        "67Q6fmd8iedTVcCwY", "streamers/youtube-channel-scraper", "Fast YouTube Channel Scraper",
        inputs.YOUTUBE, youtube_actors.channels, (Event("video", "0.0013", "0.001", True),),
    ),
    Actor(
        "h7sDV53CddomktSi5", "streamers/youtube-scraper", "YouTube Scraper",
        inputs.YOUTUBE, youtube_actors.videos,
        (Event("video", "0.004", "0.003", True), Event("date-filter", "0.001", "0.001")),
    ),
    Actor(
        "p7UMdpQnjKmmpR21D", "streamers/youtube-comments-scraper", "YouTube Comments Scraper",
        inputs.YOUTUBE_COMMENTS, youtube_actors.comments, (Event("comment", "0.002", "0.0009", True),),
    ),
)  # fmt: skip

_BY_REFERENCE = {
    reference: actor for actor in ACTORS for reference in (actor.id, actor.name, actor.name.replace("/", "~"))
}


def find_actor(reference: str) -> Actor | None:
    """Return the actor that an id, `owner~name` or `owner/name` means."""
    return _BY_REFERENCE.get(reference)


def input_problem(actor: Actor, given: object) -> str | None:
    """Return why an actor refuses an input; None if it takes it."""
    found = inputs.problem(actor.fields, given, strict=actor.strict)
    needed = inputs.ONE_OF.get(actor.name)
    if found is None and needed and isinstance(given, dict) and not any(given.get(name) for name in needed):
        return f"Input is not valid: Field input.{needed[0]} is required"
    return found
