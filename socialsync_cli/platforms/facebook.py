"""Facebook: pages, posts and comments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from socialsync_cli.core.money import Price
from socialsync_cli.core.records import AskedPage, AskedPost, Comment, Profile, Reading, Verdict
from socialsync_cli.platforms.addresses import query_value
from socialsync_cli.platforms.asked import AskedPages, AskedPosts, first
from socialsync_cli.platforms.base import Reader, Traits, bad, iso_milliseconds
from socialsync_cli.platforms.facebook_ids import account_at, numbers_in, post_number_in
from socialsync_cli.platforms.facebook_ids import parse_handle as parse_handle
from socialsync_cli.platforms.facebook_posts import post_in
from socialsync_cli.platforms.reserved import FACEBOOK as RESERVED
from socialsync_cli.platforms.values import (
    counter,
    elements,
    filled,
    identifier,
    is_shortened,
    mapping,
    moment,
    number,
    text,
    web_address,
    website,
)
from socialsync_cli.platforms.verdicts import error_in

NAME = "facebook"
ACTORS = {
    "profiles": "apify/facebook-pages-scraper",
    "posts": "apify/facebook-posts-scraper",
    "comments": "apify/facebook-comments-scraper",
}
TITLE = "Facebook"
EXAMPLES: tuple[str, ...] = ("nasa",)
ACTOR_WORDS = {"pages": "profiles"}
PRICES = {
    "apify/facebook-pages-scraper": Price(0.010, 0.00005),
    "apify/facebook-posts-scraper": Price(0.004, 0.00005),
    "apify/facebook-comments-scraper": Price(0.0025, 0.001, 0.50),
}
TRAITS = Traits(renumbers=True, likes="reactions", rate_decimals=3)

_MAPS = ("maps.google.", "google.com/maps", "bing.com/maps")


def page_url(handle: str) -> str:
    """The address of a page: nameless ones are reached by their number."""
    if handle.isdigit():
        return f"https://www.facebook.com/profile.php?id={handle}"
    return f"https://www.facebook.com/{handle}"


def profiles_input(handles: Sequence[str], *, actor: str | None = None) -> dict[str, object]:
    """One profile per page."""
    del actor  # no other actor is known to give these items
    return {"startUrls": _start_urls(map(page_url, handles))}


def posts_input(
    handles: Sequence[str], *, limit: int, newer_than: datetime | None, actor: str | None = None
) -> dict[str, object]:
    """At most `limit` posts per page."""
    del actor
    given: dict[str, object] = {"startUrls": _start_urls(map(page_url, handles)), "resultsLimit": limit}
    if newer_than is not None:
        given["onlyPostsNewerThan"] = iso_milliseconds(newer_than)
    return given


def comments_input(urls: Sequence[str], *, limit: int, replies: int, actor: str | None = None) -> dict[str, object]:
    """At most `limit` comments per post. Replies come all or not at all: the actor has no limit for them."""
    del actor
    return {
        "startUrls": _start_urls(urls),
        "resultsLimit": limit,
        "includeNestedComments": replies > 0,
        "viewOption": "RANKED_UNFILTERED",
    }


def profiles_reader(asked: Sequence[AskedPage]) -> Reader:
    """For the items of the pages scraper."""
    return _ProfilesReader(asked)


def posts_reader(asked: Sequence[AskedPage]) -> Reader:
    """For the items of the posts scraper."""
    return _PostsReader(asked)


def comments_reader(asked: Sequence[AskedPost]) -> Reader:
    """For the items of the comments scraper."""
    return _CommentsReader(asked)


def _start_urls(urls: Iterable[str]) -> list[dict[str, str]]:
    return [{"url": url} for url in urls]


def _page_name(item: dict[str, Any]) -> str | None:
    """The page's name as the site spells it; nameless pages have a piece of their address there."""
    name = identifier(item.get("pageName"))
    return None if name is None or name.lower() in RESERVED else name


def _target(item: dict[str, Any], asked: AskedPages) -> str | None:
    """The asked page, by the address as it was asked, else by name, else by one of its numbers."""
    return (
        asked.at(item.get("inputUrl"))
        or asked.at(item.get("facebookUrl"))
        or asked.at(item.get("pageUrl"))
        or asked.named(item.get("pageName"))
        or asked.numbered(mapping(item.get("user")).get("id"))
        or asked.numbered(item.get("facebookId"))
        or asked.numbered(item.get("pageId"))
        or asked.numbered(mapping(item.get("pageAdLibrary")).get("id"))
        or asked.at(item.get("url"))
    )


class _ProfilesReader:
    __slots__ = ("_asked",)

    def __init__(self, asked: Sequence[AskedPage]) -> None:
        self._asked = AskedPages(asked, parse_handle, numbers_are_ids=True)

    def read(self, item: object) -> Reading:
        if type(item) is not dict:
            return bad("not an object")
        target = _target(item, self._asked)
        error = error_in(item)
        if error is not None:
            return Reading(target, error[0], detail=error[1])
        if "postId" in item or "commentUrl" in item:
            return bad("a post or comment instead of a page", target)
        external_id = number(item.get("pageId")) or number(item.get("facebookId"))
        if external_id is None and (_page_name(item) is None or counter(item.get("followers")) is None):
            return bad("neither pageId nor name and followers", target)
        return Reading(target, Verdict.DATA, _profile(item, external_id))


