"""What holds for every platform of the table, and for every JSON that an actor may send."""

import inspect
import json

import platform_payloads as payloads
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from socialsync_cli.core.records import AskedPage, AskedPost, Comment, Post, Profile, Reading, Verdict
from socialsync_cli.platforms import PLATFORMS
from socialsync_cli.platforms.base import Platform
from socialsync_cli.platforms.values import MAX_COUNTER

ITEMS = {
    "instagram": {
        "profiles": payloads.INSTAGRAM_PROFILE,
        "posts": payloads.INSTAGRAM_POST,
        "comments": payloads.INSTAGRAM_COMMENT,
    },
    "facebook": {
        "profiles": payloads.FACEBOOK_PAGE,
        "posts": payloads.FACEBOOK_POST,
        "comments": payloads.FACEBOOK_COMMENT,
    },
    "tiktok": {
        "profiles": payloads.TIKTOK_NOTE,
        "posts": payloads.TIKTOK_VIDEO,
        "comments": payloads.TIKTOK_COMMENT,
    },
    "youtube": {
        "profiles": payloads.YOUTUBE_CHANNEL,
        "posts": payloads.YOUTUBE_VIDEO,
        "comments": payloads.YOUTUBE_COMMENT,
    },
}
HANDLES = ("harbour.lights", "harbourlights", "100050006000700")
POSTS = (
    AskedPost("DTestCode_1", "https://www.instagram.com/p/DTestCode_1/"),
    AskedPost("777000111222444", "https://www.facebook.com/100050006000700/posts/777000111222444"),
    AskedPost("7600000000000000321", "https://www.tiktok.com/@harbour.lights/video/7600000000000000321"),
    AskedPost("Zy9_-wVu876", "https://www.youtube.com/watch?v=Zy9_-wVu876"),
)
PARTS = [(platform, part) for platform in PLATFORMS for part in ("profiles", "posts", "comments")]


def reader(platform, part):
    module = PLATFORMS[platform]
    if part == "comments":
        return module.comments_reader(POSTS)
    asked = [AskedPage(handle, external_id="70010002000") for handle in HANDLES]
    return module.profiles_reader(asked) if part == "profiles" else module.posts_reader(asked)


READERS = {key: reader(*key) for key in PARTS}

KNOWN_KEYS = sorted(
    {key for items in ITEMS.values() for item in items.values() for key in item}
    | {"error", "errorCode", "errorDescription", "requestErrorMessages", "note", "personalProfile", "sponsors"}
    | {"replyToCommentId", "replies", "owner", "coauthorProducers", "isVideo", "viewsCount", "link", "cid"}
)
nasty = st.sampled_from(
    [
        2**70,
        -(2**70),
        10**4000,
        -1,
        float("nan"),
        float("inf"),
        -0.0,
        True,
        False,
        None,
        "",
        "\0",
        "\ud800",
        "a\udfffb",
        "12.3K",
        "9" * 5000,
        "https://",
        "https://[::1",
        "https://www.instagram.com/p//",
        "https://www.facebook.com/people/",
        "https://www.facebook.com/profile.php?id=%00",
        "2026-99-99",
        "9999-12-31T23:59:59-23:59",
        "Y29tbWVudDo=",
        "=",
        [],
        {},
        [[]],
        {"name": {}},
        [{"id": True, "replies": [{"id": []}]}],
        {"id": 2**70, "username": [], "name": 5, "profileUrl": {}},
    ]
)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20) | nasty
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(KNOWN_KEYS) | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=12,
)
any_item = st.dictionaries(st.sampled_from(KNOWN_KEYS), anything, max_size=12)


def assert_sound(reading):
    """Every field is of its kind, storable, and there is data exactly when the verdict says so."""
    assert type(reading) is Reading
    assert reading.target is None or reading.target in {*HANDLES, *(post.key for post in POSTS)}
    assert isinstance(reading.verdict, Verdict)
    records = [record for record in (reading.profile, reading.post, reading.comment) if record is not None]
    if reading.verdict is Verdict.DATA:
        assert records
        assert reading.detail is None
    else:
        assert reading.detail
        assert reading.detail.isprintable()
        assert reading.post is None
        assert reading.comment is None
    for record in records:
        assert_record(record)
        for inside in getattr(record, "comments_inside", ()):
            assert_record(inside)


