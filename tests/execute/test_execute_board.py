"""The tasks of a run: how far they are, how they end, and what is said about them."""

import pytest

from socialsync_cli.core.outcomes import Result, State, Trouble
from socialsync_cli.execute.board import TaskBoard

QUOTA = Trouble("quota_exceeded", "nothing is left")
ABORTED = Trouble("actor_failed", "the run was aborted")
ORDER = [
    "invalid_token", "quota_exceeded", "cost_limit", "database", "cancelled", "interrupted", "rate_limited", "network",
    "apify_error", "actor_timed_out", "actor_failed", "bad_data", "internal", "a type of tomorrow",
]  # fmt: skip


def board(*results, pages=None):
    """A task with these results."""
    found = TaskBoard("t1", "acme", "instagram", len(results) if pages is None else pages)
    for number, result in enumerate(results):
        found.add(f"page{number}", Result(result), None)
    return found


def test_a_task_begins_with_nothing():
    found = board(pages=3)
    assert (found.done, found.pages_ok, found.state, found.trouble, found.warnings()) == (0, 0, State.PENDING, None, [])


def test_results_are_counted():
    found = board("ok", "ok", "private", "failed", pages=9)
    assert (found.done, found.pages_ok) == (4, 2)


@pytest.mark.parametrize(
    ("results", "pages", "state"),
    [
        ([], 0, State.SUCCESS),
        (["ok", "private", "not_found", "restricted"], 4, State.SUCCESS),
        (["ok", "partial"], 2, State.FAILURE),
        (["ok", "failed"], 2, State.FAILURE),
        (["ok"], 2, State.REVOKED),
        (["failed"], 2, State.REVOKED),
        (["ok", "revoked"], 2, State.REVOKED),
        (["failed", "revoked"], 2, State.REVOKED),
    ],
)
def test_a_task_ends_as_its_results_say(results, pages, state):
    assert board(*results, pages=pages).final_state() is state


def test_a_warning_per_kind_of_result_names_its_pages():
    found = board("not_found", "ok", "not_found", "private", "restricted", "partial", "failed", "revoked")
    assert found.warnings() == [
        "2 pages not found: page0, page2",
        "1 page private: page3",
        "1 page restricted: page4",
        "1 page partial: page5",
        "1 page failed: page6",
    ]


@pytest.mark.parametrize(
    ("count", "end"), [(10, "page8, page9"), (11, "page9 and 1 more"), (300, "page9 and 290 more")]
)
def test_a_warning_names_ten_pages_at_most(count, end):
    (warning,) = board(*["failed"] * count).warnings()
    assert warning.startswith(f"{count} pages failed: page0, page1, ")
    assert warning.endswith(end)


def test_notes_come_after_the_warnings():
    found = board("private")
    found.notes.append("nasa is another account now")
    assert found.warnings() == ["1 page private: page0", "nasa is another account now"]


@pytest.mark.parametrize("first", [QUOTA, ABORTED])
def test_the_error_shown_is_the_one_that_stopped_the_work_whichever_came_first(first):
    found = board(pages=2)
    second = ABORTED if first is QUOTA else QUOTA
    found.add("a", Result.FAILED, first)
    found.add("b", Result.FAILED, second)
    assert found.trouble == QUOTA


def test_errors_have_an_order_and_of_equal_ones_the_first_stays():
    found = board(pages=1)
    for type_ in reversed(ORDER):
        found.blame(Trouble(type_, "first"))
        found.blame(Trouble(type_, "second"))
        assert found.trouble == Trouble(type_, "first")
    for type_ in ORDER:
        found.blame(Trouble(type_, "later"))
    assert found.trouble == Trouble(ORDER[0], "first")
