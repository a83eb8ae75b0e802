"""What Apify says about a run and its prices, read leniently."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from socialsync_cli.apify.runs import RunState, event_prices, has_tiers, moment, price_of, run_state
from socialsync_cli.core.money import Price

PER_EVENT = {
    "pricingModel": "PAY_PER_EVENT",
    "minimalMaxTotalChargeUsd": 0.5,
    "pricingPerEvent": {
        "actorChargeEvents": {
            "apify-actor-start": {"eventTitle": "Actor start", "eventPriceUsd": 0.00005, "isOneTimeEvent": True},
            "post": {
                "eventTitle": "Post",
                "isPrimaryEvent": True,
                "eventTieredPricingUsd": {
                    "FREE": {"tieredEventPriceUsd": 0.0027},
                    "BRONZE": {"tieredEventPriceUsd": 0.0023},
                    "GOLD": {"tieredEventPriceUsd": 0.0015},
                },
            },
            "post-details": {"eventTitle": "Details of a post", "eventPriceUsd": 0.001},
            "filter-applied": {"eventTitle": "Filter", "eventPriceUsd": 0.002},
            "setup": {"eventTitle": "Setup", "eventPriceUsd": 1.0, "isOneTimeEvent": True},
        }
    },
}
PER_ITEM = {"pricingModel": "PRICE_PER_DATASET_ITEM", "pricePerUnitUsd": 0.0026, "unitName": "result"}
PER_ITEM_TIERED = {
    "pricingModel": "PRICE_PER_DATASET_ITEM",
    "tieredPricing": {"FREE": {"tieredPricePerUnitUsd": 0.003}, "GOLD": {"tieredPricePerUnitUsd": 0.002}},
}
RUN = {
    "id": "HG7ML7M8z78YcAPEB",
    "actId": "shu8hvrXbJbY3Eb9W",
    "userId": "wRsJZtadYvn4mBZmm",
    "startedAt": "2026-01-10T06:00:00.123Z",
    "finishedAt": "2026-01-10T06:02:00.000Z",
    "status": "SUCCEEDED",
    "statusMessage": "Finished! Total 30 posts",
    "meta": {"origin": "API"},
    "stats": {"runTimeSecs": 120},
    "options": {"build": "latest", "timeoutSecs": 3600, "memoryMbytes": 1024, "maxTotalChargeUsd": 2.0},
    "buildNumber": "0.1.532",
    "defaultKeyValueStoreId": "eJNzqsbPiopwJcgGQ",
    "defaultDatasetId": "wmKPijuyDnPZAPRMk",
    "pricingInfo": PER_EVENT,
    "chargedEventCounts": {"apify-actor-start": 1, "post": 30, "post-details": 20, "filter-applied": 0},
    "usageTotalUsd": 0.0,
}


@pytest.mark.parametrize(
    ("pricing", "tier", "price"),
    [
        pytest.param(PER_ITEM, None, Price(0.0026), id="one price per item"),
        pytest.param(PER_ITEM_TIERED, "GOLD", Price(0.002), id="per item, of the tier"),
        pytest.param(PER_ITEM_TIERED, None, Price(0.003), id="per item, tier unknown: the dearest"),
        pytest.param(PER_ITEM_TIERED, "DIAMOND", Price(0.003), id="per item, a tier without a price"),
        pytest.param(
            PER_EVENT, "BRONZE", Price(0.0033, 0.00005, 0.5, 0.002), id="per event: primary, details, start, filter"
        ),
        pytest.param(PER_EVENT, None, Price(0.0037, 0.00005, 0.5, 0.002), id="per event, tier unknown: the dearest"),
        pytest.param({"pricingModel": "FREE"}, None, None, id="free"),
        pytest.param({"pricingModel": "FLAT_PRICE_PER_MONTH", "pricePerUnitUsd": 20}, None, None, id="flat"),
        pytest.param({}, None, None, id="nothing"),
        pytest.param({"pricingModel": "PRICE_PER_DATASET_ITEM"}, None, None, id="per item, without the price"),
        pytest.param({"pricingPerEvent": {"actorChargeEvents": {}}}, None, None, id="no event"),
        pytest.param(
            {"pricingPerEvent": {"actorChargeEvents": {"actor-start": {"eventPriceUsd": 0.01}}}},
            None,
            None,
            id="only the start is charged",
        ),
        pytest.param(
            {
                "pricingPerEvent": {
                    "actorChargeEvents": {
                        "actor_start": {"eventPriceUsd": 0.01},
                        "result": {"eventPriceUsd": 0.004},
                        "extra": {"eventPriceUsd": 0.5},
                    }
                }
            },
            None,
            Price(0.004, 0.01),
            id="no primary event: the first ordinary one",
        ),
    ],
)
def test_the_price_of_an_ordinary_item_is_read(pricing, tier, price):
    found = price_of(pricing, tier)
    assert found == (None if price is None else pytest.approx(price))


@pytest.mark.parametrize(
    ("pricing", "tiers"),
    [(PER_ITEM, False), (PER_ITEM_TIERED, True), (PER_EVENT, True), ({}, False), ({"pricingPerEvent": []}, False)],
)
def test_a_pricing_says_whether_it_depends_on_the_tier(pricing, tiers):
    assert has_tiers(pricing) is tiers


def test_every_event_has_its_price():
    assert event_prices(PER_EVENT, "GOLD") == {
        "apify-actor-start": 0.00005, "post": 0.0015, "post-details": 0.001, "filter-applied": 0.002, "setup": 1.0
    }  # fmt: skip


def test_a_run_is_read_with_what_it_has_charged_so_far():
    assert run_state(RUN, "GOLD") == RunState(
        id="HG7ML7M8z78YcAPEB",
        dataset_id="wmKPijuyDnPZAPRMk",
        store_id="eJNzqsbPiopwJcgGQ",
        status="SUCCEEDED",
        message="Finished! Total 30 posts",
        usage_usd=0.0,
        charged_usd=pytest.approx(0.00005 + 30 * 0.0015 + 20 * 0.001),
        charged_items=30,
        price=pytest.approx(Price(0.0025, 0.00005, 0.5, 0.002)),
        build="0.1.532",
        started_at=datetime(2026, 1, 10, 6, 0, 0, 123_000, tzinfo=UTC),
        finished_at=datetime(2026, 1, 10, 6, 2, tzinfo=UTC),
    )


def test_a_row_of_a_list_has_less_and_is_a_run_all_the_same():
    row = {"id": "r1", "status": "READY", "startedAt": "2026-01-10T06:00:00Z"}
    assert run_state(row) == RunState("r1", "", "", "READY", started_at=datetime(2026, 1, 10, 6, tzinfo=UTC))


@pytest.mark.parametrize("missing", ["id", "status"])
@pytest.mark.parametrize("value", [None, 7, [], {}])
def test_without_an_id_or_a_status_it_is_no_run(missing, value):
    assert run_state(RUN | {missing: value}) is None
    assert run_state({k: v for k, v in RUN.items() if k != missing}) is None


@pytest.mark.parametrize(
    ("status", "final"),
    [("READY", False), ("RUNNING", False), ("TIMING-OUT", False), ("ABORTING", False), ("SUCCEEDED", True),
     ("FAILED", True), ("TIMED-OUT", True), ("ABORTED", True)],
)  # fmt: skip
def test_only_four_states_are_final(status, final):
    assert run_state(RUN | {"status": status}).final is final


@pytest.mark.parametrize(
    ("status", "finished_at", "read"),
    [
        ("A-WORD-OF-TOMORROW", None, ("A-WORD-OF-TOMORROW", False)),
        ("A-WORD-OF-TOMORROW", "2026-01-10T06:02:00.000Z", ("FAILED", True)),
        ("timed_out", None, ("TIMED-OUT", True)),
    ],
)
def test_a_status_that_is_not_documented_is_final_when_the_run_has_ended(status, finished_at, read):
    state = run_state(RUN | {"status": status, "finishedAt": finished_at})
    assert (state.status, state.final) == read


@pytest.mark.parametrize(
    ("status", "message", "out"),
    [
        ("ABORTED", "The run was aborted because the account's monthly usage limit was reached", True),
        ("ABORTED", "Aborted: you have exceeded your usage", True),
        ("ABORTED", "The run was aborted because it reached its maximum total charge", False),
        ("ABORTED", None, False),
        ("SUCCEEDED", "Finished within the usage limit", False),
    ],
)
def test_only_its_message_tells_that_a_run_was_ended_for_want_of_quota(status, message, out):
    assert RunState("r", "d", "s", status, message).out_of_quota is out


@pytest.mark.parametrize(
    ("state", "items", "usd"),
    [
        pytest.param(RunState("r", "d", "s", "SUCCEEDED"), 100, 0.5, id="Apify says nothing yet: items by the guess"),
        pytest.param(
            RunState("r", "d", "s", "SUCCEEDED", usage_usd=0.3, charged_usd=0.3, charged_items=100),
            100,
            0.3,
            id="every item is counted: what Apify says, be it less than the guess",
        ),
        pytest.param(
            RunState("r", "d", "s", "SUCCEEDED", usage_usd=0.3, charged_usd=0.3, charged_items=60),
            100,
            0.5,
            id="some are not counted yet",
        ),
        pytest.param(RunState("r", "d", "s", "SUCCEEDED", usage_usd=0.9), 100, 0.9, id="Apify's total, if larger"),
        pytest.param(RunState("r", "d", "s", "SUCCEEDED", charged_usd=0.7), 100, 0.7, id="the charges, if larger"),
        pytest.param(RunState("r", "d", "s", "SUCCEEDED", usage_usd=0.1), 100, 0.5, id="a total that is not settled"),
        pytest.param(RunState("r", "d", "s", "FAILED"), 0, 0.0, id="nothing came and nothing was charged"),
    ],
)
def test_the_cost_is_what_apify_has_settled_or_else_the_largest_of_what_is_known(state, items, usd):
    assert state.cost(items, Price(0.005)) == pytest.approx(usd)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("2026-01-10T06:00:00.000Z", datetime(2026, 1, 10, 6, tzinfo=UTC)),
        ("2026-01-10T07:00:00+01:00", datetime(2026, 1, 10, 6, tzinfo=UTC)),
        ("2026-01-10T06:00:00", datetime(2026, 1, 10, 6, tzinfo=UTC)),
        ("2026-13-10T06:00:00Z", None),
        ("0001-01-01T00:00:00+23:00", None),
        ("soon", None),
        (1768024800, None),
        (None, None),
    ],
)
def test_times_are_read_in_utc(value, found):
    assert moment(value) == found


# Whatever stands in an answer, it is read without an error.

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_EVENT = st.fixed_dictionaries(
    {},
    optional={
        "eventPriceUsd": _JSON,
        "eventTieredPricingUsd": st.dictionaries(st.sampled_from(["FREE", "GOLD"]), _JSON) | _JSON,
        "isPrimaryEvent": _JSON,
        "isOneTimeEvent": _JSON,
    },
)
_NAMES = st.sampled_from(["apify-actor-start", "post", "post-details", "start", "x"])
_PRICING = st.fixed_dictionaries(
    {},
    optional={
        "pricingModel": st.sampled_from(["PAY_PER_EVENT", "PRICE_PER_DATASET_ITEM"]) | _JSON,
        "minimalMaxTotalChargeUsd": _JSON,
        "pricePerUnitUsd": _JSON,
        "tieredPricing": st.dictionaries(st.sampled_from(["FREE", "GOLD"]), _JSON) | _JSON,
        "pricingPerEvent": st.fixed_dictionaries({"actorChargeEvents": st.dictionaries(_NAMES, _EVENT | _JSON)})
        | _JSON,
    },
)
_RUN = st.fixed_dictionaries(
    {"id": st.just("r1"), "status": st.just("SUCCEEDED")},
    optional={
        "pricingInfo": _PRICING | _JSON,
        "chargedEventCounts": st.dictionaries(_NAMES, _JSON) | _JSON,
        "usageTotalUsd": _JSON,
        "startedAt": _JSON,
        "defaultDatasetId": _JSON,
        "statusMessage": _JSON,
    },
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_RUN, st.sampled_from([None, "FREE", "GOLD", "PLATINUM"]))
def test_a_run_of_any_shape_is_read(data, tier):
    state = run_state(data, tier)
    assert (state.id, state.status) == ("r1", "SUCCEEDED")
    assert state.usage_usd >= 0
    assert state.charged_items >= 0
    assert state.charged_usd >= 0
    assert state.price is None or all(0 <= usd < float("inf") for usd in state.price)
    if isinstance(data.get("pricingInfo"), dict):
        has_tiers(data["pricingInfo"])
