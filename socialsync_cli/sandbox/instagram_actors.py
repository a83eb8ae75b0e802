"""What the four Instagram actors make of their input."""

from __future__ import annotations

from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from socialsync_cli.sandbox.accounts import Account
from socialsync_cli.sandbox.comments import remark_at, replies_to, top_level
from socialsync_cli.sandbox.dice import number_of_code, short_code
from socialsync_cli.sandbox.instagram_items import (
    basic_post,
    comment_item,
    no_items,
    picture,
    post_item,
)
from socialsync_cli.sandbox.instagram_profiles import profile_item
from socialsync_cli.sandbox.moments import filter_moment
from socialsync_cli.sandbox.plans import Feed, Item, Scope, Segment, feed, fixed
from socialsync_cli.sandbox.posts import Entry

_POST_WORDS = frozenset({"p", "reel", "reels", "tv"})
_NOT_FOUND = {"error": "not_found", "errorDescription": "Post does not exist"}
_RESTRICTED = {"error": "restricted_page", "errorDescription": "Restricted access, only partial data available"}
_MOST_COMMENTS = 50
_FREE_COMMENTS = 15


class Target(NamedTuple):
    """One element of an input, understood."""

    asked: str
    """The address as the items repeat it."""
    handle: str | None = None
    number: str | None = None
    code: str | None = None

    @property
    def label(self) -> str:
        """Whom its items are charged for."""
        return self.handle or self.number or self.code or self.asked


def understand(element: str) -> Target:
    """Understand a name, a number, or an address of a profile or post."""
    text = element.strip()
    if "/" not in text:
        name = text.lstrip("@")
        asked = f"https://www.instagram.com/{name}"
        return Target(asked, number=name) if name.isdigit() else Target(asked, handle=name.lower())
    path = [part for part in urlsplit(text if "//" in text else f"https://{text}").path.split("/") if part]
    while path and path[0] in {"_u", "profilecard"}:
        path = path[1:]
    for k, word in enumerate(path[:-1]):
        if word in _POST_WORDS:
            return Target(text, code=path[k + 1])
    if not path or path[0] in {"explore", "stories", "share"}:
        return Target(text)
    return Target(text, handle=path[0].lstrip("@").lower())


def profiles(scope: Scope, given: dict[str, Any]) -> list[Segment]:
    """Plan the profile scraper: one item per element of `usernames`."""
    about = bool(given.get("includeAboutSection")) and not scope.free
    return [_profile(scope, understand(element), about=about) for element in given["usernames"]]


def posts(scope: Scope, given: dict[str, Any]) -> list[Segment]:
    """Plan the post scraper: `resultsLimit` posts per profile in `username`."""
    wanted = _wanted(scope, given, 24)
    basic = given.get("dataDetailLevel") == "basicData"
    return [_posts(scope, understand(element), wanted, basic=basic) for element in given["username"]]


def comments(scope: Scope, given: dict[str, Any]) -> list[Segment]:
    """Plan the comment scraper: `resultsLimit` comments per post in `directUrls`, replies beside the limit."""
    return [_comments(scope, understand(url), given, 15) for url in given["directUrls"]]


def general(scope: Scope, given: dict[str, Any]) -> list[Segment]:
    """Plan the general scraper: the kind of address wins over `resultsType`."""
    urls = given.get("directUrls") or _searched(given)
    kind = given.get("resultsType", "posts")
    wanted = _wanted(scope, given, 200)
    return [_general(scope, understand(url), kind, wanted, given) for url in urls]


def _general(scope: Scope, target: Target, kind: str, wanted: Feed, given: dict[str, Any]) -> Segment:
    if kind == "comments":
        return _comments(scope, target, given, _MOST_COMMENTS)
    if target.handle and kind == "details":
        return _profile(scope, target, about=False)
    if kind in {"stories", "mentions"} and not target.code:
        return fixed(target.label, no_items(target.asked, target.asked))
    parent = given.get("addParentData") is True
    return _posts(scope, target, wanted, slim=True, reels=kind == "reels", parent=parent)


def _searched(given: dict[str, Any]) -> list[str]:
    """A search finds pages named after its words."""
    words = [word.strip() for word in str(given.get("search", "")).split(",") if word.strip()]
    most = int(given.get("searchLimit", 1))
    names = ["".join(letter for letter in word.lower() if letter.isalnum()) or "found" for word in words]
    return [f"https://www.instagram.com/{name}{k or ''}/" for name in names for k in range(most)]


def _wanted(scope: Scope, given: dict[str, Any], default: int) -> Feed:
    since = given.get("onlyPostsNewerThan")
    return Feed(
        int(given.get("resultsLimit", default)),
        since=None if since is None else filter_moment(since, scope.t, full=True),
        skip_pinned=given.get("skipPinnedPosts") is True,
        strict_dates=False,
    )


def _page(scope: Scope, target: Target) -> Account | None:
    if target.number is not None:
        return scope.world.find_number("instagram", target.number, scope.t)
    return scope.world.find("instagram", target.handle or "", scope.t)


