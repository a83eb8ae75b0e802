"""The sandbox as a process of its own, and its control over HTTP."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime

import httpx
import pytest
from sandbox_driver import FB_PAGES, PROFILES, Driver, addresses

from socialsync_cli.sandbox import Sandbox

ONE = {"usernames": ["page0001"]}


def control(drive, name, **given):
    answer = httpx.post(f"{drive.sandbox.url}/_sandbox/{name}", json=given)
    assert answer.status_code == 200, answer.text
    return answer.json()


def asked(drive, name, **query):
    return httpx.get(f"{drive.sandbox.url}/_sandbox/{name}", params=query).json()


def test_stats_and_charges(drive):
    drive.run(PROFILES, ONE)
    stats = asked(drive, "stats")
    assert stats["requests"] == {"start": 1, "run": 1}
    assert stats["runs_started"] == 1
    assert stats["charged_usd"] == pytest.approx(0.00235)
    assert [charge["target"] for charge in asked(drive, "charges")] == ["(start)", "page0001"]
    control(drive, "reset-stats")
    assert asked(drive, "stats")["requests_total"] == 0


def test_the_worlds_clock(drive):
    assert asked(drive, "clock") == {"now": "2026-01-10T06:00:00.000Z"}
    assert control(drive, "clock", advance_days=1.5) == {"now": "2026-01-11T18:00:00.000Z"}
    assert control(drive, "clock", now="2026-02-01T00:00:00Z") == {"now": "2026-02-01T00:00:00.000Z"}
    assert drive.sandbox.state.world_time() == datetime(2026, 2, 1, tzinfo=UTC).timestamp()


def test_faults_behaviour_customers_and_expiry(drive):
    (armed,) = control(drive, "faults", faults=[{"kind": "status", "endpoint": "user", "status": 503}])
    assert armed["struck"] == 0
    assert drive.http.get("/v2/users/me").status_code == 503
    assert asked(drive, "faults")[0]["struck"] == 1
    control(drive, "clear-faults")
    assert asked(drive, "faults") == []
    assert control(drive, "behaviour", page_s=0.5)["page_s"] == 0.5
    assert asked(drive, "behaviour")["page_s"] == 0.5
    drive.sandbox.behave(page_s=0)
    run = drive.run(PROFILES, ONE)
    control(drive, "expire", id=run.default_dataset_id)
    assert drive.client.dataset(run.default_dataset_id).get() is None
    control(drive, "customers", customers=[{"token": drive.token, "plan": "FREE", "refused_actors": [FB_PAGES]}])
    assert drive.client.user().get().plan.id == "FREE"
    path = "/v2/actors/apify~facebook-pages-scraper/runs"
    assert drive.http.post(path, json={"startUrls": addresses("page0001")}).status_code == 403


def test_the_truth_for_other_processes(drive):
    told = asked(drive, "truth", platform="instagram", handle="page0001", limit="2")
    assert told["profile"]["external_id"] == drive.sandbox.profile("instagram", "page0001").external_id
    posts = drive.sandbox.posts("instagram", "page0001", limit=2)
    assert [post["external_id"] for post in told["posts"]] == [post.external_id for post in posts]


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("nothing", {}),
        ("faults", {"faults": [{"kind": "unheard of"}]}),
        ("behaviour", {"no_such_knob": 1}),
        ("clock", {"now": "tomorrow"}),
        ("expire", {"id": "nothing"}),
    ],
)
def test_controls_that_are_refused(sandbox, name, given):
    assert httpx.post(f"{sandbox.url}/_sandbox/{name}", json=given).status_code in {400, 404}


def test_many_threads_at_once(drive):
    errors = []

    def work(k):
        try:
            for n in range(5):
                handle = f"page{k:02}{n:02}"
                assert [item["username"] for item in drive.items(PROFILES, {"usernames": [handle]})] == [handle]
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sum(drive.charged().values()) == 80
    assert len({run.id for run in drive.sandbox.state.runs}) == 80


def test_stopping_leaves_no_thread_behind_even_when_clients_hang(sandbox):
    before = threading.active_count()
    with Sandbox() as other:
        drive = Driver(other)
        other.behave(page_s=600)
        run = drive.start(PROFILES, ONE)
        url = f"{other.url}/v2/actor-runs/{run.id}?waitForFinish=60"

        def wait():
            with (
                httpx.Client(headers={"Authorization": "Bearer sandbox-tests"}, timeout=30) as client,
                contextlib.suppress(httpx.TransportError),  # answered or cut off: what matters is that it ends
            ):
                client.get(url)

        waiting = threading.Thread(target=wait)
        waiting.start()
        while other.state.stats.requests["run"] == 0:
            pass
        drive.close()
    waiting.join(timeout=5)
    assert not waiting.is_alive()
    assert threading.active_count() <= before


@pytest.fixture
def process():
    """Starts sandboxes as processes; they end with their standard input at the latest."""
    running = []

    def start(*arguments):
        command = [sys.executable, "-m", "socialsync_cli.sandbox", "--port", "0", *arguments]
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        running.append(child)
        words = child.stdout.readline().split()
        assert words[0] == "listening"
        return child, words[1]

    yield start
    for child in running:
        child.kill()
        child.wait(timeout=10)
        child.stdin.close()
        child.stdout.close()


def test_a_process_is_the_same_world_as_one_within(process):
    customers = json.dumps([{"token": "sandbox-a", "plan": "FREE"}])
    child, url = process("--seed", "11", "--now", "2026-01-10T06:00:00Z", "--customers", customers)
    with Sandbox(seed=11, now=datetime(2026, 1, 10, 6, tzinfo=UTC)) as within:
        expected = within.profile("instagram", "page0001")
    told = httpx.get(f"{url}/_sandbox/truth?platform=instagram&handle=page0001").json()["profile"]
    assert told == expected._asdict()
    headers = {"Authorization": "Bearer sandbox-a"}
    assert httpx.get(f"{url}/v2/users/me", headers=headers).json()["data"]["plan"]["id"] == "FREE"
    child.stdin.close()
    assert child.wait(timeout=10) == 0


def test_a_process_ends_at_sigterm_and_when_its_parent_is_gone(process):
    child, _ = process("--no-stdin")
    child.terminate()
    assert child.wait(timeout=10) == 0
    parent = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    child, _ = process("--no-stdin", "--parent-pid", str(parent.pid))
    parent.kill()
    parent.wait()
    parent.stdin.close()
    assert child.wait(timeout=10) == 0


def test_this_process_counts_as_a_parent(process):
    child, url = process("--no-stdin", "--parent-pid", str(os.getpid()), "--closed-world")
    assert httpx.get(f"{url}/_sandbox/truth?platform=tiktok&handle=page0001").json()["profile"] is None
    assert child.poll() is None