def _profile(item: dict[str, Any], external_id: str | None) -> Profile:
    get = item.get
    person = mapping(get("personalProfile"))
    links = (link for link in map(website, elements(get("websites"))) if link and not _is_map(link))
    labels = (filled(get("CONFIRMED_OWNER_LABEL")), filled(get("confirmed_owner")))
    return Profile(
        external_id,
        _page_name(item),
        display_name=text(person.get("name")) or text(get("title")),
        biography=text(get("intro")),
        url=web_address(get("pageUrl")) or web_address(get("facebookUrl")),
        avatar_url=web_address(get("profilePictureUrl")) or web_address(person.get("profilePicLarge")),
        website=website(get("website")) or first(links),
        category=_category(item),
        verified=True if any(labels) else None,
        followers=counter(get("followers")),
        following=counter(get("followings")),
        likes_total=counter(get("likes")),
        followers_rounded=is_shortened(get("followers")),
    )


def _is_map(link: str) -> bool:
    return any(place in link for place in _MAPS)


def _category(item: dict[str, Any]) -> str | None:
    """The first category; every list of them begins with the word "Page"."""
    named = (filled(category) for category in [*elements(item.get("categories")), item.get("category")])
    return first(category for category in named if category != "Page")


class _PostsReader:
    __slots__ = ("_asked",)

    def __init__(self, asked: Sequence[AskedPage]) -> None:
        self._asked = AskedPages(asked, parse_handle, numbers_are_ids=True)

    def read(self, item: object) -> Reading:
        if type(item) is not dict:
            return bad("not an object")
        target = _target(item, self._asked)
        error = error_in(item)
        if error is not None:
            return Reading(target, error[0], detail=error[1])
        external_id = identifier(item.get("postId"))
        if external_id is None:
            return bad("no postId", target)
        owner = self._owner(item, target)
        return Reading(target, Verdict.DATA, None, post_in(item, external_id, owner))

    def _owner(self, item: dict[str, Any], target: str | None) -> str | None:
        """The author: the asked page's handle if it is that page in any known way, else the author's number.

        `user` is the author. `pageName`, `facebookId` and `pageAdLibrary` describe the page that the post was
        found on: they speak for the author only if `user` does not contradict.
        """
        user = mapping(item.get("user"))
        author = number(user.get("id")) or account_at(user.get("profileUrl"))
        page_name, page_number = _page_name(item), number(item.get("facebookId"))
        if target is None:
            return author or page_name or page_number
        known = {self._asked.external_ids.get(target), target if target.isdigit() else None} - {None}
        page_is_ours = (
            (page_name is not None and page_name.lower() == target.lower())
            or page_number in known
            or number(mapping(item.get("pageAdLibrary")).get("id")) in known
        )
        if author is None:
            return target if page_is_ours else page_name or page_number
        if author in known or target.lower() in {author.lower(), self._asked.at(user.get("profileUrl"))}:
            return target
        if page_number in {None, author} and (page_is_ours or not known):
            return target
        return author


class _CommentsReader:
    __slots__ = ("_asked",)

    def __init__(self, asked: Sequence[AskedPost]) -> None:
        self._asked = AskedPosts(asked, post_number_in)

    def read(self, item: object) -> Reading:
        if type(item) is not dict:
            return bad("not an object")
        inside = numbers_in(item.get("id")) or numbers_in(item.get("feedbackId"))
        target = (
            self._asked.at(item.get("inputUrl"))
            or self._asked.at(item.get("facebookUrl"))
            or self._asked.keyed(item.get("facebookId"))
            or self._asked.keyed(inside[0] if inside else None)
            or self._asked.at(item.get("url"))
        )
        error = error_in(item)
        if error is not None:
            return Reading(target, error[0], detail=error[1])
        external_id = _comment_id(item, inside)
        if external_id is None:
            return bad("no comment id", target)
        return Reading(target, Verdict.DATA, None, None, _comment(item, external_id))


def _comment_id(item: dict[str, Any], inside: list[str]) -> str | None:
    """The comment's own number; the last one in its address, because a reply's names its parent first."""
    address = item.get("commentUrl")
    return (
        number(item.get("commentId"))
        or (inside[1] if len(inside) == 2 else None)
        or number(query_value(address, "reply_comment_id"))
        or number(query_value(address, "comment_id"))
    )


def _comment(item: dict[str, Any], external_id: str) -> Comment:
    get = item.get
    return Comment(
        external_id,
        _parent_id(item, external_id),
        _author(item),
        text(get("text")),
        counter(get("likesCount")),
        counter(get("commentsCount")),
        moment(get("date")),
    )


def _parent_id(item: dict[str, Any], external_id: str) -> str | None:
    token, address = item.get("replyToCommentId"), item.get("commentUrl")
    inside = numbers_in(token)
    parent = inside[1] if len(inside) == 2 else number(token)
    if parent is None and query_value(address, "reply_comment_id") is not None:
        parent = number(query_value(address, "comment_id"))
    return parent if parent != external_id else None


def _author(item: dict[str, Any]) -> str | None:
    """The commenter's name or number; even a display name is better than a `pfbid`, which changes."""
    return account_at(item.get("profileUrl")) or number(item.get("profileId")) or filled(item.get("profileName"))
