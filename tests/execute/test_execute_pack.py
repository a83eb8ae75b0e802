"""Pages that wait become batches: few, evenly filled, no page twice, and smaller where a run was cut off."""

from datetime import UTC, datetime, timedelta

import pytest
from execute_builders import account, batch, packing, page, pages, target
from hypothesis import given, settings
from hypothesis import strategies as st

from socialsync_cli.core.outcomes import COMMENTS, POSTS, PROFILES
from socialsync_cli.execute.pack import pack_comments, pack_pages, split

SINCE = datetime(2026, 1, 1, tzinfo=UTC)


def shape(batches):
    """Part and number of targets of each batch, in order."""
    return [(found.part, found.targets) for found in batches]


def test_nothing_that_waits_is_no_batch():
    assert pack_pages(account(), {}, packing(), slots=4) == []
    assert pack_pages(account(), {("instagram", POSTS): []}, packing(), slots=4) == []


def test_a_batch_knows_whom_it_serves_and_how():
    payer, waiting = account(), pages(3)
    (found,) = pack_pages(payer, {("instagram", POSTS): waiting}, packing(posts=12), slots=4)
    assert (found.id, found.account, found.platform, found.part, found.actor, found.pages, found.limit,
            found.newer_than, found.attempt, found.adopted) == (
        "b1", payer, "instagram", POSTS, "instagram-posts", waiting, 12, None, 1, None
    )  # fmt: skip


@pytest.mark.parametrize(("part", "posts", "limit"), [(PROFILES, 30, 1), (POSTS, 30, 30), (POSTS, 0, 1)])
def test_profiles_are_one_item_and_posts_as_many_as_are_wanted(part, posts, limit):
    (found,) = pack_pages(account(), {("instagram", part): pages(1)}, packing(posts=posts), slots=1)
    assert found.limit == limit


def test_pages_are_spread_evenly_and_the_slowest_batches_come_first():
    waiting = {("instagram", PROFILES): pages(60), ("instagram", POSTS): pages(100)}
    found = pack_pages(account(), waiting, packing(), slots=5)
    assert shape(found) == [(POSTS, 25)] * 4 + [(PROFILES, 60)]


def test_when_money_is_short_profiles_come_before_posts():
    waiting = {("instagram", POSTS): pages(100), ("instagram", PROFILES): pages(30)}
    found = pack_pages(account(), waiting, packing(cheapest_first=True), slots=2)
    assert shape(found) == [(PROFILES, 30), (POSTS, 100)]


def test_one_run_has_one_date_for_all_its_pages():
    waiting = [*pages(2), page("late", newer_than=SINCE), page("later", newer_than=SINCE + timedelta(days=1))]
    found = pack_pages(account(), {("instagram", POSTS): waiting}, packing(), slots=8)
    dates = {one.newer_than: [p.handle for p in one.pages] for one in found}
    assert dates == {None: ["page0", "page1"], SINCE: ["late"], SINCE + timedelta(days=1): ["later"]}


def test_profiles_have_no_date():
    waiting = [page("a", newer_than=SINCE), page("b")]
    (found,) = pack_pages(account(), {("instagram", PROFILES): waiting}, packing(), slots=8)
    assert (found.newer_than, found.pages) == (None, waiting)


@settings(deadline=None)
@given(st.integers(0, 500), st.integers(0, 500), st.integers(1, 12), st.integers(1, 250))
def test_every_page_is_asked_for_once_and_no_run_is_above_the_largest(profiles, posts, slots, largest):
    waiting = {("instagram", PROFILES): pages(profiles), ("facebook", POSTS): pages(posts)}
    found = pack_pages(account(), waiting, packing(largest), slots=slots)
    for (platform, part), some in waiting.items():
        asked = [p.handle for one in found if (one.platform, one.part) == (platform, part) for p in one.pages]
        assert sorted(asked) == sorted(p.handle for p in some)
    assert all(1 <= one.targets <= largest for one in found)
    assert len({one.id for one in found}) == len(found)


# Comments.


