"""One sync of all kinds of pages through the installed program: every row of every table is what is true.

The world stands still at the moment at which the module begins, so only the times at which something was captured
differ between two syncs.
"""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from e2e_oracle import (
    COMMENT_COLUMNS,
    COUNTERS,
    DERIVED,
    POST_COLUMNS,
    PROFILE_COLUMNS,
    SNAPSHOT_COLUMNS,
    WITHOUT_READABLE_TAGS,
    Asked,
    comments_of,
    figures,
    plain,
    posts_of,
)
from e2e_program import Done, Program, program
from e2e_reading import Row, pages, rows, second, table

from socialsync_cli.core.records import Post, Profile
from socialsync_cli.sandbox import Behaviour, Sandbox
from socialsync_cli.sandbox.platform_state import Charge

ASKED = Asked(posts=12, comments=3)
PAGES = {
    "instagram": [
        "bakery", "ghost", "nameless", "nopage", "silent", "locked", "emptypage", "gated", "agegate", "loginwall",
        "blocked", "hiddenlikes", "withheld", "pinned", "collab", "collab.partner", "renamed", "shortened",
        "oddtexts", "wordless", "noneshop", "nocomments", "tinypage",
    ],
    "facebook": [
        "bakery", "ghost", "nameless", "locked", "emptypage", "gated", "blocked", "hiddenlikes", "withheld",
        "renamed", "shortened", "oddtexts", "wordless", "61560000000777", "337000000000777", "personal.page",
        "shoutypage", "oldbuild", "nocomments",
    ],
    "tiktok": [
        "bakery", "ghost", "silent", "locked", "lockedrow", "emptypage", "maybeempty", "gated", "withheld",
        "roundedbig", "pinned", "renamed", "shortened", "oddtexts", "wordless", "tinypage",
    ],
    "youtube": [
        "bakery", "ghost", "silent", "locked", "emptypage", "hiddenlikes", "withheld", "roundedbig", "renamed",
        "shortened", "wordless", "nocomments", "tinypage",
    ],
}  # fmt: skip
RESULTS = {
    "instagram": {
        "not_found": ["ghost", "nameless", "nopage", "silent"],
        "private": ["locked"],
        "restricted": ["gated", "agegate", "loginwall"],
        "failed": ["blocked"],
    },
    # Facebook says of a private page what it says of a missing one.
    "facebook": {"not_found": ["ghost", "nameless", "locked", "gated"], "failed": ["blocked"]},
    "tiktok": {
        "not_found": ["ghost", "silent"],
        "private": ["locked", "lockedrow"],
        "restricted": ["gated"],
    },
    "youtube": {"not_found": ["ghost", "silent"]},
}
STATUS = {"ok": "active", "private": "private", "not_found": "not_found", "restricted": "restricted", "failed": None}
SHARED = {"instagram": ["bakery", "locked"], "tiktok": ["bakery"]}
"""What a second user with the same token wants as well: it is paid for once."""
EVERY = [(platform, handle) for platform, handles in PAGES.items() for handle in handles]


class Told(NamedTuple):
    """A world, and what a sync made of it."""

    world: Sandbox
    program: Program
    done: Done
    requests: int
    charges: list[Charge]
    datasets: dict[str, str]
    """By Apify run."""
    pages: dict[tuple[str, str], Row]
    results: dict[tuple[str, str], Row]
    """Of the first user, by platform and handle."""

    def rows(self, query: str, *values: object) -> list[Row]:
        return rows(self.program.database, query, *values)

    def table(self, name: str) -> list[Row]:
        return table(self.program.database, name)

    def captured_at(self, platform: str, handle: str) -> datetime:
        return self.results[platform, handle]["captured_at"]

    def posts(self, platform: str, handle: str) -> dict[str, Post]:
        return posts_of(self.world, platform, handle, ASKED.posts)

    def profile(self, platform: str, handle: str) -> Profile | None:
        return self.world.profile(platform, handle)


def expected_result(platform: str, handle: str) -> str:
    return next((result for result, some in RESULTS[platform].items() if handle in some), "ok")


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    now = datetime.now(UTC).replace(microsecond=0)
    quick = Behaviour(settle_s=0.3, total_lag_s=0.3)
    with (
        Sandbox(now=now, behaviour=quick) as world,
        program(tmp_path_factory.mktemp("truth"), E2E_TOKEN=world.token) as made,
    ):
        users = {"acme": PAGES, "beta": SHARED}
        made.configure(world.url, users, sync=f"posts_per_page = {ASKED.posts}\ncomments_per_post = {ASKED.comments}")
        done = made.call("run", "--all", "--json")
        yield _told(world, made, done)


