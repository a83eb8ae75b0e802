"""Runs, tasks and page results: written while a run goes on, found and taken up again afterwards."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from store_samples import BACKENDS, DAY, HOUR, NOW, add_page, add_run, entry, new_database, rows

from socialsync_cli.core.outcomes import Kind, PartAnswer, Result, State, Trouble
from socialsync_cli.errors import UsageError
from socialsync_cli.store import ledger, page_results, runs
from socialsync_cli.store.holder import STALE_AFTER, this_process
from socialsync_cli.store.page_results import RESULTS, OpenResult, ResultChange
from socialsync_cli.store.queries import the_run
from socialsync_cli.store.runs import INTERRUPTED, RUNS, TASKS, NewTask, TaskToResume

ELSEWHERE = "another-machine:17:4711"
LOST = Trouble("network", "the connection broke")
CANCELLED = Trouble("cancelled", "the run was stopped")


@pytest.fixture(params=BACKENDS)
def database(request, tmp_path):
    with new_database(request.param, tmp_path) as found:
        yield found


def write(database, work, *args, **more):
    with database.write() as connection:
        return work(connection, *args, **more)


def ask(database, question, *args, **more):
    with database.read() as connection:
        return question(connection, *args, **more)


def read(database, table, *columns):
    return ask(database, rows, table, *columns)


@pytest.fixture
def pages(database):
    """Ids of two pages."""
    return write(database, lambda c: [add_page(c, handle) for handle in ("nasa", "esa")])


@pytest.fixture
def two_tasks(database, pages):
    """A run with a task of two pages and one of a single page; returns the ids of their results."""
    write(database, add_run, "run-1")
    tasks = [
        NewTask("t1", "acme", "instagram", "f1", [(pages[0], "nasa"), (pages[1], "esa")]),
        NewTask("t2", "zoo", "instagram", None, [(pages[0], "nasa")]),
        NewTask("t3", "zoo", "tiktok", None, []),
    ]
    write(database, runs.create_tasks, "run-1", tasks)
    return [row[0] for row in read(database, RESULTS, "id")]


def outcome(result_id, result, trouble=None, parts=None):
    return ResultChange(result_id, result, 3, 7, trouble, 0.25, NOW, parts or {})


# Writing.


def test_a_run_begins_with_this_process_and_what_was_asked_for(database):
    options = {"posts": 30, "full": False, "comment_authors": "keep"}
    write(database, runs.create_run, "run-1", options, holder=this_process(), now=NOW)
    columns = ("id", "status", "created_at", "started_at", "finished_at", "exit_code", "options", "holder",
               "heartbeat_at", "cancel_requested_at", "cost_usd")  # fmt: skip
    assert read(database, RUNS, *columns) == [
        ("run-1", "STARTED", NOW, NOW, None, None, options, this_process(), NOW, None, 0.0)
    ]


def test_tasks_begin_with_an_open_result_for_every_page(database, pages, two_tasks):
    columns = ("id", "run_id", "user", "platform", "status", "pages", "token_fingerprint")
    assert read(database, TASKS, *columns) == [
        ("t1", "run-1", "acme", "instagram", "PENDING", 2, "f1"),
        ("t2", "run-1", "zoo", "instagram", "PENDING", 1, None),
        ("t3", "run-1", "zoo", "tiktok", "PENDING", 0, None),
    ]
    assert read(database, RESULTS, "task_id", "page_id", "handle", "result") == [
        ("t1", pages[0], "nasa", None), ("t1", pages[1], "esa", None), ("t2", pages[0], "nasa", None)
    ]  # fmt: skip


@pytest.mark.usefixtures("two_tasks")
@pytest.mark.parametrize("error", [None, LOST._asdict()])
def test_a_task_without_an_error_has_null_there_also_for_sql(database, error):
    write(database, runs.change_task, "t1", status=State.SUCCESS, error=LOST._asdict(), warnings=["a", "b"])
    write(database, runs.change_task, "t1", error=error)
    assert read(database, TASKS, "status", "error", "warnings")[0] == ("SUCCESS", error, ["a", "b"])
    with_error = sa.select(sa.func.count()).where(TASKS.c.error.is_not(sa.null()))
    assert ask(database, lambda c: c.scalar(with_error)) == (0 if error is None else 1)


def test_results_are_written_with_the_parts_that_are_answered(database, pages, two_tasks):
    parts = {
        "profiles": PartAnswer(Kind.OK, 1),
        "posts": PartAnswer(Kind.FAILED, 2, "said so", LOST),
        "comments": PartAnswer(Kind.NO_ITEMS, 0, "é"),
    }
    write(database, page_results.change_results, [outcome(two_tasks[0], Result.PARTIAL, LOST, parts),
                                          outcome(two_tasks[1], None)])  # fmt: skip
    write(database, page_results.change_results, [])
    assert sorted(ask(database, page_results.results_with, two_tasks[:2])) == [
        OpenResult(two_tasks[0], "t1", pages[0], "nasa", "partial", 3, 7, NOW, 0.25, parts),
        OpenResult(two_tasks[1], "t1", pages[1], "esa", None, 3, 7, NOW, 0.25, {}),
    ]
    assert read(database, RESULTS, "result", "error", "cost_usd") == [
        ("partial", {"type": "network", "message": "the connection broke"}, 0.25), (None, None, 0.25),
        (None, None, 0.0),
    ]  # fmt: skip
    without = sa.select(sa.func.count()).where(RESULTS.c.error.is_(sa.null()))
    assert ask(database, lambda c: c.scalar(without)) == 2


def test_the_moment_that_all_records_of_a_page_carry_is_noted(database, two_tasks):
    write(database, page_results.note_captured, [(two_tasks[0], NOW), (two_tasks[2], NOW + HOUR)])
    write(database, page_results.note_captured, [])
    assert read(database, RESULTS, "captured_at") == [(NOW,), (None,), (NOW + HOUR,)]


def test_results_of_tasks_are_found_whatever_their_number(database, two_tasks):
    wanted = [*(f"x{n}" for n in range(1200)), "t1", "t2"]
    write(database, page_results.change_results, [outcome(two_tasks[0], Result.OK)])
    assert [found.id for found in ask(database, page_results.results_of, wanted)] == two_tasks[:1]
    assert ask(database, page_results.results_of, ["t2"]) == ask(database, page_results.results_of, []) == []
    found = ask(database, lambda connection: list(page_results.open_results(connection, wanted)))
    assert sorted((task, result) for task, _, result in found) == [("t1", two_tasks[1]), ("t2", two_tasks[2])]
    assert ask(database, lambda connection: list(page_results.open_results(connection, []))) == []


def test_open_pages_of_a_task_are_closed_and_named(database, two_tasks):
    write(database, page_results.change_results, [outcome(two_tasks[0], Result.OK)])
    assert write(database, page_results.close_results, "t1", Result.FAILED, LOST) == ["esa"]
    assert write(database, page_results.close_results, "t1", Result.FAILED, LOST) == []
    assert read(database, RESULTS, "result", "error") == [("ok", None), ("failed", LOST._asdict()), (None, None)]


@pytest.mark.usefixtures("two_tasks")
def test_a_finished_run_has_its_end_and_its_figures(database):
    write(database, runs.finish_run, "run-1", now=NOW + HOUR, status=State.FAILURE, exit_code=3, cost_usd=1.5)
    columns = ("status", "finished_at", "heartbeat_at", "exit_code", "cost_usd")
    assert read(database, RUNS, *columns) == [("FAILURE", NOW + HOUR, NOW + HOUR, 3, 1.5)]


def test_the_totals_of_a_run_are_those_of_its_ledger(database):
    write(database, add_run, "run-1", apify_runs=9, items=9, cost_usd=9.0)
    write(database, ledger.intend, entry("e1"), slots=9, now=NOW)
    write(database, ledger.change, "e1", items=30, cost_usd=0.25)
    write(database, runs.sum_up, "run-1")
    assert read(database, RUNS, "apify_runs", "items", "cost_usd") == [(1, 30, 0.25)]


# Heartbeats and requests to stop.


def test_a_heartbeat_says_how_far_the_run_is_and_hears_of_a_request_to_stop(database):
    write(database, add_run, "run-1")
    write(database, add_run, "run-2")
    later = NOW + timedelta(seconds=2)
    assert write(database, runs.heartbeat, "run-1", later, items=12) is False
    asked = sa.update(RUNS).where(RUNS.c.id == "run-1").values(cancel_requested_at=NOW)
    write(database, lambda c: c.execute(asked))
    assert write(database, runs.heartbeat, "run-1", later) is True
    assert write(database, runs.heartbeat, "run-2", NOW) is False
    assert read(database, RUNS, "id", "heartbeat_at", "items") == [("run-1", later, 12), ("run-2", NOW, 0)]


# Finding runs.


@pytest.fixture
def three_runs(database):
    for number, (run_id, age) in enumerate([("20260110-aa1", HOUR), ("20260110-ab2", 2 * HOUR), ("20260109-aa1", DAY)]):
        write(database, add_run, run_id, created_at=NOW - age, status=["FAILURE", "SUCCESS", "STARTED"][number])


@pytest.mark.usefixtures("three_runs")
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("last", "20260110-aa1"),
        ("20260110-ab2", "20260110-ab2"),
        ("20260110-ab", "20260110-ab2"),
        ("20260109", "20260109-aa1"),
    ],
)
def test_a_run_is_found_by_its_id_by_a_beginning_or_as_the_last_one(database, wanted, found):
    assert ask(database, the_run, wanted) == found


@pytest.mark.usefixtures("three_runs")
@pytest.mark.parametrize("wanted", ["2027", "%", "20260110-a_2", "0260110"])
def test_what_is_no_beginning_of_an_id_finds_nothing(database, wanted):
    with pytest.raises(UsageError, match=f"^there is no run '{re.escape(wanted)}'; `socialsync runs` lists them$"):
        ask(database, the_run, wanted)


@pytest.mark.usefixtures("three_runs")
@pytest.mark.parametrize("wanted", ["2026", "20260110-a"])
def test_a_beginning_of_several_runs_is_not_enough(database, wanted):
    with pytest.raises(UsageError, match=f"^{wanted} is the beginning of several runs; give more of the id$"):
        ask(database, the_run, wanted)


def test_a_whole_id_is_enough_also_where_it_is_the_beginning_of_others(database):
    for run_id in ("aaa", "aa", "a", "ab"):
        write(database, add_run, run_id)
    assert [ask(database, the_run, run_id) for run_id in ("a", "aa", "aaa")] == ["a", "aa", "aaa"]


def test_of_runs_of_the_same_moment_the_last_is_always_the_same(database):
    for run_id in ("b", "c", "a"):
        write(database, add_run, run_id)
    assert ask(database, the_run, "last") == "c"


def test_without_a_run_none_is_found(database):
    with pytest.raises(UsageError, match=r"^there has been no run yet; `socialsync run --all` begins one$"):
        ask(database, the_run, "last")


# Runs whose process died.


@pytest.mark.usefixtures("two_tasks")
def test_a_dead_run_is_closed_as_interrupted_and_what_was_over_stays(database):
    write(database, runs.change_task, "t2", status=State.SUCCESS)
    write(database, lambda c: c.execute(sa.update(RUNS).values(holder=ELSEWHERE)))
    later = NOW + STALE_AFTER
    assert write(database, runs.bury_dead, later) == ["run-1"]
    assert read(database, RUNS, "status", "finished_at") == [("FAILURE", NOW)]
    died = INTERRUPTED._asdict()
    assert read(database, TASKS, "id", "status", "error", "finished_at") == [
        ("t1", "FAILURE", died, later), ("t2", "SUCCESS", None, None), ("t3", "FAILURE", died, later)
    ]  # fmt: skip
    assert read(database, RESULTS, "result") == [(None,)] * 3
    assert write(database, runs.bury_dead, later + HOUR) == []


@pytest.mark.parametrize(
    ("status", "holder", "age", "buried"),
    [
        pytest.param("STARTED", this_process(), DAY, False, id="this process"),
        pytest.param("STARTED", ELSEWHERE, timedelta(0), False, id="a heartbeat from elsewhere"),
        pytest.param("STARTED", ELSEWHERE, STALE_AFTER, True, id="none any more"),
        pytest.param("PENDING", ELSEWHERE, STALE_AFTER, True, id="not even begun"),
        pytest.param("STARTED", None, timedelta(0), True, id="nobody"),
        pytest.param("SUCCESS", ELSEWHERE, DAY, False, id="succeeded"),
        pytest.param("REVOKED", ELSEWHERE, DAY, False, id="stopped"),
    ],
)
def test_only_open_runs_of_dead_processes_are_buried(database, status, holder, age, buried):
    write(database, add_run, "run-1", status=status, holder=holder, heartbeat_at=NOW - age)
    assert write(database, runs.bury_dead, NOW) == (["run-1"] if buried else [])
    assert read(database, RUNS, "status") == [("FAILURE" if buried else status,)]


def test_a_run_that_died_after_its_last_task_counts_as_it_ended_but_may_be_taken_up(database, two_tasks):
    for task_id in ("t1", "t2", "t3"):
        write(database, runs.change_task, task_id, status=State.SUCCESS)
    write(database, lambda c: c.execute(sa.update(RUNS).values(holder=ELSEWHERE)))
    write(database, runs.bury_dead, NOW + STALE_AFTER)
    assert read(database, RUNS, "status", "exit_code") == [("SUCCESS", None)]
    assert len(ask(database, runs.tasks_to_resume, "run-1")[0]) == 3


# Ending open tasks.


@pytest.mark.parametrize(
    ("state", "trouble", "open_pages"),
    [(State.REVOKED, CANCELLED, "revoked"), (State.FAILURE, INTERRUPTED, None)],
)
def test_open_tasks_end_and_their_open_pages_are_revoked_with_them(database, two_tasks, state, trouble, open_pages):
    write(database, add_run, "run-2")
    write(database, runs.create_tasks, "run-2", [NewTask("t9", "acme", "facebook", None, [])])
    write(database, runs.change_task, "t2", status=State.SUCCESS)
    write(database, page_results.change_results, [outcome(two_tasks[0], Result.OK)])
    write(database, runs.end_open_tasks, "run-1", state, trouble, NOW + HOUR)
    ended = (state, trouble._asdict(), NOW + HOUR)
    assert read(database, TASKS, "id", "status", "error", "finished_at") == [
        ("t1", *ended), ("t2", "SUCCESS", None, None), ("t3", *ended), ("t9", "PENDING", None, None)
    ]  # fmt: skip
    assert read(database, RESULTS, "result") == [("ok",), (open_pages,), (None,)]


@pytest.mark.usefixtures("two_tasks")
def test_where_every_task_is_over_nothing_changes(database):
    for task_id, state in (("t1", State.SUCCESS), ("t2", State.FAILURE), ("t3", State.REVOKED)):
        write(database, runs.change_task, task_id, status=state)
    before = read(database, TASKS), read(database, RESULTS)
    write(database, runs.end_open_tasks, "run-1", State.REVOKED, CANCELLED, NOW)
    assert (read(database, TASKS), read(database, RESULTS)) == before


# Taking a run up again.


def test_a_run_that_is_taken_over_is_open_again_with_everything_that_was_not_final(database, two_tasks):
    write(database, page_results.change_results, [
        outcome(two_tasks[0], Result.OK, None, {"posts": PartAnswer(Kind.OK, 3)}),
        outcome(two_tasks[1], Result.FAILED, LOST, {"profiles": PartAnswer(Kind.OK, 1)}),
        outcome(two_tasks[2], Result.REVOKED, CANCELLED),
    ])  # fmt: skip
    write(database, runs.change_task, "t1", status=State.FAILURE, error=LOST._asdict(), finished_at=NOW)
    write(database, runs.change_task, "t2", status=State.REVOKED, error=CANCELLED._asdict(), finished_at=NOW)
    write(database, runs.change_task, "t3", status=State.SUCCESS, finished_at=NOW)
    write(database, runs.finish_run, "run-1", now=NOW, status=State.FAILURE, exit_code=1, cancel_requested_at=NOW)
    write(database, runs.take_over, "run-1", holder=ELSEWHERE, now=NOW + HOUR)
    columns = ("status", "holder", "heartbeat_at", "finished_at", "exit_code", "cancel_requested_at", "started_at")
    assert read(database, RUNS, *columns) == [("STARTED", ELSEWHERE, NOW + HOUR, None, None, None, NOW)]
    assert read(database, TASKS, "status", "error", "finished_at") == [
        ("PENDING", None, None), ("PENDING", None, None), ("SUCCESS", None, NOW)
    ]  # fmt: skip
    assert read(database, RESULTS, "result", "error") == [("ok", None), (None, None), (None, None)]
    again = ask(database, page_results.results_with, [two_tasks[1]])
    assert again[0].parts == {"profiles": PartAnswer(Kind.OK, 1)}


@pytest.mark.parametrize("result", list(Result))
def test_final_answers_stay_and_others_are_asked_for_again(database, two_tasks, result):
    write(database, page_results.change_results, [outcome(two_tasks[0], result)])
    write(database, runs.take_over, "run-1", holder=ELSEWHERE, now=NOW)
    stays = result in (Result.OK, Result.PRIVATE, Result.NOT_FOUND, Result.RESTRICTED)
    assert read(database, RESULTS, "result")[0] == (result.value if stays else None,)


@pytest.mark.usefixtures("two_tasks")
def test_a_run_that_failed_names_its_tasks_and_one_that_succeeded_has_nothing_left(database):
    options = {"posts": 30}
    write(database, runs.finish_run, "run-1", now=NOW, status=State.FAILURE, exit_code=1, options=options)
    assert ask(database, runs.tasks_to_resume, "run-1") == (
        [
            TaskToResume("t1", "acme", "instagram", "f1", 2),
            TaskToResume("t2", "zoo", "instagram", None, 1),
            TaskToResume("t3", "zoo", "tiktok", None, 0),
        ],
        options,
    )
    write(database, runs.finish_run, "run-1", now=NOW, status=State.SUCCESS, exit_code=0)
    assert ask(database, runs.tasks_to_resume, "run-1") == ([], {})


@pytest.mark.parametrize(
    ("status", "code", "age", "options", "worth"),
    [
        pytest.param("FAILURE", 1, HOUR, {"posts": 30}, True, id="failed an hour ago"),
        pytest.param("REVOKED", 130, HOUR, {"posts": 30}, True, id="stopped an hour ago"),
        pytest.param("FAILURE", 1, 6 * HOUR, {"posts": 30}, True, id="six hours ago"),
        pytest.param("FAILURE", 1, 6 * HOUR + timedelta(seconds=1), {"posts": 30}, False, id="too long ago"),
        pytest.param("SUCCESS", 0, HOUR, {"posts": 30}, False, id="succeeded"),
        pytest.param("SUCCESS", None, HOUR, {"posts": 30}, True, id="died after its last task"),
        pytest.param("STARTED", None, HOUR, {"posts": 30}, False, id="still at work"),
        pytest.param("FAILURE", 1, HOUR, {"posts": 31}, False, id="asked for something else"),
    ],
)
def test_what_a_run_has_paid_for_is_worth_taking_over_for_six_hours(database, status, code, age, options, worth):
    write(database, add_run, "run-1", status=status, exit_code=code, finished_at=NOW - age, options=options)
    assert ask(database, runs.adoptable_runs, {"posts": 30}, NOW) == (["run-1"] if worth else [])


def test_runs_worth_taking_over_come_newest_first(database):
    for run_id, age in (("a", 3 * HOUR), ("b", HOUR), ("c", 2 * HOUR)):
        write(database, add_run, run_id, status="FAILURE", created_at=NOW - age, finished_at=NOW, options={})
    assert ask(database, runs.adoptable_runs, {}, NOW) == ["b", "c", "a"]


# The secret of a database.


def test_the_key_for_hashing_authors_is_made_once_per_database(database):
    first = write(database, runs.comment_key)
    assert (write(database, runs.comment_key), len(first)) == (first, 32)
