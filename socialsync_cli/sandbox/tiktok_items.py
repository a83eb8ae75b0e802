"""Items of the TikTok actors: videos with their author inside, notes, errors and comments."""

from __future__ import annotations

from typing import Any

from socialsync_cli.sandbox.accounts import Account
from socialsync_cli.sandbox.comments import Remark
from socialsync_cli.sandbox.counters import ABSENT, shown, without_absent
from socialsync_cli.sandbox.dice import roll, rounded
from socialsync_cli.sandbox.moments import iso
from socialsync_cli.sandbox.posts import Entry

_CDN = "https://p16-common-sign.tiktokcdn-us.com"

ERRORS = {
    "NOT_FOUND": "This profile/hashtag does not exist.",
    "PROFILE_PRIVATE": "Profile is private",
    "PROFILE_EMPTY": "Profile is empty (or behind a login wall)",
    "POST_NOT_FOUND_OR_PRIVATE": "Post not found or private",
    "POST_SENSITIVE": "Post is marked as sensitive",
    "INVALID_URLS": "Invalid URL or username",
}


def video_url(post: Entry) -> str:
    """Return a video's address; slideshows have the same form."""
    return f"https://www.tiktok.com/@{post.account.username}/video/{post.number}"


def profile_url(name: str) -> str:
    """Return the address of a page."""
    return f"https://www.tiktok.com/@{name}"


def cover_url(post: Entry) -> str:
    """Return the signed address of a video's picture."""
    return f"{_CDN}/{post.number}~origin.image?x-signature=sig"


def author_meta(page: Account, t: int) -> dict[str, Any]:
    """Return the profile as it stands in every row."""
    quirks = page.quirks
    link: Any = page.website
    if page.series & 0x1F == 7 and link:
        link = {"link": link, "risk": 0}
    commerce: dict[str, Any] = {"commerceUser": page.category is not None}
    if page.category is not None:
        commerce |= {"category": page.category, "categoryButton": False}
    return without_absent(
        {
            "id": page.number,
            "name": page.username,
            "profileUrl": profile_url(page.username),
            "nickName": page.display_name,
            "verified": page.verified,
            "signature": page.biography,
            "bioLink": link,
            "originalAvatarUrl": page.avatar(),
            "avatar": page.avatar(),
            "commerceUserInfo": commerce if page.series & 0x20 or page.category else ABSENT,
            "privateAccount": page.private,
            "roomId": "",
            "ttSeller": False,
            "createTime": page.first_post - 86_400 * 50 if page.series & 0x40 else ABSENT,
            "following": page.following(t),
            "friends": page.series % 40,
            "fans": shown(quirks, page.series & 1 if "withheld" in quirks else 0, rounded(page.followers(t))),
            "heart": shown(quirks, 0, rounded(page.likes_total(t))),
            "video": shown(quirks, 1, page.count(t)),
            "digg": page.series % 5000,
        }
    )


def video_item(post: Entry, author: dict[str, Any], named: dict[str, Any]) -> dict[str, Any]:
    """Return a video or slideshow.

    Args:
        post: The post.
        author: Its page, from `author_meta`.
        named: What tells how it was found: `input`, `submittedVideoUrl`, `fromProfileSection`…

    """
    quirks, dice = post.account.quirks, post.dice
    slides = post.kind == "slideshow"
    item: dict[str, Any] = {
        "id": str(post.number),
        "text": post.caption.text,
        "textLanguage": post.caption.language,
        "createTime": post.published,
        "createTimeISO": iso(post.published),
        "isAd": post.sponsored and bool(dice & 1),
        "authorMeta": author,
        "musicMeta": _music(post),
        "webVideoUrl": video_url(post),
        "mediaUrls": [],
        "videoMeta": _video(post, slides=slides),
        "diggCount": shown(quirks, dice >> 4, rounded(post.likes)),
        "shareCount": shown(quirks, dice >> 6, rounded(post.shares)),
        "playCount": shown(quirks, dice >> 8, rounded(post.plays)),
        "collectCount": shown(quirks, dice >> 10, post.saves),
        "commentCount": shown(quirks, dice >> 12, post.comments),
        "repostCount": post.shares // 9 if dice & 2 else ABSENT,
        "mentions": [f"@{name}" for name in post.caption.mentions],
        "detailedMentions": [_mention(name) for name in post.caption.mentions],
        "hashtags": [_hashtag(tag, full=bool(dice & 4)) for tag in post.caption.hashtags],
        "effectStickers": [_STICKER] if dice >> 14 & 7 == 0 else [],
        "isSlideshow": slides,
        "isPinned": post.pinned,
        "isSponsored": post.sponsored,
        **named,
    }
    if slides:
        picture = f"{_CDN}/{post.number}~photomode.jpeg?x-signature=sig"
        item["slideshowImageLinks"] = [{"tiktokLink": picture, "downloadLink": picture}]
    if dice >> 17 & 7 == 0:
        item["locationCreated"] = "CZ"
        item["locationMeta"] = {
            "address": "Harborton", "city": "", "cityCode": "3078610", "countryCode": "3077311",
            "locationName": "Old Pier", "locationId": "22535865200000777",
        }  # fmt: skip
    return without_absent(item)


