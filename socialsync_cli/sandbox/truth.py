"""What is true in the world, as the records that a perfect reader of the items would make of them.

Hashtags and mentions of `oddtexts` pages are left out of this promise: their texts have no single right reading.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice

from socialsync_cli.core.records import Comment, Post, Profile
from socialsync_cli.sandbox import facebook_comments, facebook_items, instagram_items, tiktok_items, youtube_truth
from socialsync_cli.sandbox.accounts import Account
from socialsync_cli.sandbox.comments import Remark, remark_at, replies_to, top_level
from socialsync_cli.sandbox.counters import is_shortened, meaning
from socialsync_cli.sandbox.dice import rounded, short_code
from socialsync_cli.sandbox.facebook_pages import page_item
from socialsync_cli.sandbox.instagram_profiles import profile_item
from socialsync_cli.sandbox.posts import Entry
from socialsync_cli.sandbox.true_parts import common, known, without_nul
from socialsync_cli.sandbox.world import World
from socialsync_cli.sandbox.youtube_items import number_of_channel, number_of_video

_HIDES_POSTS = frozenset({"missing", "private", "restricted", "blocked"})
_TELLS_NOTHING = frozenset({"missing", "restricted", "blocked"})


def profile(world: World, platform: str, handle: str, t: int) -> Profile | None:
    """Return what is to be known of a page at second `t`; None when nothing is."""
    page = _page(world, platform, handle, t)
    if page is None or not page.quirks.isdisjoint(_TELLS_NOTHING):
        return None
    if platform == "instagram":
        return _instagram_profile(page, t)
    if platform == "facebook":
        return None if page.private else _facebook_profile(page, t)
    if platform == "youtube":
        return youtube_truth.profile(page, t)
    return None if "errorrow" in page.quirks else _tiktok_profile(page, t)


def _page(world: World, platform: str, handle: str, t: int) -> Account | None:
    if platform == "facebook" and handle.isdigit():
        return world.find_number(platform, handle, t)
    if platform == "youtube" and (number := number_of_channel(handle)):
        return world.find_number(platform, number, t)
    return world.find(platform, handle, t)


def _instagram_profile(page: Account, t: int) -> Profile:
    item = profile_item(page, "", [], t, about=False)
    category = page.trade if "none" in page.quirks else page.category
    return Profile(
        page.number,
        page.username,
        page.display_name,
        page.biography,
        url=f"https://www.instagram.com/{page.username}",
        avatar_url=page.avatar(),
        website=page.website,
        category=category,
        verified=page.verified,
        private=page.private,
        followers=meaning(item.get("followersCount")),
        following=meaning(item.get("followsCount")),
        posts_count=meaning(item.get("postsCount")),
        followers_rounded=is_shortened(item.get("followersCount")),
    )


def _facebook_profile(page: Account, t: int) -> Profile:
    named = None if page.username.isdigit() else page.username
    path = page.username if named else "profile.php"
    asked = f"profile.php?id={page.handle}" if page.handle.isdigit() else page.handle
    address = f"https://www.facebook.com/{asked}"
    if "person" in page.quirks:
        return Profile(
            page.number, named, page.display_name, url=address,
            avatar_url=f"{facebook_items.CDN}/v/t39.30808-1/{page.number}_l.jpg?oh=sig",
        )  # fmt: skip
    item = page_item(page, address, path, t)
    return Profile(
        page.number,
        named,
        item["title"],
        page.biography,
        url=address,
        avatar_url=page.avatar(),
        website=page.website,
        category=page.category,
        verified=True if page.verified else None,
        followers=meaning(item.get("followers")),
        following=page.following(t),
        likes_total=meaning(item.get("likes")),
        followers_rounded=is_shortened(item.get("followers")),
    )


def _tiktok_profile(page: Account, t: int) -> Profile:
    item = tiktok_items.author_meta(page, t)
    return Profile(
        page.number,
        page.username,
        page.display_name,
        page.biography,
        url=tiktok_items.profile_url(page.username),
        avatar_url=page.avatar(),
        website=page.website,
        category=page.category,
        verified=page.verified,
        private=page.private,
        followers=meaning(item.get("fans")),
        following=page.following(t),
        posts_count=meaning(item.get("video")),
        likes_total=meaning(item.get("heart")),
        followers_rounded=is_shortened(item.get("fans")),
    )


def posts(
    world: World, platform: str, handle: str, t: int, *, limit: int | None = None, since: int | None = None
) -> list[Post]:
    """Return a page's posts at second `t`, newest first, each once.

    Args:
        world: The world.
        platform: Which of the sites.
        handle: Canonical.
        t: The moment.
        limit: The newest so many.
        since: Only those that appeared later than this second.
    """
    page = _page(world, platform, handle, t)
    if page is None or not page.quirks.isdisjoint(_HIDES_POSTS):
        return []
    newest = world.newer_than(page, since, t)[::-1]
    return [post_record(world.post(page, index, t)) for index in islice(newest, limit)]


def post(world: World, platform: str, external_id: str, t: int) -> Post | None:
    """Return the post with that id (Facebook: `postId`); None when it is not there."""
    found = _numbered(world, platform, external_id, t)
    return None if found is None else post_record(found)


def _numbered(world: World, platform: str, external_id: str, t: int) -> Entry | None:
    number = number_of_video(external_id) if platform == "youtube" else int(external_id)
    return None if number is None else world.post_numbered(platform, number, t)


def comments(
    world: World, platform: str, external_id: str, t: int, *, limit: int | None = None, replies: int | None = 0
) -> list[Comment]:
    """Return a post's comments in the order of the comment actors, each followed by its replies.

    Args:
        world: The world.
        platform: Which of the sites.
        external_id: The post's.
        t: The moment.
        limit: So many comments at the top level.
        replies: So many replies to each; None: all.
    """
    found = _numbered(world, platform, external_id, t)
    if found is None:
        return []
    if platform == "youtube":
        replies = 0  # nobody can ask for them
    told = []
    for index in islice(top_level(found), limit):
        told.append(comment_record(remark_at(found, index), counted=platform != "instagram" or replies != 0))
        for answer in replies_to(found, index)[:replies]:
            told.append(comment_record(remark_at(found, answer), counted=platform != "tiktok"))
    return told


def comment_record(remark: Remark, *, counted: bool = True, inside: bool = False) -> Comment:
    """Return a comment's record.

    Args:
        remark: The comment.
        counted: Whether the item tells how many replies it has.
        inside: Whether it came inside a post (Instagram) instead of as a row.
    """
    page = remark.post.account
    if page.platform == "youtube":
        return youtube_truth.comment(remark)
    parent = None if remark.parent is None else str(remark_at(remark.post, remark.parent).number)
    author, likes = remark.author.username, remark.likes
    text = remark.text or ""
    told_likes: int | None = likes
    told_text: str | None = text
    if page.platform == "instagram" and not inside and remark.text is None and remark.dice & 1:
        told_text = None
    if page.platform == "instagram" and not inside and "oldbuild" in page.quirks:
        counted, parent = False, None  # a reply's parent stands in `commentUrl`, which is missing
    elif page.platform == "facebook":
        item = facebook_comments.comment_item(remark, "", None)
        named = author.replace("_", ".") if "profileUrl" in item else item["profileName"]
        author = named if "profileUrl" in item or item["profileId"].startswith("pfbid") else item["profileId"]
        told_text, told_likes = remark.text, meaning(item.get("likesCount"))
        counted = counted and "commentsCount" in item
    elif page.platform == "tiktok":
        author = page.username if remark.by_author else author.title()
        told_likes = None if "withheld" in page.quirks else rounded(likes)
    when = datetime.fromtimestamp(remark.published, UTC)
    replies = remark.replies if counted else None
    return Comment(str(remark.number), parent, author, told_text, told_likes, replies, when)


def post_record(entry: Entry) -> Post:
    """Return a post's record."""
    make = {
        "instagram": _instagram_post,
        "facebook": _facebook_post,
        "tiktok": _tiktok_post,
        "youtube": youtube_truth.post,
    }
    return make[entry.account.platform](entry)


