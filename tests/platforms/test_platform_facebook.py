"""Facebook: inputs of its actors, and items that become records."""

from datetime import UTC, datetime

import pytest
from platform_payloads import FACEBOOK_COMMENT, FACEBOOK_PAGE, FACEBOOK_POST, but, token

from socialsync_cli.core.records import AskedPage, AskedPost, Comment, Post, Profile, Reading, Verdict
from socialsync_cli.platforms import facebook
from socialsync_cli.platforms.facebook_ids import account_at, numbers_in

PAGE = AskedPage("harbourlights")
KNOWN = AskedPage("harbourlights", external_id="100050006000700")
NUMBERED = AskedPage("100050006000700")
POST = AskedPost("777000111222444", "https://www.facebook.com/100050006000700/posts/777000111222444")

PROFILE = Profile(
    external_id="100050006000700",
    username="HarbourLights",
    display_name="Harbour Lights | Lanterns",
    biography="Lanterns, since 1974",
    url="https://www.facebook.com/HarbourLights/",
    avatar_url="https://cdn.example.org/page.jpg",
    website="harbour.example.org",
    category="Lighting Store",
    verified=True,
    private=None,
    followers=8600,
    following=14,
    posts_count=None,
    likes_total=8412,
)
PHOTO = Post(
    external_id="777000111222333",
    url="https://www.facebook.com/HarbourLights/posts/pfbid0Example",
    kind="image",
    text="New #Lanterns with @Lamp.House, see you there",
    hashtags=("Lanterns", "fête"),
    mentions=("Lamp.House", "CityFair"),
    published_at=datetime(2026, 3, 1, 7, tzinfo=UTC),
    likes=96,
    comments=0,
    shares=7,
    saves=None,
    views=None,
    pinned=False,
    sponsored=None,
    owner_username="harbourlights",
    media_url="https://cdn.example.org/photo.jpg",
    duration_seconds=None,
    comment_key="777000111222444",
    comment_url="https://www.facebook.com/100050006000700/posts/777000111222444",
)
COMMENT = Comment(
    external_id="555000000000001",
    parent_external_id=None,
    author_username="Curious.Cat",
    text="Count me in",
    likes=1200,
    replies=1,
    published_at=datetime(2026, 3, 1, 9, tzinfo=UTC),
)


def read_profile(item, *asked):
    return facebook.profiles_reader(asked or (PAGE,)).read(item)


def read_post(item, *asked):
    return facebook.posts_reader(asked or (PAGE,)).read(item)


def read_comment(item, *asked):
    return facebook.comments_reader(asked or (POST,)).read(item)


def test_a_page():
    assert read_profile(FACEBOOK_PAGE) == Reading("harbourlights", Verdict.DATA, profile=PROFILE)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"likes": ...}, {"likes_total": None}),
        ({"followers": "8.6K"}, {"followers": 8600, "followers_rounded": True}),
        ({"CONFIRMED_OWNER_LABEL": ...}, {"verified": None}),
        ({"CONFIRMED_OWNER_LABEL": ..., "confirmed_owner": "Harbour Lights Ltd."}, {"verified": True}),
        ({"categories": []}, {}),
        ({"categories": ["Page"], "category": "Page"}, {"category": None}),
        ({"website": "https://harbour.example.org"}, {"website": "https://harbour.example.org"}),
        ({"websites": []}, {"website": None}),
        ({"intro": ...}, {"biography": None}),
        ({"pageName": "people"}, {"username": None}),
        ({"pageName": "profile.php"}, {"username": None}),
        ({"pageId": ...}, {}),
        ({"pageId": ..., "facebookId": ...}, {"external_id": None}),
    ],
)
def test_fields_of_a_page(changes, expected):
    assert read_profile(but(FACEBOOK_PAGE, **changes)).profile == PROFILE._replace(**expected)


def test_a_person_is_a_profile_without_counters():
    item = {
        "facebookUrl": "https://www.facebook.com/curious.cat",
        "pageUrl": "https://www.facebook.com/curious.cat",
        "pageId": "61550000000001",
        "facebookId": "61550000000001",
        "pageName": "curious.cat",
        "title": "Curious Cat (@curious.cat) • Facebook, Connect with friends",
        "categories": [],
        "personalProfile": {"name": "Curious Cat", "profilePicLarge": "https://cdn.example.org/cat.jpg"},
    }
    assert read_profile(item, AskedPage("curious.cat")) == Reading(
        "curious.cat",
        Verdict.DATA,
        profile=Profile(
            external_id="61550000000001",
            username="curious.cat",
            display_name="Curious Cat",
            url="https://www.facebook.com/curious.cat",
            avatar_url="https://cdn.example.org/cat.jpg",
        ),
    )


