"""What the three Facebook actors make of their input."""

from __future__ import annotations

from itertools import islice, pairwise
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from socialsync_cli.sandbox.accounts import Account
from socialsync_cli.sandbox.comments import Remark, remark_at, replies_to, top_level
from socialsync_cli.sandbox.dice import number_of_pfbid, shortened
from socialsync_cli.sandbox.facebook_comments import comment_item
from socialsync_cli.sandbox.facebook_items import post_item
from socialsync_cli.sandbox.facebook_pages import page_item, person_item
from socialsync_cli.sandbox.instagram_items import no_items
from socialsync_cli.sandbox.moments import filter_moment
from socialsync_cli.sandbox.plans import Feed, Item, Scope, Segment, feed, fixed
from socialsync_cli.sandbox.posts import Entry

_POST_WORDS = frozenset({"posts", "videos", "reel", "reels", "photos", "permalink"})
_FREE_POSTS = 20
_GONE = (
    "This content isn't available because the owner only shared it with a small group of people or changed who can"
    " see it, or it's been deleted."
)


class Target(NamedTuple):
    """One element of `startUrls`, understood."""

    asked: str
    path: str
    """The first part of the address."""
    handle: str | None = None
    """Of a page; digits for one without a name."""
    post: int | None = None
    watch: bool = False

    @property
    def label(self) -> str:
        """Whom its items are charged for."""
        return self.handle or (str(self.post) if self.post is not None else self.asked)


def understand(element: dict[str, Any]) -> Target:
    """Understand the address of a page or post."""
    asked = str(element["url"])
    parts = urlsplit(asked if "//" in asked else f"https://{asked}")
    path = [part for part in parts.path.split("/") if part]
    query = {key: values[0] for key, values in parse_qs(parts.query).items()}
    first = path[0] if path else ""
    token = query.get("story_fbid") or query.get("fbid") or query.get("v")
    for word, following in pairwise(path):
        if word in _POST_WORDS:
            token = following
    if token is not None:
        number = int(token) if token.isdigit() else number_of_pfbid(token)
        return Target(asked, first, post=number or 0, watch=first == "watch")
    if first == "profile.php":
        return Target(asked, first, handle=query.get("id", "0"))
    if first in {"people", "p", "pages"} and len(path) > 1:
        return Target(asked, first, handle=path[-1].rpartition("-")[2])
    return Target(asked, first, handle=first.lower() or None)


def pages(scope: Scope, given: dict[str, Any]) -> list[Segment]:
    """Plan the pages scraper: one item per page, if any."""
    return [_page(scope, understand(element)) for element in given["startUrls"]]


def posts(scope: Scope, given: dict[str, Any]) -> list[Segment]:
    """Plan the posts scraper: `resultsLimit` posts per page."""
    limit = int(given.get("resultsLimit", 20))
    wanted = Feed(
        min(limit, _FREE_POSTS) if scope.free else limit,
        since=_moment(scope, given.get("onlyPostsNewerThan")),
        until=_moment(scope, given.get("onlyPostsOlderThan")),
    )
    return [_posts(scope, understand(element), wanted) for element in given["startUrls"]]


def comments(scope: Scope, given: dict[str, Any]) -> list[Segment]:
    """Plan the comments scraper: without `resultsLimit` as many as there are."""
    return [_comments(scope, understand(element), given) for element in given["startUrls"]]


def _moment(scope: Scope, text: str | None) -> int | None:
    return None if text is None else filter_moment(text, scope.t, full=True)


def _find(scope: Scope, target: Target) -> Account | None:
    handle = target.handle
    if handle is None:
        return None
    if handle.isdigit():
        return scope.world.find_number("facebook", handle, scope.t)
    return scope.world.find("facebook", handle, scope.t)


def _trouble(target: Target, page: Account | None) -> Segment | None:
    """What comes instead of data; None when nothing is wrong."""
    quirks = page.quirks if page is not None else frozenset({"missing"})
    if "missing" in quirks:
        silent = not quirks.isdisjoint({"silent", "nameless"})
        return fixed(target.label) if silent else fixed(target.label, _no_items(target))
    if "private" in quirks:
        return fixed(target.label, _no_items(target))
    if "blocked" in quirks:
        return fixed(target.label, no_items(target.asked, target.asked, blocked=True))
    if "restricted" in quirks:
        return fixed(target.label, _not_available(target))
    return None


def _no_items(target: Target) -> Item:
    """Facebook's form of it mostly has `url` alone."""
    item = no_items(target.asked)
    del item["requestErrorMessages"]
    return item


def _not_available(target: Target) -> Item:
    return {
        "url": target.asked, "inputUrl": target.asked, "error": "not_available", "errorDescription": _GONE,
    }  # fmt: skip


def _page(scope: Scope, target: Target) -> Segment:
    page = _find(scope, target)
    trouble = _trouble(target, page)
    if trouble is not None or page is None:
        return trouble or fixed(target.label)
    if "person" in page.quirks:
        return fixed(target.label, person_item(page, target.asked))
    return Segment(target.label, (page,), lambda one: page_item(one, target.asked, target.path, scope.t))


def _posts(scope: Scope, target: Target, wanted: Feed) -> Segment:
    if target.post is not None:
        return _post(scope, target)
    page = _find(scope, target)
    trouble = _trouble(target, page)
    if trouble is not None or page is None:
        return trouble or fixed(target.label)
    shown = feed(page, wanted, scope.t)
    if not len(shown):
        return fixed(target.label, _no_items(target))

    def build(index: int) -> Item:
        return post_item(scope.world.post(page, index, scope.t), target.asked, target.path)

    return Segment(target.label, shown, build)


def _post(scope: Scope, target: Target) -> Segment:
    post = scope.world.post_numbered("facebook", target.post or 0, scope.t)
    if post is None:
        return fixed(target.label, _not_available(target))
    if target.watch:
        return fixed(target.label, _raw_video(post))
    return Segment(target.label, (post,), lambda one: post_item(one, target.asked, one.account.username, alone=True))


def _raw_video(post: Entry) -> Item:
    """Addresses of the watch page give an object of another kind, without `postId`."""
    return {
        "id": str(post.video_number),
        "i18n_reaction_count": shortened(post.likes),
        "total_comment_count": post.comments,
        "publish_time": post.published,
        "savable_description": {"text": post.caption.text},
    }


def _comments(scope: Scope, target: Target, given: dict[str, Any]) -> Segment:
    if target.post is None:
        return fixed(target.label, no_items(target.asked, target.asked))
    post = scope.world.post_numbered("facebook", target.post, scope.t)
    if post is None:
        return fixed(target.label, _not_available(target))
    view = given.get("viewOption", "RANKED_UNFILTERED")
    since = _moment(scope, given.get("onlyCommentsNewerThan")) or 0
    found = (
        index
        for index in top_level(post, newest_first=view == "RECENT_ACTIVITY")
        if (view != "RANKED_THREADED" or index % 4) and (not since or remark_at(post, index).published > since)
    )
    rows: list[int] = []
    for index in islice(found, given.get("resultsLimit")):
        rows.append(index)
        if given.get("includeNestedComments") is True:
            rows.extend(replies_to(post, index))
    if not rows:
        return fixed(str(post.story_number), no_items(target.asked, target.asked))

    def build(index: int) -> Item:
        remark = remark_at(post, index)
        parent: Remark | None = None if remark.parent is None else remark_at(post, remark.parent)
        return comment_item(remark, target.asked, parent)

    return Segment(str(post.story_number), rows, build)
