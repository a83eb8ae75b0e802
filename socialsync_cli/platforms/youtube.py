"""YouTube: channels, their videos, and comments.

What is known of the actors, of the streamers organization on Apify, and how:

- verified (store pages, change log, items in public repositories of 2025 and 2026): the input fields `startUrls`,
  `maxResults`, `maxResultsShorts`, `maxResultStreams`, `oldestPostDate`, `maxComments`; one item per video with the
  channel beside it (`channelId`, `channelUsername`, `numberOfSubscribers`, …), in `youtube-channel-scraper` inside of
  `aboutChannelInfo`; likes and comments of a video in `youtube-scraper` alone; `inputChannelUrl` repeats the address
  asked for, at times with a tab behind it; the fields of comments, which tell their age in words ("2 years ago") and
  no date; what an item costs, and that a date costs extra.
- inferred: a channel that does not exist, or has nothing newer than the date, gives no item (errors in words are
  understood all the same); `maxResults` and `maxComments` count per address; the date filter keeps its own day; replies
  come only unasked, and name their parent; a start costs what it costs elsewhere.

Videos have limits of their own, apart from Shorts and streams, and other peers: only they are asked for. The site shows
counts of subscribers with three digits; they are marked as rounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from socialsync_cli.core.money import Price
from socialsync_cli.core.records import AskedPage, AskedPost, Comment, Post, Profile, Reading, Verdict
from socialsync_cli.platforms.asked import AskedPages, AskedPosts, first
from socialsync_cli.platforms.base import Reader, Traits, bad, utc
from socialsync_cli.platforms.tags import hashtags_in, listed, mentions_in
from socialsync_cli.platforms.values import (
    counter,
    duration_s,
    elements,
    filled,
    flag,
    identifier,
    is_shortened,
    iso_moment,
    mapping,
    text,
    web_address,
    website,
)
from socialsync_cli.platforms.verdicts import error_in
from socialsync_cli.platforms.youtube_ids import number_of, username_of, video_id, video_id_at
from socialsync_cli.platforms.youtube_ids import page_url as page_url
from socialsync_cli.platforms.youtube_ids import parse_handle as parse_handle

NAME = "youtube"
TITLE = "YouTube"
EXAMPLES: tuple[str, ...] = ("@nasa",)
ACTORS = {
    "profiles": "streamers/youtube-channel-scraper",
    "posts": "streamers/youtube-scraper",
    "comments": "streamers/youtube-comments-scraper",
}
ACTOR_WORDS = {"channels": "profiles", "videos": "posts"}
PRICES = {
    "streamers/youtube-channel-scraper": Price(0.0013, 0.00005),
    "streamers/youtube-scraper": Price(0.004, 0.00005, 0.0, 0.001),
    "streamers/youtube-comments-scraper": Price(0.002, 0.00005),
}
TRAITS = Traits(silent_if_nothing_new=True)

_DIGITS_SHOWN = 3


def profiles_input(handles: Sequence[str], *, actor: str | None = None) -> dict[str, object]:
    """The latest video of each channel, for the channel beside it: the least that can be asked for."""
    return posts_input(handles, limit=1, newer_than=None, actor=actor)


def posts_input(
    handles: Sequence[str], *, limit: int, newer_than: datetime | None, actor: str | None = None
) -> dict[str, object]:
    """At most `limit` videos per channel; with a date, those since the beginning of its day."""
    del actor  # both take the same
    given: dict[str, object] = {
        "startUrls": _start_urls(map(page_url, handles)),
        "maxResults": limit,
        "maxResultsShorts": 0,
        "maxResultStreams": 0,
    }
    if newer_than is not None:
        given["oldestPostDate"] = utc(newer_than).date().isoformat()
    return given


def comments_input(urls: Sequence[str], *, limit: int, replies: int, actor: str | None = None) -> dict[str, object]:
    """At most `limit` comments per video. The actor has no say about replies."""
    del actor, replies
    return {"startUrls": _start_urls(urls), "maxComments": limit}


def profiles_reader(asked: Sequence[AskedPage]) -> Reader:
    """For the items of both video actors: the channel beside the video."""
    return _ProfilesReader(asked)


def posts_reader(asked: Sequence[AskedPage]) -> Reader:
    """For the items of the scraper that knows likes and comments."""
    return _PostsReader(asked)


def comments_reader(asked: Sequence[AskedPost]) -> Reader:
    """For the items of the comments scraper."""
    return _CommentsReader(asked)


def _start_urls(urls: Iterable[str]) -> list[dict[str, str]]:
    return [{"url": url} for url in urls]


def _channel(item: dict[str, Any]) -> dict[str, Any]:
    """What an item says of the channel: in a place of its own, or beside the video."""
    about = mapping(item.get("aboutChannelInfo"))
    return item if not about else item | {key: value for key, value in about.items() if value is not None}


def _target(channel: dict[str, Any], asked: AskedPages) -> str | None:
    """The asked page, by the address as it was asked, else by name, else by its id."""
    return (
        first(asked.at(channel.get(key)) for key in ("inputChannelUrl", "fromYTUrl", "input"))
        or asked.named(channel.get("channelUsername"))
        or asked.numbered(number_of(channel))
        or asked.at(channel.get("channelUrl"))
        or asked.at(channel.get("url"))
    )


class _ProfilesReader:
    __slots__ = ("_asked",)

    def __init__(self, asked: Sequence[AskedPage]) -> None:
        self._asked = AskedPages(asked, parse_handle)

    def read(self, item: object) -> Reading:
        if type(item) is not dict:
            return bad("not an object")
        channel = _channel(item)
        target = _target(channel, self._asked)
        error = error_in(item)
        if error is not None:
            return Reading(target, error[0], detail=error[1])
        external_id, username = number_of(channel), username_of(channel)
        if external_id is None and username is None:
            return bad("no channel", target)
        return Reading(target, Verdict.DATA, _profile(channel, external_id, username))


def _profile(channel: dict[str, Any], external_id: str | None, username: str | None) -> Profile:
    get = channel.get
    subscribers = counter(get("numberOfSubscribers"))
    links = elements(get("channelDescriptionLinks"))
    return Profile(
        external_id,
        username,
        display_name=text(get("channelName")),
        biography=text(get("channelDescription")),
        url=web_address(get("channelUrl")) or (page_url(username) if username else None),
        avatar_url=web_address(get("channelAvatarUrl")),
        website=first(website(link.get("url") if type(link) is dict else link) for link in links),
        verified=flag(get("isChannelVerified")),
        followers=subscribers,
        posts_count=counter(get("channelTotalVideos")),
        followers_rounded=is_shortened(get("numberOfSubscribers")) or _shows_three_digits(subscribers),
    )


def _shows_three_digits(count: int | None) -> bool:
    """Whether a count is one of which the site tells no more: 108000 stands for anything from there to 108999."""
    return count is not None and count >= 10**_DIGITS_SHOWN and not str(count)[_DIGITS_SHOWN:].strip("0")


class _PostsReader:
    __slots__ = ("_asked",)

    def __init__(self, asked: Sequence[AskedPage]) -> None:
        self._asked = AskedPages(asked, parse_handle)

    def read(self, item: object) -> Reading:
        if type(item) is not dict:
            return bad("not an object")
        channel = _channel(item)
        target = _target(channel, self._asked)
        error = error_in(item)
        if error is not None:
            return Reading(target, error[0], detail=error[1])
        external_id = video_id(item.get("id")) or video_id_at(item.get("url"))
        if external_id is None:
            return bad("no id", target)
        if "cid" in item or not ("viewCount" in item or "date" in item):
            return bad("no video", target)
        owner = username_of(channel) or number_of(channel)
        return Reading(target, Verdict.DATA, None, _post(item, external_id, owner))


def _post(item: dict[str, Any], external_id: str, owner: str | None) -> Post:
    get = item.get
    caption = _caption(text(get("title")), text(get("text")))
    hashtags = get("hashtags")
    address = f"https://www.youtube.com/watch?v={external_id}"
    return Post(
        external_id=external_id,
        url=web_address(get("url")) or address,
        kind={"shorts": "short", "stream": "stream"}.get(filled(get("type")) or "", "video"),
        text=caption,
        hashtags=listed(hashtags) if type(hashtags) is list else hashtags_in(caption),
        mentions=mentions_in(caption),
        published_at=iso_moment(get("date")),
        likes=counter(get("likes")),
        comments=_comments(item),
        shares=None,
        saves=None,
        views=counter(get("viewCount")),
        pinned=False,
        sponsored=flag(get("isPaidContent")),
        owner_username=owner,
        media_url=web_address(get("thumbnailUrl")),
        duration_seconds=_seconds(get("duration")),
        comment_key=external_id,
        comment_url=address,
    )


def _caption(title: str | None, description: str | None) -> str | None:
    return "\n\n".join(part for part in (title, description) if part) or title


def _comments(item: dict[str, Any]) -> int | None:
    """How many comments a video has; none where they are turned off."""
    count = counter(item.get("commentsCount"))
    return 0 if count is None and item.get("commentsTurnedOff") is True else count


def _seconds(value: object) -> float | None:
    """The length of a video, written as "12:35", "1:02:35" or a number of seconds."""
    if type(value) is not str:
        return duration_s(value)
    parts = value.split(":")
    if not 1 < len(parts) <= 3 or not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):
        return None
    seconds = 0
    for part in parts:
        seconds = seconds * 60 + int(part)
    return duration_s(seconds)


class _CommentsReader:
    __slots__ = ("_asked",)

    def __init__(self, asked: Sequence[AskedPost]) -> None:
        self._asked = AskedPosts(asked, video_id_at)

    def read(self, item: object) -> Reading:
        if type(item) is not dict:
            return bad("not an object")
        target = self._asked.keyed(item.get("videoId")) or first(
            self._asked.at(item.get(key)) for key in ("pageUrl", "input", "url")
        )
        error = error_in(item)
        if error is not None:
            return Reading(target, error[0], detail=error[1])
        external_id = identifier(item.get("cid"))
        if external_id is None:
            return bad("no cid", target)
        return Reading(target, Verdict.DATA, None, None, _comment(item, external_id))


def _comment(item: dict[str, Any], external_id: str) -> Comment:
    get = item.get
    author = identifier(get("author"))
    above, dot, _ = external_id.rpartition(".")
    parent = identifier(get("replyToCid")) or (above if dot else None)
    return Comment(
        external_id,
        parent if parent != external_id else None,
        (author and author.removeprefix("@")) or None,
        text(get("comment")),
        counter(get("voteCount")),
        counter(get("replyCount")),
        iso_moment(get("publishedAt")),
    )
