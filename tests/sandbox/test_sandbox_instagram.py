from __future__ import annotations

from collections import Counter

import pytest
from sandbox_driver import (
    COMMENTS,
    GENERAL,
    POSTS,
    PROFILES,
)


def test_a_profile_has_followers_and_twelve_short_posts(shared):
    item = shared.one(PROFILES, {"usernames": ["page0001"]})
    true = shared.sandbox.profile("instagram", "page0001")
    assert (item["id"], item["followersCount"], item["postsCount"]) == (
        true.external_id,
        true.followers,
        true.posts_count,
    )
    assert item["inputUrl"] == "https://www.instagram.com/page0001"
    assert len(item["latestPosts"]) == 12
    absent = {"inputUrl", "firstComment", "latestComments", "ownerFullName", "videoPlayCount", "coauthorProducers"}
    assert not any(absent & post.keys() for post in item["latestPosts"])


def test_the_address_asked_for_is_repeated_as_given(shared):
    asked = [
        "@page0001",
        "https://www.instagram.com/page0001/",
        "https://www.instagram.com/page0001/?hl=en",
        "Page0001",
    ]
    items = shared.items(PROFILES, {"usernames": asked})
    assert Counter(item["inputUrl"] for item in items) == Counter(
        ["https://www.instagram.com/page0001", *asked[1:3], "https://www.instagram.com/Page0001"]
    )
    assert {item["username"] for item in items} == {"page0001"}


def test_a_numeric_id_survives_a_renaming(shared):
    number = shared.sandbox.profile("instagram", "renamed").external_id
    item = shared.one(PROFILES, {"usernames": [number]})
    assert (item["id"], item["username"]) == (number, "renamed.now")


@pytest.mark.parametrize(
    ("handle", "expected"),
    [
        ("ghost", {"username": "ghost", "error": "not_found"}),
        ("nameless", {"error": "not_found", "errorDescription": "Post does not exist"}),
        ("nopage", {"error": "Page not found"}),
        ("silent", {"error": "no_items", "requestErrorMessages": []}),
        ("loginwall", {"error": "Restricted profile"}),
        ("gated", {"error": "restricted_page", "username": "gated"}),
        ("agegate", {"error": "restricted_page", "restricted_age": 21, "user": {"username": "agegate"}}),
        ("blocked", {"error": "no_items"}),
        ("locked", {"private": True, "latestPosts": []}),
        ("emptypage", {"private": False, "latestPosts": [], "postsCount": 0}),
        ("renamed", {"inputUrl": "https://www.instagram.com/renamed", "username": "renamed.now"}),
        ("noneshop", {"businessCategoryName": f"None,{'Bakery'}"}),
    ],
)
def test_odd_instagram_profiles(shared, handle, expected):
    item = shared.one(PROFILES, {"usernames": [handle]})
    if handle == "noneshop":
        assert item["businessCategoryName"].startswith("None,")
        return
    assert {key: item.get(key) for key in expected} == expected


def test_a_missing_profile_may_be_named_by_nothing(shared):
    assert shared.one(PROFILES, {"usernames": ["nameless"]}).keys() == {"error", "errorDescription"}


def test_about_is_an_add_on_with_an_integer_id(shared):
    item = shared.one(PROFILES, {"usernames": ["page0001"], "includeAboutSection": True})
    assert item["about"]["id"] == int(item["id"])


def test_posts_come_pinned_first_then_newest_first(shared):
    items = shared.items(POSTS, {"username": ["pinned"], "resultsLimit": 40})
    assert [item.get("isPinned", False) for item in items[:3]] == [False, True, False]
    assert items[0]["ownerUsername"] != "pinned"  # the partner's: unflagged
    assert items[0]["timestamp"] < items[2]["timestamp"]
    rest = [item["timestamp"] for item in items[2:]]
    assert rest == sorted(rest, reverse=True)


def test_a_pinned_post_comes_again_in_its_place(shared):
    items = shared.items(POSTS, {"username": ["pinned"], "resultsLimit": 100_000})
    counts = Counter(item["id"] for item in items)
    assert sorted(counts.values())[-2:] == [2, 2]
    assert sum(count > 1 for count in counts.values()) == 2


def test_skipping_pinned_posts_leaves_the_unflagged_collab(shared):
    items = shared.items(POSTS, {"username": ["pinned"], "resultsLimit": 5, "skipPinnedPosts": True})
    assert not any("isPinned" in item for item in items)
    assert items[0]["timestamp"] < items[1]["timestamp"]


def test_only_newer_posts_and_their_filters(shared):
    since = "2026-01-05T12:00:00.000Z"
    dated = {"username": ["pinned"], "resultsLimit": 50, "onlyPostsNewerThan": since}
    exact = shared.items(POSTS, dated | {"skipPinnedPosts": True})
    expected = [
        p.external_id for p in shared.sandbox.posts("instagram", "pinned") if p.published_at.isoformat() > since
    ]
    assert [item["id"] for item in exact] == expected
    loose = shared.items(POSTS, dated)
    assert len(loose) == len(exact) + 2  # pinned ones come whatever their date
    assert len(shared.items(POSTS, dated | {"onlyPostsNewerThan": "1 day", "skipPinnedPosts": True})) < len(exact)


def test_nothing_newer_is_the_same_error_as_private_and_empty(shared):
    asked = ["page0001", "locked", "emptypage"]
    items = shared.items(POSTS, {"username": asked, "onlyPostsNewerThan": "2026-01-10T05:59:59.000Z"})
    assert [item["error"] for item in items] == ["no_items"] * 3
    assert all(item["requestErrorMessages"] == [] for item in items)


