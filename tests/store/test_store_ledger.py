"""The ledger of Apify runs: slots, entries as they were written, and what is known of a run afterwards."""

import contextlib
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from store_samples import BACKENDS, DAY, HOUR, NOW, add_run, entry, new_database, race, rows

from socialsync_cli.store import ledger
from socialsync_cli.store.database import Database
from socialsync_cli.store.holder import STALE_AFTER
from socialsync_cli.store.ledger import INTENDED, LEDGER, REFUSED
from socialsync_cli.store.runs import RUNS


@pytest.fixture(params=BACKENDS)
def database(request, tmp_path):
    with new_database(request.param, tmp_path) as found:
        with found.write() as connection:
            for run_id in ("run-1", "run-2"):
                add_run(connection, run_id)
        yield found


def intend(database, *entries, slots=100, now=NOW):
    """Intend starts; return which had a slot."""
    with database.write(durable=True) as connection:
        return [ledger.intend(connection, one, slots=slots, now=now) for one in entries]


def change(database, entry_id, **values):
    with database.write() as connection:
        ledger.change(connection, entry_id, **values)


def stored(database, *run_ids, **more):
    with database.read() as connection:
        return list(ledger.entries(connection, run_ids, **more))


FULL = entry(
    input={"username": ["nasa", "é\N{GRINNING FACE}"], "resultsLimit": 30, "nested": {"a": [1, None, True, 0.5]}},
    asked=[["nasa", 1], ["esa", 2]],
    newer_than=NOW - DAY,
    max_charge_usd=0.12345,
    attempt=3,
)


@pytest.mark.parametrize(
    "written",
    [
        entry(),
        FULL,
        entry(part="comments", asked=[["key", "https://x/p/1", 7, 1, 40], ["other", "https://x/p/2", 8, 1, 2]]),
    ],
    ids=["least", "everything", "comments"],
)
def test_an_entry_is_read_as_it_was_written(database, written):
    assert intend(database, written) == [True]
    assert stored(database, "run-1") == [written]


def test_an_entry_survives_the_process_that_wrote_it(tmp_path):
    with new_database("sqlite", tmp_path) as database:
        with database.write() as connection:
            add_run(connection, "run-1")
        intend(database, FULL)
        # No goodbye: the file is opened by somebody else while the first still has it.
        with contextlib.closing(Database(f"sqlite:///{database.path}")) as other:
            assert stored(other, "run-1") == [FULL]


def test_what_happens_to_a_run_is_added_to_its_entry(database):
    intend(database, FULL)
    news = {"apify_run_id": "r1", "dataset_id": "d1", "status": "SUCCEEDED", "items": 60, "cost_usd": 0.12,
            "finished_at": NOW + HOUR, "read_at": NOW + HOUR}  # fmt: skip
    change(database, "e1", **news)
    assert stored(database, "run-1") == [FULL._replace(**news)]


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc"), inner, max_size=3),
    max_leaves=6,
)


def test_any_input_is_read_as_it_was_written(tmp_path):
    with new_database("sqlite", tmp_path) as database:
        with database.write() as connection:
            add_run(connection, "run-1")

        @settings(max_examples=20, deadline=None)
        @given(st.dictionaries(st.text("abc"), _VALUES, max_size=4))
        def check(run_input):
            with database.write() as connection:
                connection.execute(sa.delete(LEDGER))
            intend(database, entry(input=run_input))
            assert [found.input for found in stored(database, "run-1")] == [run_input]

        check()


@pytest.mark.parametrize(
    ("asked", "part", "pages"),
    [
        ([["nasa", 1], ["esa", 2]], "posts", 2),
        ([["k1", "u", 7, 1, 4], ["k2", "u", 8, 1, 4], ["k3", "u", 9, 2, 4]], "comments", 2),
        ([], "posts", 0),
    ],
)
def test_an_entry_counts_its_pages_each_once(database, asked, part, pages):
    intend(database, entry(asked=asked, part=part))
    with database.read() as connection:
        assert rows(connection, LEDGER, "pages") == [(pages,)]


# Slots.


def test_no_more_runs_are_intended_than_there_are_slots(database):
    assert intend(database, *(entry(f"e{n}") for n in range(4)), slots=2) == [True, True, False, False]
    assert [found.id for found in stored(database, "run-1")] == ["e0", "e1"]


