"""Comments: of all posts at first, later of those where something new was said; and under whose name they are kept."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from days_builders import life

from socialsync_cli.sandbox import Fault

COLUMNS = ("parent_external_id", "author_username", "text", "likes", "replies", "published_at")
ACTORS = {
    "instagram": "apify/instagram-comment-scraper",
    "facebook": "apify/facebook-comments-scraper",
    "tiktok": "clockworks/tiktok-comments-scraper",
}
REFRESH_DAYS = 3
TOP, REPLIES = 4, 1


def told(made, platform, post_id, replies=REPLIES):
    """What a comment actor says of a post now. Only TikTok's can be told how many replies are wanted."""
    replies = replies if platform == "tiktok" or not replies else None
    return {c.external_id: c for c in made.sandbox.comments(platform, post_id, limit=TOP, replies=replies)}


def rows(comments):
    return {key: {name: row[name] for name in COLUMNS} for key, row in comments.items()}


def asked_posts(made, platform, handle):
    """The posts that the last run asked an actor about, and how often the actor was asked."""
    started = [run for run in made.sandbox.state.runs if run.actor.name == ACTORS[platform]]
    urls = [
        url["url"] if isinstance(url, dict) else url
        for run in started
        for url in run.given.get("postURLs") or run.given.get("startUrls") or run.given["directUrls"]
    ]
    by_url = {row["comment_url"]: row["external_id"] for row in made.posts(platform, handle).values()}
    return [by_url[url] for url in urls]


@pytest.mark.parametrize("platform", ["facebook", "tiktok"])
def test_the_first_sync_asks_for_the_comments_of_every_post_and_later_ones_for_what_is_new(tmp_path, platform):
    key = (platform, "bakery")
    sync = {"posts_per_page": 10, "comments_per_post": TOP, "replies_per_comment": REPLIES,
            "refresh_days": REFRESH_DAYS}  # fmt: skip
    with life(tmp_path, {platform: ["bakery"]}, sync=sync) as made:
        made.sync()
        first = made.posts(*key)
        commented = {post_id for post_id, row in first.items() if row["comments"]}
        assert any(made.now - first[post_id]["published_at"] > timedelta(days=REFRESH_DAYS) for post_id in commented)
        assert sorted(asked_posts(made, *key)) == sorted(commented)
        expected = {
            (post_id, comment_id): {name: getattr(comment, name) for name in COLUMNS}
            for post_id in commented
            for comment_id, comment in told(made, platform, post_id).items()
        }
        assert rows(made.comments(*key)) == expected
        assert any(row["parent_external_id"] for row in expected.values())
        assert made.result(*key)["comments"] == len(expected)

        made.sandbox.state.runs.clear()
        made.go_on(days=2)
        made.sync()
        second = made.posts(*key)
        changed = {
            post_id
            for post_id, row in second.items()
            if row["last_seen_at"] == made.now
            and made.now - row["published_at"] <= timedelta(days=REFRESH_DAYS)
            and row["comments"]
            and (post_id not in first or first[post_id]["comments"] != row["comments"])
        }
        assert changed - first.keys()
        assert changed & first.keys()
        assert sorted(asked_posts(made, *key)) == sorted(changed)
        for post_id in changed:
            for comment_id, comment in told(made, platform, post_id).items():
                known = {name: getattr(comment, name) for name in COLUMNS if getattr(comment, name) is not None}
                expected[post_id, comment_id] = expected.get((post_id, comment_id), dict.fromkeys(COLUMNS)) | known
        assert rows(made.comments(*key)) == expected


@pytest.mark.parametrize("platform", ACTORS)
def test_comments_are_not_asked_for_twice_where_nothing_was_said(tmp_path, platform):
    with life(tmp_path, {platform: ["bakery"]}, sync={"posts_per_page": 6, "comments_per_post": 20}) as made:
        made.sync()
        assert made.sandbox.state.runs[-1].actor.name == ACTORS[platform]
        before = made.comments(platform, "bakery")
        made.sandbox.state.runs.clear()
        made.now += timedelta(hours=1)  # the world stands still
        made.sync()
        assert ACTORS[platform] not in {run.actor.name for run in made.sandbox.state.runs}
        assert rows(made.comments(platform, "bakery")) == rows(before)