@pytest.mark.parametrize(
    ("changes", "asked", "target"),
    [
        ({}, PAGE, "harbourlights"),
        ({"facebookUrl": ..., "pageUrl": ...}, PAGE, "harbourlights"),
        ({"facebookUrl": "https://www.facebook.com/profile.php?id=100050006000700"}, NUMBERED, "100050006000700"),
        ({"facebookUrl": ..., "pageUrl": ..., "pageName": "people"}, NUMBERED, "100050006000700"),
        ({"facebookUrl": ..., "pageUrl": ..., "pageName": "renamed"}, KNOWN, "harbourlights"),
        ({"facebookUrl": ..., "pageUrl": ...}, AskedPage("330000000000007"), "330000000000007"),
        ({"facebookUrl": ..., "pageUrl": ..., "pageName": "people"}, PAGE, None),
    ],
)
def test_a_page_is_found_by_address_name_or_number(changes, asked, target):
    assert read_profile(but(FACEBOOK_PAGE, **changes), asked).target == target


def test_a_post():
    assert read_post(FACEBOOK_POST) == Reading("harbourlights", Verdict.DATA, post=PHOTO)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"comments": 5}, {"comments": 5}),
        ({"comments": None}, {"comments": None}),
        ({"likes": ..., "shares": 0}, {"likes": None, "shares": 0}),
        ({"likes": ..., "shares": ...}, {"likes": None, "shares": None, "comments": None}),
        ({"viewsCount": 500}, {"views": 500, "kind": "video"}),
        ({"isVideo": True}, {"kind": "video"}),
        (
            {"url": "https://www.facebook.com/reel/12/", "viewsCount": 9},
            {"url": "https://www.facebook.com/reel/12/", "views": 9, "kind": "reel"},
        ),
        ({"url": ...}, {"url": PHOTO.comment_url}),
        ({"topLevelUrl": ...}, {"comment_url": PHOTO.url}),
        ({"feedbackId": ...}, {}),
        ({"feedbackId": "not base 64!"}, {}),
        ({"feedbackId": ..., "topLevelUrl": ...}, {"comment_key": "777000111222333", "comment_url": PHOTO.url}),
        ({"media": ...}, {"kind": "text", "media_url": None}),
        ({"media": ..., "link": "https://example.org"}, {"kind": "link", "media_url": None}),
        (
            {"media": ..., "text": ..., "textReferences": ...},
            {"kind": None, "media_url": None, "text": None, "hashtags": (), "mentions": ()},
        ),
        ({"media": [{"mediaset_token": "pcb.1"}, *FACEBOOK_POST["media"]]}, {"kind": "album"}),
        ({"media": [*FACEBOOK_POST["media"], *FACEBOOK_POST["media"]]}, {"kind": "album"}),
        (
            {"media": [{"__typename": "Video", "thumbnail": "https://t.example/1", "playable_duration_in_ms": 2500}]},
            {"kind": "video", "media_url": "https://t.example/1", "duration_seconds": 2.5},
        ),
        ({"media": [{"__typename": "Unheard"}]}, {"kind": None, "media_url": None}),
        ({"time": "Sunday, 1 March 2026 at 06:59", "timestamp": 1772348400000}, {}),
        ({"time": "Sunday, 1 March 2026 at 07:00", "timestamp": ...}, {}),
        ({"isPinned": True}, {"pinned": True}),
        ({"paidPartnership": {"brand": "x"}}, {"sponsored": True}),
        ({"collaborators": [{"id": "9"}], "topReactionsCount": 4}, {}),
    ],
)
def test_fields_of_a_post(changes, expected):
    assert read_post(but(FACEBOOK_POST, **changes)).post == PHOTO._replace(**expected)


GUEST = {"id": "100099900000001", "name": "Guest"}
NAMELESS = {
    "inputUrl": "https://www.facebook.com/p/Harbour-Lights-100050006000700/",
    "facebookUrl": "https://www.facebook.com/p/Harbour-Lights-100050006000700/",
    "pageName": "p",
}