def _profile(scope: Scope, target: Target, *, about: bool) -> Segment:
    if target.code is not None:
        return _post(scope, target)
    page = _page(scope, target)
    if page is None or "missing" in page.quirks:
        return fixed(target.label, _missing_profile(target, page.quirks if page else frozenset()))
    if "blocked" in page.quirks:
        return fixed(target.label, no_items(target.asked, target.asked, blocked=True))
    if "restricted" in page.quirks:
        return fixed(target.label, _restricted(target, page))
    shown = feed(page, Feed(12), scope.t) if not page.private else ()

    def build(_: object) -> Item:
        latest = [scope.world.post(page, index, scope.t) for index in shown]
        return profile_item(page, target.asked, latest, scope.t, about=about)

    return Segment(target.label, (None,), build)


def _missing_profile(target: Target, quirks: frozenset[str]) -> Item:
    name = target.handle or target.number
    if "nameless" in quirks:
        return dict(_NOT_FOUND)
    if "nopage" in quirks:
        return {"username": name, "error": "Page not found"}
    if "silent" in quirks:
        return no_items(f"https://www.instagram.com/{name}/", target.asked)
    return {"url": f"https://www.instagram.com/{name}/", "username": name} | _NOT_FOUND


def _restricted(target: Target, page: Account) -> Item:
    if "wall" in page.quirks:
        return {"inputUrl": target.asked, "username": page.username, "error": "Restricted profile"}
    if "age" in page.quirks:
        return {
            "url": target.asked,
            "restricted_age": 21,
            **_RESTRICTED,
            "description": f"{page.display_name}: see photos and videos",
            "image": picture(page.number),
            "media_id": page.number,
            "user": {"username": page.username},
        }
    partial = {"username": page.username, "fullName": page.display_name, "id": page.number}
    return {"inputUrl": target.asked, "url": target.asked, **partial, **_RESTRICTED}


def _posts(
    scope: Scope, target: Target, wanted: Feed, *, basic: bool = False, slim: bool = False, reels: bool = False,
    parent: bool = False,
) -> Segment:  # fmt: skip
    if target.code is not None:
        return _post(scope, target, slim=slim)
    page = _page(scope, target)
    if page is None or "missing" in page.quirks:
        if page is not None and "nameless" in page.quirks:
            return fixed(target.label, dict(_NOT_FOUND))
        if page is not None and "silent" in page.quirks:
            return fixed(target.label, no_items(target.asked, target.asked))
        return fixed(target.label, {"url": target.asked, "inputUrl": target.asked, **_NOT_FOUND})
    if "restricted" in page.quirks:
        return fixed(target.label, _restricted(target, page))
    if page.private or "blocked" in page.quirks:
        return fixed(target.label, no_items(target.asked, target.asked, blocked="blocked" in page.quirks))
    shown: Any = feed(page, wanted, scope.t)
    world, t = scope.world, scope.t
    if reels:
        found = (k for k in feed(page, wanted._replace(limit=10**9), t) if world.post(page, k, t).kind == "reel")
        shown = list(islice(found, wanted.limit))
    if not len(shown):
        return fixed(target.label, no_items(target.asked, target.asked))

    def build(index: int) -> Item:
        post = world.post(page, index, t)
        item = basic_post(post) if basic else post_item(post, target.asked, slim=slim)
        return item | {"metaData": profile_item(page, target.asked, [], t, about=False)} if parent else item

    return Segment(target.label, shown, build)


def _found(scope: Scope, target: Target) -> Entry | None:
    code = target.code or ""
    number = int(code) if code.isdigit() and len(code) > 15 else number_of_code(code)
    return None if number is None else scope.world.post_numbered("instagram", number, scope.t)


def _post(scope: Scope, target: Target, *, slim: bool = False) -> Segment:
    post = _found(scope, target)
    if post is None:
        return fixed(target.label, {"url": target.asked, "inputUrl": target.asked, **_NOT_FOUND})
    if "restricted" in post.account.quirks:
        return fixed(target.label, {"inputUrl": target.asked, "url": target.asked, **_RESTRICTED})
    return Segment(target.label, (post,), lambda one: post_item(one, target.asked, by_url=True, slim=slim))


def _comments(scope: Scope, target: Target, given: dict[str, Any], default: int) -> Segment:
    post = _found(scope, target) if target.code else None
    if target.code and post is None:
        return fixed(target.label, {"url": target.asked, "inputUrl": target.asked, **_NOT_FOUND})
    if post is None or not post.comments:
        return fixed(target.label, no_items(target.asked, target.asked))
    limit = int(given.get("resultsLimit", default))
    newest = given.get("isNewestComments") is True or scope.free
    nested = given.get("includeNestedComments") is True and not scope.free
    limit = min(limit, _FREE_COMMENTS) if scope.free else limit
    rows: list[tuple[int, int | None]] = []
    for index in islice(top_level(post, newest_first=newest), limit):
        rows.append((index, None))
        if nested:
            rows.extend((answer, index) for answer in replies_to(post, index))

    def build(row: tuple[int, int | None]) -> Item:
        parent = None if row[1] is None else remark_at(post, row[1]).number
        return comment_item(remark_at(post, row[0]), target.asked, nested=nested, parent_number=parent)

    return Segment(short_code(post.number), rows, build)
