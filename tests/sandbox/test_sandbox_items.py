from __future__ import annotations

import json
import os
from collections import Counter
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


def one(shared, actor, run_input):
    (item,) = shared.items(actor, run_input)
    return item


# --- Instagram profiles


def test_a_profile_has_followers_and_twelve_short_posts(shared):
    item = one(shared, PROFILES, {"usernames": ["page0001"]})
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
    item = one(shared, PROFILES, {"usernames": [number]})
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
    item = one(shared, PROFILES, {"usernames": [handle]})
    if handle == "noneshop":
        assert item["businessCategoryName"].startswith("None,")
        return
    assert {key: item.get(key) for key in expected} == expected


def test_a_missing_profile_may_be_named_by_nothing(shared):
    assert one(shared, PROFILES, {"usernames": ["nameless"]}).keys() == {"error", "errorDescription"}


def test_about_is_an_add_on_with_an_integer_id(shared):
    item = one(shared, PROFILES, {"usernames": ["page0001"], "includeAboutSection": True})
    assert item["about"]["id"] == int(item["id"])


# --- Instagram posts


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
    profile = one(shared, PROFILES, {"usernames": ["shortened"]})
    assert isinstance(profile["followersCount"], str)


def test_a_post_asked_by_address(shared):
    post = next(p for p in shared.sandbox.posts("instagram", "page0001") if p.kind == "reel")
    item = one(shared, POSTS, {"username": [f"https://www.instagram.com/reel/{post.comment_key}/?igsh=x"]})
    assert item["id"] == post.external_id
    assert item["url"] == post.url
    assert "videoViewCount" not in item
    gone = one(shared, POSTS, {"username": ["https://www.instagram.com/p/AAAAAAAAAAA/"]})
    assert gone["error"] == "not_found"


def test_the_general_scraper_follows_results_type_and_kind_of_address(shared):
    url = "https://www.instagram.com/page0001/"
    post = shared.sandbox.posts("instagram", "stormy")[0]
    details = one(shared, GENERAL, {"directUrls": [url], "resultsType": "details"})
    assert details["followersCount"] == shared.sandbox.profile("instagram", "page0001").followers
    assert one(shared, GENERAL, {"directUrls": [post.url], "resultsType": "details"})["id"] == post.external_id
    reels = shared.items(GENERAL, {"directUrls": [url], "resultsType": "reels", "resultsLimit": 4})
    assert [item["type"] for item in reels] == ["Video"] * 4
    assert reels[0]["latestComments"] == [] or "owner" not in reels[0]["latestComments"][0]
    comments = shared.items(GENERAL, {"directUrls": [post.url], "resultsType": "comments"})
    assert len(comments) == 50
    assert len(shared.items(GENERAL, {"directUrls": ["https://www.instagram.com/hugepage/"]})) == 200
    assert len(shared.items(GENERAL, {"search": "harbor, light", "searchLimit": 2, "resultsLimit": 1})) == 4


# --- Instagram comments


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


# --- Facebook


@pytest.mark.parametrize(
    ("handle", "errors"),
    [
        ("ghost", ["no_items"]),
        ("nameless", []),
        ("silent", []),
        ("locked", ["no_items"]),
        ("loginwall", ["not_available"]),
        ("page0001", [None]),
    ],
)
def test_pages_answer_with_an_item_an_error_or_nothing(shared, handle, errors):
    items = shared.items(FB_PAGES, {"startUrls": addresses(handle)})
    assert [item.get("error") for item in items] == errors
    if handle == "ghost":
        assert items[0].keys() == {"url", "error", "errorDescription"}


def test_pages_of_every_kind_of_address(shared):
    number = "61560000000777"
    urls = [
        f"https://www.facebook.com/profile.php?id={number}",
        f"https://www.facebook.com/people/Some-Name/{number}/",
        f"https://www.facebook.com/p/Some-Name-{number}",
        "https://www.facebook.com/337000000000777",
        "https://www.facebook.com/shoutypage/",
    ]
    items = {item["facebookUrl"]: item for item in shared.items(FB_PAGES, {"startUrls": [{"url": u} for u in urls]})}
    assert [items[url]["pageId"] for url in urls[:4]] == [number] * 4
    assert items[urls[1]]["pageName"] == "people"
    assert items[urls[2]]["pageName"] == "p"
    assert items[urls[3]]["pageAdLibrary"]["id"] == "337000000000777"
    assert items[urls[4]]["pageName"] == "SHOUTYPage"
    assert not any("inputUrl" in item for item in items.values())


def test_a_person_is_no_page(shared):
    item = one(shared, FB_PAGES, {"startUrls": addresses("personal.page")})
    assert "followers" not in item
    assert item["personalProfile"]["name"]


