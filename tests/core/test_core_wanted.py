"""Whether comments have to be bought beside those that came inside a post."""

import pytest

from socialsync_cli.core.records import Comment, Post
from socialsync_cli.core.wanted import all_came_inside

NOTHING = Post(**dict.fromkeys(Post._fields))._replace(external_id="1", comments_inside=())


def post(count, *inside):
    """A post with so many comments; inside are (parent, replies that a comment says it has)."""
    comments = tuple(
        Comment(str(number), parent, "fan", "hello", 0, replies, None)
        for number, (parent, replies) in enumerate(inside)
    )
    return NOTHING._replace(comments=count, comments_inside=comments)


@pytest.mark.parametrize(
    ("of", "comments", "replies", "all_came"),
    [
        (post(None, (None, 0)), 10, 0, False),
        (post(0), 10, 0, True),
        (post(2, (None, 0)), 10, 0, False),
        (post(2, (None, 0), (None, None)), 10, 0, True),
        (post(9, (None, 0), (None, 0)), 2, 0, True),
        (post(3, (None, 1), ("0", 0), (None, 0)), 10, 0, True),
        (post(5, (None, 2), (None, 1)), 10, 0, True),
        (post(6, (None, 2), (None, 1)), 10, 0, False),
        (post(5, (None, None), (None, 1)), 10, 0, False),
        (post(3, (None, 1), (None, 0)), 10, 5, False),
        (post(9, (None, 1), ("0", 0)), 1, 5, True),
        (post(9, (None, 4), ("0", 0)), 1, 1, True),
        (post(9, (None, 4), ("0", 0)), 1, 2, False),
    ],
    ids=[
        "nobody knows how many there are", "none", "one is missing", "all", "as many as are wanted",
        "all, with replies", "all but replies that nobody wants", "one more than replies account for",
        "nobody knows how many replies", "a reply that is wanted is missing", "all wanted with their replies",
        "as many replies as are wanted", "too few replies",
    ],
)  # fmt: skip
def test_comments_are_bought_only_when_some_that_are_wanted_did_not_come(of, comments, replies, all_came):
    assert all_came_inside(of, comments, replies) is all_came
