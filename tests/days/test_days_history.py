"""Sixty days of syncs: everything that is stored in the end is what was true at each moment, reckoned a second time.

Some days are skipped, some have two syncs, one sync begins before midnight and ends after it; for five days no posts
come from Facebook, for three a page hides its likes.
"""

from __future__ import annotations

import contextlib
from datetime import timedelta

import pytest
from days_builders import BEGIN, DERIVED, life
from days_witness import SNAPSHOT, Witness, check_figures

from socialsync_cli import history
from socialsync_cli.core.events import ApifyRunEnded
from socialsync_cli.sandbox import Fault
from socialsync_cli.store.database import Database

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
PUNCTUAL = range(0, 60, 3)
"""Days of which a count from exactly so long ago is there for another one."""


def _hour_of(day):
    return 6.0 if day in PUNCTUAL else 5 + day * 37 % 180 / 60


def _hide_likes(item):
    return item | {"likesCount": -1} if item["inputUrl"].endswith("/bakery") else item


def _live(made, witness):
    for day in range(DAYS):
        if day in SKIPPED:
            continue
        morning = BEGIN.replace(hour=0) + timedelta(days=day)
        made.at(morning + timedelta(hours=23, minutes=59) if day == OVER_MIDNIGHT else morning + timedelta(hours=_hour_of(day)))
        made.changes.clear()
        made.sandbox.state.faults.clear()
        witness.shown = lambda _, post: post
        if day in LIKES_HIDDEN:
            made.changes["apify/instagram-post-scraper"] = _hide_likes
            witness.shown = lambda key, post: post._replace(likes=None) if key == HIDES else post
        if day in NO_FACEBOOK_POSTS:
            made.sandbox.arm(
                Fault("end", actor="apify/facebook-posts-scraper", run_status="FAILED", items=0, count=None)
            )
        made.on_event = _until_after_midnight(made) if day == OVER_MIDNIGHT else None
        witness.sync(without_posts={"facebook"} if day in NO_FACEBOOK_POSTS else ())
        if day in TWICE:
            made.at(morning + timedelta(hours=19.5))
            witness.sync()


def _until_after_midnight(made):
    """When the second Apify run has been read, a minute has passed for the program."""
    ended = []

    def hear(event):
        if isinstance(event, ApifyRunEnded):
            ended.append(event)
            if len(ended) == 2:
                made.now += timedelta(minutes=1, seconds=30)

    return hear


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lived")
    changes_at = BEGIN.replace(hour=0) + timedelta(days=CHANGES_ON)
    sync = {"posts_per_page": POSTS, "keep_raw_days": 90}
    with life(folder, PAGES, changes_at=changes_at, sync=sync) as made:
        witness = Witness(made, POSTS)
        _live(made, witness)
        yield witness


def test_every_figure_of_every_day_is_the_one_of_the_definitions(lived):
    days = {key: check_figures(lived, key) for key in EVERY}
    measured = DAYS - len(SKIPPED)
    hidden = sum(day >= CHANGES_ON and day not in SKIPPED for day in range(DAYS))
    assert days == {key: measured - hidden if key == ("facebook", "goesprivate") else measured for key in EVERY}
