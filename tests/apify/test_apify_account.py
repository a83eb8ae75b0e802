"""One token's account: starts, lost starts that are found again, items, prices and limits."""

import contextlib
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import orjson
import pytest
from apify_server import Reply, Unlimited, html, ok, refusal, serving

from socialsync_cli import __version__
from socialsync_cli.apify.account import Account, AccountState, ItemsPage, input_hash
from socialsync_cli.apify.retry import RetryPolicy
from socialsync_cli.apify.runs import RunState
from socialsync_cli.core.money import Price
from socialsync_cli.core.stop import StopSignal
from socialsync_cli.errors import (
    BadDataError,
    InvalidTokenError,
    LostStartError,
    NetworkError,
    NotFoundError,
)

INTENDED = datetime(2026, 1, 10, 6, 0, tzinfo=UTC)
INPUT = {"username": ["nasa", "natgeo"], "resultsLimit": 30}
PER_ITEM = {"pricingModel": "PRICE_PER_DATASET_ITEM", "pricePerUnitUsd": 0.002}
TIERED = {
    "pricingModel": "PRICE_PER_DATASET_ITEM",
    "tieredPricing": {"FREE": {"usd": 0.003}, "BRONZE": {"usd": 0.0025}, "GOLD": {"usd": 0.001}},
}


def run(run_id="r1", status="READY", **more):
    """A run object with everything that Apify sends."""
    return {
        "id": run_id,
        "actId": "a1",
        "userId": "u1",
        "status": status,
        "startedAt": "2026-01-10T06:00:01.000Z",
        "meta": {"origin": "API"},
        "stats": {"restartCount": 0, "resurrectCount": 0, "computeUnits": 0},
        "options": {"build": "latest", "timeoutSecs": 60, "memoryMbytes": 1024, "diskMbytes": 2048},
        "buildId": "b1",
        "buildNumber": "0.1.2",
        "generalAccess": "RESTRICTED",
        "containerUrl": "https://x.runs.apify.net",
        "defaultDatasetId": f"{run_id}-items",
        "defaultKeyValueStoreId": f"{run_id}-store",
        "defaultRequestQueueId": f"{run_id}-queue",
        **more,
    }


def state(run_id="r1", status="READY", **more):
    """How that run is read."""
    started = datetime(2026, 1, 10, 6, 0, 1, tzinfo=UTC)
    return RunState(run_id, f"{run_id}-items", f"{run_id}-store", status, build="0.1.2", started_at=started, **more)


@contextlib.contextmanager
def account(server, stop=None, path=""):
    found = Account(
        "apify_api_secret",
        fingerprint="f1",
        api_url=server.url + path,
        limit=Unlimited(),
        retry=RetryPolicy(2, 0.001, 0.002),
        stop=stop or StopSignal(),
    )
    with contextlib.closing(found):
        yield found


def begin(customer, **more):
    return customer.start("apify/instagram-post-scraper", INPUT, **({"timeout_s": 60, "max_charge_usd": None} | more))


@pytest.mark.parametrize("path", ["", "/", "/v2", "/v2/"])
def test_a_start_is_one_request_with_the_input_as_its_body(path):
    with serving([ok({"data": run()}, 201)]) as server, account(server, path=path) as customer:
        assert begin(customer) == state()
        assert customer.requests == 1
    request = server.received[0]
    assert (request.method, request.path) == ("POST", "/v2/actors/apify~instagram-post-scraper/runs")
    assert (request.query, request.json()) == ({"timeout": "60"}, INPUT)
    assert request.headers["authorization"] == "Bearer apify_api_secret"
    assert f"socialsync/{__version__}" in request.headers["user-agent"]


def test_a_start_is_known_by_its_ids_whatever_else_its_answer_lacks():
    bare = {
        "id": "r1",
        "status": "READY",
        "defaultDatasetId": "d1",
        "defaultKeyValueStoreId": "k1",
        "startedAt": "soon",
    }
    with serving([ok({"data": bare}, 201)]) as server, account(server) as customer:
        assert begin(customer) == RunState("r1", "d1", "k1", "READY")