def test_the_posts_of_a_page_stay_together():
    nasa, esa = page("nasa"), page("esa")
    wanted = [target(nasa, "n1"), target(esa, "e1"), target(nasa, "n2")]
    (found,) = pack_comments(account(), {"instagram": wanted}, packing(comments=7), slots=4)
    assert ([t.key for t in found.posts], found.pages, found.limit) == (["n1", "n2", "e1"], [], 7)
    assert (found.part, found.actor) == (COMMENTS, "instagram-comments")


def test_a_post_that_two_pages_share_is_asked_for_once():
    nasa, esa = page("nasa"), page("esa")
    wanted = [target(nasa, "n1"), target(esa, "e1"), target(esa, "n1")]
    (found,) = pack_comments(account(), {"instagram": wanted}, packing(), slots=4)
    assert found.asked_posts() == {"n1": "https://x/n1", "e1": "https://x/e1"}


@pytest.mark.parametrize(
    ("owners", "posts_each", "slots", "runs"),
    [(1, 300, 8, 1), (10, 5, 8, 1), (10, 30, 8, 5), (100, 30, 8, 8), (10, 30, 0, 1), (3, 1, 8, 1)],
)
def test_comment_runs_are_not_split_into_crumbs(owners, posts_each, slots, runs):
    wanted = [target(owner, f"{owner.handle}-{n}") for owner in pages(owners) for n in range(posts_each)]
    found = pack_comments(account(), {"instagram": wanted}, packing(), slots=slots)
    assert len(found) == runs
    assert sorted(t.key for one in found for t in one.posts) == sorted(t.key for t in wanted)


def test_a_comment_run_has_no_more_pages_than_any_other():
    wanted = [target(owner, owner.handle) for owner in pages(25)]
    found = pack_comments(account(), {"instagram": wanted}, packing(largest=10), slots=1)
    assert [len(one.everyone()) for one in found] == [9, 8, 8]


def test_the_comments_of_all_platforms_share_the_slots_evenly():
    wanted = {
        platform: [target(owner, f"{platform}-{owner.handle}-{n}") for owner in pages(count) for n in range(30)]
        for platform, count in (("instagram", 100), ("facebook", 31))
    }
    found = pack_comments(account(), wanted, packing(), slots=8)
    assert [(one.platform, one.targets) for one in found] == [
        ("instagram", 540), ("instagram", 510), ("instagram", 510), ("instagram", 480), ("instagram", 480),
        ("instagram", 480), ("facebook", 480), ("facebook", 450),
    ]  # fmt: skip


# Asking again for what a run could not answer.


def test_a_batch_that_asks_again_is_like_the_first_but_smaller():
    first = batch(POSTS, handles=[f"page{n}" for n in range(16)], limit=12)
    first.newer_than = SINCE
    cut = frozenset(f"page{n}" for n in range(9))
    found = split(first, cut, 3, packing().new_id)
    assert [len(one.pages) for one in found] == [3, 3, 3]
    assert {p.handle for one in found for p in one.pages} == cut
    for one in found:
        assert (one.account, one.platform, one.part, one.actor, one.limit, one.newer_than, one.attempt) == (
            first.account, "instagram", POSTS, "instagram-posts", 12, SINCE, 2
        )  # fmt: skip


def test_posts_are_split_by_their_keys():
    nasa = page("nasa")
    first = batch(COMMENTS, posts=[target(nasa, f"p{n}") for n in range(6)])
    found = split(first, frozenset({"p0", "p1", "p5"}), 2, packing().new_id)
    assert [[t.key for t in one.posts] for one in found] == [["p0"], ["p1"], ["p5"]]
    assert all(one.pages == [] for one in found)


@settings(deadline=None)
@given(st.integers(1, 300), st.integers(2, 7))
def test_at_the_last_attempt_a_page_that_breaks_every_run_stands_alone(count, attempts):
    poison = "page0"
    current = batch(POSTS, handles=[f"page{n}" for n in range(count)])
    while current.attempt < attempts:
        cut = frozenset(p.handle for p in current.pages)
        smaller = split(current, cut, attempts, packing().new_id)
        assert sorted(p.handle for one in smaller for p in one.pages) == sorted(cut)
        (current,) = [one for one in smaller if poison in [p.handle for p in one.pages]]
    assert [p.handle for p in current.pages] == [poison]
