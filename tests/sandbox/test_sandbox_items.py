from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from sandbox_driver import (
    COMMENTS,
    FB_COMMENTS,
    FB_PAGES,
    FB_POSTS,
    GENERAL,
    NOW,
    POSTS,
    PROFILES,
    TT_COMMENTS,
    TT_PROFILES,
    TT_VIDEOS,
    addresses,
)

from socialsync_cli.sandbox import ODD
from socialsync_cli.sandbox.instagram_items import post_url
from socialsync_cli.sandbox.tiktok_items import video_url

SOME = ("page0001", "page0002", "page0003", "page0005", "roundedbig", "pinned", "collab", "adverts", "personal.page")


def test_texts_of_every_kind(shared):
    texts = {
        post["caption"] for post in shared.items(POSTS, {"username": ["oddtexts", "wordless"], "resultsLimit": 60})
    }
    joined = "".join(text or "" for text in texts)
    assert {None, ""} <= texts
    assert all(mark in joined for mark in ("\u202e", "\x07", "\r\n", "\0", "👨‍👩‍👧‍👦", "\u2028"))
    assert max(len(text or "") for text in texts) > 9_000
    posts = shared.items(FB_POSTS, {"startUrls": addresses("wordless"), "resultsLimit": 5})
    assert not any("text" in post for post in posts)


def test_posts_newer_than_the_worlds_clock_do_not_exist(drive):
    wanted = {"username": ["page0001"], "resultsLimit": 3, "skipPinnedPosts": True}
    before = drive.items(POSTS, wanted)
    drive.sandbox.advance(days=5)
    after = drive.items(POSTS, wanted)
    assert max(item["timestamp"] for item in before) <= NOW.isoformat()
    assert after[0]["timestamp"] > before[0]["timestamp"]


def _everything(drive) -> dict[str, list[dict]]:
    """Items of every actor, of a mixed lot of pages."""
    names = [*SOME, *(f"page{k:04}" for k in range(20, 50))]
    fb_posts = drive.items(FB_POSTS, {"startUrls": addresses(*names), "resultsLimit": 12})
    posts = drive.items(POSTS, {"username": names, "resultsLimit": 12})
    videos = drive.items(TT_PROFILES, {"profiles": [*names, "emptypage"], "resultsPerPage": 12})
    codes = [item["url"] for item in posts[::4] if "shortCode" in item]
    stories = [{"url": item["url"]} for item in fb_posts[::4] if "postId" in item]
    filmed = [item["webVideoUrl"] for item in videos[::4] if "id" in item]
    urls = [f"https://www.instagram.com/{name}/" for name in names]
    general = [
        *drive.items(GENERAL, {"directUrls": urls, "resultsLimit": 6}),
        *drive.items(GENERAL, {"directUrls": urls[:9], "resultsType": "details"}),
        *drive.items(GENERAL, {"directUrls": codes[:9], "resultsType": "comments"}),
    ]
    return {
        PROFILES: drive.items(PROFILES, {"usernames": names, "includeAboutSection": True}),
        POSTS: posts,
        GENERAL: general,
        COMMENTS: drive.items(COMMENTS, {"directUrls": codes, "resultsLimit": 5, "includeNestedComments": True}),
        FB_PAGES: drive.items(FB_PAGES, {"startUrls": addresses(*names)}),
        FB_POSTS: fb_posts,
        FB_COMMENTS: drive.items(
            FB_COMMENTS, {"startUrls": stories, "resultsLimit": 5, "includeNestedComments": True}, cap=50
        ),
        TT_VIDEOS: [
            *drive.items(TT_VIDEOS, {"profiles": [*names, "emptypage"], "resultsPerPage": 6}),
            *drive.items(TT_VIDEOS, {"postURLs": filmed[:2], "searchQueries": ["ceramics"]}),
        ],
        TT_PROFILES: videos,
        TT_COMMENTS: drive.items(TT_COMMENTS, {"postURLs": filmed, "commentsPerPost": 5, "maxRepliesPerComment": 1}),
    }


def test_every_key_of_real_items_appears(shared):
    folder = os.environ.get("SOCIALSYNC_SAMPLES")
    if not folder:
        pytest.skip("SOCIALSYNC_SAMPLES names no folder with <platform>/<owner~actor>.json")
    for actor, items in _everything(shared).items():
        platform = actor.partition("/")[2].partition("-")[0]
        path = Path(folder) / platform / f"{actor.replace('/', '~')}.json"
        samples = [item for item in json.loads(path.read_text()) if not item.get("error")]
        wanted = {key for item in samples for key in item}
        assert wanted - {key for item in items for key in item} == set(), actor


def test_items_are_the_same_however_they_are_mixed(shared, drive):
    wanted = {"username": list(ODD), "resultsLimit": 15}
    drive.sandbox.behave(interleave=False)
    mixed, together = shared.items(POSTS, wanted), drive.items(POSTS, wanted)
    assert mixed != together
    assert sorted(map(json.dumps, mixed)) == sorted(map(json.dumps, together))


def test_a_forgotten_limit_costs_what_the_documentation_says(shared):
    assert len(shared.items(FB_POSTS, {"startUrls": addresses("hugepage")})) == 20
    assert len(shared.items(POSTS, {"username": ["hugepage"]})) == 24
    assert len(shared.items(TT_VIDEOS, {"profiles": ["hugepage"]})) == 1
    assert len(shared.items(TT_PROFILES, {"profiles": ["hugepage"]})) == 100
    url = shared.sandbox.posts("tiktok", "stormy")[5].url
    assert len(shared.items(TT_COMMENTS, {"postURLs": [url]})) == 100


def test_restricted_posts_by_address(shared):
    page = shared.sandbox.world.find("instagram", "gated", int(NOW.timestamp()))
    post = shared.sandbox.world.post(page, 5, int(NOW.timestamp()))
    assert shared.one(POSTS, {"username": [post_url(post)]})["error"] == "restricted_page"
    page = shared.sandbox.world.find("tiktok", "gated", int(NOW.timestamp()))
    post = shared.sandbox.world.post(page, 5, int(NOW.timestamp()))
    assert shared.one(TT_VIDEOS, {"postURLs": [video_url(post)]})["errorCode"] == "POST_SENSITIVE"


def test_items_of_older_builds_have_other_shapes(shared):
    post = shared.items(FB_POSTS, {"startUrls": addresses("oldbuild"), "resultsLimit": 1})[0]
    assert not {"inputUrl", "collaborators", "topLevelUrl"} & post.keys()
    assert " at " in post["time"]
    assert post["timestamp"] > 10**12
    stories = [one.comment_url for one in shared.sandbox.posts("facebook", "oldbuild", limit=20)]
    comments = shared.items(FB_COMMENTS, {"startUrls": [{"url": url} for url in stories], "resultsLimit": 2}, cap=1)
    comments = [one for one in comments if "error" not in one]
    assert comments
    assert {type(one["likesCount"]) for one in comments} == {int}
    assert not any({"commentId", "inputUrl", "threadingDepth"} & one.keys() for one in comments)
    codes = [one.url for one in shared.sandbox.posts("instagram", "oldbuild", limit=30)]
    rows = [row for row in shared.items(COMMENTS, {"directUrls": codes, "resultsLimit": 1}) if "error" not in row]
    assert rows
    assert all({"postId", "ownerId"} <= row.keys() and "commentUrl" not in row for row in rows)
