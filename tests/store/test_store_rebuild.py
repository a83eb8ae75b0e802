"""The derived rows, made again from the history: the same as those that were written on the day."""

import random
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from past_builders import (
    BEGIN,
    DATA,
    DAY,
    SETTINGS,
    Invented,
    a_post,
    derived,
    forget_derived,
    import_days,
    make_pages,
    new_database,
    profile,
    rows,
    sync,
)

from socialsync_cli.metrics import ScoreSettings
from socialsync_cli.platforms import PLATFORMS
from socialsync_cli.store.database import Database
from socialsync_cli.store.derive import DERIVED, DeriveSettings, derive
from socialsync_cli.store.pages import FoundPost, FoundProfile, store_posts, store_profiles
from socialsync_cli.store.rebuild import RebuildSummary, Span, rebuild, rebuild_spans

ENGAGEMENT, GROWTH, _, SCORE = DERIVED
HOUR = timedelta(hours=1)


@pytest.fixture
def database(tmp_path):
    with new_database(tmp_path) as database:
        yield database


def live(database, page_id, seed, days, platform):
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
            posts = page.posts(at)
            sync(database, page_id, at, page.profile(), chance.choice([None, [], *[posts] * 6]), platform=platform)


def test_after_sixty_days_every_row_is_as_it_was_written(database):
    page_ids = [make_pages(database, "page", platform=platform)[0] for platform in PLATFORMS]
    for page_id, platform in zip(page_ids, PLATFORMS, strict=True):
        live(database, page_id, page_id, 60, platform)
    stored, written = rows(database, *DATA), derived(database, ids=True)
    assert len(written) > 600

    assert rebuild(database, SETTINGS) == RebuildSummary(len(PLATFORMS), len(written) // 4, 0)
    assert derived(database, ids=True) == written
    assert rows(database, *DATA) == stored

    written, since = derived(database), date(2026, 2, 1)
    forget_derived(database)
    rebuild(database, SETTINGS, page_ids=page_ids[:1], since=since)
    rebuild(database, SETTINGS, page_ids=page_ids[1:])
    assert derived(database) == {k: row for k, row in written.items() if k[1] != page_ids[0] or k[2] >= since}


COUNTS = st.one_of(st.none(), st.integers(0, 300))


@st.composite
def syncs(draw):
    """Syncs in the order of time, as (hours later, profile, posts)."""
    found = []
    for _ in range(draw(st.integers(1, 8))):
        page = profile(
            draw(st.one_of(st.none(), st.integers(0, 2_000))),
            posts_count=draw(st.sampled_from([None, 2, 90])),
            private=draw(st.sampled_from([None, False, False, True])),
        )
        posts = None
        if draw(st.integers(0, 4)):
            ages = draw(st.dictionaries(st.sampled_from("abcdef"), st.just(None), max_size=5))
            posts = [(name, tuple(draw(COUNTS) for _ in range(5))) for name in ages]
        found.append((draw(st.sampled_from([3, 20, 24, 60])), page, posts))
    return found


AGES = {"a": 200, "b": 181, "c": 30, "d": 5, "e": 1, "f": -6}
"""In days, before the first sync."""


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    with new_database(tmp_path_factory.mktemp("shared")) as database:
        yield database


@given(syncs(), st.sets(st.sampled_from("abcd"), max_size=2), st.sampled_from(sorted(PLATFORMS)))
@settings(max_examples=30, deadline=None)
def test_whatever_syncs_bring_rebuilding_changes_nothing(shared, history, pinned, platform):
    few = DeriveSettings(3, SETTINGS.score)
    with shared.write() as connection:
        number = connection.scalar(sa.text("SELECT count(*) FROM social_page"))
    page_id = make_pages(shared, f"page{number}", platform=platform)[0]
    at = BEGIN
    for hours, page, posts in history:
        at += hours * HOUR
        some = posts and [
            a_post(name, BEGIN - AGES[name] * DAY, *counts, pinned=name in pinned) for name, counts in posts
        ]
        sync(shared, page_id, at, page, some, platform=platform, settings=few)
    written = derived(shared, ids=True, page_id=page_id)
    rebuild(shared, few, page_ids=[page_id])
    assert derived(shared, ids=True, page_id=page_id) == written


def engagement(database, day):
    with database.read() as connection:
        query = sa.select(ENGAGEMENT).where(ENGAGEMENT.c.date == day)
        return dict(connection.execute(query).mappings().one())


def test_a_day_knows_only_the_posts_and_counters_of_its_time(database):
    (page_id,) = make_pages(database, "page")
    first, second = (a_post(n, BEGIN - 3 * DAY, likes, 0) for n, likes in (("a", 10), ("b", 40)))
    sync(database, page_id, BEGIN, profile(1000), [first])
    sync(database, page_id, BEGIN + DAY, profile(1000), [first._replace(likes=30), second])
    sync(database, page_id, BEGIN + 2 * DAY, profile(1000), [first._replace(likes=None), second._replace(likes=50)])
    forget_derived(database)

    rebuild(database, SETTINGS)

    days = [(BEGIN + n * DAY).date() for n in range(3)]
    assert [(engagement(database, d)["n_30d"], engagement(database, d)["interactions_30d"]) for d in days] == [
        (1, 10),
        (2, 70),
        (2, 80),
    ]


def test_days_that_are_private_or_without_posts_come_out_as_they_were(database):
    (page_id,) = make_pages(database, "page")
    post = a_post("a", BEGIN - 3 * DAY, 10, 0)
    sync(database, page_id, BEGIN, profile(1000), None)
    sync(database, page_id, BEGIN + DAY, profile(1000), [post])
    sync(database, page_id, BEGIN + 2 * DAY, profile(1000, private=True), [])
    for number in (4, 5):  # three days and a little more after the last answer
        sync(database, page_id, BEGIN + number * DAY, profile(1000), None)
    sync(database, page_id, BEGIN + 6 * DAY, profile(1000), [])
    written = derived(database)
    forget_derived(database)

    rebuild(database, SETTINGS)

    assert derived(database) == written
    found = {(key[2] - BEGIN.date()).days: row["flags"] for key, row in written.items() if key[0] == SCORE.name}
    unknown = ["posts_unknown"]
    assert found == {0: unknown, 1: [], 2: [*unknown, "private"], 4: [], 5: unknown, 6: []}


def test_a_count_from_beyond_every_horizon_still_tells_a_failed_scrape(database):
    (page_id,) = make_pages(database, "page")
    for number, count in ((0, 500), (1, 0), (200, 0), (201, 480)):
        sync(database, page_id, BEGIN + number * DAY, profile(count), [])
    written = derived(database)
    days = [(BEGIN + n * DAY).date() for n in (1, 200, 201)]
    assert [written[SCORE.name, page_id, day]["flags"] for day in days] == [["suspect_zero"], ["suspect_zero"], []]
    assert written[GROWTH.name, page_id, days[2]]["delta_since_previous"] == -20
    forget_derived(database)

    rebuild(database, SETTINGS, since=days[1])

    assert derived(database) == {key: row for key, row in written.items() if key[2] >= days[1]}


def test_what_the_second_sync_of_a_day_withholds_is_known_from_the_first(database):
    (page_id,) = make_pages(database, "page")
    post = a_post("a", BEGIN - 3 * DAY, 10, 4)
    sync(database, page_id, BEGIN, profile(1000), [post])
    sync(database, page_id, BEGIN + DAY, profile(1000), [post._replace(likes=20, comments=5)])
    sync(database, page_id, BEGIN + DAY + HOUR, profile(1000), [post._replace(likes=30, comments=None)])
    forget_derived(database)

    rebuild(database, SETTINGS)

    assert engagement(database, (BEGIN + DAY).date())["interactions_30d"] == 35


def test_of_two_syncs_of_a_day_the_later_one_is_rebuilt(database):
    (page_id,) = make_pages(database, "page")
    post = a_post("a", BEGIN - 3 * DAY, 10, 0)
    sync(database, page_id, BEGIN, profile(1000), [post])
    sync(database, page_id, BEGIN + HOUR, profile(2000), [post._replace(likes=20)])
    written = derived(database, ids=True)

    rebuild(database, SETTINGS)

    assert derived(database, ids=True) == written
    assert len(written) == 4
    assert engagement(database, BEGIN.date())["er_headline"] == 20 / 2000


def test_rows_of_days_without_a_measurement_are_removed_within_the_scope(database):
    page, other = make_pages(database, "page", "other")
    sync(database, page, BEGIN, profile(1000), [])
    import_days(database, page, {BEGIN.date() - 2 * DAY: 900})
    unfounded = [(p, BEGIN.date() - n * DAY) for p in (page, other) for n in (1, 2, 5)]
    with database.write() as connection:
        values = [{"page_id": p, "date": d, "formula_version": "0"} for p, d in unfounded]
        connection.execute(sa.insert(GROWTH), values)

    assert rebuild(database, SETTINGS, page_ids=[page], since=BEGIN.date() - 3 * DAY) == RebuildSummary(1, 1, 2)

    left = {(key[1], key[2]) for key in derived(database) if key[0] == GROWTH.name}
    assert left == {(page, BEGIN.date()), (page, unfounded[2][1]), *unfounded[3:]}


def test_only_the_days_of_a_span_are_made(database):
    page, other = make_pages(database, "page", "other")
    for number in range(5):
        sync(database, page, BEGIN + number * DAY, profile(1000 + number), [])
        sync(database, other, BEGIN + number * DAY, profile(2000 + number), [])
    written = derived(database)
    forget_derived(database)
    day = BEGIN.date()

    spans = [Span(page, day + DAY, day + 2 * DAY), Span(other, None, day), Span(10_000)]
    assert rebuild_spans(database, SETTINGS, spans) == RebuildSummary(3, 3, 0)

    kept = {(page, day + DAY), (page, day + 2 * DAY), (other, day)}
    assert derived(database) == {key: row for key, row in written.items() if key[1:] in kept}


def test_other_weights_give_other_scores_and_leave_the_rest(database):
    (page_id,) = make_pages(database, "page")
    sync(database, page_id, BEGIN, profile(100_000), [a_post("a", BEGIN - 3 * DAY, 100, 5, views=90_000)])
    written = derived(database)
    score = ScoreSettings(weights=dict.fromkeys(("audience", "engagement", "growth", "consistency", "reach"), 1.0))

    rebuild(database, DeriveSettings(30, score))

    changed = derived(database)
    assert {key for key in written if changed[key] != written[key]} == {(SCORE.name, page_id, BEGIN.date())}
    row = changed[SCORE.name, page_id, BEGIN.date()]
    known = [row[f"sub_{name}"] for name in score.weights if row[f"sub_{name}"] is not None]
    assert row["score"] == pytest.approx(sum(known) / len(known))


def test_many_pages_are_done_in_sets_and_told(database):
    page_ids = make_pages(database, *(f"page{n}" for n in range(103)))
    for page_id in page_ids:
        sync(database, page_id, BEGIN, profile(page_id), [a_post("a", BEGIN - 3 * DAY, page_id, 0)])
    written = derived(database)
    forget_derived(database)
    told = []

    assert rebuild(database, SETTINGS, tell=lambda *done: told.append(done)) == RebuildSummary(103, 103, 0)

    assert derived(database) == written
    assert told == [(100, 103), (103, 103)]


class Interrupted(Database):
    """A database that somebody else writes to before our first transaction."""

    meanwhile = None

    def write(self, *, durable=False):
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return super().write(durable=durable)


def test_what_a_sync_writes_meanwhile_stands(database):
    (page_id,) = make_pages(database, "page")
    sync(database, page_id, BEGIN, profile(1000), [])
    sync(database, page_id, BEGIN + DAY, profile(1100), [])
    ours = Interrupted(str(database.url))
    ours.meanwhile = lambda: sync(database, page_id, BEGIN + DAY + HOUR, profile(1200), [])
    try:
        assert rebuild(ours, SETTINGS) == RebuildSummary(1, 1, 0)
    finally:
        ours.close()
    assert engagement(database, (BEGIN + DAY).date())["followers"] == 1200


def test_a_sync_that_ends_after_a_later_one_of_its_day_changes_nothing(database):
    (page_id,) = make_pages(database, "page")
    sync(database, page_id, BEGIN + HOUR, profile(1000), [a_post("a", BEGIN - 3 * DAY, 10, 0)])
    written = derived(database, ids=True)
    with database.write() as connection:
        store_profiles(connection, [FoundProfile(page_id, BEGIN, profile(900), None)])
        derive(connection, {page_id: BEGIN}, SETTINGS)
    assert derived(database, ids=True) == written


def test_a_sync_that_ends_days_later_uses_what_was_known_then(database):
    (page_id,) = make_pages(database, "page")
    post = a_post("a", BEGIN - 3 * DAY, 10, 0)
    with database.write() as connection:
        store_profiles(connection, [FoundProfile(page_id, BEGIN, profile(1000), BEGIN)])
        store_posts(connection, [FoundPost(page_id, BEGIN, post)])
    sync(database, page_id, BEGIN + DAY, profile(1000), [post._replace(likes=30), post._replace(external_id="b")])
    with database.write() as connection:
        derive(connection, {page_id: BEGIN}, SETTINGS)
    written = derived(database)
    assert engagement(database, BEGIN.date())["interactions_30d"] == 10

    rebuild(database, SETTINGS)

    assert derived(database) == written


def test_old_pinned_posts_show_that_a_fetch_was_cut(database):
    """Of 30 posts that came, three pinned ones are a year old: the other 27 reach 13 days back."""
    (page_id,) = make_pages(database, "page")
    recent = [a_post(f"r{n:02}", BEGIN - (n + 1) * DAY / 2, 10, 0) for n in range(27)]
    old = [a_post(f"o{n}", BEGIN - (365 + n) * DAY, 10, 0, pinned=True) for n in range(3)]
    sync(database, page_id, BEGIN, profile(1000, posts_count=800), recent + old)
    written = derived(database)

    assert written[SCORE.name, page_id, BEGIN.date()]["flags"] == ["cadence_truncated"]
    assert engagement(database, BEGIN.date())["posts_per_week"] == pytest.approx(7 * 27 / 13.5)
    rebuild(database, SETTINGS)
    assert derived(database) == written


def test_one_older_post_shows_that_the_sample_reaches_back_from_when_it_was_first_seen(database):
    (page_id,) = make_pages(database, "page")
    recent = [a_post(f"r{n}", BEGIN - (n + 2) * DAY, 10, 0) for n in range(3)]
    old = [a_post("old", BEGIN - 300 * DAY, 10, 0)]
    few = DeriveSettings(3, SETTINGS.score)
    for number, posts in enumerate((recent, old, [], old)):
        sync(database, page_id, BEGIN + number * DAY, profile(1000), posts, settings=few)
    written = derived(database)
    forget_derived(database)

    rebuild(database, few, since=BEGIN.date())

    assert derived(database) == written
    flags = [written[SCORE.name, page_id, (BEGIN + n * DAY).date()]["flags"] for n in range(4)]
    assert flags == [["cadence_truncated"], [], [], []]
