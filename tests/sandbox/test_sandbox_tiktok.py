from __future__ import annotations

from collections import Counter

import pytest
from sandbox_driver import (
    TT_COMMENTS,
    TT_PROFILES,
    TT_VIDEOS,
)


@pytest.mark.parametrize(
    ("handle", "key", "value"),
    [
        ("ghost", "errorCode", "NOT_FOUND"),
        ("locked", "note", "Profile is private"),
        ("lockedrow", "errorCode", "PROFILE_PRIVATE"),
        ("emptypage", "note", "Profile has no videos"),
        ("maybeempty", "note", "Profile has no videos (or is behind a login wall)"),
        ("loginwall", "errorCode", "PROFILE_EMPTY"),
        ("jídlo", "errorCode", "INVALID_URLS"),
        ("a", "errorCode", "INVALID_URLS"),
    ],
)
def test_odd_tiktok_rows(shared, handle, key, value):
    item = shared.one(TT_PROFILES, {"profiles": [handle]})
    assert item[key] == value
    assert item["input"] == handle
    assert ("authorMeta" in item) == (key == "note")
    assert "id" not in item


@pytest.mark.parametrize("handle", ["nameless", "silent", "blocked"])
def test_tiktok_pages_of_which_nothing_comes(shared, handle):
    assert shared.items(TT_PROFILES, {"profiles": [handle]}) == []


def test_videos_carry_their_author_and_the_input_as_typed(shared):
    asked = ["@page0001", "page0001", "https://www.tiktok.com/@page0001"]
    items = shared.items(TT_PROFILES, {"profiles": asked, "resultsPerPage": 2})
    assert Counter(item["input"] for item in items) == Counter(asked * 2)
    true = shared.sandbox.profile("tiktok", "page0001")
    assert {(item["authorMeta"]["id"], item["authorMeta"]["fans"]) for item in items} == {
        (true.external_id, true.followers)
    }


def test_big_counters_are_rounded_by_the_site(shared):
    item = shared.items(TT_PROFILES, {"profiles": ["roundedbig"], "resultsPerPage": 12})[-1]
    assert item["authorMeta"]["fans"] % 100_000 == 0
    assert item["playCount"] % 100 == 0


def test_tiktok_date_filters_and_notes(shared):
    wanted = {"profiles": ["pinned", "tinypage"], "resultsPerPage": 100, "oldestPostDateUnified": "7 days"}
    items = shared.items(TT_PROFILES, wanted)
    notes = [item["note"] for item in items if "note" in item]
    assert notes == ["No videos found to match the date filter"]
    assert all(item["createTimeISO"] > "2026-01-03" for item in items if "id" in item)
    few = shared.items(TT_PROFILES, {"profiles": ["page0001"], "resultsPerPage": 100, "mostDiggs": 0})
    assert few
    assert all(item.get("diggCount", 0) == 0 for item in few)
    nothing = shared.one(TT_PROFILES, {"profiles": ["page0001"], "leastDiggs": 10**9})
    assert nothing["note"] == "No videos found to match the filter"


def test_tiktok_pinned_videos_come_first_and_can_be_left_out(shared):
    items = shared.items(TT_PROFILES, {"profiles": ["pinned"], "resultsPerPage": 5})
    assert [item["isPinned"] for item in items] == [True, True, False, False, False]
    items = shared.items(TT_PROFILES, {"profiles": ["pinned"], "resultsPerPage": 5, "excludePinnedPosts": True})
    assert [item["isPinned"] for item in items] == [False] * 5


def test_tiktok_sorting_and_reposts(shared):
    wanted = {"profiles": ["page0001"], "resultsPerPage": 5}
    popular = shared.items(TT_PROFILES, wanted | {"profileSorting": "popular"})
    assert [item["playCount"] for item in popular] == sorted((item["playCount"] for item in popular), reverse=True)
    oldest = shared.items(TT_PROFILES, wanted | {"profileSorting": "oldest", "excludePinnedPosts": True})
    assert [item["createTime"] for item in oldest] == sorted(item["createTime"] for item in oldest)
    reposts = shared.items(TT_PROFILES, wanted | {"profileScrapeSections": ["reposts"]})
    assert {item["fromProfileSection"] for item in reposts} == {"reposts"}
    assert {item["authorMeta"]["name"] for item in reposts} != {"page0001"}


def test_tiktok_by_address_search_and_hashtag(shared):
    post = shared.sandbox.posts("tiktok", "page0001")[0]
    item = shared.one(TT_VIDEOS, {"postURLs": [post.url]})
    assert (item["id"], item["submittedVideoUrl"]) == (post.external_id, post.url)
    assert "input" not in item
    bad = shared.one(TT_VIDEOS, {"postURLs": [post.url.replace("/video/", "/photo/")]})
    assert bad["errorCode"] == "POST_NOT_FOUND_OR_PRIVATE"
    found = shared.one(TT_VIDEOS, {"searchQueries": ["slow harbor"]})
    assert found["searchQuery"] == "slow harbor"
    assert shared.one(TT_VIDEOS, {"hashtags": ["ceramics"]})["id"]


def test_tiktok_comments_of_a_silent_video_and_of_one_with_replies(shared):
    quiet = shared.sandbox.posts("tiktok", "nocomments")[0].url
    loud = shared.sandbox.posts("tiktok", "stormy")[2]
    wanted = {"postURLs": [quiet, loud.url], "commentsPerPost": 10, "maxRepliesPerComment": 1}
    items = shared.items(TT_COMMENTS, wanted)
    assert {item["submittedVideoUrl"] for item in items} == {loud.url}
    replies = [item for item in items if item["repliesToId"]]
    assert replies
    assert {item["replyCommentTotal"] for item in replies} == {None}
    assert {item["repliesToId"] for item in replies} <= {item["cid"] for item in items}
    by_profile = shared.items(TT_COMMENTS, {"profiles": ["stormy"], "resultsPerPage": 2, "commentsPerPost": 3})
    assert not any("input" in item for item in by_profile)


def test_comments_beside_videos_are_in_a_dataset_of_their_own(shared):
    items = shared.items(TT_VIDEOS, {"profiles": ["stormy"], "resultsPerPage": 2, "commentsPerPost": 4})
    (url,) = {item["commentsDatasetUrl"] for item in items}
    rows = shared.client.dataset(url.split("/datasets/")[1].split("/")[0]).list_items().items
    assert len(rows) == 8
    assert {row["videoWebUrl"] for row in rows} == {item["webVideoUrl"] for item in items}
