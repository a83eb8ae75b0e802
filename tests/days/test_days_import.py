"""Followers of days before the first sync, from a file: what was counted elsewhere is a base for what comes later."""

from __future__ import annotations

import math
from datetime import UTC, datetime, time, timedelta

import days_reference as reference
import pytest
from days_builders import BEGIN, DERIVED, life

from socialsync_cli import history

PAGES = {"instagram": ["bakery", "chandlery", "fishery"], "tiktok": ["bakery", "cooperage", "tannery"]}
EVERY = [(platform, handle) for platform, some in PAGES.items() for handle in some]
ROUNDED = ("tiktok", "cooperage")
SPARSE = ("instagram", "chandlery")
ENDS = ("instagram", "fishery")
LONG_AGO = ("tiktok", "tannery")
POSTS = {"posts_per_page": 4}


def counts_of(page, followers):
    """A hundred days of counts before the first sync, ending at `followers`, by days before it."""
    if page == ROUNDED:
        return {age: 12_300 - 100 * (age // 10) for age in range(1, 101)}
    if page == LONG_AGO:
        return {age: 5_000 + age for age in range(150, 250)}
    grown = {age: max(1, round(followers * (1 - age / 400) + 3 * math.sin(age))) for age in range(1, 101)}
    if page == SPARSE:
        return {age: count for age, count in grown.items() if age % 9 in (0, 1) or age == 3}
    return {age: count for age, count in grown.items() if age > 25} if page == ENDS else grown


def written(page, count):
    return f"{count / 1000:.1f}K" if page == ROUNDED else str(count)


def file_of(folder, past, *, name="past.csv"):
    lines = ["platform,handle,date,followers"]
    for (platform, handle), counts in past.items():
        lines += [
            f"{platform},@{handle.upper()},{BEGIN.date() - timedelta(days=age)},{written((platform, handle), count)}"
            for age, count in counts.items()
        ]
    path = folder / name
    path.write_text("\n".join(lines) + "\n")
    return path


def snaps_of(past, page):
    counts = past.get(page, {})
    return [
        reference.Snap(
            datetime.combine(BEGIN.date() - timedelta(days=age), time(12), UTC), count, rounded=page == ROUNDED,
            imported=True,
        )
        for age, count in counts.items()
    ]  # fmt: skip


def measured(profile, at):
    return reference.Snap(at, profile.followers, profile.following, profile.posts_count, profile.private)


def growth_of(snaps, at):
    today, earlier, _ = reference.series(snaps, at)
    return reference.growth_row(today, earlier, at)


def assert_growth(made, page, at, snaps):
    stored = made.of_page("social_page_growth", *page)[at.date()]
    expected = growth_of(snaps, at)
    for name in stored.keys() - {"id", "page_id", "date"}:
        want = expected.get(name)
        assert stored[name] == (pytest.approx(want, rel=1e-9) if isinstance(want, float) else want), (page, name)
    return stored


@pytest.fixture
def made(tmp_path):
    with life(tmp_path, PAGES, sync=POSTS) as some:
        yield some


@pytest.fixture
def past(made):
    return {page: counts_of(page, made.sandbox.profile(*page).followers) for page in EVERY}


def all_rows(made):
    return {
        kind: made.rows(f"SELECT * FROM social_page_{kind} ORDER BY id") for kind in ("metric", *DERIVED)
    } | {"page": made.rows("SELECT * FROM social_page ORDER BY id")}  # fmt: skip


def test_the_first_sync_after_an_import_has_growth_and_projections_at_once(made, past):
    file = file_of(made.folder, past)
    summary = history.take_in(made.config, file, now=made.now)
    rows = sum(map(len, past.values()))
    assert (summary.rows, summary.days_written, summary.pages_new, summary.days_rebuilt) == (rows, rows, len(EVERY), 0)
    made.sync()
    for page in EVERY:
        snaps = [*snaps_of(past, page), measured(made.sandbox.profile(*page), BEGIN)]
        stored = assert_growth(made, page, BEGIN, snaps)
        known = {h: stored[f"growth_method_{h}d"] for h in (1, 7, 30, 90)}
        horizons = {h: stored[f"projected_{h}d"] is not None for h in (30, 90, 365)}
        methods, far = EXPECTED[page]
        assert (known, horizons) == (methods, dict(zip((30, 90, 365), far, strict=True)))


INTERPOLATED = dict.fromkeys((1, 7, 30, 90), "interpolated")
EXPECTED = {
    ("instagram", "bakery"): (INTERPOLATED, (True, True, True)),
    ("tiktok", "bakery"): (INTERPOLATED, (True, True, True)),
    # A count that is told as "12.3K" is too coarse for a day or a week.
    ROUNDED: ({1: None, 7: None, 30: "interpolated", 90: "interpolated"}, (True, True, True)),
    # Days 1, 3, 9, 10, 18, 19, 27, 28 …: around a day ago the neighbours are too far apart, but one is near enough.
    SPARSE: ({1: "nearest", 7: "nearest", 30: "interpolated", 90: "interpolated"}, (True, True, False)),
    # The last count is 26 days old.
    ENDS: ({1: None, 7: None, 30: "interpolated", 90: "interpolated"}, (True, True, True)),
    LONG_AGO: (dict.fromkeys((1, 7, 30, 90)), (False, False, False)),
}


def test_a_count_of_long_ago_is_still_the_previous_one(made, past):
    history.take_in(made.config, file_of(made.folder, past), now=made.now)
    made.sync()
    row = made.of_page("social_page_growth", *LONG_AGO)[BEGIN.date()]
    followers = made.sandbox.profile(*LONG_AGO).followers
    assert (row["delta_since_previous"], row["days_since_previous"]) == (followers - past[LONG_AGO][150], 149.75)
    assert (row["anomaly"], row["fit_n"]) == (None, 1)


def test_imported_days_have_a_snapshot_at_noon_and_no_figures(made, past):
    history.take_in(made.config, file_of(made.folder, past), now=made.now)
    made.sync()
    for page in EVERY:
        snapshots = made.of_page("social_page_metric", *page)
        assert snapshots.pop(BEGIN.date())["imported"] is False
        assert {(row["captured_at"], row["followers"], row["followers_rounded"]) for row in snapshots.values()} == {
            (snap.at, snap.followers, snap.rounded) for snap in snaps_of(past, page)
        }
        assert all(row["imported"] and row["posts_read_at"] is None for row in snapshots.values())
        assert all(made.of_page(f"social_page_{kind}", *page).keys() == {BEGIN.date()} for kind in DERIVED)


def test_importing_twice_changes_nothing(made, past):
    file = file_of(made.folder, past)
    history.take_in(made.config, file, now=made.now)
    made.sync()
    before = all_rows(made)
    history.take_in(made.config, file, now=made.now)
    assert all_rows(made) == before


def test_what_is_imported_after_the_syncs_gives_the_same_rows_as_before_them(made, past, tmp_path_factory):
    file = file_of(made.folder, past)
    history.take_in(made.config, file, now=made.now)
    for _ in range(3):
        made.sync()
        made.go_on(days=1)
    with life(tmp_path_factory.mktemp("late"), PAGES, sync=POSTS) as late:
        for _ in range(3):
            late.sync()
            late.go_on(days=1)
        summary = history.take_in(late.config, file, now=late.now)
        assert summary.days_rebuilt == 3 * len(EVERY)
        for page in EVERY:
            for kind in ("metric", *DERIVED):
                one, other = (some.of_page(f"social_page_{kind}", *page) for some in (made, late))
                assert _figures(one) == _figures(other)


def _figures(rows):
    return {day: {k: v for k, v in row.items() if k not in ("id", "page_id")} for day, row in rows.items()}


@pytest.mark.parametrize("imported_first", [True, False])
def test_a_measured_day_wins_whatever_its_hour(made, imported_first):
    """The sync is at six in the morning, the import speaks of noon."""
    page = EVERY[0]
    wrong = file_of(made.folder, {page: {0: 77, 1: 5_000}}, name="wrong.csv")
    if imported_first:
        history.take_in(made.config, wrong, now=made.now + timedelta(hours=7))
    made.sync()
    if not imported_first:
        summary = history.take_in(made.config, wrong, now=made.now + timedelta(hours=7))
        assert (summary.days_written, summary.days_kept) == (1, 1)
    profile = made.sandbox.profile(*page)
    row = made.of_page("social_page_metric", *page)[BEGIN.date()]
    assert (row["followers"], row["imported"], row["captured_at"]) == (profile.followers, False, BEGIN)
    assert row["posts_read_at"] == BEGIN
    snaps = [*snaps_of({page: {1: 5_000}}, page), measured(profile, BEGIN)]
    stored = assert_growth(made, page, BEGIN, snaps)
    assert stored["delta_since_previous"] == profile.followers - 5_000


def test_a_corrected_file_corrects_the_figures_that_rest_on_it(made, past):
    page = EVERY[0]
    history.take_in(made.config, file_of(made.folder, past), now=made.now)
    made.sync()
    corrected = {page: {age: count + 50 for age, count in past[page].items()}}
    summary = history.take_in(made.config, file_of(made.folder, corrected, name="new.csv"), now=made.now)
    assert (summary.days_written, summary.days_rebuilt) == (len(past[page]), 1)
    snaps = [*snaps_of(corrected, page), measured(made.sandbox.profile(*page), BEGIN)]
    assert_growth(made, page, BEGIN, snaps)
