"""Sixty days of syncs: everything that is stored in the end is what was true at each moment, reckoned a second time.

Some days are skipped, some have two syncs, one sync begins before midnight and ends after it; for five days no posts
come from Facebook, for three a page hides its likes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta

import pytest
from days_builders import BEGIN, DERIVED, life
from days_witness import Witness, as_told, check_figures

from socialsync_cli.core.events import ApifyRunEnded
from socialsync_cli.sandbox import Fault

pytestmark = pytest.mark.thorough

POSTS = 8
PAGES = {
    "instagram": ["bakery", "hiddenlikes", "pinned", "goesprivate"],
    "facebook": ["bakery", "shortened", "withheld", "goesprivate"],
    "tiktok": ["bakery", "shortened", "pinned", "goesprivate"],
}
EVERY = [(platform, handle) for platform, some in PAGES.items() for handle in some]
DAYS = 60
CHANGES_ON = 38
SKIPPED = {5, 17, 18, 29, 30, 31, 32, 33}
TWICE = {3, 12, 41}
OVER_MIDNIGHT = 23
NO_FACEBOOK_POSTS = range(46, 51)
LIKES_HIDDEN = range(20, 23)
HIDES = ("instagram", "bakery")
PUNCTUAL = range(0, DAYS, 3)
"""Days on which the sync comes at the same hour: counts from exactly so many days ago exist for some of them."""


def _hour_of(day):
    return 6.0 if day in PUNCTUAL else 5 + day * 37 % 180 / 60


def _hide_likes(item):
    return item | {"likesCount": -1} if item["inputUrl"].endswith("/bakery") else item


def _shown_without_likes(key, post):
    return post._replace(likes=None) if key == HIDES else as_told(key, post)


def _live(made, witness):
    for day in range(DAYS):
        if day in SKIPPED:
            continue
        midnight = BEGIN.replace(hour=0) + timedelta(days=day)
        made.changes.clear()
        made.sandbox.state.faults.clear()
        witness.shown = as_told
        if day in LIKES_HIDDEN:
            made.changes["apify/instagram-post-scraper"] = _hide_likes
            witness.shown = _shown_without_likes
        if day in NO_FACEBOOK_POSTS:
            made.sandbox.arm(Fault("end", actor="apify/facebook-posts-scraper", items=0, count=None))
        if day == OVER_MIDNIGHT:
            made.at(midnight + timedelta(hours=23, minutes=59))
            _sync_over_midnight(made, witness)
            continue
        made.at(midnight + timedelta(hours=_hour_of(day)))
        witness.sync(without_posts={"facebook"} if day in NO_FACEBOOK_POSTS else ())
        if day in TWICE:
            made.at(midnight + timedelta(hours=19.5))
            witness.sync()


def _sync_over_midnight(made, witness):
    """When the second Apify run has been read, a minute and a half has passed for the program."""
    ended = []

    def hear(event):
        if isinstance(event, ApifyRunEnded):
            ended.append(event)
            if len(ended) == 2:
                made.now += timedelta(seconds=90)

    made.on_event = hear
    witness.sync(workers=1)
    made.on_event = None


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    changes_at = BEGIN.replace(hour=0) + timedelta(days=CHANGES_ON)
    sync = {"posts_per_page": POSTS, "keep_raw_days": 90}
    with life(tmp_path_factory.mktemp("lived"), PAGES, changes_at=changes_at, sync=sync) as made:
        witness = Witness(made, POSTS)
        _live(made, witness)
        yield witness


def test_every_figure_of_every_day_is_the_one_of_the_definitions(lived):
    for key in EVERY:
        check_figures(lived, key)


def test_a_page_has_a_row_for_each_day_on_which_its_items_were_captured(lived):
    days = {BEGIN.date() + timedelta(days=day) for day in range(DAYS) if day not in SKIPPED}
    late, hidden = BEGIN.date() + timedelta(days=OVER_MIDNIGHT), BEGIN.date() + timedelta(days=CHANGES_ON)
    missing = defaultdict(set)
    for key in EVERY:
        for kind in ("metric", *DERIVED):
            missing[key].add(frozenset(days - lived.life.of_page(f"social_page_{kind}", *key).keys()))
    after_hiding = frozenset(day for day in days if day >= hidden)
    assert missing.pop(("facebook", "goesprivate")) in ({after_hiding}, {after_hiding | {late}})
    assert Counter(map(frozenset, missing.values())).keys() == {
        frozenset({frozenset()}),
        frozenset({frozenset({late})}),
    }


def test_snapshots_are_the_last_ones_of_their_days(lived):
    for key in EVERY:
        stored = lived.life.of_page("social_page_metric", *key)
        expected = lived.expected_snapshots(key)
        assert {day: {name: row[name] for name in expected[day]} for day, row in stored.items()} == expected


def test_posts_have_a_row_for_each_day_on_which_a_counter_changed(lived):
    for key in EVERY:
        assert lived.life.post_history(*key) == lived.expected_history(key)


def test_posts_keep_their_newest_known_counters(lived):
    for key in EVERY:
        expected = lived.expected_posts(key)
        stored = {
            post_id: {name: row[name] for name in expected[post_id]} for post_id, row in lived.life.posts(*key).items()
        }
        assert stored == expected


@pytest.mark.parametrize("raw", [False, True])
def test_rebuilding_changes_nothing(lived, raw):
    before = lived.life.everything()
    rebuilt = lived.life.rebuild(raw=raw)
    assert lived.life.everything() == before
    assert rebuilt.figures == (len(EVERY), len(before["social_page_score"]), 0)
    assert raw == (rebuilt.raw is not None and rebuilt.raw.files > DAYS and not rebuilt.raw.unreadable)


def test_figures_that_were_lost_come_back_as_they_were(lived):
    before = lived.life.everything()
    for kind in DERIVED:
        lived.life.change(f"DELETE FROM social_page_{kind}")
    lived.life.rebuild()
    assert lived.life.everything() == before