def test_basic_data_lacks_the_input_url(shared):
    items = shared.items(POSTS, {"username": ["collab"], "resultsLimit": 6, "dataDetailLevel": "basicData"})
    gone = {"inputUrl", "mentions", "videoPlayCount", "videoViewCount", "latestComments", "images", "childPosts"}
    assert len(items) == 6
    assert not any(gone & item.keys() for item in items)
    assert any(item["ownerUsername"] == "collab.partner" for item in items)


def test_co_authors_list_the_same_posts_under_different_addresses(shared):
    items = shared.items(POSTS, {"username": ["collab", "collab.partner"], "resultsLimit": 6})
    by_url = {}
    for item in items:
        by_url.setdefault(item["inputUrl"].rpartition("/")[2], []).append(item)
    ours, theirs = by_url["collab"], by_url["collab.partner"]
    assert [item["id"] for item in ours] == [item["id"] for item in theirs]
    assert {item["ownerUsername"] for item in ours} == {"collab", "collab.partner"}
    for item in ours:
        others = [author["username"] for author in item["coauthorProducers"]]
        assert {item["ownerUsername"], *others} == {"collab", "collab.partner"}


def test_latest_comments_are_at_most_fifteen_newest_first_with_replies(shared):
    items = shared.items(POSTS, {"username": ["stormy"], "resultsLimit": 3})
    for item in items:
        times = [comment["timestamp"] for comment in item["latestComments"]]
        assert len(times) == 15
        assert times == sorted(times, reverse=True)
        assert item["firstComment"] == item["latestComments"][0]["text"]
    replies = [reply for item in items for comment in item["latestComments"] for reply in comment["replies"]]
    assert replies


def test_hidden_withheld_and_shortened_counters(shared):
    def likes(handle):
        return [item["likesCount"] for item in shared.items(POSTS, {"username": [handle], "resultsLimit": 12})]

    assert set(likes("hiddenlikes")) == {-1}
    assert set(likes("withheld")) == {None}
    assert {type(count) for count in likes("shortened")} == {str, float}
    profile = shared.one(PROFILES, {"usernames": ["shortened"]})
    assert isinstance(profile["followersCount"], str)


def test_a_post_asked_by_address(shared):
    post = next(p for p in shared.sandbox.posts("instagram", "page0001") if p.kind == "reel")
    item = shared.one(POSTS, {"username": [f"https://www.instagram.com/reel/{post.comment_key}/?igsh=x"]})
    assert item["id"] == post.external_id
    assert item["url"] == post.url
    assert "videoViewCount" not in item
    gone = shared.one(POSTS, {"username": ["https://www.instagram.com/p/AAAAAAAAAAA/"]})
    assert gone["error"] == "not_found"


def test_the_general_scraper_follows_results_type_and_kind_of_address(shared):
    url = "https://www.instagram.com/page0001/"
    post = shared.sandbox.posts("instagram", "stormy")[0]
    details = shared.one(GENERAL, {"directUrls": [url], "resultsType": "details"})
    assert details["followersCount"] == shared.sandbox.profile("instagram", "page0001").followers
    assert shared.one(GENERAL, {"directUrls": [post.url], "resultsType": "details"})["id"] == post.external_id
    reels = shared.items(GENERAL, {"directUrls": [url], "resultsType": "reels", "resultsLimit": 4})
    assert [item["type"] for item in reels] == ["Video"] * 4
    assert reels[0]["latestComments"] == [] or "owner" not in reels[0]["latestComments"][0]
    comments = shared.items(GENERAL, {"directUrls": [post.url], "resultsType": "comments"})
    assert len(comments) == 50
    assert len(shared.items(GENERAL, {"directUrls": ["https://www.instagram.com/hugepage/"]})) == 200
    assert len(shared.items(GENERAL, {"search": "harbor, light", "searchLimit": 2, "resultsLimit": 1})) == 4


def test_comments_as_rows_name_their_parent_in_the_address_alone(shared):
    url = shared.sandbox.posts("instagram", "stormy")[1].url
    plain = shared.items(COMMENTS, {"directUrls": [url]})
    assert len(plain) == 15
    assert {(item["repliesCount"], item["replies"]) for item in plain} == {(None, None)}
    nested = shared.items(COMMENTS, {"directUrls": [url], "resultsLimit": 15, "includeNestedComments": True})
    tops = [item for item in nested if "/r/" not in item["commentUrl"]]
    assert [item["id"] for item in tops] == [item["id"] for item in plain]
    replies = [item for item in nested if "/r/" in item["commentUrl"]]
    parents = {item["commentUrl"].split("/c/")[1].split("/r/")[0] for item in replies}
    assert parents <= {item["id"] for item in tops}
    assert sum(item["repliesCount"] for item in tops) == len(replies)
    newest = shared.items(COMMENTS, {"directUrls": [url], "resultsLimit": 5, "isNewestComments": True})
    assert newest[0]["timestamp"] > plain[0]["timestamp"]


def test_comments_that_are_not_there(shared):
    off = shared.sandbox.posts("instagram", "nocomments")[0].url
    gone = "https://www.instagram.com/p/AAAAAAAAAAA/"
    items = {item["url"]: item["error"] for item in shared.items(COMMENTS, {"directUrls": [off, gone]})}
    assert items == {off: "no_items", gone: "not_found"}
