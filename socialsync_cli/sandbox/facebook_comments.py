"""Items of the Facebook comments scraper."""

from __future__ import annotations

from typing import Any

from socialsync_cli.sandbox.comments import Remark
from socialsync_cli.sandbox.dice import pfbid, shortened
from socialsync_cli.sandbox.facebook_items import CDN, ad_library, coded
from socialsync_cli.sandbox.moments import iso


def comment_item(remark: Remark, asked: str, parent: Remark | None) -> dict[str, Any]:
    """Return a comment as a row.

    Args:
        remark: The comment.
        asked: The post's address as asked for.
        parent: The comment that it answers.

    """
    post, author = remark.post, remark.author
    story = post.story_number
    here = f"https://www.facebook.com/{post.account.username}/posts/{pfbid(post.number, post.t // 3600)}"
    address = f"{here}?comment_id={remark.number}"
    if parent is not None:
        address = f"{here}?comment_id={parent.number}&reply_comment_id={remark.number}"
    changing = f"pfbid02{pfbid(author.number, post.t // 86_400)[6:]}"
    item: dict[str, Any] = {
        "facebookUrl": asked,
        "commentUrl": address,
        "commentId": str(remark.number),
        "id": coded(f"comment:{story}_{remark.number}"),
        "feedbackId": coded(f"feedback:{story}_{remark.number}"),
        "date": iso(remark.published),
        "text": remark.text,
        "profileUrl": f"https://www.facebook.com/{author.username.replace('_', '.')}",
        "profilePicture": f"{CDN}/v/t39.30808-1/{author.number}_n.jpg?oh=00_sig",
        "profileId": changing if remark.dice & 3 else str(author.number),
        "profileName": author.name,
        "likesCount": shortened(remark.likes),
        "commentsCount": remark.replies,
        "comments": [],
        "threadingDepth": remark.depth,
        "facebookId": str(story),
        "postTitle": post.caption.text or post.account.display_name,
        "pageAdLibrary": ad_library(post.account),
        "inputUrl": asked,
    }
    if remark.text is None and remark.dice & 4:
        del item["text"]
    if remark.text is None and remark.dice & 8:
        del item["profileUrl"]
    if "withheld" in post.account.quirks:
        del item["likesCount"], item["commentsCount"]
    if parent is not None:
        _add_parent(item, parent, deep=remark.depth > 1)
    if "oldbuild" in post.account.quirks:
        for key in ("commentId", "inputUrl", "threadingDepth", "comments"):
            del item[key]
        item["likesCount"] = remark.likes
    return item


def _add_parent(item: dict[str, Any], parent: Remark, *, deep: bool) -> None:
    item["replyToCommentId"] = coded(f"comment:{parent.post.story_number}_{parent.number}")
    author = {
        "__typename": "User",
        "name": parent.author.name,
        "short_name": parent.author.name.partition(" ")[0],
        "id": f"pfbid02{pfbid(parent.author.number, parent.post.t // 86_400)[6:]}",
    }
    item["parentReply" if deep else "parentComment"] = {"author": author}
