"""What the three YouTube actors make of their input. What is not there, or not to be seen, gives no item."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from socialsync_cli.sandbox.accounts import Account
from socialsync_cli.sandbox.comments import remark_at, top_level
from socialsync_cli.sandbox.moments import filter_moment
from socialsync_cli.sandbox.plans import Feed, Item, Scope, Segment, feed, fixed
from socialsync_cli.sandbox.posts import Entry
from socialsync_cli.sandbox.youtube_items import (
    about,
    comment_item,
    listed_item,
    number_of_channel,
    number_of_video,
    video_item,
)

_CLOSED = frozenset({"missing", "restricted", "blocked"})
_FORGOTTEN_COMMENTS = 1


def channels(scope: Scope, given: dict[str, Any]) -> list[Segment]:
    """Plan the lists of channels' videos, each with the channel beside it; a channel without any gives one item."""
    found = []
    for url in _urls(given):
        name, page = _page(scope, url)
        if page is None:
            found.append(fixed(name))
            continue
        channel = about(page, url, scope.t)
        indices = _indices(scope, page, given)
        if len(indices) == 0:
            found.append(fixed(name, listed_item(None, channel, url)))
            continue
        found.append(_listed(scope, name, page, channel, url, indices))
    return found


def _listed(
    scope: Scope, name: str, page: Account, channel: dict[str, Any], url: str, indices: Sequence[int]
) -> Segment:
    def build(index: int) -> Item:
        return listed_item(scope.world.post(page, index, scope.t), channel, url)

    return Segment(name, indices, build)


def videos(scope: Scope, given: dict[str, Any]) -> list[Segment]:
    """Plan the videos of channels."""
    found = []
    for url in _urls(given):
        name, page = _page(scope, url)
        found.append(fixed(name) if page is None else _videos(scope, name, page, url, given))
    return found


def _videos(scope: Scope, name: str, page: Account, url: str, given: dict[str, Any]) -> Segment:
    channel = about(page, url, scope.t)

    def build(index: int) -> Item:
        return video_item(scope.world.post(page, index, scope.t), channel, url)

    return Segment(name, _indices(scope, page, given), build)


def comments(scope: Scope, given: dict[str, Any]) -> list[Segment]:
    """Plan the comments of videos, without replies."""
    limit = int(given.get("maxComments", _FORGOTTEN_COMMENTS))
    return [_comments(scope, url, limit) for url in _urls(given)]


def _comments(scope: Scope, url: str, limit: int) -> Segment:
    post = _video(scope, url)
    if post is None or "nocomments" in post.account.quirks:
        return fixed(url)
    return Segment(
        str(post.number), list(islice(top_level(post), limit)), lambda index: comment_item(remark_at(post, index))
    )


def _urls(given: dict[str, Any]) -> list[str]:
    return [one["url"].strip().rstrip("/") for one in given.get("startUrls", ())]


def _page(scope: Scope, url: str) -> tuple[str, Account | None]:
    """The name that a channel was asked by, and the channel."""
    path = [unquote(part) for part in urlsplit(url).path.split("/") if part]
    name = path[1] if len(path) > 1 and path[0] in {"c", "user", "channel"} else (path or [""])[0].removeprefix("@")
    if path[:1] == ["channel"]:
        number = number_of_channel(name)
        page = None if number is None else scope.world.find_number("youtube", number, scope.t)
    else:
        name = name.lower()
        page = scope.world.find("youtube", name, scope.t) if name else None
    return name, page if page is not None and page.quirks.isdisjoint(_CLOSED) else None


def _indices(scope: Scope, page: Account, given: dict[str, Any]) -> Sequence[int]:
    since = given.get("oldestPostDate")
    wanted = Feed(
        int(given.get("maxResults", 0)),
        since=None if since is None else filter_moment(str(since), scope.t, full=False),
    )
    return () if page.private else feed(page, wanted, scope.t)


def _video(scope: Scope, url: str) -> Entry | None:
    parts = urlsplit(url)
    word = (parse_qs(parts.query).get("v") or [parts.path.rpartition("/")[2]])[0]
    number = number_of_video(word)
    return None if number is None else scope.world.post_numbered("youtube", number, scope.t)