@pytest.mark.parametrize(
    ("status", "free"),
    [(INTENDED, False), ("READY", False), ("RUNNING", False), ("TIMING-OUT", False), ("ABORTING", False),
     ("SUCCEEDED", True), ("FAILED", True), ("TIMED-OUT", True), ("ABORTED", True), (REFUSED, True), ("EXPIRED", True)],
)  # fmt: skip
def test_a_slot_is_free_again_when_its_run_is_over(database, status, free):
    intend(database, entry("e1"))
    change(database, "e1", status=status)
    assert intend(database, entry("e2"), slots=1) == [free]


def test_slots_are_shared_by_the_runs_of_a_token_and_not_by_tokens(database):
    intend(database, entry("e1"))
    assert intend(database, entry("e2", run_id="run-2"), slots=1) == [False]
    assert intend(database, entry("e3", run_id="run-2", fingerprint="f2"), slots=1) == [True]


@pytest.mark.parametrize(
    "ended",
    [{"status": "FAILURE"}, {"status": "REVOKED"}, {"heartbeat_at": NOW - STALE_AFTER}, {"heartbeat_at": None}],
)
def test_a_run_that_is_over_or_dead_takes_no_slot(database, ended):
    intend(database, entry("e1"))
    with database.write() as connection:
        connection.execute(sa.update(RUNS).where(RUNS.c.id == "run-1").values(**ended))
    assert intend(database, entry("e2", run_id="run-2"), slots=1) == [True]


@pytest.mark.parametrize(("ours", "free"), [(0, True), (1, False), (None, False)])
def test_a_run_that_knows_which_of_its_own_are_over_need_not_believe_the_ledger(database, ours, free):
    intend(database, entry("e1"), entry("e2", run_id="run-2"))
    with database.write() as connection:
        assert ledger.intend(connection, entry("e3"), slots=2, now=NOW, ours=ours) is free


def test_of_many_that_want_the_last_slot_at_the_same_time_one_has_it(database):
    def want(number, meet):
        with database.write(durable=True) as connection:
            connection.execute(sa.select(1))
            meet()
            return ledger.intend(connection, entry(f"e{number}"), slots=1, now=NOW)

    assert sorted(race(database, 4, want)) == [False, False, False, True]


# Questions about runs.


def test_entries_come_oldest_first_and_those_that_never_became_a_run_do_not(database):
    late, early, refused = (
        entry("e1", intended_at=NOW + HOUR), entry("e2", intended_at=NOW), entry("e3", intended_at=NOW)
    )  # fmt: skip
    other = entry("e4", run_id="run-2", intended_at=NOW + timedelta(minutes=1))
    intend(database, late, early, refused, other)
    change(database, "e3", status=REFUSED)
    assert stored(database, "run-1", "run-2") == [early, other, late]
    assert stored(database, "run-2") == [other]
    assert stored(database) == []


def test_entries_that_were_read_to_their_end_can_be_left_out(database):
    intend(database, entry("e1"), entry("e2"))
    change(database, "e1", read_at=NOW)
    assert stored(database, "run-1", unread_only=True) == [entry("e2")]


def test_the_runs_that_belong_to_a_start_are_known_whoever_started_them(database):
    intend(database, entry("e1"), entry("e2"), entry("e3", actor="apify/other"), entry("e4", fingerprint="f2"),
           entry("e5", run_id="run-2"), entry("e6", intended_at=NOW - 2 * DAY))  # fmt: skip
    for number in (1, 3, 4, 5, 6):
        change(database, f"e{number}", apify_run_id=f"r{number}")
    with database.read() as connection:
        assert ledger.known_runs(connection, NOW) == {"r1", "r3", "r4", "r5"}


def test_what_a_run_comes_to_is_the_sum_of_its_entries_without_the_refused_ones(database):
    intend(database, *(entry(f"e{n}") for n in range(1, 4)), entry("e4", run_id="run-2"))
    change(database, "e1", items=10, cost_usd=0.25)
    change(database, "e2", items=2**40, cost_usd=0.5)
    change(database, "e3", status=REFUSED, items=99, cost_usd=9.0)
    with database.read() as connection:
        assert ledger.totals(connection, "run-1") == (2, 10 + 2**40, 0.75)
        assert ledger.totals(connection, "run-9") == (0, 0, 0.0)