def _told(world: Sandbox, made: Program, done: Done) -> Told:
    assert done.out, done.err
    found = rows(
        made.database,
        "SELECT r.*, t.platform FROM sync_page_result r JOIN sync_task t ON r.task_id = t.id "
        "WHERE t.user = 'acme' AND t.run_id = ?",
        done.json["run"]["id"],
    )
    results = {(row["platform"], row["handle"]): row for row in found}
    requests = sum(world.state.stats.requests.values())
    datasets = {run.id: run.dataset.id for run in world.state.runs}
    return Told(world, made, done, requests, world.state.charges(), datasets, pages(made.database), results)


def test_the_run_says_how_it_ended(told):
    assert told.done.code == 3  # tiktok and youtube succeeded, where no page was blocked
    assert told.done.json["run"]["status"] == "FAILURE"


def test_every_page_has_the_result_that_its_oddity_deserves(told):
    assert {page: row["result"] for page, row in told.results.items()} == {p: expected_result(*p) for p in EVERY}


def test_social_page_is_what_is_true_of_every_page(told):
    expected = {}
    for platform, handle in EVERY:
        profile = told.profile(platform, handle)
        row = {name: None if profile is None else getattr(profile, name) for name in PROFILE_COLUMNS}
        at = None if profile is None else told.captured_at(platform, handle)
        row |= {"first_synced_at": at, "last_synced_at": at, "status": STATUS[expected_result(platform, handle)]}
        expected[platform, handle] = {"platform": platform, "handle": handle, **row}
    assert {page: _some(row, expected[page]) for page, row in told.pages.items()} == expected


def test_social_page_metric_is_the_snapshot_of_the_day(told):
    expected = {}
    for platform, handle in EVERY:
        profile = told.profile(platform, handle)
        if profile is not None:
            at = told.captured_at(platform, handle)
            row = {name: getattr(profile, name) for name in SNAPSHOT_COLUMNS}
            answered = expected_result(platform, handle) == "ok"
            row |= {"imported": False, "captured_at": at, "posts_read_at": at if answered else None}
            expected[told.pages[platform, handle]["id"], at.date()] = row
    found = {(row["page_id"], row["date"]): row for row in told.table("social_page_metric")}
    assert {key: _some(row, expected.get(key, row)) for key, row in found.items()} == expected


def test_social_page_post_has_every_post_that_came_and_no_other(told):
    expected, found = {}, {}
    for platform, handle in EVERY:
        at = told.captured_at(platform, handle)
        for external_id, post in told.posts(platform, handle).items():
            row = {name: getattr(post, name) for name in POST_COLUMNS}
            row |= {"hashtags": list(post.hashtags), "mentions": list(post.mentions)}
            row |= {"first_seen_at": at, "last_seen_at": at}
            if handle == WITHOUT_READABLE_TAGS:
                del row["hashtags"], row["mentions"]
            expected[platform, handle, external_id] = row
    for row in told.rows(
        "SELECT p.*, g.platform, g.handle FROM social_page_post p JOIN social_page g ON p.page_id = g.id"
    ):
        key = (row["platform"], row["handle"], row["external_id"])
        found[key] = _some(row, expected.get(key, row))
    assert found == expected


def test_social_page_post_metric_has_the_first_sighting_of_every_post(told):
    expected = {}
    for platform, handle in EVERY:
        at = told.captured_at(platform, handle)
        for external_id, post in told.posts(platform, handle).items():
            row = {name: getattr(post, name) for name in COUNTERS} | {"date": at.date(), "observed_at": at}
            expected[platform, handle, external_id] = row
    found = told.rows(
        "SELECT m.*, g.platform, g.handle, p.external_id FROM social_page_post_metric m "
        "JOIN social_page_post p ON m.post_id = p.id JOIN social_page g ON p.page_id = g.id"
    )
    assert len(found) == len(expected)
    by_key = {(row["platform"], row["handle"], row["external_id"]): row for row in found}
    assert {key: _some(row, expected.get(key, row)) for key, row in by_key.items()} == expected


def test_social_page_post_comment_has_the_comments_that_were_asked_for(told):
    expected = {}
    for platform, handle in EVERY:
        at = told.captured_at(platform, handle)
        for post_id, post in told.posts(platform, handle).items():
            for external_id, comment in comments_of(told.world, platform, post, ASKED.comments).items():
                row = {name: getattr(comment, name) for name in COMMENT_COLUMNS}
                expected[platform, handle, post_id, external_id] = row | {"first_seen_at": at, "last_seen_at": at}
    found = told.rows(
        "SELECT c.*, g.platform, g.handle, p.external_id AS post FROM social_page_post_comment c "
        "JOIN social_page_post p ON c.post_id = p.id JOIN social_page g ON p.page_id = g.id"
    )
    assert len(found) == len(expected)
    by_key = {(row["platform"], row["handle"], row["post"], row["external_id"]): row for row in found}
    assert {key: _some(row, expected.get(key, row)) for key, row in by_key.items()} == expected


