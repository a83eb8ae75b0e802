"""Instagram: profiles, posts and comments.

Besides the three actors below, `apify/instagram-scraper` gives the same items.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from socialsync_cli.core.money import Price
from socialsync_cli.core.records import AskedPage, AskedPost, Profile, Reading, Verdict
from socialsync_cli.platforms.addresses import after_segment, front_door, refusal, take_apart
from socialsync_cli.platforms.asked import AskedPages, AskedPosts, first
from socialsync_cli.platforms.base import Reader, Traits, bad, is_actor, iso_milliseconds
from socialsync_cli.platforms.instagram_posts import comment_in, kind_of, post_in
from socialsync_cli.platforms.reserved import INSTAGRAM as RESERVED
from socialsync_cli.platforms.short_codes import POST_PATHS, code_in, media_number
from socialsync_cli.platforms.values import (
    counter,
    elements,
    flag,
    identifier,
    is_shortened,
    mapping,
    text,
    web_address,
    website,
)
from socialsync_cli.platforms.verdicts import error_in

NAME = "instagram"
ACTORS = {
    "profiles": "apify/instagram-profile-scraper",
    "posts": "apify/instagram-post-scraper",
    "comments": "apify/instagram-comment-scraper",
}
TITLE = "Instagram"
EXAMPLES: tuple[str, ...] = ("nasa", "https://www.instagram.com/natgeo/")
ACTOR_WORDS: dict[str, str] = {}
PRICES = {
    "apify/instagram-profile-scraper": Price(0.0026, 0.00005, 0.0026),
    "apify/instagram-post-scraper": Price(0.0027, 0.00005, 0.0027),
    "apify/instagram-scraper": Price(0.0027, 0.00005, 0.0027),
    "apify/instagram-comment-scraper": Price(0.0026, 0.00005, 0.0026),
}
TRAITS = Traits(comments_inside=15)

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_.")
_COMMENT_FIELDS = frozenset({"commentUrl", "postUrl", "text", "ownerUsername"})


def parse_handle(text: str) -> str:
    """The canonical handle behind a name, an `@name` or an address of an Instagram page.

    Raises:
        HandleError: when it is an address of something else, or no account can have that name.

    """
    address = take_apart(text)
    path = address.path
    if address.site not in {None, "Instagram"}:
        raise refusal(text, f"is an address of {address.site}, not of an Instagram page")
    if address.site and not front_door(address.host):
        raise refusal(text, "is not the address of an Instagram page")
    if path and path[0].lower() in {"_u", "_n"}:
        path = path[1:]
    if not path:
        raise refusal(text, "names no Instagram page")
    if any(segment.lower() in POST_PATHS for segment in path[-3:-1]):
        raise refusal(text, "is the address of a post, not of an Instagram page")
    if path[0].lower() in RESERVED:
        raise refusal(text, "is an address on Instagram, but not of a page")
    handle = path[0].lower().removeprefix("@")
    if not (0 < len(handle) <= 30 and path[0].isascii() and _LETTERS.issuperset(handle)):
        raise refusal(text, "cannot be an Instagram name: up to 30 letters of the Latin alphabet, digits, '_' and '.'")
    if handle[0] == "." or handle[-1] == "." or ".." in handle:
        raise refusal(text, "cannot be an Instagram name: no '.' at the start or the end, nor two of them in a row")
    return handle


def page_url(handle: str) -> str:
    """The address of a page."""
    return f"https://www.instagram.com/{handle}/"


def profiles_input(handles: Sequence[str], *, actor: str | None = None) -> dict[str, object]:
    """One profile per page."""
    if _is_general(actor):
        return _general_input(map(page_url, handles), "details", limit=1)
    return {"usernames": _names(handles)}


def posts_input(
    handles: Sequence[str], *, limit: int, newer_than: datetime | None, actor: str | None = None
) -> dict[str, object]:
    """At most `limit` posts per page. With a date, pinned posts come only when they are newer, too."""
    if _is_general(actor):
        given = _general_input(map(page_url, handles), "posts", limit=limit)
    else:
        given = {"username": _names(handles), "resultsLimit": limit, "dataDetailLevel": "detailedData"}
    # With a date, pinned posts inside the window come all the same, and the older ones are neither sent nor charged.
    given["skipPinnedPosts"] = newer_than is not None
    if newer_than is not None:
        given["onlyPostsNewerThan"] = iso_milliseconds(newer_than)
    return given


def comments_input(urls: Sequence[str], *, limit: int, replies: int, actor: str | None = None) -> dict[str, object]:
    """At most `limit` comments per post. Replies come all or not at all: the actor has no limit for them."""
    if _is_general(actor):
        given = _general_input(urls, "comments", limit=limit)
    else:
        given = {"directUrls": list(urls), "resultsLimit": limit}
    return given | {"includeNestedComments": replies > 0, "isNewestComments": False}


def profiles_reader(asked: Sequence[AskedPage]) -> Reader:
    """For the items of the profile scraper, and `details` of the general one."""
    return _ProfilesReader(asked)


def posts_reader(asked: Sequence[AskedPage]) -> Reader:
    """For the items of the post scraper, and `posts` or `reels` of the general one."""
    return _PostsReader(asked)


def comments_reader(asked: Sequence[AskedPost]) -> Reader:
    """For the items of the comment scraper, and `comments` of the general one."""
    return _CommentsReader(asked)


def _is_general(actor: str | None) -> bool:
    return is_actor(actor, "apify/instagram-scraper", "shu8hvrXbJbY3Eb9W")


def _general_input(urls: Iterable[str], kind: str, *, limit: int) -> dict[str, object]:
    return {"directUrls": list(urls), "resultsType": kind, "resultsLimit": limit, "addParentData": False}


def _names(handles: Sequence[str]) -> list[str]:
    """Names as they are, but digits alone would be taken for an account's number."""
    return [page_url(handle) if handle.isdigit() else handle for handle in handles]