def _instagram_post(entry: Entry) -> Post:
    code = short_code(entry.number)
    reel = entry.kind == "reel"
    inside = []
    for index in islice(top_level(entry, newest_first=True), instagram_items.INLINE_COMMENTS):
        remark = remark_at(entry, index)
        inside.append(comment_record(remark, inside=True))
        answers = replies_to(entry, index) if remark.replies else []
        inside += [comment_record(remark_at(entry, answer), inside=True) for answer in answers]
    views = known(entry, 10, entry.plays)
    return common(entry)._replace(
        external_id=str(entry.number),
        url=f"https://www.instagram.com/p/{code}/",
        text=without_nul(instagram_items.caption_text(entry)),
        likes=meaning(instagram_items.likes_count(entry)),
        comments=known(entry, 6, entry.comments),
        views=(known(entry, 8, entry.views) if views is None else views) if reel else None,
        pinned=entry.flagged,
        sponsored=True if entry.sponsored else False if entry.dice & 0x40 else None,
        owner_username=entry.owner.username if entry.owner else entry.account.username,
        media_url=instagram_items.picture(entry.number),
        duration_seconds=entry.duration_s if reel else None,
        comment_key=code,
        comment_url=f"https://www.instagram.com/p/{code}/",
        comments_inside=tuple(inside),
    )


def _facebook_post(entry: Entry) -> Post:
    item = facebook_items.post_item(entry, "https://www.facebook.com/x", "x")
    media = [piece for piece in item.get("media", ()) if "thumbnail" in piece]
    page = entry.account
    return common(entry)._replace(
        url=item["url"],
        text=without_nul(item.get("text")),
        likes=known(entry, 4, entry.likes),
        comments=known(entry, 8, entry.comments) if entry.comments else 0,
        shares=known(entry, 6, entry.shares),
        views=known(entry, 10, entry.views) if entry.kind in {"video", "reel"} else None,
        pinned=False,
        sponsored=True if entry.sponsored else None,
        owner_username=page.handle,
        media_url=media[0]["thumbnail"] if media else None,
        duration_seconds=int(entry.duration_s * 1000) / 1000 if entry.kind == "video" else None,
        comment_key=str(entry.story_number),
        comment_url=item.get("topLevelUrl", item["url"]),
    )


def _tiktok_post(entry: Entry) -> Post:
    address = tiktok_items.video_url(entry)
    slides = entry.kind == "slideshow"
    return common(entry)._replace(
        url=address,
        likes=known(entry, 4, rounded(entry.likes)),
        comments=known(entry, 12, entry.comments),
        shares=known(entry, 6, rounded(entry.shares)),
        saves=known(entry, 10, entry.saves),
        views=known(entry, 8, rounded(entry.plays)),
        media_url=tiktok_items.cover_url(entry),
        duration_seconds=None if slides else float(int(entry.duration_s)),
        comment_key=str(entry.number),
        comment_url=address,
    )