@pytest.mark.parametrize(
    ("asked", "changes", "owner"),
    [
        pytest.param(PAGE, {}, "harbourlights", id="name and numbers agree"),
        pytest.param(KNOWN, {}, "harbourlights", id="known number"),
        pytest.param(KNOWN, {"pageName": "renamed"}, "harbourlights", id="renamed"),
        pytest.param(PAGE, {"pageName": "renamed"}, "harbourlights", id="renamed, never seen before"),
        pytest.param(NUMBERED, NAMELESS, "100050006000700", id="nameless page"),
        pytest.param(PAGE, {"facebookId": "UzpfSTE6MTI="}, "harbourlights", id="the page's number is of the old kind"),
        pytest.param(
            AskedPage("330000000000007"),
            {"inputUrl": "https://www.facebook.com/330000000000007", "facebookUrl": ...},
            "330000000000007",
            id="asked by its old number",
        ),
        pytest.param(PAGE, {"user": ...}, "harbourlights", id="no author, the page's name"),
        pytest.param(KNOWN, {"user": ..., "pageName": "x"}, "harbourlights", id="no author, the page's number"),
        pytest.param(KNOWN, {"user": GUEST}, "100099900000001", id="a guest on the page"),
        pytest.param(PAGE, {"user": GUEST}, "100099900000001", id="a guest on a page never seen before"),
        pytest.param(
            KNOWN,
            {"user": GUEST, "facebookId": "100099900000001", "pageName": "guest", "pageAdLibrary": ...},
            "100099900000001",
            id="everything names the guest",
        ),
        pytest.param(
            PAGE,
            {"user": {"id": "pfbid0x", "profileUrl": "https://www.facebook.com/Guest.Name"}},
            "Guest.Name",
            id="an author without a number",
        ),
        pytest.param(
            PAGE,
            {"user": {"profileUrl": "https://www.facebook.com/HarbourLights"}},
            "harbourlights",
            id="the page by its address",
        ),
        pytest.param(PAGE, {"user": ..., "pageName": "other"}, "other", id="no author, another page's name"),
        pytest.param(
            PAGE, {"user": ..., "pageName": "people", "facebookId": ...}, None, id="nothing known of the author"
        ),
    ],
)
def test_the_owner_of_a_post(asked, changes, owner):
    reading = read_post(but(FACEBOOK_POST, **changes), asked)
    assert reading.target == asked.handle
    assert reading.post.owner_username == owner


def test_the_owner_of_a_post_of_no_asked_page_is_its_author():
    reading = read_post(FACEBOOK_POST, AskedPage("somebody.else"))
    assert (reading.target, reading.post.owner_username) == (None, "100050006000700")


def test_a_raw_video_object_is_bad():
    item = but(FACEBOOK_POST, postId=..., i18n_reaction_count="345K", publish_time=1772348400)
    assert read_post(item) == Reading("harbourlights", Verdict.BAD, detail="no postId")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {}),
        ({"likesCount": 1, "commentsCount": ...}, {"likes": 1, "replies": None}),
        ({"text": None}, {"text": None}),
        ({"commentId": ...}, {}),
        ({"commentId": ..., "id": ..., "feedbackId": ...}, {}),
        (
            {
                "commentId": ...,
                "id": ...,
                "feedbackId": ...,
                "commentUrl": "https://www.facebook.com/x?comment_id=555000000000000&reply_comment_id=555000000000001",
            },
            {"parent_external_id": "555000000000000"},
        ),
        (
            {"replyToCommentId": token("comment", "777000111222444", "555000000000000"), "threadingDepth": 1},
            {"parent_external_id": "555000000000000"},
        ),
        ({"replyToCommentId": token("comment", "777000111222444", "555000000000001")}, {}),
        (
            {"profileUrl": "https://www.facebook.com/people/Curious-Cat/100088800000001/"},
            {"author_username": "100088800000001"},
        ),
        (
            {"profileUrl": "https://www.facebook.com/profile.php?id=100088800000001"},
            {"author_username": "100088800000001"},
        ),
        ({"profileUrl": ..., "profileId": "100088800000001"}, {"author_username": "100088800000001"}),
        ({"profileUrl": "https://www.facebook.com/people/x/pfbid0y/"}, {"author_username": "Curious Cat"}),
        ({"profileUrl": ..., "profileName": ...}, {"author_username": None}),
    ],
)
def test_comments(changes, expected):
    assert read_comment(but(FACEBOOK_COMMENT, **changes)) == Reading(
        POST.key, Verdict.DATA, comment=COMMENT._replace(**expected)
    )


@pytest.mark.parametrize(
    ("asked", "changes"),
    [
        (POST, {"inputUrl": ...}),
        (POST, {"inputUrl": ..., "facebookUrl": ...}),
        (POST, {"inputUrl": ..., "facebookUrl": ..., "facebookId": ...}),
        (
            AskedPost("1", "https://www.facebook.com/harbourlights/posts/pfbid0Abc"),
            {"inputUrl": "https://m.facebook.com/harbourlights/posts/pfbid0Abc/?ref=x", "facebookId": "9"},
        ),
        (
            AskedPost("1", "https://www.facebook.com/permalink.php?story_fbid=pfbid0Abc&id=5"),
            {"inputUrl": "https://facebook.com/permalink.php?id=5&story_fbid=pfbid0Abc&utm=1"},
        ),
    ],
)
def test_a_comment_finds_its_post(asked, changes):
    decoy = AskedPost("2", "https://www.facebook.com/permalink.php?story_fbid=pfbid0abc&id=5")
    assert read_comment(but(FACEBOOK_COMMENT, **changes), decoy, asked).target == asked.key


