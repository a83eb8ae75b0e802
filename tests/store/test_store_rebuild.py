"""The derived rows, made again from the history: the same as those that were written on the day."""

import random
from datetime import timedelta

import pytest
import sqlalchemy as sa
from past_builders import (
    BEGIN,
    DATA,
    DAY,
    SETTINGS,
    Invented,
    a_post,
    derived,
    forget_derived,
    make_pages,
    profile,
    rows,
    sync,
)

from socialsync_cli.store.database import Database
from socialsync_cli.store.derive import derive
from socialsync_cli.store.pages import METRICS, FoundPost, store_posts
from socialsync_cli.store.rebuild import RebuildSummary, Span, rebuild, rebuild_spans
from socialsync_cli.store.schema import migrate
from socialsync_cli.store.tables import SocialPageGrowth


@pytest.fixture
def database(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'socialsync.db'}")
    migrate(database)
    yield database
    database.close()


def live(database, page_id, seed, days, *, platform="instagram"):
    """Syncs over some days: some fail, some are repeated, one comes just before midnight."""
    page, chance = Invented(seed), random.Random(seed + 1000)
    for number in range(days):
        moments = [BEGIN + number * DAY + timedelta(minutes=chance.randrange(-300, 300))]
        if chance.random() < 0.2:
            moments.append(moments[0] + timedelta(hours=chance.randrange(1, 12)))
        if chance.random() < 0.1:
            moments = []
        if number == 20:
            moments = [(BEGIN + number * DAY).replace(hour=23, minute=59, second=59, microsecond=999_999)]
        for at in moments:
            posts = page.posts(at) if chance.random() < 0.85 else None
            if chance.random() < 0.2:
                posts = []
            sync(database, page_id, at, page.profile(), posts, platform=platform)