def test_instagram_gives_comments_inside_of_posts_with_their_replies(tmp_path):
    key = ("instagram", "bakery")
    with life(tmp_path, {"instagram": ["bakery"]}, sync={"posts_per_page": 6, "comments_per_post": 3}) as made:
        made.sync()
        found = rows(made.comments(*key))
        for post in made.sandbox.posts(*key, limit=4):
            top = [comment for comment in post.comments_inside if comment.parent_external_id is None][:3]
            ids = {comment.external_id for comment in top}
            replies = [comment for comment in post.comments_inside if comment.parent_external_id in ids]
            stored = {comment_id: row for (post_id, comment_id), row in found.items() if post_id == post.external_id}
            assert stored.keys() >= {comment.external_id for comment in (*top, *replies)}
            if post.comments >= 5:
                assert len(top) == 3
                assert stored == {
                    comment.external_id: {name: getattr(comment, name) for name in COLUMNS}
                    for comment in (*top, *replies)
                }
        parents = {row["parent_external_id"] for row in found.values()} - {None}
        assert parents
        assert parents <= {comment_id for _, comment_id in found}


@pytest.mark.parametrize("platform", ACTORS)
def test_a_comment_actor_that_fails_is_asked_again_on_the_next_day(tmp_path, platform):
    # Instagram brings fifteen comments inside a post: only a page with more of them needs the actor.
    handle = "stormy" if platform == "instagram" else "bakery"
    key = (platform, handle)
    with life(tmp_path, {platform: [handle]}, sync={"posts_per_page": 4, "comments_per_post": 20}) as made:
        made.sandbox.arm(Fault("end", actor=ACTORS[platform], items=0, count=None))
        made.sync()
        assert made.result(*key)["result"] == "partial"
        made.sandbox.state.faults.clear()
        made.sandbox.state.runs.clear()
        made.go_on(days=1)
        made.sync()
        assert made.result(*key)["result"] == "ok"
        posts = made.posts(*key)
        asked = set(asked_posts(made, *key))
        seen = {post_id for post_id, row in posts.items() if row["last_seen_at"] == made.now and row["comments"]}
        assert seen
        assert {post_id for post_id, _ in made.comments(*key)} >= seen
        assert asked <= seen


# Whose comments they are


PAGES = {"instagram": ["bakery", "chandlery"], "facebook": ["bakery"], "tiktok": ["bakery"]}
SOME = {"posts_per_page": 4, "comments_per_post": 5}


def authors(made):
    """What is stored as the author of every comment, by comment."""
    return {
        (platform, handle, *key): row["author_username"]
        for platform, some in made.pages.items()
        for handle in some
        for key, row in made.comments(platform, handle).items()
    }


def written_by(folder, how, days=1):
    with life(folder, PAGES, sync=SOME | {"comment_authors": how}) as made:
        for _ in range(days):
            made.sync()
            made.go_on(days=1)
        return authors(made), repr(made.everything())


def test_an_author_who_is_hashed_is_always_the_same_nobody(tmp_path_factory):
    names, _ = written_by(tmp_path_factory.mktemp("keep"), "keep", days=2)
    hashes, stored = written_by(tmp_path_factory.mktemp("hash"), "hash", days=2)
    assert hashes.keys() == names.keys()
    pairs = {(name.lower(), hashes[key]) for key, name in names.items()}
    assert len(pairs) == len({name for name, _ in pairs}) == len({digest for _, digest in pairs})
    assert len(names) > len(pairs) > 10
    assert all(len(digest) == 32 and set(digest) <= set("0123456789abcdef") for _, digest in pairs)
    for name, digest in pairs:
        assert digest != hashlib.sha256(name.encode()).hexdigest()[:32]
        if "." in name or "_" in name:  # others are words that a text may hold
            assert name not in stored


def test_another_database_hashes_authors_to_other_nobodies(tmp_path_factory):
    one, _ = written_by(tmp_path_factory.mktemp("one"), "hash")
    other, _ = written_by(tmp_path_factory.mktemp("other"), "hash")
    assert one.keys() == other.keys()
    assert set(one.values()).isdisjoint(other.values())


def test_authors_that_are_dropped_are_nowhere(tmp_path):
    found, _ = written_by(tmp_path, "drop", days=2)
    assert found
    assert set(found.values()) == {None}
