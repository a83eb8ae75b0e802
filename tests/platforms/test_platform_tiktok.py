"""TikTok: inputs of its actors, and items that become records."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from platform_payloads import TIKTOK_AUTHOR, TIKTOK_COMMENT, TIKTOK_NOTE, TIKTOK_VIDEO, but

from socialsync_cli.core.records import AskedPage, AskedPost, Comment, Post, Profile, Reading, Verdict
from socialsync_cli.platforms import tiktok

PAGE = AskedPage("harbour.lights")
KNOWN = AskedPage("harbour.lights", external_id="6900000000000000777")
OTHER = AskedPage("river.walks", external_id="6900000000000000888")
POST = AskedPost("7600000000000000321", "https://www.tiktok.com/@harbour.lights/video/7600000000000000321")

PROFILE = Profile(
    external_id="6900000000000000777",
    username="harbour.lights",
    display_name="Harbour Lights",
    biography="Lanterns",
    url="https://www.tiktok.com/@harbour.lights",
    avatar_url="https://cdn.example.org/avatar.jpg",
    website="harbour.example.org",
    category="Home",
    verified=False,
    private=False,
    followers=15400,
    following=21,
    posts_count=88,
    likes_total=1_200_000,
)
VIDEO = Post(
    external_id="7600000000000000321",
    url="https://www.tiktok.com/@harbour.lights/video/7600000000000000321",
    kind="video",
    text="Dusk #lanterns @river.walks",
    hashtags=("lanterns",),
    mentions=("river.walks",),
    published_at=datetime(2026, 2, 2, 2, 40, tzinfo=UTC),
    likes=310,
    comments=5,
    shares=12,
    saves=9,
    views=20100,
    pinned=False,
    sponsored=True,
    owner_username="harbour.lights",
    media_url="https://cdn.example.org/cover.jpg",
    duration_seconds=14.0,
    comment_key="7600000000000000321",
    comment_url="https://www.tiktok.com/@harbour.lights/video/7600000000000000321",
)
STRANGER = TIKTOK_AUTHOR | {"id": "6900000000000000999", "name": "stranger"}


def read(item, *asked):
    return tiktok.posts_reader(asked or (PAGE,)).read(item)


def read_comment(item, *asked):
    return tiktok.comments_reader(asked or (POST,)).read(item)


def test_a_video_holds_the_profile_too():
    expected = Reading("harbour.lights", Verdict.DATA, profile=PROFILE, post=VIDEO)
    assert read(TIKTOK_VIDEO) == expected
    assert tiktok.profiles_reader([PAGE]).read(TIKTOK_VIDEO) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"isSlideshow": True, "videoMeta": {"duration": 0}}, {"kind": "slideshow", "duration_seconds": None}),
        ({"hashtags": ["#a", "b."]}, {"hashtags": ("a", "b")}),
        ({"hashtags": ..., "mentions": ...}, {}),
        ({"createTimeISO": ...}, {}),
        ({"createTime": "1770000000", "createTimeISO": "soon"}, {}),
        ({"isSponsored": False}, {"sponsored": False}),
        ({"isSponsored": ..., "isAd": ...}, {"sponsored": None}),
        ({"isPinned": True}, {"pinned": True}),
        ({"playCount": "20.1K", "collectCount": None}, {"saves": None}),
        ({"id": 7600000000000000321}, {}),
        ({"id": None}, {}),
        ({"webVideoUrl": ...}, {}),
        (
            {"webVideoUrl": "https://www.tiktok.com/@harbour.lights/photo/7600000000000000321"},
            {"url": "https://www.tiktok.com/@harbour.lights/photo/7600000000000000321"},
        ),
    ],
)
def test_fields_of_a_video(changes, expected):
    media = {"media_url": None} if "videoMeta" in changes else {}
    assert read(but(TIKTOK_VIDEO, **changes)).post == VIDEO._replace(**expected, **media)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"fans": "1.2M"}, {"followers": 1_200_000, "followers_rounded": True}),
        ({"bioLink": {"link": "https://example.org", "risk": 0}}, {"website": "https://example.org"}),
        ({"bioLink": None}, {"website": None}),
        ({"commerceUserInfo": {"commerceUser": False}}, {"category": None}),
        ({"originalAvatarUrl": ...}, {"avatar_url": "https://cdn.example.org/avatar_small.jpg"}),
        ({"profileUrl": ..., "verified": None}, {"verified": None}),
        ({"heart": ..., "digg": 5}, {"likes_total": None}),
    ],
)
def test_fields_of_a_profile(changes, expected):
    item = but(TIKTOK_VIDEO, authorMeta=but(TIKTOK_AUTHOR, **changes))
    assert read(item).profile == PROFILE._replace(**expected)


@pytest.mark.parametrize("typed", ["harbour.lights", "@Harbour.Lights", "https://www.tiktok.com/@harbour.lights?a=b"])
def test_a_row_belongs_to_the_page_as_it_was_typed(typed):
    item = but(TIKTOK_VIDEO, input=typed)
    assert read(item, OTHER, PAGE) == Reading("harbour.lights", Verdict.DATA, profile=PROFILE, post=VIDEO)


def test_a_row_without_input_belongs_to_its_author():
    item = but(TIKTOK_VIDEO, input=..., submittedVideoUrl=VIDEO.url)
    assert read(item).target == "harbour.lights"
    assert read(but(item, authorMeta=...)).target == "harbour.lights"
    assert read(but(item, authorMeta={"id": "6900000000000000888"}), OTHER).target == "river.walks"
    assert read(item, OTHER).target is None


def test_a_repost_keeps_its_author_and_tells_nothing_of_the_page():
    item = but(TIKTOK_VIDEO, fromProfileSection="reposts", authorMeta=STRANGER)
    assert read(item) == Reading("harbour.lights", Verdict.DATA, post=VIDEO._replace(owner_username="stranger"))
    assert read(but(item, input=...), AskedPage("stranger")).target is None


@pytest.mark.parametrize(
    ("asked", "changes", "is_profile"),
    [
        pytest.param(PAGE, {}, True, id="found among the page's own videos: renamed"),
        pytest.param(PAGE, {"fromProfileSection": ...}, False, id="found who knows where"),
        pytest.param(KNOWN, {}, False, id="another number than the page's"),
        pytest.param(
            AskedPage("harbour.lights", "6900000000000000999"),
            {"fromProfileSection": ...},
            True,
            id="the page's number under a new name",
        ),
    ],
)
def test_an_author_with_another_name(asked, changes, is_profile):
    reading = read(but(TIKTOK_VIDEO, authorMeta=STRANGER, **changes), asked)
    assert reading.target == "harbour.lights"
    assert (reading.profile is not None) is is_profile
    assert reading.post.owner_username == "stranger"


NOBODY = Reading("harbour.lights", Verdict.EMPTY, detail="Profile has no videos")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Reading("harbour.lights", Verdict.EMPTY, PROFILE, detail="No videos found to match the date filter")),
        (
            {"note": "Profile is private"},
            Reading("harbour.lights", Verdict.PRIVATE, PROFILE, detail="Profile is private"),
        ),
        (
            {"note": "Profile has no videos", "authorMeta": TIKTOK_AUTHOR | {"privateAccount": True}},
            Reading(
                "harbour.lights",
                Verdict.PRIVATE,
                PROFILE._replace(private=True),
                detail="Profile has no videos",
            ),
        ),
        ({"note": "Profile has no videos", "authorMeta": ...}, NOBODY),
        (
            {"note": "No videos (or is behind a login wall)", "authorMeta": ...},
            Reading("harbour.lights", Verdict.RESTRICTED, detail="No videos (or is behind a login wall)"),
        ),
    ],
)
def test_notes_are_no_errors(changes, expected):
    assert read(but(TIKTOK_NOTE, **changes)) == expected


@pytest.mark.parametrize(
    ("item", "verdict"),
    [
        ({"error": "This profile/hashtag does not exist.", "errorCode": "NOT_FOUND"}, Verdict.NOT_FOUND),
        ({"error": "Invalid URL or username", "errorCode": "INVALID_URLS"}, Verdict.NOT_FOUND),
        ({"error": "Profile is private", "errorCode": "PROFILE_PRIVATE"}, Verdict.PRIVATE),
        ({"error": "Profile is empty", "errorCode": "PROFILE_EMPTY"}, Verdict.RESTRICTED),
        ({"error": "Something new", "errorCode": "NEW_CODE"}, Verdict.BAD),
    ],
)
def test_error_rows(item, verdict):
    for named in ({"input": "harbour.lights"}, {"url": "https://www.tiktok.com/@harbour.lights"}):
        reading = read(item | named)
        assert reading[:2] == ("harbour.lights", verdict)
        assert item["error"].rstrip(".") in reading.detail
    assert read(item).target is None


@pytest.mark.parametrize(("code", "verdict"), [("PROFILE_EMPTY", Verdict.EMPTY), ("PROFILE_PRIVATE", Verdict.PRIVATE)])
def test_an_error_row_may_hold_the_profile(code, verdict):
    item = {"error": "x", "errorCode": code, "input": "harbour.lights", "authorMeta": TIKTOK_AUTHOR}
    assert read(item)[:3] == ("harbour.lights", verdict, PROFILE)


COMMENT = Comment(
    external_id="7600000000000009001",
    parent_external_id=None,
    author_username="Curious_Cat",
    text="so pretty",
    likes=3,
    replies=2,
    published_at=datetime(2026, 2, 2, 3, 40, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {}),
        (
            {"repliesToId": "7600000000000009000", "replyCommentTotal": None},
            {"parent_external_id": "7600000000000009000", "replies": None},
        ),
        ({"diggCount": None}, {"likes": None}),
        ({"text": ""}, {"text": ""}),
        ({"uniqueId": ...}, {"author_username": "6800000000000000001"}),
        ({"createTimeISO": ...}, {}),
        ({"submittedVideoUrl": ...}, {}),
        ({"submittedVideoUrl": ..., "videoWebUrl": ..., "input": POST.url.upper().replace("VIDEO", "video")}, {}),
    ],
)
def test_comments(changes, expected):
    assert read_comment(but(TIKTOK_COMMENT, **changes)) == Reading(
        POST.key, Verdict.DATA, comment=COMMENT._replace(**expected)
    )


def test_a_comment_of_a_post_that_was_not_asked_for():
    assert read_comment(TIKTOK_COMMENT, AskedPost("1", "https://www.tiktok.com/@x/video/1")).target is None


def test_a_slideshow_asked_by_its_photo_address():
    item = but(TIKTOK_COMMENT, submittedVideoUrl=POST.url.replace("/video/", "/photo/"), videoWebUrl=...)
    assert read_comment(item).target == POST.key


def test_error_rows_of_comments():
    item = {"input": POST.url, "error": "Post not found or private", "errorCode": "POST_NOT_FOUND_OR_PRIVATE"}
    assert read_comment(item)[:2] == (POST.key, Verdict.NOT_FOUND)


@pytest.mark.parametrize(
    ("reader", "item", "detail"),
    [
        (read, TIKTOK_COMMENT, "no id"),
        (read, but(TIKTOK_VIDEO, id=7.6e18, webVideoUrl=...), "no id"),
        (read, {"id": "7600000000000000321"}, "no video"),
        (read_comment, TIKTOK_VIDEO, "no cid"),
        (read_comment, TIKTOK_NOTE, "no cid"),
    ],
)
def test_items_of_another_kind_are_bad(reader, item, detail):
    reading = reader(item)
    assert (reading.verdict, reading.detail) == (Verdict.BAD, detail)


@pytest.mark.parametrize("actor", [None, "clockworks/tiktok-scraper", "somebody/own-scraper"])
def test_input_for_posts(actor):
    given = {
        "profiles": ["harbour.lights"],
        "resultsPerPage": 30,
        "profileScrapeSections": ["videos"],
        "excludePinnedPosts": False,
        "commentsPerPost": 0,
        "shouldDownloadVideos": False,
        "shouldDownloadCovers": False,
        "shouldDownloadSubtitles": False,
        "shouldDownloadSlideshowImages": False,
        "shouldDownloadAvatars": False,
        "shouldDownloadMusicCovers": False,
    }
    since = datetime(2026, 1, 10, 0, 30, tzinfo=timezone(timedelta(hours=1)))
    assert tiktok.posts_input(["harbour.lights"], limit=30, newer_than=None, actor=actor) == given
    assert tiktok.posts_input(["harbour.lights"], limit=30, newer_than=since, actor=actor) == given | {
        "oldestPostDateUnified": "2026-01-09"
    }
    assert tiktok.profiles_input(["harbour.lights"], actor=actor) == given | {"resultsPerPage": 1}


def test_input_for_comments():
    assert tiktok.comments_input([POST.url, "https://www.tiktok.com/@x/photo/1"], limit=10, replies=2) == {
        "postURLs": [POST.url, "https://www.tiktok.com/@x/video/1"],
        "commentsPerPost": 10,
        "maxRepliesPerComment": 2,
    }
