"""A token that is known everywhere to be looked for, and found nowhere but where its owner put it."""

from __future__ import annotations

import gzip
import json
import os
import signal
import zlib
from pathlib import Path

import pytest
from databases import columns, section, tuples
from e2e_hook import hook
from e2e_program import Program, program, until
from e2e_world import runs_of, slow
from sqlmodel import SQLModel

from socialsync_cli.notify.webhook import verify
from socialsync_cli.sandbox import Behaviour, Fault, Sandbox

pytestmark = pytest.mark.thorough

CANARY = "sandbox-canary4Zq9XwT7"
REFUSED = "apify_api_CanaryK3jR8mV2"
SIGNING = "whsec-canaryP0vYb3Lk"
PAGES = {"instagram": ["bakery", "ghost"], "tiktok": ["bakery"]}


@pytest.fixture(scope="module")
def world():
    with Sandbox(behaviour=Behaviour(settle_s=0.0, total_lag_s=0.0)) as running:
        yield running


def kept(made: Program, needle: str) -> list[str]:
    """Return the files of a program's folder that hold a text, the configuration apart, and the tables that do."""
    found = []
    for path in (path for path in made.folder.rglob("*") if path.is_file() and path != made.config):
        if needle.encode() in _content(path) or needle in path.name:
            found.append(str(path))
    for table in SQLModel.metadata.tables:
        held = tuples(made.database, f"SELECT {', '.join(_quoted(columns(made.database, table)))} FROM {table}")
        if any(needle in _told(value) for row in held for value in row):
            found.append(table)
    return found


def _quoted(names: list[str]) -> list[str]:
    return [f'"{name}"' for name in names]


def _content(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def _told(value: object) -> str:
    return zlib.decompress(value).decode() if isinstance(value, bytes) else str(value)


def processes_of(pid: int) -> list[int]:
    """Return a process and all that it has begun."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def test_a_token_shows_nowhere_however_much_goes_wrong(world, tmp_path):
    world.arm(
        Fault("reset_after", endpoint="start", token=CANARY),
        Fault("status", endpoint="items", token=CANARY, status=502, html=True),
        Fault("truncate", endpoint="items", token=CANARY),
        Fault("status", endpoint="start", token=CANARY, skip=1, status=403, type="insufficient-permissions"),
    )
    with hook() as hooked, program(tmp_path, E2E_TOKEN=CANARY, HOOK_SECRET=SIGNING) as made:
        made.configure(
            world.url, {"acme": {**PAGES, "notify": [f"{hooked.url}/user"]}},
            sync="posts_per_page = 2\ncomments_per_post = 1",
            notify=f'on = "always"\nadmins = ["{hooked.url}/ops"]\nping_url = "{hooked.url}/ping"\n'
            'webhook_secret = "env:HOOK_SECRET"',
        )  # fmt: skip
        with slow(world, 0.5):
            going = made.start("-vvv", "run", "--all", "--workers", "1", "--json")
            until(lambda: runs_of(world, CANARY), 60, going)
        arguments = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in processes_of(going.pid)]
        limits = Path(f"/proc/{going.pid}/limits").read_text()
        done = going.end()
        asked = (
            ["status", "--pages"],
            ["-vv", "users"],
            ["check"],
            ["runs"],
            ["schedule", "cron"],
            ["-vv", "show", "x"],
        )
        said = [done, *(made.call(*words) for words in asked)]
        for secret in (CANARY, SIGNING):
            assert secret not in "".join(one.out + one.err for one in said)
            assert secret not in repr(hooked.got)
            assert secret.encode() not in b"".join(arguments)
            assert kept(made, secret) == []
        assert any(path.suffix == ".gz" for path in tmp_path.rglob("*"))
        assert {got.path.partition("?")[0] for got in hooked.got} == {
            "/user", "/ops", "/ping/start", f"/ping/{done.code}"
        }  # fmt: skip
        for got in hooked.got:
            signature = got.headers.get("X-Socialsync-Signature")
            assert not {"Authorization", "Cookie"} & got.headers.keys()
            assert (signature is not None) is (got.path in ("/user", "/ops"))
            if signature:
                moment = int(signature.partition(",")[0].removeprefix("t="))
                assert verify(SIGNING, signature, got.body, moment)
        core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
        assert core.split()[4] == "0"


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


@pytest.mark.parametrize("odd", ["\r\nX-Evil: 1", "ü"])
def test_a_token_that_no_header_can_carry_is_refused_without_being_told(world, tmp_path, odd):
    token = f"{CANARY}odd{odd}tail"
    with program(tmp_path, E2E_TOKEN=token) as made:
        made.configure(world.url, {"acme": PAGES})
        done = made.call("-vv", "run", "--all", "--json")
        assert {task["error"]["type"] for task in done.json["tasks"]} == {"invalid_token"}
        assert CANARY not in done.out + done.err
        assert kept(made, f"{CANARY}odd") == []


def test_an_error_that_nobody_expected_shows_where_and_no_token(world, tmp_path):
    with program(tmp_path, E2E_TOKEN=CANARY) as made:
        made.configure(world.url, {"acme": PAGES})
        # What the interpreter loads before anything else: a library that fails in a way that nobody thought of.
        (tmp_path / "sitecustomize.py").write_text(
            "import filelock\nfilelock.FileLock = filelock.UnixFileLock = None\nimport orjson\n"
            "def broken(*_, **__):\n    raise ZeroDivisionError('in a library')\norjson.dumps = broken\n"
        )
        path = os.pathsep.join(filter(None, [str(tmp_path), made.environ.get("PYTHONPATH")]))
        done = made.call("-vv", "--log-format", "json", "run", "--all", PYTHONPATH=path)
        assert done.code == 1
        assert "Traceback" in done.err
        assert CANARY not in done.out + done.err
        assert kept(made, CANARY) == []


@pytest.mark.parametrize("status", [302, 308])
def test_webhooks_follow_no_redirect(world, tmp_path, status):
    token = f"sandbox-redirected-{status}"
    with hook() as elsewhere, hook(status, Location=f"{elsewhere.url}/taken") as hooked:
        with program(tmp_path, E2E_TOKEN=token) as made:
            made.configure(
                world.url, {"acme": {"tiktok": ["bakery"], "notify": [f"{hooked.url}/user"]}},
                sync="posts_per_page = 1",
                notify=f'on = "always"\nping_url = "{hooked.url}/ping"',
            )  # fmt: skip
            done = made.call("run", "--all", "--comments", "0")
            assert done.code == 0
            assert "redirect" in done.err
        assert sorted(got.path for got in hooked.got) == ["/ping/0", "/ping/start", "/user"]
        assert elsewhere.got == []


@pytest.mark.parametrize(
    ("section_", "key", "url"),
    [
        ("apify", "api_url", "http://apify.example.com"),
        ("notify", "ping_url", "http://ping.example.com/x"),
        ("notify", "admins", ["http://hooks.example.com/x"]),
    ],
)
def test_plain_http_is_for_loopback_alone_unless_it_is_allowed(tmp_path, section_, key, url):
    with program(tmp_path, E2E_TOKEN=CANARY) as made:
        text = section(made.database) + f"[{section_}]\n{key} = {json.dumps(url)}\n"
        users = '[users.acme]\ntoken = "env:E2E_TOKEN"\ntiktok = ["bakery"]\n'
        made.config.write_text(text + users)
        made.config.chmod(0o600)
        refused = made.call("check", "--offline")
        assert refused.code == 2
        assert "allow_insecure_http" in refused.out
        made.config.write_text(f"{text}allow_insecure_http = true\n{users}")
        assert made.call("check", "--offline").code == 0
