"""What a platform is to the rest of the program: a module with these names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from socialsync_cli.core.money import Price
from socialsync_cli.core.records import AskedPage, AskedPost, Reading, Verdict


class Reader(Protocol):
    """Understands the items of one Apify run; it knows what the run was asked for."""

    def read(self, item: object) -> Reading:
        """Understand one dataset item, whatever JSON it is. Never raises: what makes no sense is BAD."""
        ...


class Traits(NamedTuple):
    """In what a platform differs from others, beside its actors and items."""

    comments_inside: int = 0
    """How many comments come with a post at most, at no extra price."""
    silent_if_nothing_new: bool = False
    """Whether a page gives no item at all when nothing is newer than the date asked for: then silence is no sign of
    a broken actor."""
    renumbers: bool = False
    """Whether the site gives accounts new numbers at times: another number alone proves no other account."""
    likes: str = "likes"
    """What its likes are called."""
    rate_decimals: int = 2
    """With how many decimals engagement rates are shown as percentages."""


class Platform(Protocol):
    """A module of this package: which actors to ask, with what input, and how their items become records.

    Everything in it is pure. The keyword `actor` of the inputs names the actor that the input is for, when it
    is not the default one: several actors give the same items and take another form. Unknown names get the
    default's form.
    """

    NAME: str
    """The word of the configuration and the database: "instagram"."""
    TITLE: str
    """The name as people write it: "Instagram"."""
    EXAMPLES: tuple[str, ...]
    """A page in the ways in which people write it down, for the configuration that explains itself."""
    ACTORS: dict[str, str]
    """The default actor of each part: "profiles", "posts", "comments". A platform without "profiles" tells of
    its profiles in the items of its posts."""
    ACTOR_WORDS: dict[str, str]
    """Other words for a part in `[apify.actors]`: what the platform calls its profiles, for one."""
    PRICES: dict[str, Price]
    """What actors of the platform cost, the default ones and others, on the free plan as seen in 2026."""
    TRAITS: Traits
    """In what it differs from others."""

    def parse_handle(self, text: str) -> str:
        """The canonical handle behind a handle, an `@handle` or any usual address of a page.

        Raises:
            HandleError: when it is an address of something else, or no page can have that name.

        """
        ...

    def page_url(self, handle: str) -> str:
        """The address of the page with that canonical handle."""
        ...

    def profiles_input(self, handles: Sequence[str], *, actor: str | None = None) -> dict[str, object]:
        """What to give an actor to get one profile of each page."""
        ...

    def posts_input(
        self, handles: Sequence[str], *, limit: int, newer_than: datetime | None, actor: str | None = None
    ) -> dict[str, object]:
        """What to give an actor to get at most `limit` posts of each page, published after `newer_than`."""
        ...

    def comments_input(
        self, urls: Sequence[str], *, limit: int, replies: int, actor: str | None = None
    ) -> dict[str, object]:
        """What to give an actor to get at most `limit` comments of each post, each with `replies` answers."""
        ...

    def profiles_reader(self, asked: Sequence[AskedPage]) -> Reader:
        """A reader for the items of a run with `profiles_input`."""
        ...

    def posts_reader(self, asked: Sequence[AskedPage]) -> Reader:
        """A reader for the items of a run with `posts_input`."""
        ...

    def comments_reader(self, asked: Sequence[AskedPost]) -> Reader:
        """A reader for the items of a run with `comments_input`."""
        ...


def bad(detail: str, target: str | None = None) -> Reading:
    """The reading of an item that makes no sense."""
    return Reading(target, Verdict.BAD, detail=detail)


def is_actor(actor: str | None, name: str, actor_id: str) -> bool:
    """Whether a configured actor is the one called `owner/name`, also spelled `owner~name` or by its id."""
    return actor is not None and (actor == actor_id or actor.replace("~", "/").lower() == name)


def utc(moment: datetime) -> datetime:
    """The same moment in UTC; without a zone it is UTC already."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def iso_milliseconds(moment: datetime) -> str:
    """A moment as the actors' date filters take it: `2026-01-10T06:00:00.000Z`."""
    return utc(moment).isoformat(timespec="milliseconds").replace("+00:00", "Z")
