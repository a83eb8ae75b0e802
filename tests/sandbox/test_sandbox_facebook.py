from __future__ import annotations

import pytest
from sandbox_driver import (
    FB_COMMENTS,
    FB_PAGES,
    FB_POSTS,
    addresses,
)


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
    item = shared.one(FB_PAGES, {"startUrls": addresses("personal.page")})
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
    raw = shared.one(FB_POSTS, {"startUrls": [{"url": f"https://www.facebook.com/watch/?v={number}"}]})
    assert "postId" not in raw
