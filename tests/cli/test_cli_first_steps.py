"""`init`, `check --offline` and `users`, as a process."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import select
import stat
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from cli_builders import configured, database_in, socialsync
from databases import about_files

from socialsync_cli.store import schema
from socialsync_cli.store.database import Database
from socialsync_cli.store.schema import HEAD


def test_init_writes_a_private_configuration_and_the_database(tmp_path):
    code, out, err = socialsync(tmp_path, "init")
    assert (code, err) == (0, "")
    assert out.splitlines()[:2] == ["wrote socialsync.toml", f"created the database {tmp_path}/socialsync.db"]
    assert stat.S_IMODE((tmp_path / "socialsync.toml").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "socialsync.db").stat().st_mode) == 0o600
    assert socialsync(tmp_path, "users").code == 0
    assert socialsync(tmp_path, "runs") == (0, "no runs\n", "")


def test_init_replaces_nothing_unless_it_is_forced(tmp_path):
    configured(tmp_path)
    code, out, err = socialsync(tmp_path, "init")
    assert (code, out) == (2, "")
    assert err == f"socialsync: {tmp_path}/socialsync.toml is there already; --force replaces it\n"
    assert socialsync(tmp_path, "init", "--force").code == 0
    assert "[users.acme]" not in (tmp_path / "socialsync.toml").read_text().replace("# [users.acme]", "")


@about_files
def test_init_upgrades_the_database_of_a_configuration_that_is_there(tmp_path):
    configured(tmp_path)
    written = (tmp_path / "socialsync.toml").read_text()
    with (
        contextlib.closing(Database(f"sqlite:///{tmp_path}/socialsync.db")) as database,
        database.write() as connection,
    ):
        config = Config()
        config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    old = "socialsync: the database has version 0001, older than"
    assert socialsync(tmp_path, "runs").err.startswith(f"{old} {HEAD}; `socialsync init` upgrades it")
    said = f"upgraded the database {tmp_path}/socialsync.db from version 0001 to {HEAD}\n"
    assert socialsync(tmp_path, "init") == (0, said, "")
    assert socialsync(tmp_path, "runs") == (0, "no runs\n", "")
    assert (tmp_path / "socialsync.db.0001.bak").exists()
    assert (tmp_path / "socialsync.toml").read_text() == written
    assert socialsync(tmp_path, "init").code == 2


def test_init_takes_answers_as_options(tmp_path):
    code, out, err = socialsync(
        tmp_path, "init", "-u", "acme", "--page", "instagram/@NASA", "--page", "https://www.tiktok.com/@nasa",
        "--page", "instagram/nasa", "--token", "env:ACME", "--database", "sqlite:///acme.db", ACME="x",
    )  # fmt: skip
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "wrote socialsync.toml",
        f"created the database {tmp_path}/acme.db",
        "",
        "Next:",
        "  1. socialsync check            says whether all is well",
        "  2. socialsync run --all        syncs; with --dry-run it only says what that costs",
        "  3. socialsync schedule cron    lets it run every day (or: schedule systemd)",
    ]
    assert json.loads(socialsync(tmp_path, "users", "--json").out) == {
        "users": [{"id": "acme", "token": "default: from $ACME", "pages": {"instagram": ["nasa"], "tiktok": ["nasa"]}}]
    }


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (("--page", "nasa"), "write instagram/nasa or facebook/nasa or tiktok/nasa or youtube/nasa, or its address"),
        (("--page", "instagram/no one"), "does not say where the page is"),
        (("--token", "apify_api_" + "c" * 20), "say where the token is, and not what it is: env:NAME, file:PATH or"),
        (("--user", "Acme & Co"), "a user's id is 1 to 64 of a-z, 0-9, _ and -"),
        (("--database", "mysql://me:canary@x/y"), "must begin with sqlite:/// or postgresql+psycopg://"),
    ],
)
def test_init_refuses_answers_that_cannot_be_and_writes_nothing(tmp_path, option, words):
    code, out, err = socialsync(tmp_path, "init", *option)
    assert (code, out) == (2, "")
    assert words in err
    assert "cccc" not in err
    assert "canary" not in err
    assert list(tmp_path.iterdir()) == []


def _conversation(folder, answers):
    """Call `init` on a terminal, and answer its questions; return its exit code and what the terminal showed."""
    here, there = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "socialsync_cli", "init"], cwd=folder, stdin=there, stdout=there, stderr=there,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "xterm"}, start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )  # fmt: skip
    os.close(there)
    shown = b""
    left = list(answers)
    with contextlib.suppress(OSError):  # the process has gone
        while select.select([here], [], [], 60)[0] and (data := os.read(here, 4096)):
            shown += data
            # Who asks for a secret throws away what was typed before the question.
            if left and shown.endswith(b": "):
                os.write(here, left.pop(0).encode())
    os.close(here)
    return process.wait(30), shown.decode()


def test_init_asks_a_person_and_asks_again_until_it_can_use_the_answer(tmp_path):
    secret = "apify_api_" + "c0de" * 9
    code, shown = _conversation(
        tmp_path,
        ["ac me\n", "acme\n", "nasa, @natgeo\n", "\n", "https://www.tiktok.com/@nasa\n", "\n", f"{secret}\n", "\n"],
    )
    assert code == 0, shown
    assert "a user's id is 1 to 64 of a-z" in shown
    assert json.loads(socialsync(tmp_path, "users", "--json").out) == {
        "users": [
            {
                "id": "acme",
                "token": "default: from file apify.token",
                "pages": {"instagram": ["nasa", "natgeo"], "tiktok": ["nasa"]},
            }
        ]
    }
    token = tmp_path / "apify.token"
    assert (token.read_text(), stat.S_IMODE(token.stat().st_mode)) == (f"{secret}\n", 0o600)
    assert secret not in (tmp_path / "socialsync.toml").read_text()


def test_whoever_breaks_the_conversation_off_has_changed_nothing(tmp_path):
    code, shown = _conversation(tmp_path, ["acme\n", "\n", "\n", "\n", "\n", f"apify_api_{'x' * 20}\n", "\x04"])
    assert (code, list(tmp_path.iterdir())) == (130, []), shown


def test_users_are_listed_with_where_their_tokens_come_from(tmp_path):
    said = socialsync(configured(tmp_path), "users", "--json", APIFY_TOKEN="apify_api_secret")
    assert (said.code, said.err) == (0, "")
    assert json.loads(said.out) == {
        "users": [
            {
                "id": "acme",
                "token": "default: from $APIFY_TOKEN",
                "pages": {"instagram": ["nasa", "natgeo"], "tiktok": ["nasa"]},
            },
            {"id": "bee", "token": "from $BEE_TOKEN", "pages": {"facebook": ["nasa"]}},
        ]
    }
    text = socialsync(tmp_path, "users", COLUMNS="60").out
    assert [" ".join(line.split()) for line in text.splitlines()] == [
        "user instagram tiktok facebook token",
        "acme 2 1 0 default: from",
        "$APIFY_TOKEN",
        "bee 0 0 1 from $BEE_TOKEN",
        "",
        "2 users, 4 pages",
    ]


@about_files
def test_check_offline_finds_all_well(tmp_path):
    database_in(configured(tmp_path)).close()
    code, out, err = socialsync(tmp_path, "check", "--offline", APIFY_TOKEN="a", BEE_TOKEN="b")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        f"✓ config: {tmp_path}/socialsync.toml is valid",
        "✓ users: 2 users with 4 pages: 2 on instagram, 1 on tiktok, 1 on facebook",
        f"✓ database: {tmp_path}/socialsync.db has version {HEAD}, the newest",
        "✓ Apify: 2 tokens and their actors not tried: --offline",
        "",
        "all is well: a run could start",
    ]


def test_check_names_a_missing_token_and_fails(tmp_path):
    code, out, _ = socialsync(configured(tmp_path), "check", "--offline", "--json", APIFY_TOKEN="a")
    found = json.loads(out)
    assert (code, found["ok"]) == (1, False)
    assert [f for f in found["findings"] if f["level"] == "error"] == [
        {
            "level": "error",
            "subject": "token",
            "message": "the token is missing: $BEE_TOKEN is not set (bee)",
            "advice": "tokens are at console.apify.com/settings/integrations: export it, or put it into a file and "
            "say file:PATH",
        }
    ]
    assert not (tmp_path / "socialsync.db").exists()


def test_check_of_a_broken_configuration_exits_with_2(tmp_path):
    code, out, err = socialsync(configured(tmp_path, "[sync]\nworker = 3\n"), "check", "--json")
    assert (code, err) == (2, "")
    assert [f["level"] for f in json.loads(out)["findings"]] == ["error"]


def test_a_token_written_into_the_configuration_is_never_shown(tmp_path):
    secret = "apify_api_" + "x" * 36
    configured(tmp_path, f'[apify]\ntoken = "{secret}"\n[users.acme]\ninstagram = ["nasa"]\n')
    for args in (["users"], ["users", "--json"], ["check", "--offline"], ["-vv", "check", "--offline", "--json"]):
        said = socialsync(tmp_path, *args)
        assert secret not in said.out + said.err
