from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialsync_cli.platforms import PLATFORMS
from socialsync_cli.sandbox import DEMO_PAGES, ODD
from socialsync_cli.sandbox.comments import remark_at, replies_to, top_level
from socialsync_cli.sandbox.dice import number_of_code, number_of_pfbid, pfbid, post_number, post_place, short_code
from socialsync_cli.sandbox.sites import SITES
from socialsync_cli.sandbox.world import World

T = 1_768_024_800  # 2026-01-10T06:00:00Z
DAY = 86_400
WORLD = World(7, changes_at=T + 3 * DAY)
platforms = st.sampled_from(sorted(SITES))
handles = st.one_of(st.sampled_from(sorted(ODD)), st.from_regex(r"[a-z][a-z0-9]{4,9}", fullmatch=True))
moments = st.integers(T - 300 * DAY, T + 300 * DAY)


def test_the_world_has_the_sites_of_the_program():
    assert list(SITES) == list(PLATFORMS)


def test_equal_seeds_give_equal_worlds_and_others_do_not():
    def seen(world):
        page = world.find("instagram", "page0001", T)
        return page, [world.post(page, index, T) for index in range(5)]

    assert seen(World(3)) == seen(World(3))
    assert seen(World(3)) != seen(World(4))


@given(platforms, handles, moments)
def test_a_post_is_found_again_by_its_number_alone(platform, handle, t):
    page = WORLD.find(platform, handle, t)
    count = page.count(t)
    for index in {0, count // 2, count - 1} & set(range(count)):
        post = WORLD.post(page, index, t)
        assert post.published <= t
        found = WORLD.post_numbered(platform, post.number, t)
        if "private" in page.quirks:
            assert found is None
        elif "missing" not in page.quirks:
            assert found is not None
            assert (found.number, found.nth, found.likes) == (post.number, post.nth, post.likes)


@given(platforms, handles, moments, st.integers(1, 200 * DAY))
def test_counters_never_fall_and_posts_never_vanish(platform, handle, t, later):
    earlier_page, page = WORLD.find(platform, handle, t), WORLD.find(platform, handle, t + later)
    count = earlier_page.count(t)
    if not count or earlier_page.number != page.number or not page.count(t):
        return
    assert page.count(t + later) >= count
    before, after = (WORLD.post(one, count - 1, moment) for one, moment in ((earlier_page, t), (page, t + later)))
    assert before.number == after.number
    for counter in ("likes", "comments", "shares", "saves", "views", "plays"):
        assert getattr(before, counter) <= getattr(after, counter)


@given(platforms, st.from_regex(r"[a-z]{5,9}", fullmatch=True), moments)
def test_the_counter_of_comments_agrees_with_the_comments(platform, handle, t):
    page = WORLD.find(platform, handle, t)
    if not page.count(t):
        return
    post = WORLD.post(page, page.count(t) - 1, t)
    remarks = [remark_at(post, index) for index in range(min(post.comments, 25))]
    assert all(post.published <= remark.published <= t for remark in remarks)
    assert [one.published for one in remarks] == sorted(one.published for one in remarks)
    assert all(one.parent is None or one.parent < one.nth for one in remarks)
    tops = [index for index in top_level(post) if index < 25]
    answers = [answer for index in tops for answer in replies_to(post, index) if answer < 25]
    assert sorted(tops + answers) == list(range(len(remarks)))
    assert len({remark.number for remark in remarks}) == len(remarks)


@given(st.integers(0, 2**64), st.integers(0, 2**32))
def test_ids_can_be_read_backwards(number, salt):
    assert number_of_code(short_code(number)) == number
    if number:
        assert number_of_pfbid(pfbid(number, salt)) == number
        assert number_of_pfbid(pfbid(number, salt)) == number_of_pfbid(pfbid(number, salt + 1))


@pytest.mark.parametrize("platform", SITES)
def test_a_posts_number_tells_series_and_second(platform):
    series = WORLD.find(platform, "page0007", T).series
    assert post_place(platform, post_number(platform, series, T)) == (series, T)


def test_page_sizes_and_rhythms_vary_and_stay_plausible():
    pages = [WORLD.find("instagram", f"page{k:04}", T) for k in range(300)]
    followers = sorted(page.followers(T) for page in pages)
    assert followers[0] > 50
    assert followers[0] < 1_000 < 100_000 < followers[-1]
    assert len({page.series for page in pages}) == len({page.number for page in pages}) == 300
    assert all(100 < page.count(T) < 5_000 for page in pages)


def test_a_huge_page_has_more_than_a_hundred_thousand_posts():
    assert WORLD.find("facebook", "hugepage", T).count(T) > 100_000


@pytest.mark.parametrize("platform", SITES)
def test_pages_that_change_do_so_at_their_moment(platform):
    before = {handle: WORLD.find(platform, handle, WORLD.changes_at - 1) for handle in ODD}
    after = {handle: WORLD.find(platform, handle, WORLD.changes_at) for handle in ODD}
    assert {handle for handle in ODD if before[handle] != after[handle]} == {
        "renames", "takeover", "movesaway", "movesaway.now", "vanishes", "goesprivate",
    }  # fmt: skip
    assert after["renames"].username == "renames.now"
    assert after["renames"].number == before["renames"].number
    assert after["takeover"].number != before["takeover"].number
    assert after["takeover"].series != before["takeover"].series
    assert "missing" in after["movesaway"].quirks
    assert after["movesaway.now"].number == before["movesaway"].number
    assert WORLD.find_number(platform, before["movesaway"].number, WORLD.changes_at).username == "movesaway.now"
    assert "missing" in after["vanishes"].quirks
    assert after["goesprivate"].private


def test_in_a_closed_world_only_listed_pages_exist():
    closed = World(7, open_world=False)
    assert "missing" in closed.find("instagram", "page0001", T).quirks
    assert "missing" not in closed.find("instagram", "hiddenlikes", T).quirks
    for platform, pages in DEMO_PAGES.items():
        there = [handle for handle in pages if "missing" not in closed.find(platform, handle, T).quirks]
        assert len(there) >= 2


def test_handles_are_found_in_any_letter_case():
    assert WORLD.find("tiktok", "PAGE0001", T) == WORLD.find("tiktok", "page0001", T)
