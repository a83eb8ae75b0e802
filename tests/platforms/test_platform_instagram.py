"""Instagram: inputs of its actors, and items that become records."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from platform_payloads import INSTAGRAM_COMMENT, INSTAGRAM_POST, INSTAGRAM_PROFILE, but

from socialsync_cli.core.records import AskedPage, AskedPost, Comment, Post, Profile, Reading, Verdict
from socialsync_cli.platforms import instagram

PAGE = AskedPage("harbour.lights")
OTHER = AskedPage("river.walks", external_id="70010003000")
POST = AskedPost("DTestCode_1", "https://www.instagram.com/p/DTestCode_1/")

PROFILE = Profile(
    external_id="70010002000",
    username="Harbour.Lights",
    display_name="Harbour Lights 🏮",
    biography="Lanterns, since 1974\nOpen daily",
    url="https://www.instagram.com/Harbour.Lights",
    avatar_url="https://cdn.example.org/large.jpg",
    website="https://harbour.example.org/",
    category="Lighting Store",
    verified=True,
    private=False,
    followers=20417,
    following=311,
    posts_count=902,
)
REEL = Post(
    external_id="3800000000000000123",
    url="https://www.instagram.com/p/DTestCode_1/",
    kind="reel",
    text="Evening walk with @river.walks and #lanterns…",
    hashtags=("lanterns", "Night"),
    mentions=("river.walks", "museum", "example.org"),
    published_at=datetime(2026, 2, 2, 18, 45, 9, tzinfo=UTC),
    likes=1310,
    comments=41,
    shares=None,
    saves=None,
    views=15250,
    pinned=True,
    sponsored=False,
    owner_username="harbour.lights",
    media_url="https://cdn.example.org/cover.jpg",
    duration_seconds=21.5,
    comment_key="DTestCode_1",
    comment_url="https://www.instagram.com/p/DTestCode_1/",
    comments_inside=(
        Comment(
            "18000000000000001",
            None,
            "first_guest",
            "Lovely",
            4,
            1,
            datetime(2026, 2, 3, 10, 0, tzinfo=UTC),
        ),
        Comment(
            "18000000000000002",
            "18000000000000001",
            "harbour.lights",
            "Thank you!",
            0,
            0,
            datetime(2026, 2, 3, 11, 30, tzinfo=UTC),
        ),
    ),
)


def read_profile(item, *asked):
    return instagram.profiles_reader(asked or (PAGE,)).read(item)


def read_post(item, *asked):
    return instagram.posts_reader(asked or (PAGE,)).read(item)


def read_comment(item, *asked):
    return instagram.comments_reader(asked or (POST,)).read(item)


def test_a_profile():
    assert read_profile(INSTAGRAM_PROFILE) == Reading("harbour.lights", Verdict.DATA, profile=PROFILE)


def test_a_private_profile_is_data():
    item = but(INSTAGRAM_PROFILE, private=True, latestPosts=[])
    assert read_profile(item) == Reading("harbour.lights", Verdict.DATA, profile=PROFILE._replace(private=True))


def test_a_bare_profile():
    item = {"id": 70010002000, "username": "harbour.lights", "followersCount": "20.4K", "externalUrls": [{}]}
    bare = Profile("70010002000", "harbour.lights", url="https://www.instagram.com/harbour.lights/")
    assert read_profile(item) == Reading(
        "harbour.lights", Verdict.DATA, profile=bare._replace(followers=20_400, followers_rounded=True)
    )


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        ("None,Candy Store", "Candy Store"),
        ("None", None),
        ("", None),
        (None, None),
        (" Cafe ,Bar", "Cafe, Bar"),
    ],
)
def test_the_word_none_is_no_category(category, expected):
    profile = read_profile(but(INSTAGRAM_PROFILE, businessCategoryName=category)).profile
    assert profile.category == expected


@pytest.mark.parametrize(
    ("changes", "target"),
    [
        ({"inputUrl": "https://www.instagram.com/Harbour.Lights/?hl=en"}, "harbour.lights"),
        ({"inputUrl": "https://www.instagram.com/harbour.lights", "username": "new.name"}, "harbour.lights"),
        ({"inputUrl": ..., "username": "HARBOUR.lights"}, "harbour.lights"),
        ({"inputUrl": ..., "username": "renamed", "id": "70010003000"}, "river.walks"),
        ({"inputUrl": ..., "username": ...}, "harbour.lights"),
        ({"inputUrl": ..., "username": "x", "url": "https://www.instagram.com/x", "fullName": "river.walks"}, None),
    ],
)
def test_a_profile_finds_its_page(changes, target):
    assert read_profile(but(INSTAGRAM_PROFILE, **changes), PAGE, OTHER).target == target


def test_a_reel():
    assert read_post(INSTAGRAM_POST) == Reading("harbour.lights", Verdict.DATA, post=REEL)


def test_a_post_of_the_basic_kind():
    item = {
        "id": "3800000000000000124",
        "type": "Image",
        "shortCode": "DBasic",
        "url": "https://www.instagram.com/p/DBasic/",
        "caption": "Fog #harbour with @river.walks",
        "hashtags": ["harbour"],
        "commentsCount": 0,
        "likesCount": -1,
        "timestamp": "2026-02-05T06:00:00.000Z",
        "ownerId": "70010002000",
        "ownerUsername": "harbour.lights",
    }
    assert read_post(item) == Reading(
        "harbour.lights",
        Verdict.DATA,
        post=Post(
            external_id="3800000000000000124",
            url="https://www.instagram.com/p/DBasic/",
            kind="image",
            text="Fog #harbour with @river.walks",
            hashtags=("harbour",),
            mentions=("river.walks",),
            published_at=datetime(2026, 2, 5, 6, tzinfo=UTC),
            likes=None,
            comments=0,
            shares=None,
            saves=None,
            views=None,
            pinned=False,
            sponsored=None,
            owner_username="harbour.lights",
            media_url=None,
            duration_seconds=None,
            comment_key="DBasic",
            comment_url="https://www.instagram.com/p/DBasic/",
        ),
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"type": "Image", "productType": ...}, {"kind": "image"}),
        ({"type": "Sidecar", "productType": "carousel_container"}, {"kind": "carousel"}),
        ({"productType": "feed"}, {"kind": "video"}),
        ({"productType": "igtv"}, {"kind": "video"}),
        ({"type": "Unheard", "productType": "clips"}, {"kind": "reel"}),
        ({"type": "Unheard", "productType": ...}, {"kind": None}),
        ({"likesCount": -1}, {"likes": None}),
        ({"likeAndViewCountsDisabled": True}, {"likes": None}),
        ({"isLikesHidden": True, "likesCount": 3}, {"likes": None}),
        ({"isLikesHidden": False}, {}),
        ({"videoPlayCount": None}, {"views": 7000}),
        ({"videoPlayCount": 0}, {"views": 0}),
        ({"paidPartnership": True}, {"sponsored": True}),
        ({"paidPartnership": ..., "isSponsored": True}, {"sponsored": True}),
        ({"sponsors": [{"username": "brand"}]}, {"sponsored": True}),
        ({"paidPartnership": ..., "sponsors": []}, {"sponsored": None}),
        ({"ownerUsername": ...}, {"owner_username": "70010002000"}),
        ({"shortCode": None}, {}),
        ({"url": None}, {}),
        ({"caption": None}, {"text": None}),
        ({"caption": ""}, {"text": ""}),
        ({"isPinned": ...}, {"pinned": False}),
        ({"latestComments": None}, {"comments_inside": ()}),
        ({"childPosts": [{"id": "1"}], "unheardOf": {"x": []}}, {}),
    ],
)
def test_fields_of_a_post(changes, expected):
    assert read_post(but(INSTAGRAM_POST, **changes)).post == REEL._replace(**expected)


def test_comments_inside_come_once_and_only_with_an_id():
    first, *_ = INSTAGRAM_POST["latestComments"]
    latest = [first, first, None, {"text": "no id"}, {"id": "5", "replies": [7, {"text": "no id"}, {"id": "5"}]}]
    inside = read_post(but(INSTAGRAM_POST, latestComments=latest)).post.comments_inside
    assert inside == (*REEL.comments_inside, Comment("5", None, None, None, None, None, None))


@pytest.mark.parametrize(
    ("changes", "target"),
    [
        ({"ownerUsername": "somebody", "ownerId": "1"}, "harbour.lights"),
        ({"inputUrl": "https://www.instagram.com/harbour.lights/reels/", "ownerUsername": "s"}, "harbour.lights"),
        ({"inputUrl": "https://www.instagram.com/p/DTestCode_1/"}, "harbour.lights"),
        ({"inputUrl": ..., "ownerUsername": "River.Walks"}, "river.walks"),
        ({"inputUrl": ..., "ownerUsername": "renamed", "ownerId": "70010003000"}, "river.walks"),
        (
            {"inputUrl": ..., "ownerUsername": "s", "ownerId": "1", "coauthorProducers": [{"username": "river.walks"}]},
            "river.walks",
        ),
        (
            {"inputUrl": ..., "ownerUsername": "s", "ownerId": "1", "coauthorProducers": [5, {"id": "70010003000"}]},
            "river.walks",
        ),
        ({"inputUrl": ..., "ownerUsername": "s", "ownerId": "1", "coauthorProducers": [{"username": "t"}]}, None),
    ],
)
def test_a_post_finds_its_page(changes, target):
    assert read_post(but(INSTAGRAM_POST, **changes), PAGE, OTHER).target == target


def test_a_post_that_another_wrote_belongs_to_the_page_it_was_found_under():
    reading = read_post(but(INSTAGRAM_POST, ownerUsername="partner.cafe"))
    assert reading == Reading("harbour.lights", Verdict.DATA, post=REEL._replace(owner_username="partner.cafe"))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {}),
        ({"postUrl": "https://instagram.com/p/DTestCode_1"}, {}),
        ({"ownerUsername": ...}, {}),
        ({"text": ""}, {"text": ""}),
        ({"text": ...}, {"text": None}),
        ({"repliesCount": 3}, {"replies": 3}),
        (
            {"commentUrl": "https://www.instagram.com/p/DTestCode_1/c/18000000000000006/r/18000000000000007"},
            {"parent_external_id": "18000000000000006"},
        ),
        ({"commentUrl": ...}, {}),
    ],
)
def test_comments(changes, expected):
    comment = Comment(
        external_id="18000000000000007",
        parent_external_id=None,
        author_username="curious.cat",
        text="Where is this?",
        likes=2,
        replies=None,
        published_at=datetime(2026, 2, 4, 8, tzinfo=UTC),
    )
    assert read_comment(but(INSTAGRAM_COMMENT, **changes)) == Reading(
        "DTestCode_1", Verdict.DATA, comment=comment._replace(**expected)
    )


def test_an_older_comment_names_its_post_by_number():
    # "BC" is 1 · 64 + 2 in the alphabet of the short codes.
    item = but(INSTAGRAM_COMMENT, postUrl=..., commentUrl=..., postId=66)
    assert read_comment(item, AskedPost("BC", "https://www.instagram.com/p/BC/")).target == "BC"


def test_short_codes_that_differ_in_letter_case_are_different_posts():
    lower = AskedPost("dtestcode_1", "https://www.instagram.com/p/dtestcode_1/")
    assert read_comment(INSTAGRAM_COMMENT, lower, POST).target == "DTestCode_1"
    assert read_comment(INSTAGRAM_COMMENT, lower).target is None


NO_ITEMS = {"error": "no_items", "errorDescription": "Empty or private", "requestErrorMessages": []}
NOT_FOUND = {"error": "not_found", "errorDescription": "Post does not exist"}


@pytest.mark.parametrize("read", [read_profile, read_post])
@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (
            NO_ITEMS | {"inputUrl": "https://www.instagram.com/harbour.lights/"},
            Reading("harbour.lights", Verdict.NO_ITEMS, detail="no_items: Empty or private"),
        ),
        (
            NO_ITEMS | {"url": "instagram.com/harbour.lights", "requestErrorMessages": ["Request blocked"]},
            Reading("harbour.lights", Verdict.BLOCKED, detail="no_items: Empty or private: Request blocked"),
        ),
        (
            NOT_FOUND | {"username": "harbour.lights"},
            Reading("harbour.lights", Verdict.NOT_FOUND, detail="not_found: Post does not exist"),
        ),
        (NOT_FOUND, Reading(None, Verdict.NOT_FOUND, detail="not_found: Post does not exist")),
        (
            {"error": "restricted_page", "user": {"username": "harbour.lights"}, "restricted_age": 21},
            Reading("harbour.lights", Verdict.RESTRICTED, detail="restricted_page"),
        ),
        (
            {"error": "restricted_page", "url": "https://www.instagram.com/reel/D/", "username": "harbour.lights"},
            Reading(None, Verdict.RESTRICTED, detail="restricted_page"),
        ),
        (
            INSTAGRAM_PROFILE | {"error": "restricted_page"},
            Reading("harbour.lights", Verdict.RESTRICTED, detail="restricted_page"),
        ),
    ],
)
def test_error_items_of_pages(read, item, expected):
    assert read(item) == expected


def test_error_items_of_comments_name_the_post_in_their_address():
    item = NO_ITEMS | {"url": "https://www.instagram.com/reel/DTestCode_1/"}
    assert read_comment(item) == Reading("DTestCode_1", Verdict.NO_ITEMS, detail="no_items: Empty or private")
    item = NOT_FOUND | {"inputUrl": "https://www.instagram.com/p/DTestCode_1"}
    assert read_comment(item) == Reading("DTestCode_1", Verdict.NOT_FOUND, detail="not_found: Post does not exist")


@pytest.mark.parametrize(
    ("read", "item"),
    [
        (read_profile, INSTAGRAM_POST),
        (read_profile, INSTAGRAM_COMMENT),
        (read_profile, but(INSTAGRAM_PROFILE, id=1.5, followersCount=None)),
        (read_post, INSTAGRAM_PROFILE),
        (read_post, INSTAGRAM_COMMENT),
        (read_post, but(INSTAGRAM_POST, id=None)),
        (read_post, but(INSTAGRAM_POST, id=3.8e18)),
        (read_post, but(INSTAGRAM_POST, id=True)),
        (read_comment, INSTAGRAM_PROFILE),
        (read_comment, INSTAGRAM_POST),
        (read_comment, but(INSTAGRAM_COMMENT, id="")),
    ],
)
def test_items_of_another_kind_are_bad(read, item):
    reading = read(item)
    assert reading.verdict is Verdict.BAD
    assert reading.detail
    assert (reading.profile, reading.post, reading.comment) == (None, None, None)


HANDLES = ["harbour.lights", "12345"]
MOMENT = datetime(2026, 1, 10, 7, 0, 0, 123_456, tzinfo=timezone(timedelta(hours=1)))


def test_input_for_profiles():
    assert instagram.profiles_input(HANDLES) == {"usernames": ["harbour.lights", "https://www.instagram.com/12345/"]}


@pytest.mark.parametrize("actor", ["apify/instagram-scraper", "apify~instagram-scraper", "shu8hvrXbJbY3Eb9W"])
def test_input_of_the_general_actor_for_profiles(actor):
    assert instagram.profiles_input(HANDLES, actor=actor) == {
        "directUrls": ["https://www.instagram.com/harbour.lights/", "https://www.instagram.com/12345/"],
        "resultsType": "details",
        "resultsLimit": 1,
        "addParentData": False,
    }


@pytest.mark.parametrize("actor", [None, "apify/instagram-post-scraper", "somebody/own-scraper"])
def test_input_for_posts(actor):
    assert instagram.posts_input(HANDLES, limit=30, newer_than=MOMENT, actor=actor) == {
        "username": ["harbour.lights", "https://www.instagram.com/12345/"],
        "resultsLimit": 30,
        "dataDetailLevel": "detailedData",
        "skipPinnedPosts": True,
        "onlyPostsNewerThan": "2026-01-10T06:00:00.123Z",
    }
    assert "onlyPostsNewerThan" not in instagram.posts_input(HANDLES, limit=30, newer_than=None, actor=actor)


def test_input_of_the_general_actor_for_posts():
    assert instagram.posts_input(HANDLES[:1], limit=30, newer_than=MOMENT, actor="apify/instagram-scraper") == {
        "directUrls": ["https://www.instagram.com/harbour.lights/"],
        "resultsType": "posts",
        "resultsLimit": 30,
        "addParentData": False,
        "skipPinnedPosts": True,
        "onlyPostsNewerThan": "2026-01-10T06:00:00.123Z",
    }


@pytest.mark.parametrize(("replies", "nested"), [(0, False), (3, True)])
def test_input_for_comments(replies, nested):
    given = {
        "directUrls": [POST.url],
        "resultsLimit": 10,
        "includeNestedComments": nested,
        "isNewestComments": False,
    }
    assert instagram.comments_input([POST.url], limit=10, replies=replies) == given
    assert instagram.comments_input([POST.url], limit=10, replies=replies, actor="apify/instagram-scraper") == given | {
        "resultsType": "comments",
        "addParentData": False,
    }