def test_facebook_posts_keep_their_invariants(shared):
    items = shared.items(FB_POSTS, {"startUrls": addresses("page0001"), "resultsLimit": 200})
    assert len(items) == 200
    split = 0
    for item in items:
        kinds = [value for key, value in item.items() if key.startswith("reaction")]
        if kinds:
            split += 1
            assert sum(kinds) == item["likes"]
            assert len(kinds) == item["topReactionsCount"]
            assert all(kinds)
        assert item["timestamp"] == int(item["timestamp"])
        assert "comments" not in item or item["comments"] > 0
    assert 0 < split < 200
    assert any("comments" not in item for item in items)
    assert any("viewsCount" in item and "isVideo" not in item for item in items)
    album = next(item for item in items if "mediaset_token" in item.get("media", [{}])[0])
    assert album["topLevelUrl"].rpartition("/")[2] != album["postId"]


def test_pfbid_tokens_differ_from_day_to_day_and_mean_the_same_post(drive):
    wanted = {"startUrls": addresses("page0001"), "resultsLimit": 10}
    before = {item["postId"]: item["url"] for item in drive.items(FB_POSTS, wanted)}
    drive.sandbox.advance(days=1)
    after = {item["postId"]: item["url"] for item in drive.items(FB_POSTS, wanted)}
    changed = [post for post in before.keys() & after.keys() if before[post] != after[post]]
    assert changed
    assert all("pfbid" in before[post] for post in changed)
    items = drive.items(FB_POSTS, {"startUrls": [{"url": before[changed[0]]}, {"url": after[changed[0]]}]})
    assert {item["postId"] for item in items} == {changed[0]}


def test_facebook_comments_go_three_levels_deep(shared):
    post = shared.sandbox.posts("facebook", "stormy")[3]
    wanted = {"startUrls": [{"url": post.comment_url}], "resultsLimit": 12, "includeNestedComments": True}
    items = shared.items(FB_COMMENTS, wanted)
    assert {item["threadingDepth"] for item in items} == {0, 1, 2}
    assert sum(item["threadingDepth"] == 0 for item in items) == 12
    ids = {item["id"] for item in items}
    assert all(item["replyToCommentId"] in ids for item in items if item["threadingDepth"])
    assert {item["facebookId"] for item in items} == {post.comment_key}
    assert all(isinstance(item["likesCount"], str) for item in items)
    everything = shared.items(FB_COMMENTS, {"startUrls": [{"url": post.comment_url}]})
    assert len(everything) > 1000
    newest = shared.items(FB_COMMENTS, wanted | {"viewOption": "RECENT_ACTIVITY"})
    assert newest[0]["date"] > items[0]["date"]


def test_facebook_posts_that_are_not_there(shared):
    urls = [{"url": "https://www.facebook.com/page0001/posts/1000000000000001"}, *addresses("page0001")]
    errors = [item["error"] for item in shared.items(FB_COMMENTS, {"startUrls": urls})]
    assert errors == ["not_available", "no_items"]
    video = next(p for p in shared.sandbox.posts("facebook", "page0001") if p.kind == "video")
    number = video.url.rstrip("/").rpartition("/")[2]
    raw = one(shared, FB_POSTS, {"startUrls": [{"url": f"https://www.facebook.com/watch/?v={number}"}]})
    assert "postId" not in raw


def test_a_forgotten_limit_costs_what_the_documentation_says(shared):
    assert len(shared.items(FB_POSTS, {"startUrls": addresses("hugepage")})) == 20
    assert len(shared.items(POSTS, {"username": ["hugepage"]})) == 24
    assert len(shared.items(TT_VIDEOS, {"profiles": ["hugepage"]})) == 1
    assert len(shared.items(TT_PROFILES, {"profiles": ["hugepage"]})) == 100
    url = shared.sandbox.posts("tiktok", "stormy")[5].url
    assert len(shared.items(TT_COMMENTS, {"postURLs": [url]})) == 100


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


def test_restricted_posts_by_address(shared):
    page = shared.sandbox.world.find("instagram", "gated", int(NOW.timestamp()))
    post = shared.sandbox.world.post(page, 5, int(NOW.timestamp()))
    assert one(shared, POSTS, {"username": [post_url(post)]})["error"] == "restricted_page"
    page = shared.sandbox.world.find("tiktok", "gated", int(NOW.timestamp()))
    post = shared.sandbox.world.post(page, 5, int(NOW.timestamp()))
    assert one(shared, TT_VIDEOS, {"postURLs": [video_url(post)]})["errorCode"] == "POST_SENSITIVE"


# --- TikTok


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
    item = one(shared, TT_PROFILES, {"profiles": [handle]})
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
    nothing = one(shared, TT_PROFILES, {"profiles": ["page0001"], "leastDiggs": 10**9})
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
    item = one(shared, TT_VIDEOS, {"postURLs": [post.url]})
    assert (item["id"], item["submittedVideoUrl"]) == (post.external_id, post.url)
    assert "input" not in item
    bad = one(shared, TT_VIDEOS, {"postURLs": [post.url.replace("/video/", "/photo/")]})
    assert bad["errorCode"] == "POST_NOT_FOUND_OR_PRIVATE"
    found = one(shared, TT_VIDEOS, {"searchQueries": ["slow harbor"]})
    assert found["searchQuery"] == "slow harbor"
    assert one(shared, TT_VIDEOS, {"hashtags": ["ceramics"]})["id"]


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


# --- all of them


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
