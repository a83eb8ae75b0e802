"""The commands from outside: exit codes, what stands on which stream, and what a run is limited to."""

from __future__ import annotations

import json

import pytest
from e2e_program import Done, program
from e2e_reading import rows, table
from e2e_world import asked, requests_of, runs_that_charged

from socialsync_cli.sandbox import Behaviour, Sandbox

TOKEN = "sandbox-acme"
PAGES = {"instagram": ["bakery", "@Chandlery"], "facebook": ["https://www.facebook.com/stormy/"], "tiktok": ["bakery"]}
ESCAPE = "\x1b"


@pytest.fixture(scope="module")
def world():
    with Sandbox(behaviour=Behaviour(settle_s=0.0, total_lag_s=0.0)) as running:
        yield running


@pytest.fixture(scope="module")
def made(world, tmp_path_factory):
    """A program of two users, one of whom has no token."""
    with program(tmp_path_factory.mktemp("cli"), E2E_TOKEN=TOKEN) as found:
        users = {
            "acme": PAGES,
            "beta": {"token": "env:NOBODY_SET_THIS", "instagram": ["bakery"]},
        }
        found.configure(world.url, users, sync="posts_per_page = 2\ncomments_per_post = 1")
        yield found


@pytest.fixture(scope="module")
def both(made) -> Done:
    """The run of both users."""
    return made.call("run", "--all", "--json")


@pytest.fixture(scope="module")
def alone(made, both) -> Done:
    """A later run of the user who has a token, for people."""
    return made.call("run", "--user", "acme", "--posts", "1", "--comments", "0", "-p", "instagram")


def test_a_missing_token_fails_the_tasks_of_that_user_alone(made, both):
    assert both.code == 3
    tasks = {(task["user"], task["platform"]): task for task in both.json["tasks"]}
    assert {key: task["status"] for key, task in tasks.items()} == {
        ("acme", "instagram"): "SUCCESS", ("acme", "facebook"): "SUCCESS", ("acme", "tiktok"): "SUCCESS",
        ("beta", "instagram"): "FAILURE",
    }  # fmt: skip
    error = tasks["beta", "instagram"]["error"]
    assert error["type"] == "invalid_token"
    assert "NOBODY_SET_THIS" in error["message"]
    assert both.json["run"]["exit_code"] == 3


def test_with_json_stdout_is_one_object_and_the_ids_come_on_stderr(both):
    assert both.out.endswith("}\n")
    assert both.out.count("\n") == 1
    run = both.json["run"]
    assert f"run {run['id']}" in both.err.splitlines()
    for task in both.json["tasks"]:
        assert any(line.startswith(f"task {task['id']} ") for line in both.err.splitlines())


def test_without_json_stdout_has_the_ids_and_nothing_else(made, alone):
    assert alone.code == 0
    run_id = alone.out.split()[1]
    (task,) = rows(made.database, "SELECT * FROM sync_task WHERE run_id = ?", run_id)
    assert alone.out.splitlines() == [f"run {run_id}", f"task {task['id']} acme instagram 2 pages"]
    assert f"run {run_id} SUCCESS" in alone.err


def test_nothing_is_coloured_without_a_terminal(both, alone):
    assert ESCAPE not in both.out + both.err + alone.out + alone.err


def test_a_later_run_pays_for_its_profiles_again(world, both, alone):
    paid = runs_that_charged(world, TOKEN)
    assert paid["apify/instagram-profile-scraper", "bakery"] == 2
    assert paid["apify/facebook-pages-scraper", "stormy"] == 1


def test_posts_comments_user_and_platform_limit_what_is_asked_for(world, both, alone):
    given = asked(world, TOKEN)
    first, second = given["apify/instagram-post-scraper"]
    assert (first["resultsLimit"], second["resultsLimit"]) == (2, 1)
    assert sorted(second["username"]) == ["bakery", "chandlery"]
    assert [one["resultsPerPage"] for one in given["clockworks/tiktok-profile-scraper"]] == [2]
    assert [one["resultsLimit"] for one in given["apify/facebook-comments-scraper"]] == [1]
    assert len(given["apify/facebook-pages-scraper"]) == 1


def test_page_limits_the_run_to_that_page(world, made, both):
    before = {actor: len(inputs) for actor, inputs in asked(world, TOKEN).items()}
    done = made.call("run", "--all", "--page", "https://www.instagram.com/Chandlery/?hl=en", "--posts", "0", "--json")
    assert done.code == 0
    (task,) = done.json["tasks"]
    assert (task["user"], task["platform"], task["pages"]) == ("acme", "instagram", 1)
    new = {actor: inputs[before.get(actor, 0) :] for actor, inputs in asked(world, TOKEN).items()}
    assert {actor: inputs for actor, inputs in new.items() if inputs} == {
        "apify/instagram-profile-scraper": [{"usernames": ["chandlery"]}]
    }


def test_a_run_of_nobody_with_a_token_exits_with_1(made):
    done = made.call("run", "--user", "beta", "--quiet")
    assert done.code == 1
    assert done.out == ""
    assert "NOBODY_SET_THIS" in done.err


@pytest.fixture(scope="module")
def planned(world, tmp_path_factory):
    """A program that has been asked what it would do, and what it said."""
    with program(tmp_path_factory.mktemp("dry"), E2E_TOKEN="sandbox-dry") as dry:
        dry.configure(world.url, {"acme": PAGES}, sync="posts_per_page = 2\ncomments_per_post = 1")
        yield dry, dry.call("run", "--all", "--dry-run", "--json")


