"""YouTube: inputs of its actors, and items that become records."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from platform_payloads import YOUTUBE_CHANNEL, YOUTUBE_CHANNEL_ID, YOUTUBE_COMMENT, YOUTUBE_VIDEO, but

from socialsync_cli.core.records import AskedPage, AskedPost, Comment, Post, Profile, Reading, Verdict
from socialsync_cli.platforms import youtube

PAGE = AskedPage("harbour.lights")
OTHER = AskedPage("river.walks", external_id="UCriver-walks-0000000000")
POST = AskedPost("Zy9_-wVu876", "https://www.youtube.com/watch?v=Zy9_-wVu876")

PROFILE = Profile(
    external_id=YOUTUBE_CHANNEL_ID,
    username="Harbour.Lights",
    display_name="Harbour Lights 🏮",
    biography="Lanterns, since 1974",
    url=f"https://www.youtube.com/channel/{YOUTUBE_CHANNEL_ID}",
    avatar_url="https://cdn.example.org/channel.jpg",
    website="https://harbour.example.org/shop",
    verified=True,
    followers=20400,
    posts_count=312,
    followers_rounded=True,
)
VIDEO = Post(
    external_id="Zy9_-wVu876",
    url="https://www.youtube.com/watch?v=Zy9_-wVu876",
    kind="video",
    text="How a lantern is made\n\nFrom tin to light, with @river.walks.\n#lanterns #craft",
    hashtags=("lanterns", "craft"),
    mentions=("river.walks",),
    published_at=datetime(2026, 2, 2, 16, 0, 8, tzinfo=UTC),
    likes=611,
    comments=48,
    shares=None,
    saves=None,
    views=12840,
    pinned=False,
    sponsored=False,
    owner_username="Harbour.Lights",
    media_url="https://cdn.example.org/thumb.jpg",
    duration_seconds=3755.0,
    comment_key="Zy9_-wVu876",
    comment_url="https://www.youtube.com/watch?v=Zy9_-wVu876",
)


def read_channel(item, *asked):
    return youtube.profiles_reader(asked or (PAGE,)).read(item)


def read(item, *asked):
    return youtube.posts_reader(asked or (PAGE,)).read(item)


def read_comment(item):
    return youtube.comments_reader([POST]).read(item)


def test_a_channel_stands_beside_its_latest_video():
    assert read_channel(YOUTUBE_CHANNEL) == Reading("harbour.lights", Verdict.DATA, PROFILE)


def test_the_other_actor_tells_of_the_channel_without_a_place_of_its_own():
    reading = read_channel(YOUTUBE_VIDEO | {"channelTotalVideos": 312, "isChannelVerified": True})
    assert reading == Reading(
        "harbour.lights",
        Verdict.DATA,
        PROFILE._replace(display_name="Harbour Lights", biography=None, avatar_url=None, website=None),
    )


@pytest.mark.parametrize(
    ("told", "followers", "rounded"),
    [
        (0, 0, False),
        (999, 999, False),
        (1230, 1230, True),
        (108_000, 108_000, True),
        (20_417, 20_417, False),
        (2_350_000, 2_350_000, True),
        ("5.65K", 5650, True),
        (None, None, False),
    ],
)
def test_a_count_of_three_digits_is_a_rounded_one(told, followers, rounded):
    about = YOUTUBE_CHANNEL["aboutChannelInfo"] | {"numberOfSubscribers": told}
    profile = read_channel(YOUTUBE_CHANNEL | {"aboutChannelInfo": about}).profile
    assert (profile.followers, profile.followers_rounded) == (followers, rounded)


def test_a_video():
    assert read(YOUTUBE_VIDEO) == Reading("harbour.lights", Verdict.DATA, None, VIDEO)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"likes": None}, {"likes": None}),
        ({"commentsCount": None}, {"comments": None}),
        ({"commentsCount": None, "commentsTurnedOff": True}, {"comments": 0}),
        ({"duration": "0:42"}, {"duration_seconds": 42.0}),
        ({"duration": 42}, {"duration_seconds": 42.0}),
        ({"duration": "P1D"}, {"duration_seconds": None}),
        ({"text": None, "hashtags": None}, {"text": "How a lantern is made", "hashtags": (), "mentions": ()}),
        ({"title": "", "text": ""}, {"text": "", "mentions": ()}),
        ({"date": "2 days ago"}, {"published_at": None}),
        ({"id": ...}, {}),
        ({"type": "shorts", "url": "https://www.youtube.com/shorts/Zy9_-wVu876", "id": ...},
         {"kind": "short", "url": "https://www.youtube.com/shorts/Zy9_-wVu876"}),
        ({"channelUsername": ...}, {"owner_username": YOUTUBE_CHANNEL_ID}),
        ({"isPaidContent": ...}, {"sponsored": None}),
    ],
)  # fmt: skip
def test_a_video_in_other_shapes(changes, expected):
    assert read(but(YOUTUBE_VIDEO, **changes)).post == VIDEO._replace(**expected)


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({"inputChannelUrl": "https://www.youtube.com/@Harbour.Lights/videos"}, PAGE),
        ({"inputChannelUrl": ..., "channelUsername": ...}, PAGE),
        ({"inputChannelUrl": ..., "fromYTUrl": ...}, PAGE),
        ({"inputChannelUrl": ..., "fromYTUrl": ...}, AskedPage(YOUTUBE_CHANNEL_ID)),
        ({"inputChannelUrl": ..., "fromYTUrl": ...}, AskedPage("old.name", external_id=YOUTUBE_CHANNEL_ID)),
        ({"inputChannelUrl": "https://www.youtube.com/c/HarbourLights"}, AskedPage("c/harbourlights")),
    ],
)
def test_items_find_the_page_that_was_asked_for(changes, asked):
    item = but(YOUTUBE_VIDEO, **changes)
    assert read(item, OTHER, asked).target == asked.handle
    assert read_channel(item, OTHER, asked).target == asked.handle
    assert read(item, OTHER).target is None


def test_errors_in_words_are_understood():
    item = {"inputChannelUrl": "https://www.youtube.com/@harbour.lights", "error": "Channel does not exist"}
    expected = Reading("harbour.lights", Verdict.NOT_FOUND, detail="Channel does not exist")
    assert read(item) == read_channel(item) == expected


@pytest.mark.parametrize("item", [YOUTUBE_COMMENT, but(YOUTUBE_VIDEO, viewCount=..., date=...)])
def test_what_is_no_video_is_bad(item):
    assert read(item).verdict is Verdict.BAD


def test_a_comment():
    assert read_comment(YOUTUBE_COMMENT) == Reading(
        "Zy9_-wVu876",
        Verdict.DATA,
        comment=Comment(
            "UgzHarbourLights000AaABAg", None, "curious.cat", "I have one of these from 1980!", 12, 1, None
        ),
    )


@pytest.mark.parametrize(
    ("changes", "parent"),
    [
        (
            {"replyToCid": "UgzHarbourLights000AaABAg", "cid": "UgzHarbourLights000AaABAg.9x"},
            "UgzHarbourLights000AaABAg",
        ),
        ({"cid": "UgzHarbourLights000AaABAg.9x"}, "UgzHarbourLights000AaABAg"),
        ({"replyToCid": "UgzHarbourLights000AaABAg"}, None),
    ],
)
def test_a_reply_names_its_parent(changes, parent):
    assert read_comment(YOUTUBE_COMMENT | changes).comment.parent_external_id == parent


def test_comments_find_their_video_by_id_or_address():
    other = AskedPost("aB3-_xYz019", "https://www.youtube.com/watch?v=aB3-_xYz019")
    reader = youtube.comments_reader([other, POST])
    for changes in ({"pageUrl": ...}, {"videoId": ...}, {"videoId": ..., "pageUrl": "https://youtu.be/Zy9_-wVu876"}):
        assert reader.read(but(YOUTUBE_COMMENT, **changes)).target == POST.key
    assert reader.read(but(YOUTUBE_COMMENT, videoId=..., pageUrl=...)).target is None


def test_inputs():
    moment = datetime(2026, 1, 10, 1, tzinfo=timezone(timedelta(hours=2)))
    channel = [{"url": "https://www.youtube.com/@nasa"}]
    only_videos = {"maxResultsShorts": 0, "maxResultStreams": 0}
    assert youtube.profiles_input(["nasa"]) == {"startUrls": channel, "maxResults": 1, **only_videos}
    assert youtube.posts_input(["nasa"], limit=30, newer_than=moment) == {
        "startUrls": channel, "maxResults": 30, "oldestPostDate": "2026-01-09", **only_videos,
    }  # fmt: skip
    assert youtube.comments_input([POST.url], limit=10, replies=3) == {
        "startUrls": [{"url": POST.url}],
        "maxComments": 10,
    }
