"""Commands against the simulated Apify: trials without consequences, `check`, and `cancel` of what a crash left."""

from __future__ import annotations

import json
import tempfile
import time
from datetime import UTC, datetime

import pytest
from cli_builders import DEAD, add_run, configured, database_in, socialsync

from socialsync_cli.apify.account import input_hash
from socialsync_cli.config import load
from socialsync_cli.core.events import nobody
from socialsync_cli.core.stop import StopSignal
from socialsync_cli.execute.accounts import Tokens, open_account
from socialsync_cli.sandbox import Behaviour, Customer, Sandbox
from socialsync_cli.store import ledger

ACTOR = "apify/instagram-profile-scraper"
RUN = "20260110-120000-aaaaaa"
CONFIG = """\
[apify]
api_url = "{url}"
token = "env:APIFY_TOKEN"
requests_per_second = 100
[users.acme]
instagram = ["nasa"]
"""


def test_a_run_in_the_sandbox_touches_nothing_of_the_users(tmp_path, tmp_path_factory, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("temporary")))
    configured(tmp_path)
    code, out, err = socialsync(
        tmp_path, "run", "--sandbox", "-u", "bee", "--posts", "3", "--comments", "0", "--json", "--quiet"
    )
    shown = json.loads(out)
    assert (code, err) == (0, "")
    assert [(t["user"], t["platform"], t["status"], t["pages"]) for t in shown["tasks"]] == [
        ("bee", "facebook", "SUCCESS", 1)
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["socialsync.toml"]


def test_the_demo_shows_everything_and_keeps_the_database(tmp_path):
    code, out, err = socialsync(tmp_path, "demo", "--days", "2", "--keep", "d", COLUMNS="80")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "socialsync demo: 2 days in the life of 12 made-up pages"
    assert "$ socialsync status" in lines
    assert "$ socialsync show instagram/harborline.coffee" in lines
    assert "The database is d/socialsync.db. Try:" in lines
    assert json.loads(socialsync(tmp_path / "d", "runs", "--json").out)["runs"][0]["status"] == "SUCCESS"
    again = socialsync(tmp_path, "demo", "--keep", "d")
    assert (again.code, again.out) == (2, "")
    assert again.err == "socialsync: d has a socialsync.toml or a socialsync.db already: name another folder\n"


def test_check_tries_every_token_and_actor(tmp_path):
    poor = Customer("sandbox-poor", used_usd=4.5, limit_usd=5.0)
    with Sandbox(customers=[poor]) as sandbox:
        configured(tmp_path, CONFIG.format(url=sandbox.url) + '[users.bee]\ntoken = "env:BEE"\n')
        code, out, _ = socialsync(tmp_path, "check", "--json", APIFY_TOKEN="sandbox-rich", BEE="sandbox-poor")
        bad = socialsync(tmp_path, "check", "--json", APIFY_TOKEN="nonsense", BEE="sandbox-poor")
    found = [(f["level"], f["subject"]) for f in json.loads(out)["findings"]]
    assert code == 0
    assert found == [
        ("ok", "config"), ("warning", "users"), ("ok", "database"), ("ok", "token"), ("warning", "token"),
        ("ok", "actor"), ("ok", "actor"), ("ok", "actor"),
    ]  # fmt: skip
    words = json.loads(out)["findings"][4]["message"]
    assert words.startswith("from $BEE (bee): valid; $0.50 of $5.00 are left this month")
    refused = [f["message"] for f in json.loads(bad.out)["findings"] if f["level"] == "error"]
    assert (bad.code, len(refused)) == (1, 1)
    assert refused[0].startswith("from $APIFY_TOKEN (acme): Apify answered 401")


@pytest.mark.parametrize("known", [True, False], ids=["its id was written down", "its start was lost"])
def test_an_apify_run_that_a_crash_left_is_aborted(known, tmp_path):
    with Sandbox(behaviour=Behaviour(page_s=60.0)) as sandbox:
        configured(tmp_path, CONFIG.format(url=sandbox.url))
        config = load(None, environ={}, cwd=tmp_path)
        token = Tokens({"APIFY_TOKEN": "sandbox-a"}).of(config.users()["acme"])
        account = open_account(token, config, StopSignal(), nobody)
        asked = {"usernames": ["nasa"]}
        started = account.start(ACTOR, asked, timeout_s=600, max_charge_usd=None)
        database = database_in(tmp_path)
        add_run(database, RUN, holder=DEAD, open_=True)
        with database.write() as c:
            ledger.intend(c, _entry(token.fingerprint, asked), slots=8, now=_now())
            if known:
                ledger.change(c, "e1", status="RUNNING", apify_run_id=started.id)
        said = socialsync(tmp_path, "cancel", "last", APIFY_TOKEN="sandbox-a")
        time.sleep(0.05)
        assert account.wait(started.id, 0).status == "ABORTED"
        account.close()
        database.close()
    assert said == (0, f"run {RUN} had no process any more: it is REVOKED now; 1 Apify run aborted\n", "")


def _now():
    return datetime.now(UTC)


def _entry(fingerprint, asked):
    return ledger.Entry(
        id="e1", run_id=RUN, fingerprint=fingerprint, platform="instagram", part="profiles", actor=ACTOR,
        apify_run_id=None, dataset_id=None, status="INTENDED", input=asked, input_hash=input_hash(asked),
        asked=[["nasa", 1]], limit=1, newer_than=None, attempt=1, intended_at=_now(), finished_at=None, read_at=None,
        max_charge_usd=None, cost_usd=0.0, items=0,
    )  # fmt: skip


def test_check_sends_test_messages_and_says_what_became_of_them(tmp_path):
    with Sandbox() as sandbox:
        text = CONFIG.format(url=sandbox.url) + (
            f'notify = ["{sandbox.url}/canary", "jsons://127.0.0.1:1/canary", "mailto:ann@example.com"]\n'
        )
        configured(tmp_path, text)
        code, out, err = socialsync(tmp_path, "check", "--notify", APIFY_TOKEN="sandbox-rich")
        quiet = socialsync(tmp_path, "check", APIFY_TOKEN="sandbox-rich")
    told = [line for line in out.splitlines() if "notify: " in line]
    assert (code, err) == (1, "")
    assert told == [
        "✗ notify: the webhook at 127.0.0.1 answers 404",
        "✗ notify: the jsons:// address could not be told: it cannot be reached or refuses",
        "✗ notify: mail cannot be sent: no mail server is configured (smtp_url under [notify])",
    ]
    assert "canary" not in out + quiet.out
    assert (quiet.code, "notify" in quiet.out) == (0, False)
    contradiction = socialsync(tmp_path, "check", "--notify", "--offline")
    assert contradiction == (2, "", "socialsync: --offline and --notify contradict each other: give one of them\n")