@pytest.mark.parametrize(
    ("usd", "cap"), [(2.0, "2"), (0.5, "0.5"), (0.123456789, "0.12345"), (0.1 + 0.2, "0.3"), (1.999999, "1.99999")]
)
def test_the_ceiling_of_a_start_is_never_rounded_up(usd, cap):
    with serving([ok({"data": run()}, 201)]) as server, account(server) as customer:
        begin(customer, max_charge_usd=usd)
    assert Decimal(server.received[0].query["maxTotalChargeUsd"]) == Decimal(cap)


@pytest.mark.parametrize(
    "body",
    [None, [], "x", 7, {}, {"data": None}, {"data": []}, {"data": {}}, {"data": {"id": "r1"}},
     {"data": {"status": "READY"}}, {"data": run(status=None)}, {"data": run(defaultDatasetId="")}],
)  # fmt: skip
def test_an_answer_to_a_start_that_cannot_be_understood_is_a_lost_one(body):
    with serving([ok(body, 201)]) as server, account(server) as customer, pytest.raises(LostStartError):
        begin(customer)
    assert len(server.received) == 1


def test_a_start_has_the_price_of_the_accounts_own_tier():
    platform = _Platform(started=run(pricingInfo=TIERED), plan={"id": "STARTER"})
    with serving(platform) as server, account(server) as customer:
        assert begin(customer) == begin(customer) == state(price=Price(0.0025))
    asked = [request.path for request in server.received]
    assert asked.count("/v2/users/me") == 1


class _Platform:
    """A platform with some runs and the inputs that they were started with."""

    def __init__(self, rows=(), inputs=None, started=None, runs=None, plan=None, actor=None, limits=None):
        self.rows, self.inputs = list(rows), inputs or {}
        whole = [row for row in self.rows if isinstance(row, dict) and "defaultDatasetId" in row]
        self.runs = {row["id"]: row for row in whole} | (runs or {})
        self.started, self.plan, self.actor, self.limits = started, plan, actor, limits

    def __call__(self, request):
        parts = request.path.strip("/").split("/")[1:]
        match request.method, parts:
            case "POST", ["actors", _, "runs"]:
                return ok({"data": self.started}, 201)
            case "GET", ["actors", _, "runs"]:
                offset, limit = int(request.query["offset"]), int(request.query["limit"])
                return ok({"data": {"items": self.rows[offset : offset + limit], "total": len(self.rows)}})
            case "GET", ["actors", _]:
                return ok({"data": self.actor})
            case "GET", ["actor-runs", run_id]:
                return ok({"data": self.runs[run_id]}) if run_id in self.runs else refusal(404, "record-not-found")
            case "GET", ["key-value-stores", store, "records", "INPUT"]:
                found = self.inputs.get(store)
                as_json = (("content-type", "application/json"),)
                return refusal(404, "record-not-found") if found is None else Reply(200, orjson.dumps(found), as_json)
            case "GET", ["users", "me", "limits"]:
                return ok({"data": self.limits})
            case "GET", ["users", "me"]:
                return ok({"data": {"plan": self.plan}})
        return refusal(404, "page-not-found")


def find(customer, known=()):
    return customer.find_start("apify/posts", input_hash(INPUT), since=INTENDED, known=known)


OTHER = {"username": ["somebody"]}


