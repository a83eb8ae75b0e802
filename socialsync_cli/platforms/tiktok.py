"""TikTok: videos, with the profile inside each of them, and comments.

`clockworks/tiktok-profile-scraper` and `clockworks/tiktok-scraper` take the same input and give the same
items. No actor gives a row per profile: a run for profiles is one for the latest video of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from socialsync_cli.core.money import Price
from socialsync_cli.core.records import AskedPage, AskedPost, Comment, Post, Profile, Reading, Verdict
from socialsync_cli.platforms.addresses import askable
from socialsync_cli.platforms.asked import AskedPages, AskedPosts, first
from socialsync_cli.platforms.base import Reader, Traits, bad, utc
from socialsync_cli.platforms.tags import hashtags_in, listed, mentions_in
from socialsync_cli.platforms.tiktok_ids import author_address, video_id_at
from socialsync_cli.platforms.tiktok_ids import page_url as page_url
from socialsync_cli.platforms.tiktok_ids import parse_handle as parse_handle
from socialsync_cli.platforms.values import (
    any_flag,
    counter,
    duration_s,
    filled,
    flag,
    identifier,
    is_shortened,
    iso_moment,
    mapping,
    moment,
    text,
    web_address,
    website,
)
from socialsync_cli.platforms.verdicts import error_in, one_line

NAME = "tiktok"
ACTORS = {"posts": "clockworks/tiktok-profile-scraper", "comments": "clockworks/tiktok-comments-scraper"}
TITLE = "TikTok"
EXAMPLES: tuple[str, ...] = ("@nasa",)
ACTOR_WORDS = {"profiles": "posts", "videos": "posts"}
PRICES = {
    "clockworks/tiktok-scraper": Price(0.0037, 0.001, 0.50, 0.001),
    "clockworks/tiktok-profile-scraper": Price(0.003, 0.00005, 0.0, 0.001),
    "clockworks/tiktok-comments-scraper": Price(0.00125, 0.00005),
}
TRAITS = Traits()

_DOWNLOADS = ("Videos", "Covers", "Subtitles", "SlideshowImages", "Avatars", "MusicCovers")


def profiles_input(handles: Sequence[str], *, actor: str | None = None) -> dict[str, object]:
    """The latest video of each page, for the profile in it: the least that can be asked for."""
    return posts_input(handles, limit=1, newer_than=None, actor=actor)


def posts_input(
    handles: Sequence[str], *, limit: int, newer_than: datetime | None, actor: str | None = None
) -> dict[str, object]:
    """At most `limit` videos per page; with a date, those since the beginning of its day.

    The date filter costs extra per result and knows only days, hence it is left out when there is no date.
    """
    given: dict[str, object] = {
        "profiles": list(handles),
        "resultsPerPage": limit,
        "profileScrapeSections": ["videos"],
        "excludePinnedPosts": False,
        "commentsPerPost": 0,
    }
    given |= {f"shouldDownload{what}": False for what in _DOWNLOADS}
    if newer_than is not None:
        given["oldestPostDateUnified"] = utc(newer_than).date().isoformat()
    return given


def comments_input(urls: Sequence[str], *, limit: int, replies: int, actor: str | None = None) -> dict[str, object]:
    """At most `limit` comments per video, `replies` answers per comment. Slideshows go by `/video/`, too."""
    return {
        "postURLs": [url.replace("/photo/", "/video/") for url in urls],
        "commentsPerPost": limit,
        "maxRepliesPerComment": replies,
    }


def profiles_reader(asked: Sequence[AskedPage]) -> Reader:
    """The same as `posts_reader`: the profile is in every row."""
    return _PostsReader(asked)


def posts_reader(asked: Sequence[AskedPage]) -> Reader:
    """For the items of both profile actors: most readings hold a post and a profile."""
    return _PostsReader(asked)


def comments_reader(asked: Sequence[AskedPost]) -> Reader:
    """For the items of the comments scraper."""
    return _CommentsReader(asked)


class _PostsReader:
    __slots__ = ("_asked",)

    def __init__(self, asked: Sequence[AskedPage]) -> None:
        self._asked = AskedPages(asked, parse_handle)

    def read(self, item: object) -> Reading:
        if type(item) is not dict:
            return bad("not an object")
        author = mapping(item.get("authorMeta"))
        reposted = item.get("fromProfileSection") == "reposts"
        target = self._target(item, author, reposted=reposted)
        profile = None
        if author and not reposted and self._is_author(author, item, target):
            profile = _profile(author)
        error = error_in(item)
        if error is not None:
            verdict, detail = error
            if verdict is Verdict.RESTRICTED and profile is not None and item.get("errorCode") == "PROFILE_EMPTY":
                verdict = Verdict.EMPTY
            return Reading(target, verdict, profile, detail=detail)
        external_id = identifier(item.get("id"))
        note = filled(item.get("note"))
        if external_id is None and note is not None:
            return _note(target, note, profile)
        if external_id is None:
            external_id = video_id_at(item.get("webVideoUrl"))
        if external_id is None:
            return bad("no id", target)
        if "cid" in item or not ("createTime" in item or "webVideoUrl" in item or author):
            return bad("no video", target)
        return Reading(target, Verdict.DATA, profile, _post(item, external_id, author))

    def _target(self, item: dict[str, Any], author: dict[str, Any], *, reposted: bool) -> str | None:
        """The asked page. A repost's author and address are somebody else's."""
        asked = self._asked
        target = asked.at(item.get("input"))
        if target is None and not reposted:
            target = asked.named(author.get("name")) or asked.numbered(author.get("id"))
            if target is None:
                target = asked.at(author_address(item.get("webVideoUrl"))) or asked.at(item.get("url"))
        return target

    def _is_author(self, author: dict[str, Any], item: dict[str, Any], target: str | None) -> bool:
        """Whether a row's author is the asked page: by name, by number, or by the section it was found in."""
        if target is None:
            return True
        name = identifier(author.get("name"))
        if name is not None and name.lower() == target.lower():
            return True
        known = self._asked.external_ids.get(target)
        if known is not None:
            return identifier(author.get("id")) == known
        return item.get("fromProfileSection") == "videos" or "note" in item