@pytest.mark.parametrize("kind", DERIVED)
def test_derived_rows_are_those_of_a_fresh_computation(told, kind):
    assert _derived(told, kind) == _expected_figures(told, kind)


def test_user_page_names_every_wish(told):
    by_id = {row["id"]: page for page, row in told.pages.items()}
    found = Counter((row["user_id"], *by_id[row["page_id"]]) for row in told.table("user_page"))
    theirs = [("beta", platform, handle) for platform, some in SHARED.items() for handle in some]
    assert found == Counter([("acme", *page) for page in EVERY] + theirs)


def test_page_results_count_what_is_stored(told):
    stored = {
        (row["platform"], row["handle"]): (row["posts"], row["comments"])
        for row in told.rows(
            "SELECT g.platform, g.handle, count(DISTINCT p.id) AS posts, count(c.id) AS comments FROM social_page g "
            "LEFT JOIN social_page_post p ON p.page_id = g.id "
            "LEFT JOIN social_page_post_comment c ON c.post_id = p.id GROUP BY g.id"
        )
    }
    assert {page: (row["posts"], row["comments"]) for page, row in told.results.items()} == stored
    failed = {page: row["error"] and row["error"]["type"] for page, row in told.results.items()}
    assert failed == {p: "actor_failed" if expected_result(*p) == "failed" else None for p in EVERY}


def test_both_users_get_the_same_answer_about_a_shared_page(told):
    by_page: dict[int, list[Row]] = defaultdict(list)
    for row in told.table("sync_page_result"):
        by_page[row["page_id"]].append(row)
    shared = [some for some in by_page.values() if len(some) > 1]
    assert len(shared) == sum(map(len, SHARED.values()))
    for one, other in shared:
        differing = {name for name in one if one[name] != other[name]}
        assert differing == {"id", "task_id"}


def test_tasks_are_the_sums_of_their_pages(told):
    results: dict[str, list[Row]] = defaultdict(list)
    for row in told.table("sync_page_result"):
        results[row["task_id"]].append(row)
    tasks = told.table("sync_task")
    assert {(task["user"], task["platform"]) for task in tasks} == {
        *(("acme", platform) for platform in PAGES), *(("beta", platform) for platform in SHARED),
    }  # fmt: skip
    for task in tasks:
        mine = results[task["id"]]
        sums = {name: sum(row[name] for row in mine) for name in ("posts", "comments")}
        sums |= {"pages": len(mine), "pages_ok": sum(row["result"] == "ok" for row in mine)}
        assert _some(task, sums) == sums
        assert task["cost_usd"] == pytest.approx(sum(row["cost_usd"] for row in mine), abs=1e-6)
        bad = any(row["result"] == "failed" for row in mine)
        assert task["status"] == ("FAILURE" if bad else "SUCCESS")
        assert (task["error"] is not None) == bad
        assert task["started_at"] <= task["finished_at"]


def test_the_json_is_what_the_tables_hold(told):
    (run,) = told.table("sync_run")
    shown = told.done.json
    times = {name: second(run[name]) for name in ("created_at", "started_at", "finished_at")}
    columns = ("id", "status", "apify_runs", "apify_requests", "items", "exit_code")
    assert shown["run"] == {**{name: run[name] for name in columns}, **times, "cost_usd": round(run["cost_usd"], 6)}
    tasks = {task["id"]: task for task in told.table("sync_task")}
    assert {task["id"] for task in shown["tasks"]} == set(tasks)
    for task in shown["tasks"]:
        row = tasks[task["id"]]
        same = {name: row[name] for name in task if not name.endswith("_at") and name not in ("warnings", "cost_usd")}
        assert _some(task, same) == same
        assert (task["started_at"], task["finished_at"]) == (second(row["started_at"]), second(row["finished_at"]))
        assert task["warnings"] == (row["warnings"] or [])


def test_status_with_pages_lists_every_page_result(told):
    shown = told.program.call("status", "--pages", "--json").json
    assert shown["run"] == told.done.json["run"]
    found = {
        (task["platform"], result["handle"]): result
        for task in shown["tasks"]
        if task["user"] == "acme"
        for result in task["page_results"]
    }
    columns = ("handle", "result", "posts", "comments", "error")
    assert found == {page: {name: row[name] for name in columns} for page, row in told.results.items()}