def assert_record(record):
    assert type(record) in {Profile, Post, Comment}
    for name, value in record._asdict().items():
        if type(value) is int:
            assert 0 <= value <= MAX_COUNTER, name
        elif type(value) is str:
            value.encode()
            assert "\0" not in value, name
        elif type(value) is tuple and name != "comments_inside":
            assert len(set(value)) == len(value)
            assert all(type(word) is str and word for word in value)
    if type(record) is not Profile:
        assert type(record.external_id) is str
        assert record.external_id


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_platform_has_every_name_of_the_protocol_with_its_parameters(platform):
    assert all(hasattr(PLATFORMS[platform], name) for name in Platform.__annotations__)
    for name, wanted in inspect.getmembers(Platform, inspect.isfunction):
        if name.startswith("_"):
            continue
        parameters = list(inspect.signature(wanted).parameters.values())[1:]
        actual = list(inspect.signature(getattr(PLATFORMS[platform], name)).parameters.values())
        assert [(p.name, p.kind, p.default) for p in actual] == [(p.name, p.kind, p.default) for p in parameters]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_actors_are_named_in_full_for_the_parts_there_are(platform):
    actors = PLATFORMS[platform].ACTORS
    assert {"posts", "comments"} <= set(actors) <= {"profiles", "posts", "comments"}
    assert all(actor.count("/") == 1 for actor in actors.values())


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("actor", [None, "apify/instagram-scraper", "clockworks/tiktok-scraper", "a/b", ""])
def test_inputs_are_json_for_whatever_actor(platform, actor):
    module = PLATFORMS[platform]
    inputs = [
        module.profiles_input(["harbour.lights"], actor=actor),
        module.posts_input(["harbour.lights"], limit=5, newer_than=None, actor=actor),
        module.comments_input([POSTS[0].url], limit=5, replies=0, actor=actor),
    ]
    assert json.loads(json.dumps(inputs)) == inputs


@pytest.mark.parametrize(("platform", "part"), PARTS)
def test_a_good_item_is_sound_and_finds_its_target(platform, part):
    reading = READERS[platform, part].read(ITEMS[platform][part])
    assert_sound(reading)
    assert reading.target is not None


@pytest.mark.parametrize(("platform", "part"), PARTS)
@pytest.mark.parametrize("junk", [None, True, 5, 1.5, "text", [], [{}], {}, {"": None}, {"id": None}])
def test_junk_is_bad(platform, part, junk):
    reading = READERS[platform, part].read(junk)
    assert_sound(reading)
    assert (reading.target, reading.verdict) == (None, Verdict.BAD)


@given(anything | any_item)
@settings(max_examples=250, deadline=None)
def test_no_json_whatever_raises(item):
    for each in READERS.values():
        assert_sound(each.read(item))


@given(st.sampled_from(PARTS), st.data())
@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_one_field_of_garbage_spoils_no_other(key, data):
    platform, part = key
    item = ITEMS[platform][part]
    field = data.draw(st.sampled_from(sorted(item)))
    reading = READERS[key].read(item | {field: data.draw(anything)})
    assert_sound(reading)
    whole = READERS[key].read(item)
    if field not in {"id", "postId", "commentId", "cid", "pageId", "note", "authorMeta"}:
        assert reading.verdict is whole.verdict
        for record, expected in zip(reading[2:5], whole[2:5], strict=True):
            if expected is not None and record is not None:
                assert record.external_id == expected.external_id


@given(st.sampled_from(PARTS), st.sampled_from(KNOWN_KEYS), anything)
@settings(max_examples=300, deadline=None)
def test_one_more_field_of_garbage_raises_nothing(key, field, garbage):
    platform, part = key
    assert_sound(READERS[key].read(ITEMS[platform][part] | {field: garbage}))


@pytest.mark.parametrize(("platform", "part"), PARTS)
def test_a_reader_reads_the_same_item_alike_every_time(platform, part):
    item = ITEMS[platform][part]
    each = reader(platform, part)
    readings = [each.read(item) for _ in range(3)]
    assert readings == [reader(platform, part).read(item)] * 3


@pytest.mark.parametrize(("platform", "part"), PARTS)
def test_a_reader_of_nothing_asked_names_no_target(platform, part):
    module = PLATFORMS[platform]
    empty = module.comments_reader([]) if part == "comments" else module.posts_reader([])
    assert empty.read(ITEMS[platform][part]).target is None


def test_a_page_asked_twice_keeps_the_number_that_is_known_first():
    asked = [AskedPage("other", "1"), AskedPage("other", "2"), AskedPage("other")]
    item = payloads.but(payloads.INSTAGRAM_PROFILE, inputUrl=..., username="renamed", id="1", url=...)
    assert PLATFORMS["instagram"].profiles_reader(asked).read(item).target == "other"
