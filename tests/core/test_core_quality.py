"""What looks wrong in readings, and what is only unusual."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialsync_cli.core.quality import (
    Oddity,
    PostChange,
    PostCounts,
    PostTally,
    ProfileChange,
    ProfileCounts,
    QualityWarning,
    count_warning,
    profile_warnings,
)

BLANK = ProfileCounts(None, None, None)
NO_COUNTS = PostCounts(None, None, None, None, None)


def change(before, now, days=1.0, handle="nasa"):
    old = None if before is None else ProfileCounts(before, 10, 10)
    return ProfileChange(handle, ProfileCounts(now, 10, 10), old, days)


@pytest.mark.parametrize(
    ("before", "now", "days", "kind"),
    [
        (1000, 400, 1.0, Oddity.JUMP),
        (1000, 401, 1.0, None),
        (1000, 5000, 1.0, Oddity.JUMP),
        (1000, 4999, 1.0, None),
        (1000, 400, 1.5, Oddity.JUMP),
        (1000, 400, 1.6, None),
        (1000, 400, None, None),
        (99, 10_000, 1.0, None),
        (100, 500, 0.1, Oddity.JUMP),
        (100, 0, None, Oddity.SUSPECT_ZERO),
        (100, 0, 400.0, Oddity.SUSPECT_ZERO),
        (99, 0, 1.0, None),
        (1000, None, 1.0, None),
        (None, 0, 1.0, None),
    ],
)
def test_followers_that_cannot_be_true(before, now, days, kind):
    found = count_warning(change(before, now, days))
    assert (found.kind if found else None) == kind


def test_warnings_of_a_page_name_it_and_its_counts():
    assert count_warning(change(1000, 5000)) == QualityWarning(
        Oddity.JUMP, ("nasa",), "nasa went from 1000 to 5000 followers within a day: is it still the same account?"
    )
    assert count_warning(change(1000, 0)) == QualityWarning(
        Oddity.SUSPECT_ZERO,
        ("nasa",),
        "nasa shows 0 followers after 1000: taken for a failed scrape, not for the truth",
    )


def without_followers(number, before=500):
    return [change(before, None, handle=f"page{n}") for n in range(number)]


def test_a_field_that_is_gone_from_five_profiles_is_told_once():
    assert profile_warnings(without_followers(7)) == [
        QualityWarning(
            Oddity.FIELD_GONE,
            tuple(f"page{n}" for n in range(7)),
            "followers is missing from all 7 profiles of an Apify run, and was known before "
            "(page0, page1, page2, page3, page4 and 2 more): has the actor changed?",
        )
    ]


def test_a_field_that_some_still_have_or_that_was_never_known_is_not_gone():
    assert profile_warnings(without_followers(4)) == []
    assert profile_warnings([*without_followers(6), change(None, 7, handle="new")]) == []
    assert profile_warnings(without_followers(9, before=None)) == []
    assert profile_warnings([*without_followers(4), *without_followers(4, before=None)]) == []


def test_profiles_without_a_single_number_are_told_as_such():
    blank = [ProfileChange(f"page{n}", BLANK, ProfileCounts(1, 1, 1) if n else None, 1.0) for n in range(5)]
    assert profile_warnings(blank) == [
        QualityWarning(
            Oddity.BLANK,
            ("page0", "page1", "page2", "page3", "page4"),
            "all 5 profiles of an Apify run came without a single number (page0, page1, page2, page3, page4): "
            "has the actor changed?",
        )
    ]
    assert profile_warnings(blank[:4]) == []


def tally(*changes):
    found = PostTally()
    found.add(changes)
    return found.warnings()


KNOWN = PostCounts(5, 1, None, None, 100)


def test_a_counter_that_is_gone_from_twenty_posts_is_told_once():
    gone = KNOWN._replace(views=None)
    posts = [PostChange(f"page{n % 2}", gone, KNOWN if n < 3 else None) for n in range(20)]
    assert tally(*posts) == [
        QualityWarning(
            Oddity.FIELD_GONE,
            ("page0", "page1"),
            "views is missing from all 20 posts of an Apify run, and was known before (page0, page1): "
            "has the actor changed?",
        )
    ]
    assert tally(*posts[:19]) == []
    assert tally(*posts, PostChange("page0", KNOWN, None)) == []
    assert tally(*posts[1:], posts[-1]) == []  # two posts may hide what they showed before


def test_posts_without_a_single_number_are_told_as_such():
    posts = [PostChange("page", NO_COUNTS, KNOWN) for _ in range(20)]
    assert [(w.kind, w.handles) for w in tally(*posts)] == [(Oddity.BLANK, ("page",))]
    assert tally(*posts[:19]) == []
    assert tally() == []


COUNT = st.one_of(st.none(), st.integers(0, 10**9))


@given(st.lists(st.tuples(st.text(max_size=5), st.tuples(COUNT, COUNT, COUNT), COUNT)))
def test_first_syncs_can_only_be_blank(rows):
    changes = [ProfileChange(handle, ProfileCounts(*counts), None, days) for handle, counts, days in rows]
    assert {warning.kind for warning in profile_warnings(changes)} <= {Oddity.BLANK}
