"""Items of the Instagram actors: posts (in their long, short and basic forms) and comments."""

from __future__ import annotations

from itertools import islice
from typing import Any

from socialsync_cli.sandbox.comments import Remark, remark_at, replies_to, top_level
from socialsync_cli.sandbox.counters import ABSENT, shown, without_absent
from socialsync_cli.sandbox.dice import short_code
from socialsync_cli.sandbox.moments import iso
from socialsync_cli.sandbox.posts import Entry
from socialsync_cli.sandbox.texts import PEOPLE, Person

INLINE_COMMENTS = 15
_CDN = "https://scontent.cdninstagram.com"
_TYPES = {"image": "Image", "carousel": "Sidecar", "reel": "Video"}
_BASIC = frozenset(
    {
        "caption", "commentsCount", "dimensionsHeight", "dimensionsWidth", "displayUrl", "hashtags", "id",
        "isCommentsDisabled", "likesCount", "ownerFullName", "ownerId", "ownerUsername", "shortCode", "timestamp",
        "type", "url", "coauthorProducers", "productType", "videoUrl", "isPinned",
    }
)  # fmt: skip


def post_url(post: Entry) -> str:
    """Return a post's permalink."""
    return f"https://www.instagram.com/p/{short_code(post.number)}/"


def picture(name: object, kind: str = "15") -> str:
    """Return the signed address of a picture."""
    return f"{_CDN}/v/t51.2885-{kind}/{name}_n.jpg?stp=dst-jpg&_nc_ht=cdn&oh=00_AfSig&oe=68F0A1B2"


def likes_count(post: Entry) -> object:
    """Return what stands in `likesCount`; -1 is hidden by the owner."""
    quirks = post.account.quirks
    if "hidden" in quirks:
        return -1
    wire = shown(quirks, post.dice >> 4, post.likes)
    return None if wire is ABSENT else wire


def caption_text(post: Entry) -> str | None:
    """Return a caption: the empty ones are written in two ways."""
    return post.caption.text or (None if post.dice & 1 else "")


def user(person: Person, *, full: bool = False) -> dict[str, Any]:
    """Return somebody as a small object."""
    found: dict[str, Any] = {"full_name": person.name} if full else {}
    return found | {
        "id": str(person.number),
        "is_verified": person.verified,
        "profile_pic_url": picture(person.username, "19"),
        "username": person.username,
    }


def post_item(
    post: Entry,
    input_url: str | None,
    *,
    by_url: bool = False,
    slim: bool = False,
    inline: int = INLINE_COMMENTS,
) -> dict[str, Any]:
    """Return a post in the post scraper's long form.

    Args:
        post: The post.
        input_url: The profile or post as asked for; None leaves the key out (short and basic forms).
        by_url: The post itself was asked for: reels then often lack their views.
        slim: `latestComments` as the general scraper has them.
        inline: How many of them at most.

    """
    code = short_code(post.number)
    off = "nocomments" in post.account.quirks
    comments = shown(post.account.quirks, post.dice >> 6, post.comments)
    latest = list(islice(top_level(post, newest_first=True), inline))
    told = [_told_comment(post, k, slim) for k in latest]
    item: dict[str, Any] = {} if input_url is None else {"inputUrl": input_url}
    item |= {
        "id": str(post.number),
        "type": _TYPES[post.kind],
        "shortCode": code,
        "caption": caption_text(post),
        "hashtags": post.caption.raw_hashtags,
        "mentions": post.caption.raw_mentions,
        "url": post_url(post),
        "commentsCount": comments,
        "firstComment": told[0]["text"] if told else "",
        "latestComments": told,
        "dimensionsHeight": 1920 if post.kind == "reel" else 1350,
        "dimensionsWidth": 1080,
        "displayUrl": picture(post.number),
        "images": [],
        "alt": None if post.dice & 2 else f"Photo by {post.account.display_name}. May be an image of text.",
        "likesCount": likes_count(post),
        "timestamp": iso(post.published),
        "childPosts": [],
    }
    _add_authors(item, post)
    _add_kind(item, post, by_url=by_url)
    _add_extras(item, post)
    item["isCommentsDisabled"] = off
    return without_absent(item) if post.account.quirks else item


def short_post(post: Entry) -> dict[str, Any]:
    """Return a post as it stands in a profile's `latestPosts`."""
    item = post_item(post, None, inline=0)
    for key in (
        "firstComment", "latestComments", "ownerFullName", "videoPlayCount", "videoDuration", "musicInfo",
        "coauthorProducers", "paidPartnership", "sponsors", "audioUrl",
    ):  # fmt: skip
        item.pop(key, None)
    return item


def basic_post(post: Entry) -> dict[str, Any]:
    """Return a post with `dataDetailLevel: basicData`: cheaper, and without `inputUrl`."""
    item = {key: value for key, value in post_item(post, None, inline=0).items() if key in _BASIC}
    if post.dice & 4:
        item.pop("ownerFullName", None)
    return item


def _add_authors(item: dict[str, Any], post: Entry) -> None:
    owner, page = post.owner, post.account
    item["ownerFullName"] = owner.name if owner else page.display_name
    item["ownerUsername"] = owner.username if owner else page.username
    item["ownerId"] = str(owner.number) if owner else page.number
    if post.partners:
        item["coauthorProducers"] = [user(partner) for partner in post.partners]
    if post.partners or post.dice & 0x1F == 3:
        item["taggedUsers"] = [user(person, full=True) for person in post.partners or (PEOPLE[2],)]