@pytest.mark.parametrize(
    ("rows", "inputs", "known", "found"),
    [
        pytest.param([], {}, (), None, id="no run at all"),
        pytest.param([run("r1")], {"r1-store": INPUT}, (), "r1", id="the very run"),
        pytest.param(
            [run("r1")], {"r1-store": dict(reversed(INPUT.items()))}, (), "r1", id="keys in another order"
        ),
        pytest.param([run("r1")], {"r1-store": OTHER}, (), None, id="somebody else's run"),
        pytest.param([run("r1")], {"r1-store": INPUT | {"more": 1}}, (), None, id="a larger input"),
        pytest.param(
            [run("r1", startedAt="2026-01-10T06:20:00.000Z")], {}, (), None, id="an input that has expired"
        ),
        pytest.param([run("r1")], {"r1-store": INPUT}, ("r1",), None, id="a run of another start"),
        pytest.param(
            [run("r3"), run("r2"), run("r1")], {"r3-store": OTHER, "r2-store": INPUT, "r1-store": INPUT}, (), "r2",
            id="the newest of several",
        ),
        pytest.param(
            [run("r2"), run("r1")], {"r2-store": INPUT, "r1-store": INPUT}, ("r2",), "r1", id="the next one if taken"
        ),
        pytest.param(
            [None, 7, {}, {"id": 7}, run("r1")], {"r1-store": INPUT}, (), "r1", id="rows that make no sense"
        ),
    ],
)  # fmt: skip
def test_a_lost_start_is_found_again_by_its_input(rows, inputs, known, found):
    with serving(_Platform(rows, inputs)) as server, account(server) as customer:
        assert find(customer, known) == (state(found) if found else None)


@pytest.mark.parametrize(
    ("rows", "inputs"),
    [
        pytest.param([run("r1")], {}, id="no input"),
        pytest.param([run("r1")], {"r1-store": ["x"]}, id="an input that is none"),
        pytest.param([{"status": "READY"}, run("r2")], {"r2-store": OTHER}, id="a row that names nothing"),
    ],
)
def test_what_may_be_the_lost_start_is_not_taken_for_proof_that_there_was_none(rows, inputs):
    with serving(_Platform(rows, inputs)) as server, account(server) as customer, pytest.raises(LostStartError):
        find(customer)


def test_only_runs_since_the_intent_are_looked_at_with_some_slack_for_clocks():
    with serving(_Platform()) as server, account(server) as customer:
        find(customer)
    query = server.received[0].query
    assert query["desc"] == "1"
    after = datetime.fromisoformat(query["startedAfter"])
    assert timedelta(minutes=1) <= INTENDED - after <= timedelta(minutes=10)


def test_runs_are_looked_for_by_apifys_clock():
    date = f"{datetime.now(UTC) + timedelta(days=1):%a, %d %b %Y %H:%M:%S} GMT"
    with serving([ok({"data": run()}, headers=[("Date", date)])]) as server, account(server) as customer:
        customer.wait("r1", 0)
        with pytest.raises(BadDataError):
            find(customer)
    after = datetime.fromisoformat(server.received[1].query["startedAfter"])
    assert timedelta(minutes=1) <= INTENDED + timedelta(days=1) - after <= timedelta(minutes=10)


def test_a_lost_start_is_found_behind_any_number_of_other_runs():
    rows = [run(f"x{number}") for number in range(120)] + [run("r1")]
    known = {row["id"] for row in rows if row["id"] != "r1"}
    with serving(_Platform(rows, {"r1-store": INPUT})) as server, account(server) as customer:
        assert find(customer, known) == state("r1")


def test_a_list_that_never_ends_is_not_read_for_ever():
    always_the_same = ok({"data": {"items": [run(f"x{number}") for number in range(50)]}})

    def answer(request):
        return always_the_same if request.path.endswith("/runs") else refusal(404, "record-not-found")

    with serving(answer) as server, account(server) as customer, pytest.raises(LostStartError):
        find(customer)


def test_a_run_that_is_found_has_the_prices_that_a_list_does_not_tell():
    platform = _Platform([run("r1")], {"r1-store": INPUT}, runs={"r1": run("r1", pricingInfo=PER_ITEM)})
    with serving(platform) as server, account(server) as customer:
        assert find(customer) == state("r1", price=Price(0.002))


def test_a_row_without_storages_is_completed():
    row = {"id": "r1", "status": "RUNNING", "startedAt": "2026-01-10T06:00:01.000Z"}
    platform = _Platform([row], {"r1-store": INPUT}, runs={"r1": run("r1", "RUNNING")})
    with serving(platform) as server, account(server) as customer:
        assert find(customer) == state("r1", "RUNNING")


