"""Every fault × every endpoint, in real syncs: what comes of it is what the table says, in bounded time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from fault_runs import POSTS, Case, Fate, bench
from fault_table import ENDPOINTS, FAILING, MISHAPS, OK

from socialsync_cli.sandbox import Fault

pytestmark = pytest.mark.thorough

LOST = Fault("reset_after", endpoint="start")
"""Only after a lost start are runs listed and inputs read."""
WHOLE = Fate(OK, complete=True, charged=POSTS)


def at_requests(keys: Iterable[tuple[str, str]], count: int | None) -> list[Case]:
    cases = []
    for key, endpoint in keys:
        fault = Fault(**MISHAPS[key].fault, endpoint=endpoint, count=count)
        cases.append(Case(f"{key} {endpoint}", (LOST, fault) if endpoint in ("runs", "input") else (fault,)))
    return cases


def of_runs(count: int | None) -> list[Case]:
    cases = []
    for key, failing in FAILING.items():
        case = Case(f"run {key}", (), failing.platform)
        aimed: dict[str, Any] = {"targets": (case.handle,)} if failing.fault["kind"] in ("silent", "blocked") else {}
        cases.append(case._replace(faults=(Fault(**failing.fault, **aimed, count=count),)))
    return cases


def cells(*, passing: bool) -> list[tuple[str, str]]:
    """All combinations there are; with `passing` those in which a single time is not the same as for ever."""
    return [
        (key, endpoint)
        for key, mishap in MISHAPS.items()
        for endpoint in ENDPOINTS
        if mishap.always(endpoint) is not None and (mishap.once is not None or not passing)
    ]


def test_what_passes_costs_nothing(tmp_path):
    cases = [*at_requests(cells(passing=True), 1), *of_runs(1)]
    wanted = {case.name: WHOLE for case in cases}
    for key, failing in FAILING.items():
        wanted[f"run {key}"] = Fate(failing.once, complete=True, charged=failing.charged[0])
    with bench(tmp_path, cases, retry={"attempts": 3}) as at:
        at.arm()
        assert at.sync() == wanted
        struck = {told["token"] for told in at.sandbox.state.faults.told() if told["struck"]}
        assert struck == {case.token for case in cases}


@pytest.mark.parametrize("endpoints", [("start", "items"), ("run", "runs", "input")], ids=" ".join)
def test_what_does_not_pass_ends_with_its_word_and_the_next_sync_pays_for_nothing_again(tmp_path, endpoints):
    chosen = [cell for cell in cells(passing=False) if cell[1] in endpoints]
    failing_runs = FAILING if "items" in endpoints else {}
    cases = [*at_requests(chosen, None), *(of_runs(None) if failing_runs else ())]
    words = {f"{key} {endpoint}": MISHAPS[key].always(endpoint) for key, endpoint in chosen}
    words |= {f"run {key}": failing.always for key, failing in failing_runs.items()}
    with bench(tmp_path, cases) as at:
        at.arm()
        fates = at.sync()
        assert {name: fate.word for name, fate in fates.items()} == words
        asked = at.requests()
        refused = [(key, place) for key, place in chosen if MISHAPS[key].is_final(place)]
        assert {cell: asked[" ".join(cell), cell[1]] for cell in refused} == dict.fromkeys(refused, 1)
        wrong = {name for name, fate in fates.items() if fate.word == OK and not fate.complete}
        assert wrong == set()
        assert max(asked.values()) <= 61, "the longest is an account without room, asked sixty times"

        at.sandbox.state.faults.clear()
        failed = [case for case in cases if words[case.name] != OK]
        wanted = {case.name: WHOLE for case in failed}
        for key, endpoint in chosen:
            if f"{key} {endpoint}" in wanted:
                charged = dict(MISHAPS[key].charged).get(endpoint, POSTS)
                wanted[f"{key} {endpoint}"] = WHOLE._replace(charged=charged)
        for key, failing in failing_runs.items():
            if f"run {key}" in wanted:
                wanted[f"run {key}"] = WHOLE._replace(charged=failing.charged[1])
        assert at.sync(among=failed) == wanted
