"""What of a post's comments is still wanted once the post has been read."""

from __future__ import annotations

from collections import Counter

from socialsync_cli.core.records import Post


def all_came_inside(post: Post, comments: int, replies: int) -> bool:
    """Whether the comments that came inside a post are all that is wanted of it, so that none need to be bought.

    A post's count has replies in it, and a comment tells how many it has, whether or not they came along.

    Args:
        post: As it was read.
        comments: Top-level comments that are wanted.
        replies: Replies that are wanted of each of them; 0: only those that came anyway.

    """
    came = Counter(comment.parent_external_id for comment in post.comments_inside)
    if post.comments is None or came.total() >= post.comments:
        return post.comments is not None
    top = [comment for comment in post.comments_inside if comment.parent_external_id is None]
    has = [max(comment.replies or 0, came[comment.external_id]) for comment in top]
    owed = (min(replies, have) - came[comment.external_id] for comment, have in zip(top[:comments], has, strict=False))
    if any(more > 0 for more in owed):
        return False
    return len(top) >= comments or len(top) + sum(has) >= post.comments
