"""A token that is known everywhere to be looked for, and found nowhere but where its owner put it."""

from __future__ import annotations

import gzip
import signal
from pathlib import Path

import pytest
from e2e_program import Program, program, until
from e2e_world import runs_of, slow

from socialsync_cli.sandbox import Behaviour, Fault, Sandbox

CANARY = "sandbox-canary4Zq9XwT7"
REFUSED = "apify_api_CanaryK3jR8mV2"
PAGES = {"instagram": ["bakery", "ghost"], "tiktok": ["bakery"]}


@pytest.fixture(scope="module")
def world():
    with Sandbox(behaviour=Behaviour(settle_s=0.0, total_lag_s=0.0)) as running:
        yield running


def kept(made: Program, needle: str) -> list[str]:
    """Return the files of a program's folder that hold a text, the configuration apart."""
    found = []
    for path in (path for path in made.folder.rglob("*") if path.is_file() and path != made.config):
        if needle.encode() in _content(path) or needle in path.name:
            found.append(str(path))
    return found


def _content(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def test_a_token_shows_nowhere_however_much_goes_wrong(world, tmp_path):
    world.arm(
        Fault("reset_after", endpoint="start", token=CANARY),
        Fault("status", endpoint="items", token=CANARY, status=502, html=True),
        Fault("truncate", endpoint="items", token=CANARY),
        Fault("status", endpoint="start", token=CANARY, skip=3, status=403, type="insufficient-permissions"),
    )
    with program(tmp_path, E2E_TOKEN=CANARY) as made:
        made.configure(world.url, {"acme": PAGES}, sync="posts_per_page = 2\ncomments_per_post = 1")
        with slow(world, 0.5):
            going = made.start("-vvv", "run", "--all", "--workers", "1", "--json")
            until(lambda: runs_of(world, CANARY), 60, going)
        arguments = Path(f"/proc/{going.pid}/cmdline").read_bytes()
        done = going.end()
        told = made.call("status", "--pages").out + made.call("-vv", "users").out
        assert CANARY not in done.out + done.err + told
        assert CANARY.encode() not in arguments
        assert any(path.suffix == ".gz" for path in tmp_path.rglob("*"))
        assert kept(made, CANARY) == []


def test_a_refused_literal_token_shows_nowhere_and_is_warned_of(world, tmp_path):
    with program(tmp_path) as made:
        made.configure(world.url, {"acme": {"token": REFUSED, **PAGES}})
        done = made.call("-vv", "--log-format", "json", "run", "--all", "--json")
        assert done.code == 1
        assert {task["error"]["type"] for task in done.json["tasks"]} == {"invalid_token"}
        assert "warning" in done.err
        assert REFUSED not in done.out + done.err
        assert kept(made, REFUSED) == []


def test_a_run_that_dies_leaves_no_token_behind(world, tmp_path):
    token = f"{CANARY}dies"
    with program(tmp_path, E2E_TOKEN=token) as made:
        made.configure(world.url, {"acme": PAGES})
        with slow(world, 600.0):
            going = made.start("-vv", "run", "--all")
            until(lambda: runs_of(world, token), 60, going)
        going.send(signal.SIGKILL)
        done = going.end(5)
        assert token not in done.out + done.err
        assert kept(made, token) == []