def _note(target: str | None, note: str, profile: Profile | None) -> Reading:
    """A row without a video: the profile is good, there is just nothing to show of it."""
    if "private" in note.lower() or (profile is not None and profile.private):
        verdict = Verdict.PRIVATE
    elif profile is None and "login wall" in note.lower():
        verdict = Verdict.RESTRICTED
    else:
        verdict = Verdict.EMPTY
    return Reading(target, verdict, profile, detail=one_line(note))


def _profile(author: dict[str, Any]) -> Profile | None:
    get = author.get
    external_id, username, followers = identifier(get("id")), identifier(get("name")), counter(get("fans"))
    if external_id is None and username is None:
        return None
    link = get("bioLink")
    return Profile(
        external_id,
        username,
        display_name=text(get("nickName")),
        biography=text(get("signature")),
        url=web_address(get("profileUrl")) or (page_url(username) if username else None),
        avatar_url=web_address(get("originalAvatarUrl")) or web_address(get("avatar")),
        website=website(link.get("link") if type(link) is dict else link),
        category=filled(mapping(get("commerceUserInfo")).get("category")),
        verified=flag(get("verified")),
        private=flag(get("privateAccount")),
        followers=followers,
        following=counter(get("following")),
        posts_count=counter(get("video")),
        likes_total=counter(get("heart")),
        followers_rounded=is_shortened(get("fans")),
    )


def _post(item: dict[str, Any], external_id: str, author: dict[str, Any]) -> Post:
    get = item.get
    caption = text(get("text"))
    hashtags, mentions, video = get("hashtags"), get("mentions"), mapping(get("videoMeta"))
    owner = identifier(author.get("name"))
    address = web_address(get("webVideoUrl"))
    if address is None and owner is not None:
        address = f"{page_url(owner)}/video/{external_id}"
    return Post(
        external_id=external_id,
        url=address,
        kind="slideshow" if get("isSlideshow") is True else "video",
        text=caption,
        hashtags=listed(hashtags) if type(hashtags) is list else hashtags_in(caption),
        mentions=listed(mentions) if type(mentions) is list else mentions_in(caption),
        published_at=iso_moment(get("createTimeISO")) or moment(get("createTime")),
        likes=counter(get("diggCount")),
        comments=counter(get("commentCount")),
        shares=counter(get("shareCount")),
        saves=counter(get("collectCount")),
        views=counter(get("playCount")),
        pinned=get("isPinned") is True,
        sponsored=any_flag(get("isSponsored"), get("isAd")),
        owner_username=owner or identifier(author.get("id")),
        media_url=web_address(video.get("coverUrl")) or web_address(video.get("originalCoverUrl")),
        duration_seconds=duration_s(video.get("duration")),
        comment_key=external_id,
        comment_url=askable(address and address.replace("/photo/", "/video/"), "tiktok.com"),
    )


class _CommentsReader:
    __slots__ = ("_asked",)

    def __init__(self, asked: Sequence[AskedPost]) -> None:
        self._asked = AskedPosts(asked, video_id_at)

    def read(self, item: object) -> Reading:
        if type(item) is not dict:
            return bad("not an object")
        target = first(self._asked.at(item.get(key)) for key in ("submittedVideoUrl", "input", "videoWebUrl", "url"))
        error = error_in(item)
        if error is not None:
            return Reading(target, error[0], detail=error[1])
        external_id = identifier(item.get("cid"))
        if external_id is None:
            return bad("no cid", target)
        return Reading(target, Verdict.DATA, None, None, _comment(item, external_id))


def _comment(item: dict[str, Any], external_id: str) -> Comment:
    get = item.get
    parent = identifier(get("repliesToId"))
    return Comment(
        external_id,
        parent if parent not in {external_id, "0"} else None,
        identifier(get("uniqueId")) or identifier(get("uid")),
        text(get("text")),
        counter(get("diggCount")),
        counter(get("replyCommentTotal")),
        iso_moment(get("createTimeISO")) or moment(get("createTime")),
    )
