from __future__ import annotations

import json

import pytest
from sandbox_driver import (
    PROFILES,
    TT_PROFILES,
    error_of,
)

ONE = {"usernames": ["page0001"]}


@pytest.fixture(scope="module")
def many(shared):
    """A finished run with 2,500 items of some pages."""
    return shared.run(TT_PROFILES, {"profiles": ["hugepage"], "resultsPerPage": 2500})


def test_items_in_pages_are_the_items_in_one(shared, many):
    whole = shared.dataset(many)
    paged = [item for offset in range(0, 2501, 500) for item in shared.dataset(many, offset=offset, limit=500)]
    assert len(whole) == 2500
    assert paged == whole
    assert list(shared.client.dataset(many.default_dataset_id).iterate_items(chunk_size=700)) == whole
    assert shared.dataset(many, desc=True) == whole[::-1]
    assert shared.dataset(many, desc=True, offset=10, limit=5) == whole[2485:2490][::-1]
    assert shared.dataset(many, offset=2500) == shared.dataset(many, offset=9999) == []
    lines = shared.client.dataset(many.default_dataset_id).get_items_as_bytes(item_format="jsonl")
    assert [json.loads(line) for line in lines.splitlines()] == whole


def test_items_can_be_streamed_as_lines(shared, many):
    with shared.client.dataset(many.default_dataset_id).stream_items(item_format="jsonl") as answer:
        body = b"".join(answer.iter_bytes())
    assert body.count(b"\n") == 2500


def test_pagination_headers(shared, many):
    path = f"/v2/datasets/{many.default_dataset_id}/items"
    headers = shared.http.get(path, params={"offset": 2400, "limit": 500, "fields": "id"}).headers
    told = {name: headers[f"x-apify-pagination-{name}"] for name in ("offset", "limit", "count", "total", "desc")}
    assert told == {"offset": "2400", "limit": "500", "count": "100", "total": "2500", "desc": "false"}
    assert shared.http.get(path, params={"fields": "id"}).headers["x-apify-pagination-limit"] == "999999999999"


def test_fields_and_omit(shared, many):
    assert shared.dataset(many, limit=1, fields=["webVideoUrl", "id"])[0].keys() == {"webVideoUrl", "id"}
    whole = shared.dataset(many, limit=1)[0]
    assert shared.dataset(many, limit=1, omit=["authorMeta"])[0].keys() == whole.keys() - {"authorMeta"}


@pytest.mark.parametrize("query", ["format=xml", "limit=many", "offset=-1"])
def test_queries_that_are_refused(shared, many, query):
    answer = shared.http.get(f"/v2/datasets/{many.default_dataset_id}/items?{query}")
    assert error_of(answer) == (400, "invalid-value")


def test_totals_and_costs_lag_behind_the_end(sandbox, drive):
    drive.sandbox.behave(total_lag_s=0.4, settle_s=0.4)
    runs = [drive.run(PROFILES, {"usernames": [f"page{k:04}" for k in range(9)]}) for _ in range(12)]
    totals = {drive.client.dataset(run.default_dataset_id).get().item_count for run in runs}
    assert totals == {0, 4}
    assert {run.charged_event_counts["profile"] for run in runs} == {0, 3}
    assert {round(run.usage_total_usd, 5) for run in runs} == {0.0, 0.00695}
    for run in runs:
        page = drive.client.dataset(run.default_dataset_id).list_items()
        assert len(page.items) == 9  # the items are there whatever the total says
        assert page.total <= 9
    for run in runs:
        run_until_settled = drive.client.run(run.id)
        while (state := run_until_settled.get()).usage_total_usd < 0.02:
            pass
        assert state.charged_event_counts == {"apify-actor-start": 1, "profile": 9}
        assert state.usage_total_usd == pytest.approx(0.00005 + 9 * 0.0023)
