"""Runs, tasks, users, plans and findings on the screen; JSON is tested with the commands."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

import pytest
from show_builders import END, NOON, Screen, failed, report, run, task

from socialsync_cli.show.advice import _ADVICE, what_to_do
from socialsync_cli.show.findings import Finding, findings_json, print_finding, print_verdict
from socialsync_cli.show.plan import print_plan
from socialsync_cli.show.records import as_interrupted
from socialsync_cli.show.runs import print_runs
from socialsync_cli.show.status import print_report
from socialsync_cli.show.users import UserLine, print_users
from socialsync_cli.show.watch import Watch, line

TYPES = (
    "invalid_token", "quota_exceeded", "cost_limit", "rate_limited", "network", "apify_error", "actor_failed",
    "actor_timed_out", "bad_data", "database", "cancelled", "interrupted", "internal",
)  # fmt: skip


def _shown(width, whole, now=END):
    screen = Screen(width)
    print_report(screen.console, whole, now)
    return screen.lines


@pytest.mark.parametrize(
    ("width", "table"),
    [
        (60, ["user  platform   status   pages  ok  posts", "acme  instagram  SUCCESS     50  48  1,440"]),
        (80, ["user  platform   status   pages  ok  posts  comments   cost",
              "acme  instagram  SUCCESS     50  48  1,440     2,880  $2.50"]),
        (140, ["user  platform   status   pages  ok  posts  comments   cost  time  tries  task",
               "acme  instagram  SUCCESS     50  48  1,440     2,880  $2.50  41 s      1  id-acme-instagram"]),
    ],
)  # fmt: skip
def test_a_run_that_ended_well_fits_any_width(width, table):
    assert _shown(width, report()) == [
        "run 20260110-120000-aaaaaa  SUCCESS  exit 0",
        *(["2026-01-10 12:00 UTC · 41 s · 6 Apify runs · 4,210 items ·", "$4.21"] if width == 60 else
          ["2026-01-10 12:00 UTC · 41 s · 6 Apify runs · 4,210 items · $4.21"]),
        "48 of 50 pages ok · 1,440 posts · 2,880 comments",
        "",
        *table,
    ]  # fmt: skip


def test_a_run_that_goes_on_shows_how_far_it_is():
    going = task(status="STARTED", finished_at=None, pages_ok=10, posts=300)
    whole = report(going, status="STARTED", finished_at=None, exit_code=None, cancel_requested_at=NOON)
    lines = _shown(80, whole._replace(done={going.id: 12}), NOON + timedelta(seconds=5))
    assert lines[0] == "run 20260110-120000-aaaaaa  STARTED  stopping"
    assert lines[1].startswith("2026-01-10 12:00 UTC · 5 s ·")
    assert lines[-1] == "acme  instagram  STARTED  12/50  10    300     2,880  $2.50"


def test_equal_troubles_are_told_once_with_one_advice():
    bad = [task(f"u{i}", **failed(warnings=[f"3 pages failed: p{i}"])) for i in range(30)]
    lines = _shown(100, report(*bad, task("z", warnings=["1 page private: y"]), status="FAILURE", exit_code=3))
    assert lines[37:] == [
        "u0 × instagram, u1 × instagram, u2 × instagram and 27 more: quota_exceeded: the month's limit is",
        "  reached",
        "z × instagram: 1 page private: y",
        "→ raise the limit at console.apify.com/billing or wait for the next month, then `socialsync resume",
        "  20260110-120000-aaaaaa`",
        "→ private pages: only their owners can open them; take out those that will stay private",
    ]


def test_scraped_text_in_errors_is_harmless():
    lines = _shown(80, report(task("a", **failed(message="[red]\x1b[2J\nboo")), status="FAILURE", exit_code=1))
    assert "a × instagram: quota_exceeded: [red][2J boo" in lines


def test_an_interrupted_run_has_failed_and_says_how_to_go_on():
    going = task(status="STARTED", finished_at=None)
    waiting = task("bee", status="PENDING", started_at=None, finished_at=None)
    whole = report(going, waiting, task("cat"), status="STARTED", finished_at=None, exit_code=None, heartbeat_at=END)
    dead = as_interrupted(whole)
    assert (dead.run.status, dead.run.exit_code, dead.run.finished_at) == ("FAILURE", 1, END)
    assert [(t.status, t.error and t.error["type"]) for t in dead.tasks] == [
        ("FAILURE", "interrupted"), ("FAILURE", "interrupted"), ("SUCCESS", None),
    ]  # fmt: skip


@pytest.mark.parametrize("type_", TYPES)
def test_there_is_advice_for_every_type_of_trouble(type_):
    assert what_to_do(type_, "r1")


def test_there_is_no_advice_for_what_cannot_happen():
    assert set(_ADVICE) == set(TYPES)
    assert what_to_do("new", "r1") is None


def test_runs_are_listed_with_what_there_is_room_for():
    runs = [run(), run(id="20260110-130000-bbbbbb", status="STARTED", finished_at=None, exit_code=None)]
    users = {runs[0].id: ["a", "b", "c", "d", "e"]}
    screen = Screen(120)
    print_runs(screen.console, runs, users, NOON + timedelta(hours=2))
    assert screen.lines == [
        "run                     status   began (UTC)                time  items   cost  exit  users",
        "20260110-120000-aaaaaa  SUCCESS  2026-01-10 12:00  2 h ago  41 s  4,210  $4.21     0  a, b, c and 2 more",
        "20260110-130000-bbbbbb  STARTED  2026-01-10 12:00  2 h ago   2 h  4,210  $4.21     –",
    ]


def test_following_elsewhere_than_on_a_terminal_is_a_line_per_change():
    going = task(status="STARTED", finished_at=None)
    whole = report(going, task("bee"), status="STARTED", finished_at=None)._replace(done={going.id: 7})
    screen = Screen(80)
    with Watch(screen.console) as watch:
        watch.show(whole, NOON)
        watch.show(whole, NOON)
        watch.show(whole._replace(done={going.id: 8}), NOON)
    assert screen.lines == [line(whole), line(whole).replace("7 of 100", "8 of 100")]
    assert line(whole) == (
        "run 20260110-120000-aaaaaa STARTED: 7 of 100 pages, 2,880 posts, 5,760 comments, $5.00, 1 of 2 tasks over"
    )


def test_users_without_pages_are_listed_too():
    screen = Screen(60)
    print_users(screen.console, [UserLine("acme", {"tiktok": ["nasa"]}, "from $X"), UserLine("bee", {}, "from file t")])
    assert screen.lines == [
        "user  tiktok  token",
        "acme       1  from $X",
        "bee        0  from file t",
        "",
        "2 users, 1 page",
    ]


class _Run(NamedTuple):
    actor: str
    pages: int
    max_items: int
    estimated_cost_usd: float


class _Plan(NamedTuple):
    apify_runs: list
    items: int
    estimated_cost_usd: float
    requests: int


def test_a_plan_adds_up_per_actor_and_names_the_ceiling():
    runs = [_Run("a/posts", 200, 6000, 8.0), _Run("a/posts", 50, 1500, 2.0), _Run("a/pages", 250, 250, 0.5)]
    plan = _Plan(runs, 7750, 10.5, 40)
    screen = Screen(60)
    print_plan(screen.console, plan, 5.0)
    assert [line for line in screen.lines if line] == [
        "actor    runs  pages  items at most   about",
        "a/posts     2    250          7,500  $10.00",
        "a/pages     1    250            250   $0.50",
        "3 Apify runs, about 7,750 items, 40 requests: about $10.50",
        "That is more than the ceiling of $5.00: some pages would be",
        "left out.",
        "Nothing was started and nothing was written.",
    ]


def test_findings_read_like_a_doctors():
    findings = [
        Finding("ok", "database", "x.db has version 0001, the newest"),
        Finding("warning", "token", "from $X: $0.40 left", "raise the limit"),
        Finding("error", "actor", "a/b: Apify knows no such actor", "correct its name in [apify.actors]"),
    ]
    screen = Screen(60)
    for finding in findings:
        print_finding(screen.console, finding)
    print_verdict(screen.console, findings)
    assert screen.lines == [
        "✓ database: x.db has version 0001, the newest",
        "! token: from $X: $0.40 left; raise the limit",
        "✗ actor: a/b: Apify knows no such actor; correct its name in",
        "  [apify.actors]",
        "",
        "1 error, 1 warning",
    ]
    assert findings_json(findings)["ok"] is False
    assert findings_json(findings[:2])["ok"] is True