def test_a_run_that_was_deleted_meanwhile_is_not_the_one():
    rows = [{"id": "gone", "status": "ABORTED"}, run("r1")]
    with serving(_Platform(rows, {"r1-store": INPUT})) as server, account(server) as customer:
        assert find(customer) == state("r1")


def test_a_platform_that_cannot_be_asked_is_no_proof_that_there_was_no_start():
    with serving([html(502)]) as server, account(server) as customer, pytest.raises(NetworkError):
        find(customer)


def test_equal_inputs_have_equal_hashes_and_others_do_not():
    assert input_hash({"a": 1, "b": [1, 2]}) == input_hash({"b": [1, 2], "a": 1})
    others = [{}, {"a": 1}, {"a": 1, "b": [2, 1]}, {"a": "1", "b": [1, 2]}, {"a": 1, "b": [1, 2], "c": None}]
    assert len({input_hash(other) for other in [{"a": 1, "b": [1, 2]}, *others]}) == 6


@pytest.mark.parametrize(("seconds", "query"), [(0, {}), (60, {"waitForFinish": "60"})])
def test_waiting_is_one_request_that_apify_holds_back(seconds, query):
    platform = _Platform(runs={"r1": run("r1", "SUCCEEDED")})
    with serving(platform) as server, account(server) as customer:
        assert customer.wait("r1", seconds) == state("r1", "SUCCEEDED")
    assert [(r.method, r.path, r.query) for r in server.received] == [("GET", "/v2/actor-runs/r1", query)]


def test_a_run_that_apify_does_not_know_is_not_found():
    with serving(_Platform()) as server, account(server) as customer, pytest.raises(NotFoundError):
        customer.wait("r1", 0)


@pytest.mark.parametrize("body", [None, [], {}, {"data": None}, {"data": {"id": "r1"}}, {"data": {"status": "READY"}}])
def test_an_answer_that_is_no_run_is_asked_for_again_and_then_given_up(body):
    with serving([ok(body)]) as server, account(server) as customer:
        with pytest.raises(BadDataError):
            customer.wait("r1", 0)
        assert customer.requests == 2


@pytest.mark.parametrize(
    ("headers", "total"),
    [((), None), ((("X-Apify-Pagination-Total", "7"),), 7), ((("X-Apify-Pagination-Total", "many"),), None)],
)
def test_a_page_of_items_comes_parsed_and_as_it_was(headers, total):
    body = b'[ {"id": 1},\n {"id": 2} ]'
    with serving([Reply(200, body, headers)]) as server, account(server) as customer:
        page = customer.items("d1", offset=1000, limit=500, take=list)
    assert page == ItemsPage([{"id": 1}, {"id": 2}], body, total)
    request = server.received[0]
    assert (request.path, request.query) == (
        "/v2/datasets/d1/items", {"format": "json", "offset": "1000", "limit": "500"}
    )  # fmt: skip


def test_items_with_half_a_character_are_archived_as_they_were_understood():
    with serving([Reply(200, rb'[{"text": "cut \ud83d"}]')]) as server, account(server) as customer:
        page = customer.items("d1", offset=0, limit=500, take=list)
    assert page.taken == orjson.loads(page.raw) == [{"text": "cut "}]


def test_a_dataset_that_has_expired_is_not_found():
    with serving(_Platform()) as server, account(server) as customer, pytest.raises(NotFoundError):
        customer.items("d1", offset=0, limit=1, take=list)


def test_what_is_no_list_of_items_is_given_up():
    with serving([ok({"data": {}})]) as server, account(server) as customer, pytest.raises(BadDataError):
        customer.items("d1", offset=0, limit=1, take=list)


def test_a_run_can_be_aborted_while_everything_else_is_being_stopped():
    stop = StopSignal()
    stop.set("SIGTERM")
    with serving([ok({"data": {}})]) as server, account(server, stop) as customer:
        customer.abort("r1")
        assert customer.requests == 1
    request = server.received[0]
    assert (request.method, request.path) == ("POST", "/v2/actor-runs/r1/abort")
    assert request.headers["authorization"] == "Bearer apify_api_secret"


