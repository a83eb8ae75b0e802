"""Items of the YouTube actors: videos with their channel, and comments."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from socialsync_cli.sandbox.accounts import Account
from socialsync_cli.sandbox.comments import Remark, remark_at
from socialsync_cli.sandbox.counters import ABSENT, shown, without_absent
from socialsync_cli.sandbox.moments import iso
from socialsync_cli.sandbox.posts import Entry

_DESCRIPTION = "Filmed by the old pier.\nMusic: our own."
_VIDEO_BYTES, _CHANNEL_BYTES = 8, 16


def video_id(number: int) -> str:
    """Return a number as the site spells the id of a video: eleven letters."""
    return _spelled(number, _VIDEO_BYTES)


def number_of_video(word: str) -> int | None:
    """Return the number that the id of a video spells; None if it is none."""
    return _number_in(word, _VIDEO_BYTES)


def channel_id(page: Account) -> str:
    """Return the id of a channel: "UC" and 22 letters."""
    return "UC" + _spelled(int(page.number), _CHANNEL_BYTES)


def number_of_channel(word: str) -> str | None:
    """Return the number of the page with that channel id; None if it is none."""
    number = _number_in(word.removeprefix("UC"), _CHANNEL_BYTES) if word.startswith("UC") else None
    return None if number is None else str(number)


def _spelled(number: int, size: int) -> str:
    return urlsafe_b64encode(number.to_bytes(size)).decode().rstrip("=")


def _number_in(word: str, size: int) -> int | None:
    try:
        found = urlsafe_b64decode(word + "=" * (-len(word) % 4))
    except ValueError:
        return None
    return int.from_bytes(found) if len(found) == size and _spelled(int.from_bytes(found), size) == word else None


def video_url(post: Entry) -> str:
    """Return a video's address."""
    return f"https://www.youtube.com/watch?v={video_id(post.number)}"


def subscribers(page: Account, t: int) -> int:
    """Return the count as the site shows it: three digits of it."""
    count = page.followers(t)
    unit: int = 10 ** max(0, len(str(count)) - 3)
    return count - count % unit


def uploads(page: Account, t: int) -> int:
    """Return how many videos everybody can see."""
    return 0 if page.private else page.count(t)


def about(page: Account, asked: str, t: int) -> dict[str, Any]:
    """Return what the scrapers say of a channel, asked for by that address."""
    quirks = page.quirks
    links = [{"text": "Shop", "url": page.website}] if page.website else []
    return without_absent(
        {
            "channelName": page.display_name,
            "channelId": channel_id(page),
            "channelUsername": page.username,
            "channelUrl": f"https://www.youtube.com/channel/{channel_id(page)}",
            "channelDescription": page.biography,
            "channelDescriptionLinks": links,
            "channelJoinedDate": "Mar 4, 2019",
            "channelLocation": "Czechia" if page.series & 1 else None,
            "channelAvatarUrl": page.avatar(),
            "channelBannerUrl": None,
            "channelTotalVideos": shown(quirks, 1, uploads(page, t)),
            "channelTotalViews": f"{page.followers(t) * 41:,}",
            "numberOfSubscribers": shown(quirks, page.series & 1 if "withheld" in quirks else 0, subscribers(page, t)),
            "isChannelVerified": page.verified,
            "inputChannelUrl": f"{asked}/about",
        }
    )


def listed_item(post: Entry | None, channel: dict[str, Any], asked: str) -> dict[str, Any]:
    """Return an item of the channel scraper: a video as the list of them shows it, with the channel inside."""
    names = {key: channel[key] for key in ("channelName", "channelUrl")}
    video: dict[str, Any] = {}
    if post is not None:
        video = {
            "id": video_id(post.number),
            "title": post.caption.text,
            "duration": _duration(post),
            "date": "3 days ago",
            "url": video_url(post),
            "viewCount": post.plays,
            "thumbnailUrl": thumbnail(post),
        }
    return {**video, **names, "fromYTUrl": f"{asked}/videos", "aboutChannelInfo": channel}


def video_item(post: Entry, channel: dict[str, Any], asked: str) -> dict[str, Any]:
    """Return an item of the scraper that opens every video."""
    quirks, dice = post.account.quirks, post.dice
    quiet = "nocomments" in quirks
    return without_absent(
        {
            "title": post.caption.text,
            "type": "video",
            "id": video_id(post.number),
            "url": video_url(post),
            "thumbnailUrl": thumbnail(post),
            "viewCount": shown(quirks, dice >> 8, post.plays),
            "date": iso(post.published),
            "likes": None if "hidden" in quirks else shown(quirks, dice >> 4, post.likes),
            "location": None,
            **channel,
            "inputChannelUrl": asked,
            "fromYTUrl": f"{asked}/videos",
            "duration": _duration(post),
            "commentsCount": None if quiet else shown(quirks, dice >> 6, post.comments),
            "commentsTurnedOff": quiet,
            "text": description(post),
            "subtitles": None,
            "isMonetized": None,
            "isPaidContent": post.sponsored,
            "hashtags": [f"#{tag}" for tag in post.caption.raw_hashtags] if dice & 1 else ABSENT,
        }
    )


def description(post: Entry) -> str:
    """Return what stands below a video."""
    return _DESCRIPTION if post.dice & 2 else ""


def thumbnail(post: Entry) -> str:
    """Return the address of a video's picture."""
    return f"https://i.ytimg.com/vi/{video_id(post.number)}/maxresdefault.jpg"


def _duration(post: Entry) -> str:
    seconds = int(post.duration_s)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def comment_id(remark: Remark) -> str:
    """Return a comment's id; that of a reply begins with its parent's."""
    own = _spelled(remark.number, _VIDEO_BYTES)
    return f"Ugz{own}4AaABAg" if remark.parent is None else f"{comment_id(remark_at(remark.post, remark.parent))}.{own}"


def author(remark: Remark) -> str:
    """Return who wrote a comment, as the site has it."""
    return remark.post.account.username if remark.by_author else remark.author.username


def comment_item(remark: Remark) -> dict[str, Any]:
    """Return a comment."""
    reply = remark.parent is not None
    return {
        "comment": remark.text or "",
        "cid": comment_id(remark),
        "author": f"@{author(remark)}",
        "videoId": video_id(remark.post.number),
        "pageUrl": video_url(remark.post),
        "commentsCount": remark.post.comments,
        "replyCount": remark.replies,
        "voteCount": None if "withheld" in remark.post.account.quirks else remark.likes,
        "authorIsChannelOwner": remark.by_author,
        "hasCreatorHeart": remark.dice & 7 == 0,
        "type": "reply" if reply else "comment",
        "replyToCid": comment_id(remark_at(remark.post, remark.parent)) if remark.parent is not None else None,
        "title": remark.post.caption.text,
        "publishedTimeText": "2 days ago",
    }
