"""What `truth` promises is what the program's own readers make of the items: nothing is lost on the way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sandbox_driver import NOW, SETTLED, Driver

from socialsync_cli.core.records import AskedPage, AskedPost
from socialsync_cli.platforms import PLATFORMS, tiktok
from socialsync_cli.sandbox import ODD, Sandbox, truth

PAGES = [*ODD, *(f"page{k:04}" for k in range(8))]
TELLING_PROFILES = [platform for platform in PLATFORMS.values() if "profiles" in platform.ACTORS]
UNREADABLE = {"oddtexts"}  # hashtags and mentions without a single right reading


@pytest.fixture(scope="module", params=[False, True], ids=["before the changes", "after them"])
def reading(request):
    changes_at = NOW - timedelta(days=1) if request.param else None
    with Sandbox(now=NOW, behaviour=SETTLED, changes_at=changes_at) as running:
        driver = Driver(running)
        yield driver
        driver.close()


def _read(drive, platform, part, reader, run_input):
    return [reader.read(item) for item in drive.items(platform.ACTORS[part], run_input)]


@pytest.mark.parametrize("platform", TELLING_PROFILES, ids=lambda one: one.NAME)
def test_profiles(reading, platform):
    reader = platform.profiles_reader([AskedPage(handle) for handle in PAGES])
    readings = _read(reading, platform, "profiles", reader, platform.profiles_input(PAGES))
    read = {one.target: one.profile for one in readings if one.target is not None}
    told = {handle: reading.sandbox.profile(platform.NAME, handle) for handle in PAGES}
    assert {handle: profile for handle, profile in read.items() if profile} == {
        handle: profile for handle, profile in told.items() if profile
    }


@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=lambda one: one.NAME)
def test_posts(reading, platform):
    reader = platform.posts_reader([AskedPage(handle) for handle in PAGES])
    wanted = platform.posts_input(PAGES, limit=12, newer_than=None)
    read: dict[str, dict[str, object]] = {handle: {} for handle in PAGES}
    for one in _read(reading, platform, "posts", reader, wanted):
        if one.post is not None:
            read[one.target][one.post.external_id] = _comparable(one.target, one.post)
    for handle in PAGES:
        newest = reading.sandbox.posts(platform.NAME, handle, limit=12)
        assert len(read[handle]) >= min(10, len(newest))
        true = {post.external_id: post for post in newest}
        for key in read[handle].keys() - true.keys():  # old pinned ones
            true[key] = truth.post(reading.sandbox.world, platform.NAME, key, int(NOW.timestamp()))
        assert read[handle] == {key: _comparable(handle, true[key]) for key in read[handle]}


def _comparable(handle, post):
    return post._replace(hashtags=(), mentions=()) if handle in UNREADABLE else post


def test_profiles_of_tiktok_are_in_its_posts(reading):
    reader = tiktok.posts_reader([AskedPage(handle) for handle in PAGES])
    readings = _read(reading, tiktok, "posts", reader, tiktok.profiles_input(PAGES))
    read = {one.target: one.profile for one in readings if one.profile is not None}
    told = {handle: reading.sandbox.profile("tiktok", handle) for handle in PAGES}
    assert read == {handle: profile for handle, profile in told.items() if profile}


@pytest.mark.parametrize("replies", [0, 9])
@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=lambda one: one.NAME)
def test_comments(reading, platform, replies):
    handles = ("stormy", "page0001", "page0003", "withheld", "wordless", "nocomments", "oldbuild")
    posts = [post for handle in handles for post in reading.sandbox.posts(platform.NAME, handle, limit=4)]
    reader = platform.comments_reader([AskedPost(post.comment_key, post.comment_url) for post in posts])
    wanted = platform.comments_input([post.comment_url for post in posts], limit=7, replies=replies)
    read: dict[str, list[object]] = {post.comment_key: [] for post in posts}
    for one in _read(reading, platform, "comments", reader, wanted):
        if one.comment is not None:
            read[one.target].append(one.comment)
    for post in posts:
        true = reading.sandbox.comments(platform.NAME, post.external_id, limit=7, replies=replies and None)
        assert read[post.comment_key] == true
    assert sum(map(len, read.values())) > 60
