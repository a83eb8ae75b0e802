"""`status` and `runs` on a database that was filled by hand, as a process."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from cli_builders import DEAD, NOON, add_run, configured, database_in, socialsync, socialsync_process
from databases import about_files

FIRST, SECOND = "20260110-120000-aaaaaa", "20260110-130000-bbbbbb"
RUN = {
    "id": FIRST, "status": "FAILURE", "created_at": "2026-01-10T12:00:00Z", "started_at": "2026-01-10T12:00:00Z",
    "finished_at": "2026-01-10T12:00:41Z", "apify_runs": 3, "apify_requests": 11, "items": 92, "cost_usd": 0.5,
    "exit_code": 3,
}  # fmt: skip
BAD = {"type": "invalid_token", "message": "Apify answered 401"}
TASKS = [
    {
        "id": f"{FIRST}-1", "user": "acme", "platform": "instagram", "status": "SUCCESS", "pages": 2, "pages_ok": 1,
        "posts": 30, "comments": 60, "attempts": 1, "cost_usd": 0.5, "started_at": "2026-01-10T12:00:00Z",
        "finished_at": "2026-01-10T12:00:41Z", "error": None, "warnings": ["1 page not found: natgeo"],
        "page_results": [
            {"handle": "nasa", "result": "ok", "posts": 30, "comments": 60, "error": None},
            {"handle": "natgeo", "result": "not_found", "posts": 0, "comments": 0, "error": None},
        ],
    },
    {
        "id": f"{FIRST}-2", "user": "bee", "platform": "facebook", "status": "FAILURE", "pages": 1, "pages_ok": 0,
        "posts": 0, "comments": 0, "attempts": 0, "cost_usd": 0.0, "started_at": None,
        "finished_at": "2026-01-10T12:00:41Z", "error": BAD, "warnings": ["1 page failed: nasa"],
        "page_results": [{"handle": "nasa", "result": "failed", "posts": 0, "comments": 0, "error": BAD}],
    },
]  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    database = database_in(configured(tmp_path))
    add_run(database, FIRST)
    database.close()
    return tmp_path


def test_status_prints_the_run_and_its_tasks_as_json(folder):
    without = [{name: value for name, value in task.items() if name != "page_results"} for task in TASKS]
    code, out, err = socialsync(folder, "status", "--json")
    assert (code, json.loads(out), err) == (0, {"run": RUN, "tasks": without}, "")
    assert out.count("\n") == 1
    code, out, _ = socialsync(folder, "status", FIRST[:12], "--pages", "--json")
    assert (code, json.loads(out)) == (0, {"run": RUN, "tasks": TASKS})


def test_status_says_what_went_wrong_and_what_to_do(folder):
    code, out, err = socialsync(folder, "status", "--pages", COLUMNS="80")
    assert (code, err) == (0, "")
    assert [line.rstrip() for line in out.splitlines()] == [
        "run 20260110-120000-aaaaaa  FAILURE  exit 3",
        "2026-01-10 12:00 UTC · 41 s · 3 Apify runs · 92 items · $0.50",
        "1 of 3 pages ok · 30 posts · 60 comments",
        "",
        "user  platform   status   pages  ok  posts  comments   cost",
        "acme  instagram  SUCCESS      2   1     30        60  $0.50",
        "bee   facebook   FAILURE      1   0      0         0  $0.00",
        "",
        "acme × instagram",
        "page    result     posts  comments  why",
        "nasa    ok            30        60",
        "natgeo  not_found      0         0",
        "",
        "bee × facebook",
        "page  result  posts  comments  why",
        "nasa  failed      0         0  Apify answered 401",
        "",
        "bee × facebook: invalid_token: Apify answered 401",
        "acme × instagram: 1 page not found: natgeo",
        "bee × facebook: 1 page failed: nasa",
        "→ put a valid token in its place, test it with `socialsync check`, then",
        f"  `socialsync resume {FIRST}`",
        "→ pages not found: correct their handles in the configuration, or take them out;",
        "  every run pays for looking",
    ]
    assert "\x1b" not in out


def test_status_exits_as_the_run_did_only_when_asked(folder):
    assert socialsync(folder, "status").code == 0
    assert socialsync(folder, "status", "--exit-code").code == 3


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (["status", "nope"], "socialsync: there is no run 'nope'; `socialsync runs` lists them\n"),
        (["resume", "nope"], "socialsync: there is no run 'nope'; `socialsync runs` lists them\n"),
        (["cancel", "nope"], "socialsync: there is no run 'nope'; `socialsync runs` lists them\n"),
        (["status", "2026"], "socialsync: 2026 is the beginning of several runs; give more of the id\n"),
    ],
)
def test_a_run_that_is_not_there_is_a_usage_error(args, line, folder):
    database = database_in(folder)
    add_run(database, SECOND, at=NOON + timedelta(hours=1))
    database.close()
    assert socialsync(folder, *args) == (2, "", line)


@about_files
def test_without_a_database_status_exits_with_2_and_makes_none(tmp_path):
    code, out, err = socialsync(configured(tmp_path), "status")
    assert (code, out) == (2, "")
    assert err.startswith(f"socialsync: there is no database {tmp_path}/socialsync.db yet")
    assert not (tmp_path / "socialsync.db").exists()


def test_runs_are_listed_newest_first_and_narrowed(folder):
    database = database_in(folder)
    add_run(database, SECOND, at=NOON + timedelta(hours=1))
    database.close()

    def ids(*args):
        return [run["id"] for run in json.loads(socialsync(folder, "runs", "--json", *args).out)["runs"]]

    assert ids() == [SECOND, FIRST]
    assert ids("--limit", "1") == [SECOND]
    assert ids("--user", "bee", "--status", "FAILURE") == [SECOND, FIRST]
    assert ids("--user", "nobody") == []
    assert ids("--status", "SUCCESS") == []
    assert json.loads(socialsync(folder, "runs", "--json").out)["runs"][1] == RUN
    text = socialsync(folder, "runs", COLUMNS="60").out
    assert [line.split() for line in text.splitlines()] == [
        ["run", "status", "began", "(UTC)", "cost"],
        [SECOND, "FAILURE", "2026-01-10", "13:00", "$0.50"],
        [FIRST, "FAILURE", "2026-01-10", "12:00", "$0.50"],
    ]


def test_a_run_whose_process_died_is_shown_as_interrupted_and_left_as_it_is(tmp_path):
    database = database_in(configured(tmp_path))
    add_run(database, FIRST, holder=DEAD, open_=True)
    shown = json.loads(socialsync(tmp_path, "status", "--json", "--watch").out)
    assert (shown["run"]["status"], shown["run"]["exit_code"]) == ("FAILURE", 1)
    assert [(t["status"], t["error"]["type"]) for t in shown["tasks"]] == [("FAILURE", "interrupted")] * 2
    listed = json.loads(socialsync(tmp_path, "runs", "--status", "FAILURE", "--json").out)["runs"]
    assert [(run["id"], run["status"]) for run in listed] == [(FIRST, "FAILURE")]
    assert json.loads(socialsync(tmp_path, "runs", "--status", "STARTED", "--json").out) == {"runs": []}
    with database.read() as c:
        assert c.exec_driver_sql("SELECT status, exit_code FROM sync_run").all() == [("STARTED", None)]
    database.close()


def test_colour_comes_only_where_it_is_wanted(folder):
    assert "\x1b" not in socialsync(folder, "status").out
    assert "\x1b[31m" in socialsync(folder, "status", FORCE_COLOR="1", TERM="xterm").out
    assert "\x1b[31m" not in socialsync(folder, "status", FORCE_COLOR="1", NO_COLOR="1", TERM="xterm").out
    assert "\x1b" not in socialsync(folder, "status", FORCE_COLOR="1", TERM="dumb").out


def test_a_terminal_without_unicode_is_no_reason_to_fail(folder):
    code, out, err = socialsync_process(folder, "status", PYTHONIOENCODING="ascii")
    assert (code, err) == (0, "")
    assert out.startswith(f"run {FIRST}  FAILURE  exit 3\n")