_STICKER = {"ID": "1286000777", "name": "Slow Zoom", "stickerStats": {"useCount": 0}}


def _music(post: Entry) -> dict[str, Any]:
    cover = f"{_CDN}/m{post.account.number}.jpeg?x-signature=sig"
    return {
        "musicName": "original sound", "musicAuthor": post.account.display_name, "musicOriginal": True,
        "playUrl": "https://v16m.tiktokcdn-us.com/music.mp3?sig", "coverMediumUrl": cover,
        "originalCoverMediumUrl": cover, "musicId": str(post.number - 5),
    }  # fmt: skip


def _video(post: Entry, *, slides: bool) -> dict[str, Any]:
    cover = cover_url(post)
    if slides:
        return {"height": 0, "width": 0, "duration": 0, "coverUrl": cover, "originalCoverUrl": cover}
    subtitle = {
        "language": "eng-US", "downloadLink": "https://v16m-webapp.tiktokcdn-us.com/sub?sig",
        "tiktokLink": "https://v16m-webapp.tiktokcdn-us.com/sub?sig", "source": "ASR",
        "sourceUnabbreviated": "automatic speech recognition", "version": "1:whisper_lid",
    }  # fmt: skip
    return {
        "height": 1024, "width": 576, "duration": int(post.duration_s), "coverUrl": cover,
        "originalCoverUrl": cover, "definition": "540p", "format": "mp4",
        "subtitleLinks": [subtitle] if post.dice & 8 else [], "transcriptionLink": None,
    }  # fmt: skip


def _mention(name: str) -> dict[str, Any]:
    number = str(6_100_000_000_000_000_000 + roll(name) % 10**18)
    return {"id": number, "name": name, "nickName": name.title(), "profileUrl": profile_url(name)}


def _hashtag(tag: str, *, full: bool) -> dict[str, Any]:
    return {"id": str(roll(tag) % 10**8), "name": tag, "title": "", "cover": ""} if full else {"name": tag}


def note_item(page: Account, asked: str, note: str, t: int) -> dict[str, Any]:
    """Return the row of a page that has no video to show: its profile is good."""
    return {"authorMeta": author_meta(page, t), "input": asked, "note": note}


def error_item(asked: str, url: str, code: str) -> dict[str, Any]:
    """Return an error row."""
    return {"url": url, "input": asked, "error": ERRORS[code], "errorCode": code}


def comment_item(remark: Remark, named: dict[str, Any], parent_number: int | None) -> dict[str, Any]:
    """Return a comment as a row.

    Args:
        remark: The comment.
        named: `submittedVideoUrl` and `input`; nothing when the video was found under a profile.
        parent_number: The number of the comment that it answers.

    """
    post = remark.post
    name = post.account.username if remark.by_author else remark.author.username.title()
    item: dict[str, Any] = {
        "videoWebUrl": video_url(post),
        **named,
        "cid": str(remark.number),
        "createTime": remark.published,
        "createTimeISO": iso(remark.published),
        "text": remark.text or "",
        "diggCount": None if "withheld" in post.account.quirks else rounded(remark.likes),
        "likedByAuthor": remark.dice & 0xF == 0,
        "pinnedByAuthor": remark.nth == 0 and bool(remark.dice & 0x10),
        "repliesToId": None if parent_number is None else str(parent_number),
        "replyCommentTotal": remark.replies if parent_number is None else None,
        "uid": str(remark.author.number if remark.by_author else 6_700_000_000_000_000_000 + remark.author.number),
        "uniqueId": name,
        "avatarThumbnail": f"{_CDN}/{name}~tplv-tiktokx-cropcenter:100:100.jpg?x-signature=sig",
    }
    if remark.dice & 0x20:
        item |= {"mentions": [], "detailedMentions": []}
    elif remark.dice & 0xC0 == 0:
        friend = post.account.username
        item |= {"mentions": [f"@{friend}"], "detailedMentions": [_mention(friend)]}
    return item