def test_apify_run_tells_what_apify_charged(told):
    charges: dict[str, list[Any]] = defaultdict(lambda: [0, Decimal(0), ""])
    for charge in told.charges:
        entry = charges[charge.run_id]
        entry[0] += charge.items
        entry[1] += charge.usd
        entry[2] = charge.actor
    ours = told.table("apify_run")
    assert {row["apify_run_id"]: (row["items"], row["actor"]) for row in ours} == {
        run_id: (items, actor) for run_id, (items, _, actor) in charges.items()
    }
    for row in ours:
        assert row["cost_usd"] == pytest.approx(float(charges[row["apify_run_id"]][1]), abs=1e-6)
        assert row["status"] == "SUCCEEDED"
        assert row["started_at"] <= row["finished_at"]
    assert {row["apify_run_id"]: row["dataset_id"] for row in ours} == told.datasets
    assert len({row["token_fingerprint"] for row in ours}) == 1


def test_the_run_adds_up_to_what_apify_charged(told):
    (run,) = told.table("sync_run")
    ours = told.table("apify_run")
    assert run["apify_runs"] == len(ours) == len(told.datasets)
    assert run["items"] == sum(row["items"] for row in ours)
    assert run["cost_usd"] == pytest.approx(float(sum(charge.usd for charge in told.charges)), abs=1e-6)
    assert sum(row["cost_usd"] for row in told.table("sync_page_result")) == pytest.approx(run["cost_usd"], abs=1e-5)
    assert run["apify_requests"] == told.requests


def test_no_page_and_no_post_is_paid_for_twice(told):
    again = {"blocked", "silent", "nameless"}  # asked for once more, on purpose
    paid = Counter((charge.actor, charge.target) for charge in told.charges if charge.items)
    assert {key: n for key, n in paid.items() if n > 1 and key[1] not in again} == {}


@pytest.fixture(scope="module")
def told_again(told, tmp_path_factory):
    """The same answers once more, on a copy: the first database stays as it is."""
    with program(tmp_path_factory.mktemp("again"), E2E_TOKEN=told.world.token) as made:
        for path in (told.program.config, told.program.database):
            shutil.copy(path, made.folder)
        done = made.call("run", "--all", "--json", "--full", "--fresh")
        yield _told(told.world, made, done)


STABLE = ("social_page", "user_page", "social_page_metric", "social_page_post", "social_page_post_metric",
          "social_page_post_comment")  # fmt: skip


@pytest.mark.parametrize("name", STABLE)
def test_the_same_answers_leave_the_same_rows(told, told_again, name):
    _same_day(told_again)
    times = {"captured_at", "last_seen_at", "last_synced_at", "posts_read_at"}
    before, after = told.table(name), told_again.table(name)
    assert [_without(row, times) for row in after] == [_without(row, times) for row in before]


@pytest.mark.parametrize("kind", DERIVED)
def test_the_later_sync_of_a_day_leaves_its_own_figures(told_again, kind):
    _same_day(told_again)
    assert _derived(told_again, kind) == _expected_figures(told_again, kind)


def test_the_same_answers_have_the_same_results(told, told_again):
    assert {page: (row["result"], row["posts"]) for page, row in told_again.results.items()} == {
        page: (row["result"], row["posts"]) for page, row in told.results.items()
    }


def _same_day(after: Told) -> None:
    days = {row["date"] for row in after.table("social_page_metric")}
    if len(days) > 1:
        pytest.skip("midnight (UTC) came between the two syncs")


def _some(row: Row, like: Row) -> Row:
    """Return the columns of a row that another one has."""
    return {name: row.get(name, "no such column") for name in like}


def _without(row: Row, names: set[str]) -> Row:
    return {name: value for name, value in row.items() if name not in names}


def _derived(told: Told, kind: str) -> dict[tuple[int, Any], Row]:
    found = told.table(f"social_page_{kind}")
    return {(row["page_id"], row["date"]): _without(row, {"id", "page_id", "date"}) for row in found}


def _expected_figures(told: Told, kind: str) -> dict[tuple[int, Any], Row]:
    expected = {}
    for platform, handle in EVERY:
        profile, result = told.profile(platform, handle), expected_result(platform, handle)
        if profile is not None:
            at = told.captured_at(platform, handle)
            posts = told.posts(platform, handle)
            made = figures(told.world, platform, handle, profile, posts, at, answered=result == "ok", asked=ASKED)
            expected[told.pages[platform, handle]["id"], at.date()] = plain(getattr(made, kind))
    return expected
