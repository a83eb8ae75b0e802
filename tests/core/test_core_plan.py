"""Into how many Apify runs work is packed, and how targets are spread over them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from socialsync_cli.core.plan import Load, batch_counts, spread


@pytest.mark.parametrize(
    ("loads", "slots", "largest", "counts"),
    [
        pytest.param([], 8, 200, [], id="nothing to do"),
        pytest.param([Load("posts", 0, 4.0)], 8, 200, [0], id="no target, no run"),
        pytest.param([Load("posts", 1, 4.0)], 8, 200, [1], id="one target"),
        pytest.param([Load("posts", 39, 4.0)], 8, 200, [1], id="two halves would be crumbs"),
        pytest.param([Load("posts", 40, 4.0)], 8, 200, [2], id="two halves are worth it"),
        pytest.param([Load("posts", 1000, 4.0)], 8, 200, [8], id="all slots are used"),
        pytest.param([Load("posts", 1000, 4.0)], 3, 200, [5], id="more runs than slots, if they are full"),
        pytest.param([Load("posts", 201, 4.0)], 1, 200, [2], id="never above the largest run"),
        pytest.param([Load("a", 200, 1.0), Load("b", 200, 4.0)], 4, 200, [1, 3], id="the slower kind is split further"),
        pytest.param([Load("a", 30, 1.0), Load("b", 200, 1.0)], 8, 200, [1, 7], id="a small kind stays whole"),
        pytest.param([Load("comments", 120, 1.0, 60)], 8, 200, [2], id="a kind's own smallest run"),
        pytest.param([Load("comments", 3, 1.0, 1)], 8, 200, [3], id="runs of one target where that is allowed"),
    ],
)
def test_work_is_split_as_far_as_the_slots_reward_and_no_further(loads, slots, largest, counts):
    assert batch_counts(loads, slots=slots, largest=largest) == counts


LOADS = st.lists(
    st.builds(Load, st.just("x"), st.integers(0, 3000), st.sampled_from([0.5, 1.0, 4.0]), st.integers(1, 60)),
    max_size=6,
)


@settings(deadline=None)
@given(LOADS, st.integers(1, 40), st.integers(1, 300))
def test_no_run_is_above_the_largest_and_none_is_a_crumb(loads, slots, largest):
    counts = batch_counts(loads, slots=slots, largest=largest)
    for load, count in zip(loads, counts, strict=True):
        least = -(-load.targets // largest)
        assert count >= least
        assert count == least or load.targets // count >= load.smallest


@settings(deadline=None)
@given(LOADS, st.integers(1, 40), st.integers(1, 300))
def test_a_slot_stays_free_only_where_a_further_split_would_make_crumbs(loads, slots, largest):
    counts = batch_counts(loads, slots=slots, largest=largest)
    least = sum(-(-load.targets // largest) for load in loads)
    assert sum(counts) <= max(slots, least)
    if sum(counts) < slots:
        assert all(load.targets < (count + 1) * load.smallest for load, count in zip(loads, counts, strict=True))


@settings(deadline=None)
@given(st.lists(st.integers(), max_size=300), st.integers(-1, 350))
def test_every_target_is_in_exactly_one_batch_and_sizes_differ_by_one_at_most(targets, batches):
    cuts = spread(targets, batches)
    sizes = [len(cut) for cut in cuts]
    if batches > 0:
        assert [target for cut in cuts for target in cut] == targets
        assert len(cuts) == min(batches, len(targets))
        assert not sizes or max(sizes) - min(sizes) <= 1
    else:
        assert cuts == []
