"""How an item becomes a Facebook post."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from socialsync_cli.core.records import Post
from socialsync_cli.platforms.addresses import after_segment, askable
from socialsync_cli.platforms.asked import first
from socialsync_cli.platforms.facebook_ids import account_at, numbers_in, post_number_in
from socialsync_cli.platforms.tags import hashtags_in, mentions_in
from socialsync_cli.platforms.values import (
    any_flag,
    counter,
    duration_s,
    elements,
    filled,
    iso_moment,
    mapping,
    moment,
    text,
    web_address,
)


def post_in(item: dict[str, Any], external_id: str, owner: str | None) -> Post:
    """The post in an item whose `postId` and author have been read already."""
    get = item.get
    content = text(get("text"))
    likes, shares, views = counter(get("likes")), counter(get("shares")), counter(get("viewsCount"))
    media = [piece for piece in elements(get("media")) if type(piece) is dict]
    top_level = web_address(get("topLevelUrl"))
    address = web_address(get("url")) or top_level
    hashtags, mentions = _tags(content, elements(get("textReferences")))
    comments = counter(get("comments"))
    if "comments" not in item and (likes is not None or shares is not None):
        comments = 0  # the field is left out when there are none
    return Post(
        external_id=external_id,
        url=address,
        kind=_kind(item, address or "", media, views),
        text=content,
        hashtags=hashtags,
        mentions=mentions,
        published_at=iso_moment(get("time")) or moment(get("timestamp")) or moment(get("time")),
        likes=likes,
        comments=comments,
        shares=shares,
        saves=None,  # saves are not public
        views=views,
        pinned=get("isPinned") is True,
        sponsored=any_flag(get("paidPartnership"), get("isSponsored")),
        owner_username=owner,
        media_url=first(web_address(piece.get("thumbnail")) for piece in media),
        duration_seconds=_duration_s(media),
        comment_key=_comment_key(item, external_id),
        comment_url=askable(top_level, "facebook.com") or askable(address, "facebook.com"),
    )


def _kind(item: dict[str, Any], address: str, media: list[dict[str, Any]], views: int | None) -> str | None:
    if "/reel/" in address:
        return "reel"
    kinds = [piece.get("__typename") for piece in media]
    if item.get("isVideo") is True or views is not None or "/videos/" in address or kinds[:1] == ["Video"]:
        return "video"
    pictures = sum(kind == "Photo" or "photo_image" in piece for kind, piece in zip(kinds, media, strict=True))
    if pictures > 1 or any("mediaset_token" in piece for piece in media):
        return "album"
    if pictures:
        return "image"
    if web_address(item.get("link")) is not None:
        return "link"
    return "text" if filled(item.get("text")) and not media else None


def _tags(content: str | None, references: list[Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Hashtags and mentions: as written in the text, then those that only the text's links tell of."""
    hashtags, mentions = list(hashtags_in(content)), list(mentions_in(content))
    for reference in references:
        address = mapping(reference).get("url")
        tag = after_segment(address, ("hashtag",))
        if tag is not None:
            _add(text(unquote(tag)), hashtags)
        else:
            _add(account_at(address), mentions)
    return tuple(hashtags), tuple(mentions)


def _add(word: str | None, words: list[str]) -> None:
    if word and word.lower() not in {known.lower() for known in words}:
        words.append(word)


def _duration_s(media: list[dict[str, Any]]) -> float | None:
    for piece in media:
        milliseconds = duration_s(piece.get("playable_duration_in_ms"))
        if milliseconds is not None:
            return milliseconds / 1000
    return None


def _comment_key(item: dict[str, Any], external_id: str) -> str:
    """The number that comment items name this post by: it may differ from `postId`, in albums for one."""
    inside = numbers_in(item.get("feedbackId"))
    return (inside[0] if inside else None) or post_number_in(item.get("topLevelUrl")) or external_id
