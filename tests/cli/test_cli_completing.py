"""What the shell offers when Tab is pressed: asked as bash, zsh and fish ask."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cli_builders import add_run, configured, database_in, socialsync, socialsync_process
from databases import about_files

from socialsync_cli.cli.completing import TABLES
from socialsync_cli.store import export_queries

HEAVY = ("sqlalchemy", "sqlmodel", "apify_client", "httpx", "alembic")
RUN = "20260110-120000-aaaaaa"


pytestmark = about_files  # run ids are looked up in files alone: a server may take its time


@pytest.fixture
def folder(tmp_path):
    configured(tmp_path)
    database = database_in(tmp_path)
    add_run(database, RUN)
    database.close()
    return tmp_path


def offered(folder, typed, shell="bash", call=socialsync, **environ):
    """What a shell is offered for a line that ends where the cursor is."""
    words = typed.split(" ")
    asked = {
        "_SOCIALSYNC_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(len(words) - 1),
        "_TYPER_COMPLETE_ARGS": typed,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }
    said = call(folder, **asked, **environ)
    assert (said.code, said.err) == (0, "")
    return said.out.strip("\n").splitlines()


@pytest.mark.parametrize(
    ("typed", "offer"),
    [
        ("socialsync sta", ["status"]),
        ("socialsync run --user ", ["acme", "bee"]),
        ("socialsync run -u b", ["bee"]),
        ("socialsync runs --user a", ["acme"]),
        ("socialsync run -p t", ["tiktok"]),
        ("socialsync run --page @n", ["@nasa", "@natgeo"]),
        ("socialsync run --page n", ["nasa", "natgeo"]),
        ("socialsync show inst", ["instagram/nasa", "instagram/natgeo"]),
        ("socialsync show natg", ["natgeo"]),
        ("socialsync status ", ["last", RUN]),
        ("socialsync resume 2026", [RUN]),
        ("socialsync resume %", []),
        ("socialsync runs --status S", ["STARTED", "SUCCESS"]),
        ("socialsync export sync_", ["sync_run", "sync_task", "sync_page_result"]),
        ("socialsync schedule ", ["systemd", "cron"]),
        ("socialsync run --max", ["--max-cost"]),
    ],
)
def test_bash_is_offered_what_fits(folder, typed, offer):
    assert offered(folder, typed) == offer


def test_zsh_and_fish_are_offered_the_same_with_a_word_about_it(folder):
    assert offered(folder, "socialsync status ", "zsh", socialsync_process) == [
        """_arguments '*: :(("last":"the newest run\"""",
        f""""{RUN}":"FAILURE"))'""",
    ]
    assert offered(folder, "socialsync status ", "fish", socialsync_process) == [
        "last\tthe newest run",
        f"{RUN}\tFAILURE",
    ]


def test_before_the_first_run_pages_come_from_the_configuration_and_the_users_file(tmp_path):
    text = 'users_file = "users.csv"\n[users.acme]\ninstagram = ["@NASA", "https://www.instagram.com/natgeo/"]\n'
    configured(tmp_path, text)
    (tmp_path / "users.csv").write_text("# ours\nplatform;user;handle\ntiktok;cleo;@nasa\ntiktok;cleo;esa\n")
    (tmp_path / "socialsync.toml").rename(tmp_path / "other.toml")
    assert offered(tmp_path, "socialsync --config other.toml show ") == [
        "instagram/nasa", "instagram/natgeo", "tiktok/nasa", "tiktok/esa",
    ]  # fmt: skip
    assert offered(tmp_path, "socialsync run --config other.toml -u ") == ["acme", "cleo"]
    assert offered(tmp_path, "socialsync run --page e", SOCIALSYNC_CONFIG="other.toml") == ["esa"]


@pytest.mark.parametrize("text", [None, "[users\n", "users = 3\n", '[database]\nurl = "postgresql+psycopg://x/y"\n'])
def test_what_goes_wrong_is_an_empty_offer(tmp_path, text):
    if text is not None:
        configured(tmp_path, text)
    (tmp_path / "socialsync.db").write_text("this is no database" * 100)
    assert offered(tmp_path, "socialsync run -u ") == []
    assert offered(tmp_path, "socialsync show ") == []
    assert offered(tmp_path, "socialsync status 2") == []


def test_every_table_that_can_be_exported_is_offered():
    assert tuple(export_queries.TABLES) == TABLES


def test_nothing_heavy_is_loaded_for_an_offer(folder):
    code = (
        "import sys; from socialsync_cli.cli import main\n"
        f"code = main([])\nprint([n for n in {HEAVY!r} if n in sys.modules], code, file=sys.stderr)"
    )
    asked = {"_SOCIALSYNC_COMPLETE": "complete_bash", "COMP_WORDS": "socialsync show n", "COMP_CWORD": "2"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=os.environ | asked, capture_output=True, text=True, timeout=60
    )
    assert (done.stdout.split(), done.stderr) == (["nasa", "natgeo"], "[] 0\n")


@pytest.mark.parametrize(
    ("shell", "code", "offer"),
    [
        ("bash", "eval \"$(socialsync --show-completion bash)\"; COMP_WORDS=(socialsync run -u ''); COMP_CWORD=3; "
                 'COMP_LINE="socialsync run -u "; _socialsync_completion socialsync; printf "%s\\n" "${COMPREPLY[@]}"',
         ["acme", "bee"]),
        ("fish", "socialsync --show-completion fish | source; complete -C 'socialsync run -u '", ["acme", "bee"]),
    ],
)  # fmt: skip
def test_a_real_shell_understands_the_script(folder, shell, code, offer):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        [shell, "-c", code], cwd=folder, env=os.environ | {"PATH": path}, capture_output=True, text=True, timeout=60
    )
    assert (done.stdout.split(), done.stderr) == (offer, "")
