"""Recorded items of real actors on the whole way: through HTTP and the installed program into the tables.

`SOCIALSYNC_SAMPLES` names a folder with `<platform>/<owner~actor>.json`, each an array of dataset items.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from e2e_program import program
from e2e_reading import Row, pages, rows
from e2e_recording import HOST, Item, Recording, count_of, numbers_in, playing, read

FOLDER = os.environ.get("SOCIALSYNC_SAMPLES", "")
DEFAULT = {
    "instagram": {
        "profiles": "apify/instagram-profile-scraper",
        "posts": "apify/instagram-post-scraper",
        "comments": "apify/instagram-comment-scraper",
    },
    "facebook": {
        "profiles": "apify/facebook-pages-scraper",
        "posts": "apify/facebook-posts-scraper",
        "comments": "apify/facebook-comments-scraper",
    },
    "tiktok": {"posts": "clockworks/tiktok-profile-scraper", "comments": "clockworks/tiktok-comments-scraper"},
}
OTHERS = {
    "instagram": dict.fromkeys(("profiles", "posts", "comments"), "apify/instagram-scraper"),
    "tiktok": {"posts": "clockworks/tiktok-scraper"},
}
UNSPOKEN = "sample.unspoken"
"""Stands for the page of an error item that names none."""

pytestmark = pytest.mark.skipif(
    not FOLDER or not Path(FOLDER).is_dir(), reason="SOCIALSYNC_SAMPLES names no folder of recorded items"
)


class Played(NamedTuple):
    """A recording, and what a sync made of it."""

    recording: Recording
    pages: dict[tuple[str, str], Row]
    results: dict[tuple[str, str], Row]
    posts: dict[tuple[str, str, str], Row]
    comments: dict[tuple[str, str], Row]
    """By platform and id."""


@pytest.fixture(scope="module", params=[DEFAULT, OTHERS], ids=["default actors", "other actors"])
def played(request, tmp_path_factory):
    recording = read(Path(FOLDER), request.param)
    if not recording:
        pytest.skip("the folder has nothing of these actors")
    wanted = {
        platform: sorted({one.target for one in found if one.part != "comments" and one.target} | _unnamed(found))
        for platform, found in recording.items()
    }
    with playing(recording) as url, program(tmp_path_factory.mktemp("samples"), E2E_TOKEN="sandbox-samples") as made:
        actors = "\n".join(
            f'{platform}_{part} = "{name}"' for platform, some in request.param.items() for part, name in some.items()
        )
        made.configure(
            url,
            {"acme": wanted},
            apify=f"max_concurrent_runs = 1\n[apify.actors]\n{actors}",
            sync="posts_per_page = 50\ncomments_per_post = 50\nreplies_per_comment = 5",
        )
        done = made.call("run", "--all", "--json")
        assert done.out, done.err
        yield _read(recording, made.database)


def _unnamed(found) -> set[str]:
    return {UNSPOKEN} if any(one.target is None and one.part == "profiles" for one in found) else set()


def _read(recording: Recording, database: Path) -> Played:
    results = rows(database, "SELECT r.*, t.platform FROM sync_page_result r JOIN sync_task t ON r.task_id = t.id")
    posts = rows(
        database, "SELECT p.*, g.platform, g.handle FROM social_page_post p JOIN social_page g ON p.page_id = g.id"
    )
    comments = rows(
        database,
        "SELECT c.*, g.platform FROM social_page_post_comment c JOIN social_page_post p ON c.post_id = p.id "
        "JOIN social_page g ON p.page_id = g.id WHERE g.handle = ?",
        HOST,
    )
    return Played(
        recording,
        pages(database),
        {(row["platform"], row["handle"]): row for row in results},
        {(row["platform"], row["handle"], row["external_id"]): row for row in posts},
        {(row["platform"], row["external_id"]): row for row in comments},
    )


def recorded(played: Played, part: str):
    for platform, found in played.recording.items():
        yield from ((platform, one) for one in found if one.part == part)


def test_every_profile_becomes_its_page(played):
    seen = {}
    for platform, one in recorded(played, "profiles"):
        if one.is_data:
            seen[platform, one.target] = PROFILES[platform](one.item)
    for one in played.recording.get("tiktok", ()):
        if one.part == "posts" and "authorMeta" in one.item:
            seen["tiktok", one.target] = PROFILES["tiktok"](one.item["authorMeta"])
    assert {page: _some(played.pages[page], row) for page, row in seen.items()} == seen


def test_every_post_becomes_a_row_of_the_page_that_was_asked_for(played):
    expected = {
        (platform, one.target, row["external_id"]): row
        for platform, one in recorded(played, "posts")
        if one.is_data and "note" not in one.item
        for row in [POSTS[platform](one.item)]
    }
    assert {key: _some(row, expected.get(key, row)) for key, row in played.posts.items()} == expected


def test_every_comment_becomes_a_row(played):
    expected = {
        (platform, row["external_id"]): row
        for platform, one in recorded(played, "comments")
        if one.is_data
        for row in [COMMENTS[platform](one.item)]
    }
    assert {key: _some(row, expected.get(key, row)) for key, row in played.comments.items()} == expected


def test_every_page_has_the_result_that_its_items_mean(played):
    assert {page: row["result"] for page, row in played.results.items()} == {
        page: _meant(played, *page) for page in played.results
    }


def _meant(played: Played, platform: str, handle: str) -> str:
    mine = [one for one in played.recording[platform] if one.target == handle and one.part != "comments"]
    data = [one.item for one in mine if one.is_data]
    if any(item.get("private") or item.get("authorMeta", {}).get("privateAccount") for item in data):
        return "private"
    errors = [one.item for one in mine if not one.is_data]
    if any(item.get("requestErrorMessages") for item in errors):
        return "partial"  # the profile came, and the posts were blocked
    if data:
        posts = [one for one in mine if one.part == "posts" and one.is_data]
        promised = any((item.get("postsCount") or 0) > 0 for item in data)
        return "partial" if promised and not posts else "ok"
    code = {item.get("errorCode") for item in errors}
    return "private" if "PROFILE_PRIVATE" in code else "restricted" if "PROFILE_EMPTY" in code else "not_found"


def _instagram_profile(item: Item) -> Row:
    return {
        "external_id": item["id"], "username": item["username"], "display_name": item.get("fullName"),
        "followers": item["followersCount"], "following": item["followsCount"], "posts_count": item["postsCount"],
        "private": item["private"], "verified": item.get("verified"),
    }  # fmt: skip


def _facebook_profile(item: Item) -> Row:
    return {
        "external_id": item["pageId"], "username": None if item["pageName"] == "people" else item["pageName"],
        "followers": item.get("followers"), "following": item.get("followings"), "likes_total": item.get("likes"),
    }  # fmt: skip


def _tiktok_profile(author: Item) -> Row:
    return {
        "external_id": author["id"], "username": author["name"], "display_name": author.get("nickName"),
        "followers": author.get("fans"), "following": author.get("following"), "posts_count": author.get("video"),
        "likes_total": author.get("heart"), "private": author.get("privateAccount"),
        "verified": author.get("verified"),
    }  # fmt: skip


def _instagram_post(item: Item) -> Row:
    views = item.get("videoPlayCount")
    return {
        "external_id": item["id"], "url": item["url"], "likes": count_of(item["likesCount"]),
        "comments": item["commentsCount"], "views": item.get("videoViewCount") if views is None else views,
        "published_at": datetime.fromisoformat(item["timestamp"]), "owner_username": item["ownerUsername"],
        "pinned": item.get("isPinned", False), "text": item.get("caption"),
    }  # fmt: skip


def _facebook_post(item: Item) -> Row:
    return {
        "external_id": item["postId"], "url": item["url"], "likes": item["likes"], "comments": item.get("comments", 0),
        "shares": item["shares"], "views": item.get("viewsCount"), "text": item.get("text"),
        "published_at": datetime.fromisoformat(item["time"]),
    }  # fmt: skip


def _tiktok_post(item: Item) -> Row:
    return {
        "external_id": item["id"], "url": item["webVideoUrl"], "likes": item["diggCount"],
        "comments": item["commentCount"], "shares": item["shareCount"], "saves": item["collectCount"],
        "views": item["playCount"], "published_at": datetime.fromisoformat(item["createTimeISO"]),
        "pinned": item.get("isPinned", False), "text": item["text"], "owner_username": item["authorMeta"]["name"],
    }  # fmt: skip


def _instagram_comment(item: Item) -> Row:
    answered = item["commentUrl"].split("/c/")[1].split("/r/")
    return {
        "external_id": item["id"], "parent_external_id": answered[0] if len(answered) > 1 else None,
        "author_username": item["ownerUsername"], "text": item.get("text"), "likes": item["likesCount"],
        "published_at": datetime.fromisoformat(item["timestamp"]),
    }  # fmt: skip


def _facebook_comment(item: Item) -> Row:
    parent = item.get("replyToCommentId")
    return {
        "external_id": numbers_in(item["id"])[1], "parent_external_id": parent and numbers_in(parent)[1],
        "text": item.get("text"), "likes": count_of(item.get("likesCount")), "replies": item.get("commentsCount"),
        "published_at": datetime.fromisoformat(item["date"]),
    }  # fmt: skip


def _tiktok_comment(item: Item) -> Row:
    return {
        "external_id": item["cid"], "parent_external_id": item["repliesToId"], "author_username": item["uniqueId"],
        "text": item["text"], "likes": item["diggCount"], "replies": item["replyCommentTotal"],
        "published_at": datetime.fromisoformat(item["createTimeISO"]),
    }  # fmt: skip


PROFILES = {"instagram": _instagram_profile, "facebook": _facebook_profile, "tiktok": _tiktok_profile}
POSTS = {"instagram": _instagram_post, "facebook": _facebook_post, "tiktok": _tiktok_post}
COMMENTS = {"instagram": _instagram_comment, "facebook": _facebook_comment, "tiktok": _tiktok_comment}


def _some(row: Row, like: Row) -> Row:
    return {name: row[name] for name in like}
