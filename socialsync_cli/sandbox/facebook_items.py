"""Items of the Facebook actors: posts, and what all of them share."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

from socialsync_cli.sandbox.accounts import Account
from socialsync_cli.sandbox.counters import ABSENT, shown, without_absent
from socialsync_cli.sandbox.dice import pfbid, roll
from socialsync_cli.sandbox.moments import iso
from socialsync_cli.sandbox.odd import OLD_NUMBERS
from socialsync_cli.sandbox.posts import Entry

CDN = "https://scontent.xx.fbcdn.net"
_REACTIONS = ("Love", "Care", "Haha", "Wow", "Sad", "Angry")
_OLD_NUMBERS = {new: old for old, new in OLD_NUMBERS.items()}
_NAMELESS_PATHS = {"people", "p", "profile.php"}


def coded(text: str) -> str:
    """Return a Facebook id: a text in base 64."""
    return b64encode(text.encode()).decode()


def post_address(post: Entry) -> str:
    """Return one of a post's addresses. The token in it differs from day to day."""
    page = post.account
    if post.kind == "reel":
        return f"https://www.facebook.com/reel/{post.video_number}/"
    if post.kind == "video":
        return f"https://www.facebook.com/{page.username}/videos/{post.video_number}/"
    token = pfbid(post.number, post.dice + post.t // 86_400)
    if page.username.isdigit():
        return f"https://www.facebook.com/permalink.php?story_fbid={token}&id={page.number}"
    return f"https://www.facebook.com/{page.username}/posts/{token}"


def stable_address(post: Entry) -> str:
    """Return a post's `topLevelUrl`."""
    return f"https://www.facebook.com/{post.account.number}/posts/{post.story_number}"


def page_name(page: Account, path: str) -> str:
    """Return `pageName`: a piece of the address when the page has no name in it."""
    if path == "profile.php" and page.series & 0x200:
        return "people"
    return path if path in _NAMELESS_PATHS else page.username


def ad_library(page: Account) -> dict[str, Any]:
    """Return `pageAdLibrary`; its id is another, older number of the page."""
    old = str(337_000_000_000_000 + int(page.number) % 10**9)
    old = _OLD_NUMBERS.get(page.number, old)
    if page.series & 4:
        return {"is_business_page_active": False, "id": old}
    return {"id": old, "pamv_comms_data": None}


def post_item(post: Entry, asked: str, path: str, *, alone: bool = False) -> dict[str, Any]:
    """Return a post.

    Args:
        post: The post.
        asked: The page's or post's address as asked for.
        path: The first part of that address.
        alone: The post itself was asked for.

    """
    page, quirks = post.account, post.account.quirks
    item: dict[str, Any] = {
        "facebookUrl": asked,
        "postId": str(post.number),
        "pageName": page_name(page, path),
        "url": post_address(post),
        "time": iso(post.published),
        "timestamp": post.published,
        "user": {
            "id": page.number,
            "name": page.display_name,
            "profileUrl": f"https://www.facebook.com/{page.number}",
            "profilePic": page.avatar(),
        },
        "collaborators": [],
        "likes": shown(quirks, post.dice >> 4, post.likes),
        "shares": shown(quirks, post.dice >> 6, post.shares),
        "feedbackId": coded(f"feedback:{post.story_number}"),
        "topLevelUrl": ABSENT if alone and post.dice & 1 else stable_address(post),
        "facebookId": page.number,
        "pageAdLibrary": ad_library(page),
        "inputUrl": asked,
    }
    if post.comments:
        item["comments"] = shown(quirks, post.dice >> 8, post.comments)
    if post.caption.text:
        item["text"] = post.caption.text
    _add_references(item, post)
    if not quirks & {"hidden", "withheld", "shortened"}:
        _add_reactions(item, post)
    _add_media(item, post)
    if post.sponsored:
        item["paidPartnership"] = True
    if "oldbuild" in quirks:
        _age(item, post)
    return without_absent(item)


def _age(item: dict[str, Any], post: Entry) -> None:
    """Give a post the shape of 2023: other moments, fewer keys, a story instead of a page in `facebookId`."""
    for key in ("inputUrl", "collaborators", "topLevelUrl"):
        del item[key]
    moment = datetime.fromtimestamp(post.published, UTC)
    item["time"] = f"{moment:%A}, {moment.day} {moment:%B %Y} at {moment:%H:%M}"
    item["timestamp"] = post.published * 1000
    item["facebookId"] = coded(f"S:_I{post.account.number}:{post.story_number}:{post.story_number}")


def _add_references(item: dict[str, Any], post: Entry) -> None:
    references: list[dict[str, Any]] = [
        {
            "url": f"https://www.facebook.com/hashtag/{tag.lower()}?__eep__=6",
            "mobileUrl": f"https://m.facebook.com/hashtag/{tag.lower()}",
            "id": str(10**14 + roll(tag.lower()) % 10**14),
        }
        for tag in post.caption.hashtags
    ]
    if post.kind == "link":
        link = f"https://news.{post.account.trade.lower()}.example/{post.nth}"
        item["link"] = link
        wrapped = "l.php?u=" + link.replace(":", "%3A").replace("/", "%2F")
        references.append(
            {
                "url": f"https://l.facebook.com/{wrapped}", "external_url": link,
                "web_link": {"__typename": "ExternalWebLink", "url": link, "fbclid": None, "lynx_mode": "ASYNCLAZY"},
                "mobileUrl": f"https://lm.facebook.com/{wrapped}", "id": coded(f"0:{link}"),
            }
        )  # fmt: skip
    if references:
        item["textReferences"] = references


def _add_reactions(item: dict[str, Any], post: Entry) -> None:
    """All kinds together are `likes`; kinds without any are left out; some posts have no split at all."""
    kinds = {}
    rest = post.likes
    for k, kind in enumerate(_REACTIONS):
        kinds[kind] = min(rest, post.likes * (post.dice >> 4 * k & 3) // 40)
        rest -= kinds[kind]
    told = {"Like": rest, **kinds}
    item["topReactionsCount"] = sum(count > 0 for count in told.values())
    if post.dice >> 28 & 3:
        item |= {f"reaction{kind}Count": count for kind, count in told.items() if count}


def _add_media(item: dict[str, Any], post: Entry) -> None:
    if post.kind in {"video", "reel"}:
        item["viewsCount"] = shown(post.account.quirks, post.dice >> 10, post.views)
    if post.kind == "video":
        item |= {"isVideo": True, "media": [_video(post)]}
    elif post.kind == "image":
        item["media"] = [_photo(post, 0, "photo_image")]
    elif post.kind == "album":
        token = {"mediaset_token": f"pcb.{post.number}", "url": item["url"]}
        token["comet_product_tag_feed_overlay_renderer"] = None
        item["media"] = [token, _photo(post, 0, "image"), _photo(post, 1, "image")]


def _photo(post: Entry, k: int, form: str) -> dict[str, Any]:
    address = f"{CDN}/v/t39.30808-6/{post.number}_{k}_n.jpg?_nc_cat=1&oh=00_sig&oe=68F0"
    return {
        "thumbnail": address,
        "__typename": "Photo",
        "__isMedia": "Photo",
        "accent_color": "FF1A0534",
        "photo_product_tags": [],
        form: {"uri": address, "height": 540, "width": 960},
        "url": f"https://www.facebook.com/photo/?fbid={post.number + 10 + k}&set=a.{post.account.number}",
        "id": str(post.number + 10 + k),
        "feedback": {"can_viewer_comment": False, "id": coded(f"feedback:{post.story_number}")},
        "ocrText": "May be an image of text",
    }


def _video(post: Entry) -> dict[str, Any]:
    address = f"{CDN}/v/t15.5256-10/{post.video_number}_n.jpg?oh=00_sig"
    return {
        "thumbnail": address,
        "__typename": "Video",
        "thumbnailImage": {"uri": address},
        "id": str(post.video_number),
        "videoId": str(post.video_number),
        "owner": {"__typename": "User", "id": post.account.number},
        "playable_duration_in_ms": int(post.duration_s * 1000),
        "url": post_address(post),
        "captions_url": f"{CDN}/v/t39.2093-6/{post.video_number}.srt?oh=sig",
        "publish_time": post.published - 66,
        "is_live_streaming": False,
        "loop_count": 0,
        "width": 1088,
        "height": 1360,
        "video_status_type": "OK",
        "dash_manifest": "<",
        "info": {"video_chaining_caller": "CHANNEL_VIEW_FROM_PAUSE_SCREEN", "video_id": str(post.video_number)},
        "image": {"uri": address},
    }
