"""How an item becomes an Instagram post, with the comments inside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from socialsync_cli.core.records import Comment, Post
from socialsync_cli.platforms.short_codes import ALPHABET
from socialsync_cli.platforms.tags import hashtags_in, listed, mentions_in
from socialsync_cli.platforms.values import (
    any_flag,
    counter,
    duration_s,
    elements,
    identifier,
    mapping,
    moment,
    text,
    web_address,
)

_KINDS = {"Image": "image", "Video": "video", "Sidecar": "carousel"}
_KINDS_BY_PRODUCT = {"clips": "reel", "igtv": "video", "carousel_container": "carousel"}


def kind_of(item: dict[str, Any]) -> str | None:
    """`image`, `video`, `reel` or `carousel`; None for what is no post."""
    kind, product = item.get("type"), item.get("productType")
    known = _KINDS.get(kind) if type(kind) is str else None
    if known is None or known == "video":
        return (_KINDS_BY_PRODUCT.get(product) if type(product) is str else None) or known
    return known


def post_in(item: dict[str, Any], external_id: str, code: str | None, kind: str | None) -> Post:
    """The post in an item whose id, short code and kind have been read already."""
    get = item.get
    caption = text(get("caption"))
    hashtags, mentions = get("hashtags"), get("mentions")
    address = None if code is None else f"https://www.instagram.com/p/{code}/"
    views = counter(get("videoPlayCount"))
    return Post(
        external_id=external_id,
        url=web_address(get("url")) or address,
        kind=kind,
        text=caption,
        hashtags=listed(hashtags) if type(hashtags) is list else hashtags_in(caption),
        mentions=listed(mentions) if type(mentions) is list else mentions_in(caption),
        published_at=moment(get("timestamp")),
        likes=None if _hides_likes(get) else counter(get("likesCount")),
        comments=counter(get("commentsCount")),
        shares=None,  # shares and saves are not public
        saves=None,
        views=counter(get("videoViewCount")) if views is None else views,
        pinned=get("isPinned") is True,
        sponsored=any_flag(get("paidPartnership"), get("isSponsored"), get("isAd"), get("sponsors")),
        owner_username=identifier(get("ownerUsername")) or identifier(get("ownerId")),
        media_url=web_address(get("displayUrl")),
        duration_seconds=duration_s(get("videoDuration")),
        comment_key=code,
        comment_url=address if code is not None and ALPHABET.issuperset(code) else None,
        comments_inside=_comments_inside(get("latestComments")),
    )


def _hides_likes(get: Callable[[str], object]) -> bool:
    """Whether a flag of the item says that `likesCount` is no count, whatever number stands there."""
    return (
        get("likeAndViewCountsDisabled") is True
        or get("isLikesHidden") is True
        or get("isLikeCountHidden") is True
        or get("hideLikeCount") is True
    )


def _comments_inside(latest: object) -> tuple[Comment, ...]:
    """The comments that come with a post, each followed by its replies, each once."""
    if type(latest) is not list or not latest:
        return ()
    found: dict[str, Comment] = {}
    for item in latest:
        if type(item) is not dict:
            continue
        comment = comment_in(item, None)
        if comment is None:
            continue
        found.setdefault(comment.external_id, comment)
        for answer in elements(item.get("replies")):
            reply = comment_in(answer, comment.external_id) if type(answer) is dict else None
            if reply is not None:
                found.setdefault(reply.external_id, reply)
    return tuple(found.values())


def comment_in(item: dict[str, Any], parent_external_id: str | None) -> Comment | None:
    """The comment in a row of the comment scraper or in a post's `latestComments`; None without an id."""
    get = item.get
    external_id = identifier(get("id"))
    if external_id is None:
        return None
    return Comment(
        external_id,
        parent_external_id if parent_external_id != external_id else None,
        identifier(get("ownerUsername")) or identifier(mapping(get("owner")).get("username")),
        text(get("text")),
        counter(get("likesCount")),
        counter(get("repliesCount")),
        moment(get("timestamp")),
    )