def _add_kind(item: dict[str, Any], post: Entry, *, by_url: bool) -> None:
    if post.kind == "carousel":
        children = [_child(post, k) for k in range(2 + (post.dice >> 3 & 1))]
        item |= {
            "images": [child["displayUrl"] for child in children],
            "childPosts": children,
            "productType": "carousel_container",
        }
        return
    if post.kind != "reel":
        return
    quirks = post.account.quirks
    item |= {
        "videoUrl": f"{_CDN}/o1/v/t16/f2/m86/{post.number}.mp4?efg=sig&oh=00_AfSig",
        "audioUrl": f"{_CDN}/o1/v/t16/f2/m69/{post.number}a.mp4?efg=sig",
        "videoViewCount": ABSENT if by_url else shown(quirks, post.dice >> 8, post.views),
        "videoPlayCount": shown(quirks, post.dice >> 10, post.plays),
        "productType": "clips",
        "videoDuration": post.duration_s,
        "musicInfo": {
            "artist_name": post.account.username,
            "song_name": "Original audio",
            "uses_original_audio": True,
            "should_mute_audio": False,
            "should_mute_audio_reason": "",
            "audio_id": str(800_000_000_000_000 + post.nth),
        },
    }
    if by_url:
        del item["videoViewCount"]


def _add_extras(item: dict[str, Any], post: Entry) -> None:
    if post.flagged:
        item["isPinned"] = True
    if post.sponsored:
        item["paidPartnership"] = True
        item["sponsors"] = [{"id": str(PEOPLE[5].number), "username": PEOPLE[5].username}]
    elif post.dice & 0x40:
        item["paidPartnership"] = False
    if post.dice >> 12 & 7 == 0:
        item |= {"locationName": "Harborton, Old Pier", "locationId": "100000000000077"}


def _child(post: Entry, k: int) -> dict[str, Any]:
    number = post.number - 1000 - k
    code = short_code(number)
    return {
        "id": str(number), "type": "Image", "shortCode": code, "caption": "", "hashtags": [], "mentions": [],
        "url": f"https://www.instagram.com/p/{code}/", "commentsCount": 0, "firstComment": "",
        "latestComments": [], "dimensionsHeight": 1350, "dimensionsWidth": 1080, "displayUrl": picture(number),
        "images": [], "alt": None, "likesCount": None, "timestamp": None, "childPosts": [], "ownerId": None,
    }  # fmt: skip


def _told_comment(post: Entry, index: int, slim: bool) -> dict[str, Any]:
    remark = remark_at(post, index)
    item: dict[str, Any] = {
        "id": str(remark.number),
        "text": remark.text or "",
        "ownerUsername": remark.author.username,
        "timestamp": iso(remark.published),
        "likesCount": remark.likes,
    }
    if slim:
        return item
    answers = replies_to(post, index) if remark.replies else ()
    return item | {
        "ownerProfilePicUrl": picture(remark.author.username, "19"),
        "repliesCount": remark.replies,
        "replies": [_told_comment(post, answer, slim) for answer in answers],
        "owner": user(remark.author),
    }


def comment_item(remark: Remark, post_url_asked: str, *, nested: bool, parent_number: int | None) -> dict[str, Any]:
    """Return a comment as a row.

    Args:
        remark: The comment.
        post_url_asked: The post, as asked for.
        nested: Replies are rows, too; only then they are counted.
        parent_number: The number of the comment that it answers.

    """
    base = f"https://www.instagram.com/p/{short_code(remark.post.number)}"
    place = f"c/{remark.number}" if parent_number is None else f"c/{parent_number}/r/{remark.number}"
    item: dict[str, Any] = {
        "postUrl": post_url_asked,
        "commentUrl": f"{base}/{place}",
        "id": str(remark.number),
        "text": remark.text or "",
        "ownerUsername": remark.author.username,
        "ownerProfilePicUrl": picture(remark.author.username, "19"),
        "timestamp": iso(remark.published),
        "repliesCount": remark.replies if nested else None,
        "replies": [] if nested else None,
        "likesCount": remark.likes,
        "owner": user(remark.author)
        | {
            "fbid_v2": str(17_841_400_000_000_000 + remark.author.number % 10**9),
            "full_name": None,
            "is_mentionable": None,
            "is_private": None,
            "profile_pic_id": None,
            "latest_reel_media": None,
        },
    }
    if "oldbuild" in remark.post.account.quirks:
        for key in ("postUrl", "commentUrl", "owner", "repliesCount", "replies"):
            del item[key]
        item |= {"postId": str(remark.post.number), "ownerId": str(remark.author.number), "ownerIsVerified": False}
    if remark.text is None:
        if remark.dice & 1:
            del item["text"]
        item["media"] = {
            "first_party_cdn_proxied_images": {"fixed_height": {"url": "https://cdn.fbsbx.com/v/wave.gif?oe=68"}},
            "images": {"fixed_height": {"url": "https://static.cdninstagram.com/rsrc.php/wave.gif"}},
            "id": "1570000000000777",
        }
    return item


def no_items(url: str, input_url: str | None = None, blocked: bool = False) -> dict[str, Any]:
    """Return the error item for private, empty, nothing newer, and (with messages) blocked."""
    word = "Request blocked, retrying it again with different session"
    item: dict[str, Any] = {"url": url}
    if input_url is not None:
        item["inputUrl"] = input_url
    return item | {
        "requestErrorMessages": [word] * 3 if blocked else [],
        "error": "no_items",
        "errorDescription": "Empty or private data for provided input",
    }
