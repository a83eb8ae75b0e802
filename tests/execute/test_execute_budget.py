"""The ceiling over everything that a run spends."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from socialsync_cli.execute.budget import Budget


def test_without_a_ceiling_there_is_always_enough():
    budget = Budget(None)
    budget.reserve("a", 1000.0)
    budget.settle("b", 1000.0)
    assert (budget.limited, budget.free_usd, budget.in_flight, budget.spent_usd) == (False, float("inf"), False, 1000.0)


def test_what_is_reserved_cannot_be_reserved_again_until_it_is_settled():
    budget = Budget(10.0)
    budget.reserve("a", 6.0)
    assert (budget.limited, budget.free_usd, budget.in_flight) == (True, 4.0, True)
    budget.settle("a", 2.5)
    assert (budget.free_usd, budget.in_flight, budget.spent_usd) == (7.5, False, 2.5)


def test_a_second_reservation_of_the_same_start_replaces_the_first():
    budget = Budget(10.0)
    budget.reserve("a", 6.0)
    budget.reserve("a", 3.0)
    assert budget.free_usd == 7.0


@pytest.mark.parametrize(("spent", "free"), [(0.0, 10.0), (4.0, 6.0), (10.0, 0.0), (12.0, 0.0)])
def test_what_the_run_has_cost_before_counts(spent, free):
    assert Budget(10.0, spent).free_usd == free


def test_what_was_never_reserved_counts_when_it_is_settled():
    budget = Budget(10.0)
    budget.settle("adopted", 4.0)
    assert budget.free_usd == 6.0


def test_where_nobody_knows_what_it_cost_all_that_was_set_aside_is_spent():
    budget = Budget(10.0)
    budget.reserve("a", 6.0)
    budget.settle("a", None)
    budget.settle("never reserved", None)
    assert (budget.free_usd, budget.in_flight, budget.spent_usd) == (4.0, False, 6.0)


@settings(deadline=None)
@given(st.floats(0, 100), st.lists(st.tuples(st.floats(0, 50), st.floats(0, 1)), max_size=20))
def test_who_reserves_only_what_is_free_never_spends_more_than_the_ceiling(ceiling, starts):
    budget = Budget(ceiling)
    for number, (wanted, used) in enumerate(starts):
        reserved = min(wanted, budget.free_usd)
        budget.reserve(str(number), reserved)
        if number % 2:
            budget.settle(str(number), reserved * used)
    assert budget.spent_usd <= ceiling + 1e-9
    assert budget.free_usd >= 0