class _ProfilesReader:
    __slots__ = ("_asked",)

    def __init__(self, asked: Sequence[AskedPage]) -> None:
        self._asked = AskedPages(asked, parse_handle)

    def read(self, item: object) -> Reading:
        if type(item) is not dict:
            return bad("not an object")
        error = error_in(item)
        if error is not None:
            return Reading(_target_of_error(item, self._asked), error[0], detail=error[1])
        asked = self._asked
        target = (
            asked.at(item.get("inputUrl"))
            or asked.named(item.get("username"))
            or asked.numbered(item.get("id"))
            or asked.at(item.get("url"))
        )
        if "shortCode" in item:
            return bad("a post instead of a profile", target)
        profile = _profile(item, target)
        if [identifier(item.get("username")), profile.external_id, profile.followers].count(None) > 1:
            return bad("not two of id, username and followersCount", target)
        return Reading(target, Verdict.DATA, profile)


def _profile(item: dict[str, Any], target: str | None) -> Profile:
    get = item.get
    username = identifier(get("username"))
    links = (mapping(link).get("url") for link in elements(get("externalUrls")))
    known_as = username or target
    return Profile(
        external_id=identifier(get("id")),
        username=known_as,
        display_name=text(get("fullName")),
        biography=text(get("biography")),
        url=web_address(get("url")) or (page_url(known_as) if known_as else None),
        avatar_url=web_address(get("profilePicUrlHD")) or web_address(get("profilePicUrl")),
        website=website(get("externalUrl")) or first(map(website, links)),
        category=_category(get("businessCategoryName")),
        verified=flag(get("verified")),
        private=flag(get("private")),
        followers=counter(get("followersCount")),
        following=counter(get("followsCount")),
        posts_count=counter(get("postsCount")),
        followers_rounded=is_shortened(get("followersCount")),
    )


def _category(value: object) -> str | None:
    """`"None,Candy Store"` is "Candy Store": the word None stands for a category that was not chosen."""
    names = (name.strip() for name in (text(value) or "").split(","))
    return ", ".join(name for name in names if name and name != "None") or None


class _PostsReader:
    __slots__ = ("_asked",)

    def __init__(self, asked: Sequence[AskedPage]) -> None:
        self._asked = AskedPages(asked, parse_handle)

    def read(self, item: object) -> Reading:
        if type(item) is not dict:
            return bad("not an object")
        error = error_in(item)
        if error is not None:
            return Reading(_target_of_error(item, self._asked), error[0], detail=error[1])
        target = self._asked.at(item.get("inputUrl")) or self._target_by_authors(item)
        external_id = identifier(item.get("id"))
        if external_id is None:
            return bad("no id", target)
        code = identifier(item.get("shortCode")) or code_in(item.get("url"))
        kind = kind_of(item)
        if code is None and kind is None:
            return bad("no post", target)
        return Reading(target, Verdict.DATA, None, post_in(item, external_id, code, kind))

    def _target_by_authors(self, item: dict[str, Any]) -> str | None:
        """For items without `inputUrl`, or found by a post's address: the asked page among the authors."""
        asked = self._asked
        owner = asked.named(item.get("ownerUsername")) or asked.numbered(item.get("ownerId"))
        if owner is not None:
            return owner
        partners = [mapping(partner) for partner in elements(item.get("coauthorProducers"))]
        return first(asked.named(partner.get("username")) for partner in partners) or first(
            asked.numbered(partner.get("id")) for partner in partners
        )


class _CommentsReader:
    __slots__ = ("_asked",)

    def __init__(self, asked: Sequence[AskedPost]) -> None:
        self._asked = AskedPosts(asked, code_in, other_keys=media_number)

    def read(self, item: object) -> Reading:
        if type(item) is not dict:
            return bad("not an object")
        target = first(
            self._asked.at(item.get(key)) for key in ("postUrl", "inputUrl", "commentUrl", "url")
        ) or self._asked.keyed(item.get("postId"))
        error = error_in(item)
        if error is not None:
            return Reading(target, error[0], detail=error[1])
        if "shortCode" in item or not _COMMENT_FIELDS & item.keys():
            return bad("no comment", target)
        address = item.get("commentUrl")
        parent = after_segment(address, ("c",)) if after_segment(address, ("r",)) else None
        comment = comment_in(item, parent)
        if comment is None:
            return bad("no id", target)
        return Reading(target, Verdict.DATA, None, None, comment)


def _target_of_error(item: dict[str, Any], asked: AskedPages) -> str | None:
    """The page that an error item is about; none when it is about a single post."""
    addresses = (item.get("inputUrl"), item.get("url"))
    target = first(map(asked.at, addresses))
    if target is not None or any(code_in(address) for address in addresses):
        return target
    return asked.named(item.get("username")) or asked.named(mapping(item.get("user")).get("username"))
