"""An invented past, written day by day as syncs write it."""

import contextlib
import random
from datetime import UTC, datetime, timedelta

import databases
import sqlalchemy as sa

from socialsync_cli.core.outcomes import POSTS as POSTS_PART
from socialsync_cli.core.outcomes import PROFILES, Kind, PartAnswer, Result
from socialsync_cli.core.records import Post, Profile
from socialsync_cli.execute.finish import Finished, write_finished
from socialsync_cli.execute.work import PageWork
from socialsync_cli.metrics import DEFAULT
from socialsync_cli.store.database import Database
from socialsync_cli.store.derive import DERIVED, DeriveSettings
from socialsync_cli.store.pages import (
    METRICS,
    PAGES,
    POST_METRICS,
    POSTS,
    FoundPost,
    FoundProfile,
    store_posts,
    store_profiles,
)

SETTINGS = DeriveSettings(30, DEFAULT)
BEGIN = datetime(2026, 1, 1, 6, tzinfo=UTC)
DAY = timedelta(days=1)
DATA = (PAGES, METRICS, POSTS, POST_METRICS)


@contextlib.contextmanager
def new_database(folder):
    """A new database."""
    with contextlib.closing(Database(databases.fresh(folder / "socialsync.db"))) as database:
        yield database
    databases.forget(folder)


def make_pages(database, *names, platform="instagram"):
    """Make pages without a past; return their ids."""
    with database.write() as connection:
        connection.execute(sa.insert(PAGES), [{"platform": platform, "handle": name} for name in names])
        return list(connection.scalars(sa.select(PAGES.c.id).order_by(PAGES.c.id)))[-len(names) :]


def profile(followers=1000, **more):
    values = {"external_id": None, "username": None, "following": 100, "posts_count": 500, "private": False}
    return Profile(**(values | {"followers": followers} | more))


def a_post(external_id, published_at, likes=None, comments=None, shares=None, saves=None, views=None, **more):
    values = {"url": None, "kind": "image", "text": None, "hashtags": (), "mentions": (), "pinned": False,
              "sponsored": None, "owner_username": None, "media_url": None, "duration_seconds": None,
              "comment_key": None, "comment_url": None}  # fmt: skip
    return Post(
        external_id=external_id, published_at=published_at, likes=likes, comments=comments, shares=shares,
        saves=saves, views=views, **(values | more),
    )  # fmt: skip


def sync(database, page_id, at, page=None, posts=None, *, platform="instagram", settings=SETTINGS):
    """One sync of one page. Without `page` the profile does not come; `posts` is None when they fail."""
    with database.write() as connection:
        known = connection.execute(sa.select(PAGES.c.handle, PAGES.c.posts_read_at).where(PAGES.c.id == page_id)).one()
        work = PageWork(page_id, platform, known.handle, "", posts_read_at=known.posts_read_at, captured_at=at)
        result = Result.OK
        if page is None:
            work.parts[PROFILES] = PartAnswer(Kind.FAILED)
            result = Result.FAILED if posts is None else Result.PARTIAL
        else:
            work.profile_seen, work.private, work.posts_count = True, page.private, page.posts_count
            work.parts[PROFILES] = PartAnswer(Kind.OK, 1)
            result = Result.PRIVATE if page.private else result
            store_profiles(connection, [FoundProfile(page_id, at, page, known.posts_read_at)])
        if posts is None:
            work.parts[POSTS_PART] = PartAnswer(Kind.FAILED)
            result = Result.PARTIAL if result is Result.OK else result
        else:
            work.parts[POSTS_PART] = PartAnswer(Kind.OK if posts else Kind.EMPTY, len(posts))
            store_posts(connection, [FoundPost(page_id, at, post) for post in posts])
        write_finished(connection, [Finished(work, result, None, dict(work.parts))], settings)


def import_days(database, page_id, followers):
    """Counts of followers from elsewhere, by day."""
    values = [
        {"page_id": page_id, "date": day, "followers": count, "imported": True, "followers_rounded": False,
         "captured_at": datetime(day.year, day.month, day.day, 12, tzinfo=UTC)}
        for day, count in followers.items()
    ]  # fmt: skip
    with database.write() as connection:
        connection.execute(sa.insert(METRICS), values)


def rows(database, *tables):
    """All rows of tables, by table name, ordered by id."""
    with database.read() as connection:
        return {
            table.name: [dict(row) for row in connection.execute(sa.select(table).order_by(table.c.id)).mappings()]
            for table in tables
        }


def derived(database, *, ids=False, page_id=None):
    """All derived rows, by table, page and day. Their own ids say only in which order they were first written."""
    with database.read() as connection:
        return {
            (table.name, row["page_id"], row["date"]): {k: v for k, v in row.items() if ids or k != "id"}
            for table in DERIVED
            for row in connection.execute(
                sa.select(table).where(sa.true() if page_id is None else table.c.page_id == page_id)
            ).mappings()
        }


def forget_derived(database):
    with database.write() as connection:
        for table in DERIVED:
            connection.execute(sa.delete(table))


class Invented:
    """A page whose followers wander and whose posts gather interactions, seeded."""

    def __init__(self, seed, begin=BEGIN):
        self._chance = random.Random(seed)
        self._followers = self._chance.choice([50, 900, 20_000, 400_000])
        self._posts = {}
        self._number = 0
        for age in sorted((self._chance.uniform(0, 260) for _ in range(25)), reverse=True):
            self._publish(begin - age * DAY)

    def _publish(self, at):
        self._number += 1
        fans = max(self._followers, 10)
        self._posts[f"p{self._number:03}"] = {
            "published_at": at,
            "likes": self._chance.randrange(fans // 10 + 2),
            "comments": self._chance.randrange(fans // 200 + 2),
            "views": self._chance.choice([None, self._chance.randrange(1, fans + 2)]),
            "pinned": self._chance.random() < 0.08,
            "owner_username": self._chance.choice([None, None, "page", "somebody.else"]),
        }

    def profile(self):
        self._followers = max(0, self._followers + self._chance.randrange(-self._followers // 50 - 1, 40))
        chance = self._chance.random()
        followers = None if chance < 0.05 else 0 if chance < 0.1 else self._followers
        return profile(
            followers,
            following=self._chance.choice([None, 0, 120]),
            posts_count=self._chance.choice([None, self._number, 900]),
            private=self._chance.random() < 0.08,
            followers_rounded=self._chance.random() < 0.1,
        )

    def posts(self, at):
        """What a sync brings: the posts of the last weeks, and the pinned ones, some counters withheld."""
        for _ in range(self._chance.choice([0, 0, 1, 2])):
            self._publish(at - self._chance.uniform(0, 1) * DAY)
        found = []
        for external_id, post in self._posts.items():
            for counter in ("likes", "comments", "views"):
                if post[counter] is not None and self._chance.random() < 0.3:
                    post[counter] += self._chance.randrange(20)
            withheld = {c: None for c in ("likes", "comments", "views") if self._chance.random() < 0.05}
            if post["pinned"] or at - post["published_at"] < self._chance.choice([14, 40]) * DAY:
                found.append(a_post(external_id, **(post | withheld)))
        return found