def test_whoever_stops_a_run_can_still_ask_about_it():
    stop = StopSignal()
    stop.set("SIGTERM")
    platform = _Platform([run()], {"r1-store": INPUT}, runs={"r1": run("r1", "ABORTED")})
    with serving(platform) as server, account(server, stop) as customer:
        parting = customer.last_words()
        assert parting.wait("r1", 0) == state("r1", "ABORTED")
        assert find(parting) == state("r1", "ABORTED")
        assert customer.requests == len(server.received)


@pytest.mark.parametrize(
    ("infos", "plan", "price"),
    [
        pytest.param([PER_ITEM], None, Price(0.002), id="one price"),
        pytest.param([{"pricingModel": "FREE"}, PER_ITEM], None, Price(0.002), id="the last one counts"),
        pytest.param(
            [PER_ITEM | {"startedAt": "2020-01-01T00:00:00Z"},
             PER_ITEM | {"startedAt": "2999-01-01T00:00:00Z", "pricePerUnitUsd": 9}],
            None, Price(0.002), id="not one of the future",
        ),
        pytest.param([TIERED], {"tier": "GOLD"}, Price(0.001), id="the account's tier"),
        pytest.param([TIERED], {"id": "STARTER"}, Price(0.0025), id="the tier of the account's plan"),
        pytest.param([TIERED], {"id": "NEW"}, Price(0.003), id="the dearest where the plan is unknown"),
        pytest.param([TIERED], None, Price(0.003), id="the dearest where Apify does not tell"),
        pytest.param([], None, None, id="no price"),
        pytest.param(None, None, None, id="nothing about prices"),
        pytest.param([7, "x"], None, None, id="prices that make no sense"),
    ],
)  # fmt: skip
def test_the_price_of_an_actor_is_what_this_account_pays_now(infos, plan, price):
    platform = _Platform(actor={"id": "a1", "pricingInfos": infos}, plan=plan)
    with serving(platform) as server, account(server) as customer:
        assert customer.price("apify/posts") == price
    assert server.received[0].path == "/v2/actors/apify~posts"


@pytest.mark.parametrize(
    ("data", "found", "remaining"),
    [
        pytest.param(
            {
                "monthlyUsageCycle": {"startAt": "2026-01-01T00:00:00.000Z", "endAt": "2026-01-31T23:59:59.999Z"},
                "limits": {"maxMonthlyUsageUsd": 300, "maxConcurrentActorJobs": 25},
                "current": {"monthlyUsageUsd": 43.5},
            },
            AccountState(43.5, 300.0, datetime(2026, 1, 31, 23, 59, 59, 999_000, tzinfo=UTC), 25),
            256.5,
            id="everything",
        ),
        pytest.param(
            {"limits": {"maxMonthlyUsageUsd": 5}, "current": {"monthlyUsageUsd": 5.2}},
            AccountState(5.2, 5.0, None, None), 0.0, id="more used than allowed",
        ),
        pytest.param({}, AccountState(None, None, None, None), None, id="nothing"),
        pytest.param(
            {
                "monthlyUsageCycle": {"endAt": "soon"},
                "limits": {"maxMonthlyUsageUsd": True, "maxConcurrentActorJobs": True},
                "current": {"monthlyUsageUsd": "x"},
            },
            AccountState(None, None, None, None), None, id="nonsense",
        ),
        pytest.param(
            {"monthlyUsageCycle": [], "limits": None, "current": 7}, AccountState(None, None, None, None), None,
            id="more nonsense",
        ),
    ],
)  # fmt: skip
def test_what_an_account_may_still_do_is_read_leniently(data, found, remaining):
    with serving(_Platform(limits=data)) as server, account(server) as customer:
        assert customer.state() == found
    assert found.remaining_usd == remaining


def test_a_refused_token_is_told_apart():
    with serving([refusal(401, "user-or-token-not-found")]) as server, account(server) as customer:
        with pytest.raises(InvalidTokenError):
            customer.state()
        assert customer.requests == 1
