"""The HTTP API: what it does, whom it answers, and that it is what it says of itself."""

from __future__ import annotations

import time

import pytest
import schemathesis
from api_builders import NOW, service
from hypothesis import HealthCheck, given, settings

from socialsync_cli.sandbox import Behaviour
from socialsync_cli.store import keys


@pytest.fixture(scope="module")
def at(tmp_path_factory):
    with service(tmp_path_factory.mktemp("api")) as found:
        yield found


def ended(at, run_id):
    """The report of a run, once it is over."""
    deadline = time.monotonic() + 60
    while True:
        code, report = at.ask("admin", "GET", f"/v1/runs/{run_id}")
        assert code == 200
        if report["run"]["finished_at"]:
            return report
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture(scope="module")
def synced(at):
    """A run of acme that is over."""
    code, begun = at.ask("acme", "POST", "/v1/runs", json={})
    assert code == 202
    assert [(task["user"], task["platform"], task["pages"]) for task in begun["tasks"]] == [
        ("acme", "instagram", 1), ("acme", "tiktok", 1)
    ]  # fmt: skip
    return ended(at, begun["run_id"])


def test_a_run_is_begun_and_followed(at, synced):
    assert (synced["run"]["status"], synced["run"]["exit_code"]) == ("SUCCESS", 0)
    task = synced["tasks"][0]
    code, seen = at.ask("acme", "GET", f"/v1/tasks/{task['id']}")
    assert (code, seen["status"]) == (200, "SUCCESS")
    assert seen["page_results"] == [{"handle": "nasa", "result": "ok", "posts": 2, "comments": 0, "error": None}]


def test_a_page_is_shown_to_whom_it_belongs(at, synced):
    code, page = at.ask("acme", "GET", "/v1/pages/instagram/@NASA")
    assert (code, page["page"]["handle"]) == (200, "nasa")
    assert at.ask("acme", "GET", "/v1/pages")[1] == {
        "pages": [{"platform": "instagram", "handle": "nasa"}, {"platform": "tiktok", "handle": "nasa"}]
    }


@pytest.mark.parametrize("path", ["/v1/runs/{run}", "/v1/tasks/{task}", "/v1/pages/instagram/nasa"])
def test_nobody_sees_what_is_another_users_not_even_that_it_exists(at, synced, path):
    path = path.format(run=synced["run"]["id"], task=synced["tasks"][0]["id"])
    code, refused = at.ask("bee", "GET", path)
    assert (code, refused["error"]["type"]) == (404, "not_found")
    assert at.ask("admin", "GET", path)[0] == 200
    assert at.ask("bee", "DELETE", f"/v1/runs/{synced['run']['id']}")[0] == 404
    assert at.ask("bee", "GET", "/v1/runs")[1] == {"runs": []}


def test_nobody_syncs_pages_of_another_user(at):
    code, refused = at.ask("bee", "POST", "/v1/runs", json={"user": "acme"})
    assert (code, refused["error"]["type"]) == (403, "forbidden")
    assert at.ask("admin", "POST", "/v1/runs", json={"user": "nobody"})[0] == 404
    assert at.ask("admin", "POST", "/v1/runs", json={})[0] == 404


@pytest.mark.parametrize("key", [None, "ssk_", "ssk_000000000000_" + "0" * 64, "acme"])
def test_without_a_valid_key_nothing_opens(at, key):
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    answer = at.client.get("/v1/runs", headers=headers)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_a_revoked_key_opens_nothing_any_more(at):
    with at.database.write() as connection:
        key = keys.create(connection, "short-lived", "acme", NOW)
    assert at.ask(key, "GET", "/v1/runs")[0] == 200
    with at.database.write() as connection:
        assert keys.revoke(connection, key.split("_")[1], NOW)
        assert not keys.revoke(connection, "nothing", NOW)
        assert [row.revoked_at for row in keys.listed(connection)][-1] is not None
    assert at.ask(key, "GET", "/v1/runs")[0] == 401


def test_what_is_kept_of_a_key_does_not_open_anything(at):
    with at.database.read() as connection:
        stored = repr(connection.execute(keys.KEYS.select()).all())
    assert not any(key.split("_")[2] in stored for key in at.keys.values())


def test_a_run_that_goes_on_holds_its_pages_and_can_be_stopped(tmp_path):
    with service(tmp_path, Behaviour(settle_s=0.0, total_lag_s=0.0, page_s=60.0)) as at:
        _, begun = at.ask("bee", "POST", "/v1/runs", json={"platforms": ["instagram"]})
        code, refused = at.ask("bee", "POST", "/v1/runs", json={})
        assert (code, refused["error"]["type"]) == (409, "locked")
        assert at.ask("bee", "DELETE", f"/v1/runs/{begun['run_id']}")[0] == 200
        assert ended(at, begun["run_id"])["run"]["status"] == "REVOKED"


def test_the_api_is_what_it_says_of_itself(at, synced):
    schema = schemathesis.openapi.from_url(f"{at.url}/openapi.json")
    authorized = {"Authorization": f"Bearer {at.keys['acme']}"}
    count = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        count += 1

        @settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(case=operation.as_strategy())
        def conforms(case):
            case.call_and_validate(headers=authorized)

        conforms()
    assert count == 8
