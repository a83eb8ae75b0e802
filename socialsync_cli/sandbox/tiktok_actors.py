"""What the three TikTok actors make of their input."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from socialsync_cli.sandbox.accounts import Account
from socialsync_cli.sandbox.comments import remark_at, replies_to, top_level
from socialsync_cli.sandbox.moments import filter_moment
from socialsync_cli.sandbox.plans import Feed, Item, Scope, Segment, feed, fixed
from socialsync_cli.sandbox.posts import Entry
from socialsync_cli.sandbox.tiktok_items import (
    author_meta,
    comment_item,
    error_item,
    note_item,
    profile_url,
    video_item,
    video_url,
)

_NAME = re.compile(r"[A-Za-z0-9_.]{2,24}\Z")
_REPOSTS = 3
_SORTED_AMONG = 200


def videos(scope: Scope, given: dict[str, Any], *, default: int) -> list[Segment]:
    """Plan the videos of profiles, addresses, hashtags and searches.

    Args:
        scope: The world, and who asks.
        given: The input.
        default: What a forgotten `resultsPerPage` means: 1 or 100, depending on the actor.

    """
    wanted = _wanted(scope, given, default)
    found = [_profile(scope, name, wanted, given) for name in given.get("profiles", ())]
    found += [_by_url(scope, url) for url in given.get("postURLs", ())]
    for key, word in (("hashtags", "searchHashtag"), ("searchQueries", "searchQuery")):
        found += [_searched(scope, query, word, wanted) for query in given.get(key, ())]
    return found


def comments(scope: Scope, given: dict[str, Any]) -> list[Segment]:
    """Plan the comments of videos that are named by address, or found under profiles."""
    asked = [(url, {"submittedVideoUrl": url, "input": url}) for url in given.get("postURLs", ())]
    wanted = _wanted(scope, given, 1)
    for name in given.get("profiles", ()):
        page = _page(scope, name)
        shown = feed(page, wanted, scope.t) if page is not None and not page.quirks & _CLOSED else ()
        asked += [(video_url(scope.world.post(page, k, scope.t)), {}) for k in shown if page is not None]
    limit, replies = int(given.get("commentsPerPost", 100)), int(given.get("maxRepliesPerComment", 0))
    return [_comments(scope, url, named, limit, replies) for url, named in asked]


def comments_beside(scope: Scope, given: dict[str, Any], found: Sequence[Segment]) -> list[Segment]:
    """Plan the second dataset of the video actors: comments of the videos in the first."""
    limit = given.get("topLevelCommentsPerPost") or given.get("commentsPerPost") or 0
    if not limit:
        return []
    replies = int(given.get("maxRepliesPerComment", 0))
    rows = (segment.build(row) for segment in found for row in segment.rows)
    urls = [row["webVideoUrl"] for row in rows if "webVideoUrl" in row]
    return [_comments(scope, url, {}, int(limit), replies) for url in urls]


_CLOSED = frozenset({"missing", "private", "restricted", "blocked"})


def _wanted(scope: Scope, given: dict[str, Any], default: int) -> Feed:
    since, until = given.get("oldestPostDateUnified"), given.get("newestPostDate")
    return Feed(
        int(given.get("resultsPerPage", default)),
        since=None if since is None else filter_moment(str(since), scope.t, full=False),
        until=None if until is None else filter_moment(str(until), scope.t, full=False),
        skip_pinned=given.get("excludePinnedPosts") is True,
        oldest_first=given.get("profileSorting") == "oldest",
    )


def _name_in(element: str) -> str:
    text = element.strip()
    if "tiktok.com/" in text:
        path = urlsplit(text if "//" in text else f"https://{text}").path
        text = path.strip("/").partition("/")[0]
    return text.removeprefix("@")


def _page(scope: Scope, element: str) -> Account | None:
    name = _name_in(element)
    return scope.world.find("tiktok", name, scope.t) if _NAME.match(name) else None


def _profile(scope: Scope, element: str, wanted: Feed, given: dict[str, Any]) -> Segment:
    page, label = _page(scope, element), _name_in(element).lower()
    trouble = _trouble(scope, element, page)
    if trouble is not None or page is None:
        return trouble or fixed(label)
    indices = _filtered(scope, page, wanted, given)
    rows: list[tuple[Entry, int]] = []
    sections = given.get("profileScrapeSections") or ["videos"]
    if "videos" not in sections:
        indices = ()
    if "reposts" in sections:
        other = scope.world.find("tiktok", f"{label[:10]}.friend", scope.t)
        rows = [(scope.world.post(other, k, scope.t), k) for k in feed(other, Feed(_REPOSTS), scope.t)]
    if not len(indices) and not rows:
        return fixed(label, note_item(page, element, _note(page, wanted, given), scope.t))
    author = author_meta(page, scope.t)
    beside = _beside(scope, given)

    def build(row: int | tuple[Entry, int]) -> Item:
        if isinstance(row, int):
            named = {"input": element, "fromProfileSection": "videos", **beside}
            return video_item(scope.world.post(page, row, scope.t), author, named)
        repost = row[0]
        named = {"input": element, "fromProfileSection": "reposts", **beside}
        return video_item(repost, author_meta(repost.account, scope.t), named)

    return Segment(label, [*indices, *rows] if rows else indices, build)


def _beside(scope: Scope, given: dict[str, Any]) -> dict[str, Any]:
    wanted = given.get("commentsPerPost") or given.get("topLevelCommentsPerPost")
    return {"commentsDatasetUrl": scope.extra_dataset_url if wanted else None}


def _trouble(scope: Scope, element: str, page: Account | None) -> Segment | None:
    """What comes instead of videos; None when nothing is wrong."""
    name = _name_in(element)
    label, url = name.lower(), profile_url(name)
    if page is None:
        return fixed(label, error_item(element, url, "INVALID_URLS"))
    quirks = page.quirks
    if "missing" in quirks:
        silent = not quirks.isdisjoint({"silent", "nameless"})
        return fixed(label) if silent else fixed(label, error_item(element, url, "NOT_FOUND"))
    if "blocked" in quirks:
        return fixed(label)
    if "restricted" in quirks:
        return fixed(label, error_item(element, url, "PROFILE_EMPTY"))
    if "errorrow" in quirks:
        return fixed(label, error_item(element, url, "PROFILE_PRIVATE"))
    if "private" in quirks:
        return fixed(label, note_item(page, element, "Profile is private", scope.t))
    return None


def _note(page: Account, wanted: Feed, given: dict[str, Any]) -> str:
    if "maybe" in page.quirks:
        return "Profile has no videos (or is behind a login wall)"
    if "empty" in page.quirks:
        return "Profile has no videos"
    if wanted.since is not None or wanted.until is not None:
        return "No videos found to match the date filter"
    return "No videos found to match the filter" if _is_filtered(given) else "Profile has no videos"


def _is_filtered(given: dict[str, Any]) -> bool:
    return "leastDiggs" in given or "mostDiggs" in given


def _filtered(scope: Scope, page: Account, wanted: Feed, given: dict[str, Any]) -> Sequence[int]:
    popular = given.get("profileSorting") == "popular"
    if not popular and not _is_filtered(given):
        return feed(page, wanted, scope.t)
    least, most = int(given.get("leastDiggs", 0)), int(given.get("mostDiggs", 10**15))
    candidates = feed(page, wanted._replace(limit=_SORTED_AMONG), scope.t)
    posts = [scope.world.post(page, k, scope.t) for k in candidates]
    posts = [post for post in posts if least <= post.likes <= most]
    if popular:
        posts.sort(key=lambda post: -post.plays)
    return [post.nth for post in posts[: wanted.limit]]


def _video(scope: Scope, url: str) -> Entry | None:
    path = [part for part in urlsplit(url).path.split("/") if part]
    number = path[-1] if len(path) > 1 and path[-2] == "video" else ""
    return scope.world.post_numbered("tiktok", int(number), scope.t) if number.isdigit() else None


def _by_url(scope: Scope, url: str) -> Segment:
    post = _video(scope, url)
    if post is None:
        return fixed(url, error_item(url, url, "POST_NOT_FOUND_OR_PRIVATE"))
    if "restricted" in post.account.quirks:
        return fixed(url, error_item(url, url, "POST_SENSITIVE"))
    author = author_meta(post.account, scope.t)
    return Segment(str(post.number), (post,), lambda one: video_item(one, author, {"submittedVideoUrl": url}))


def _searched(scope: Scope, query: str, word: str, wanted: Feed) -> Segment:
    """A search finds a page named after its words."""
    name = "".join(letter for letter in query.lower() if letter.isascii() and letter.isalnum())[:20] or "found"
    page = scope.world.find("tiktok", name, scope.t)
    author = author_meta(page, scope.t)
    named: dict[str, Any] = {word: query} if word == "searchQuery" else {word: {"name": query}, "input": query}
    return Segment(
        query, feed(page, wanted, scope.t), lambda k: video_item(scope.world.post(page, k, scope.t), author, named)
    )


def _comments(scope: Scope, url: str, named: dict[str, Any], limit: int, replies: int) -> Segment:
    post = _video(scope, url)
    if post is None:
        return fixed(url, error_item(url, url, "POST_NOT_FOUND_OR_PRIVATE"))
    rows: list[tuple[int, int | None]] = []
    for index in islice(top_level(post), limit):
        rows.append((index, None))
        rows.extend((answer, index) for answer in replies_to(post, index)[:replies])

    def build(row: tuple[int, int | None]) -> Item:
        parent = None if row[1] is None else remark_at(post, row[1]).number
        return comment_item(remark_at(post, row[0]), named, parent)

    return Segment(str(post.number), rows, build)