def test_a_dry_run_tells_its_plan_and_starts_nothing(world, planned):
    _, done = planned
    assert done.code == 0
    plan = done.json["plan"]
    assert set(plan) == {"apify_runs", "items", "estimated_cost_usd", "requests"}
    assert {"actor", "pages", "max_items", "estimated_cost_usd"} <= set(plan["apify_runs"][0])
    assert 0 < plan["items"] <= sum(run["max_items"] for run in plan["apify_runs"])
    costs = sum(run["estimated_cost_usd"] for run in plan["apify_runs"])
    assert plan["estimated_cost_usd"] == pytest.approx(costs, abs=1e-4)
    assert asked(world, "sandbox-dry") == {}


def test_a_dry_run_makes_no_database(planned):
    dry, _ = planned
    assert not dry.database.exists()


def test_status_finds_a_run_by_last_by_prefix_and_not_at_all(made, both, alone):
    run_id = both.json["run"]["id"]
    by_prefix = made.call("status", run_id[:-2], "--json")
    assert (by_prefix.code, by_prefix.json) == (0, both.json)
    last = made.call("status", "--exit-code")
    newest = table(made.database, "sync_run")[-1]
    assert last.code == newest["exit_code"]
    assert newest["id"] in last.out
    assert last.err == ""
    assert made.call("status", run_id, "--exit-code").code == 3
    unknown = made.call("status", "20010101-000000-abcdef", "--json")
    assert (unknown.code, unknown.out) == (2, "")
    assert "20010101-000000-abcdef" in unknown.err


def test_runs_lists_the_newest_first(made, both, alone):
    known = [row["id"] for row in table(made.database, "sync_run")]
    listed = made.call("runs", "--json").json["runs"]
    assert [run["id"] for run in listed] == known[::-1]
    assert both.json["run"] in listed
    few = made.call("runs", "--json", "--limit", "1", "--user", "beta", "--status", "FAILURE").json["runs"]
    query = "SELECT t.run_id FROM sync_task t JOIN sync_run r ON r.id = t.run_id WHERE t.user = 'beta' "
    beta = rows(made.database, query + "ORDER BY r.created_at")
    assert [run["id"] for run in few] == [beta[-1]["run_id"]]


def test_resume_of_a_run_that_ended_well_does_nothing(world, made, alone):
    run_id = alone.out.split()[1]
    before = requests_of(world, TOKEN)
    done = made.call("resume", run_id)
    assert done.code == 0
    assert requests_of(world, TOKEN) == before


MISUSES = {
    "nobody named": (["run"], ["acme", "beta"]),
    "unknown user": (["run", "--user", "acmee"], ["acmee", "acme"]),
    "unknown page": (["run", "--all", "--page", "chandlry"], ["chandlry", "chandlery"]),
    "negative number": (["run", "--all", "--posts=-1"], ["--posts"]),
}


@pytest.mark.parametrize(("args", "named"), MISUSES.values(), ids=MISUSES)
def test_misuse_exits_with_2_before_anything_is_called(world, made, both, args, named):
    before = (requests_of(world, TOKEN), len(table(made.database, "sync_run")))
    done = made.call(*args)
    assert (done.code, done.out) == (2, "")
    assert [word for word in named if word not in done.err] == []
    assert "Traceback" not in done.err
    assert (requests_of(world, TOKEN), len(table(made.database, "sync_run"))) == before


def test_an_impossible_handle_in_the_configuration_stops_everything_before_it_begins(world, tmp_path):
    with program(tmp_path, E2E_TOKEN="sandbox-impossible") as bad:
        bad.configure(world.url, {"acme": {"instagram": ["bakery", "no spaces allowed"]}})
        done = bad.call("run", "--all", "--json")
        assert (done.code, done.out) == (2, "")
        assert "no spaces allowed" in done.err
        assert not requests_of(world, "sandbox-impossible")
        assert not bad.database.exists()


def test_log_format_json_makes_every_line_an_object(world, tmp_path):
    with program(tmp_path, E2E_TOKEN="sandbox-json") as spoken:
        users = {"acme": {"instagram": ["bakery", "ghost"]}, "beta": {"token": "env:NOBODY", "tiktok": ["bakery"]}}
        spoken.configure(world.url, users, sync="posts_per_page = 1\ncomments_per_post = 0")
        done = spoken.call("-vv", "--log-format", "json", "run", "--all", "--json")
        assert done.code == 3
        lines = [json.loads(line) for line in done.err.splitlines()]
        assert all(isinstance(line, dict) and {"time", "level", "message"} <= set(line) for line in lines)
        events = {line.get("event"): line for line in lines}
        assert events["run"]["run"] == done.json["run"]["id"]
        assert {line["task"] for line in lines if line.get("event") == "task"} == {t["id"] for t in done.json["tasks"]}

        misused = spoken.call("--log-format", "json", "run")
        assert misused.code == 2
        assert [json.loads(line)["level"] for line in misused.err.splitlines()] == ["error"]


def test_quiet_leaves_only_the_object(world, tmp_path):
    with program(tmp_path, E2E_TOKEN="sandbox-quiet") as still:
        still.configure(world.url, {"acme": {"instagram": ["bakery", "ghost"]}}, sync="posts_per_page = 0")
        done = still.call("run", "--all", "--quiet", "--json")
        assert (done.code, done.err) == (0, "")
        assert done.json["tasks"][0]["warnings"] == ["1 page not found: ghost"]