def test_a_comment_without_a_number_is_bad():
    item = but(FACEBOOK_COMMENT, commentId="pfbid0", id="x", feedbackId=None, commentUrl="https://www.facebook.com")
    assert read_comment(item) == Reading(POST.key, Verdict.BAD, detail="no comment id")


@pytest.mark.parametrize("read", [read_profile, read_post])
@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (
            {"url": "https://www.facebook.com/HarbourLights", "error": "no_items", "errorDescription": "Empty"},
            Reading("harbourlights", Verdict.NO_ITEMS, detail="no_items: Empty"),
        ),
        (
            {"inputUrl": "https://www.facebook.com/harbourlights", "error": "not_available"},
            Reading("harbourlights", Verdict.NOT_FOUND, detail="not_available"),
        ),
        (
            {"url": "https://www.facebook.com/harbourlights/posts/1", "error": "not_available"},
            Reading(None, Verdict.NOT_FOUND, detail="not_available"),
        ),
    ],
)
def test_error_items_of_pages(read, item, expected):
    assert read(item) == expected


def test_error_items_of_comments():
    assert read_comment({"url": POST.url, "error": "not_available"}) == Reading(
        POST.key, Verdict.NOT_FOUND, detail="not_available"
    )


@pytest.mark.parametrize(
    ("read", "item"),
    [
        (read_profile, FACEBOOK_POST),
        (read_profile, FACEBOOK_COMMENT),
        (read_profile, but(FACEBOOK_PAGE, pageId=..., facebookId=..., followers=...)),
        (read_post, FACEBOOK_PAGE),
        (read_post, FACEBOOK_COMMENT),
        (read_comment, FACEBOOK_PAGE),
        (read_comment, but(FACEBOOK_POST, feedbackId=...)),
    ],
)
def test_items_of_another_kind_are_bad(read, item):
    assert read(item).verdict is Verdict.BAD


@pytest.mark.parametrize(
    ("address", "account"),
    [
        ("https://www.facebook.com/Curious.Cat?comment_id=x", "Curious.Cat"),
        ("https://www.facebook.com/100088800000001", "100088800000001"),
        ("https://www.facebook.com/hashtag/lanterns", None),
        ("https://www.facebook.com/groups/1/user/2", None),
        ("https://www.facebook.com/Curious.Cat/posts/1", None),
        ("https://www.facebook.com/pfbid0abc", None),
        ("https://l.facebook.com/l.php?u=x", None),
        ("https://www.notfacebook.com/Curious.Cat", None),
        ("https://www.facebook.com/", None),
        (5, None),
    ],
)
def test_accounts_in_addresses(address, account):
    assert account_at(address) == account


@pytest.mark.parametrize(
    ("value", "numbers"),
    [
        (token("feedback", "12"), ["12"]),
        (token("comment", "12", "34"), ["12", "34"]),
        (token("comment", "12", "34").rstrip("="), ["12", "34"]),
        (token("S:_I100", "12"), []),
        (token("feedback", ""), []),
        ("näh", []),
        ("A", []),
        ("x" * 500, []),
        (None, []),
    ],
)
def test_numbers_in_base64_ids(value, numbers):
    assert numbers_in(value) == numbers


def test_input_for_profiles():
    assert facebook.profiles_input(["harbourlights", "100050006000700"]) == {
        "startUrls": [
            {"url": "https://www.facebook.com/harbourlights"},
            {"url": "https://www.facebook.com/profile.php?id=100050006000700"},
        ]
    }


def test_input_for_posts():
    given = {"startUrls": [{"url": "https://www.facebook.com/harbourlights"}], "resultsLimit": 30}
    since = datetime(2026, 1, 10, 6, tzinfo=UTC)
    assert facebook.posts_input(["harbourlights"], limit=30, newer_than=None, actor="any/actor") == given
    assert facebook.posts_input(["harbourlights"], limit=30, newer_than=since) == given | {
        "onlyPostsNewerThan": "2026-01-10T06:00:00.000Z"
    }


@pytest.mark.parametrize(("replies", "nested"), [(0, False), (3, True)])
def test_input_for_comments(replies, nested):
    assert facebook.comments_input([POST.url], limit=10, replies=replies) == {
        "startUrls": [{"url": POST.url}],
        "resultsLimit": 10,
        "includeNestedComments": nested,
        "viewOption": "RANKED_UNFILTERED",
    }
