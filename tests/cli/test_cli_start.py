"""What holds for every command: help, version, global options, errors and their exit codes."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys

import pytest
import typer
from cli_builders import configured, socialsync, socialsync_process

from socialsync_cli import __version__
from socialsync_cli.cli import ending
from socialsync_cli.cli.application import COMMANDS, app
from socialsync_cli.cli.invocation import Invocation
from socialsync_cli.errors import ConfigError, DatabaseError, LockedError, UsageError

HEAVY = ("sqlalchemy", "sqlmodel", "apify_client", "pydantic", "httpx", "rich.console")


@pytest.mark.parametrize("args", [["--help"], ["--version"]])
def test_help_and_version_load_nothing_heavy(args):
    code = (
        "import sys; from socialsync_cli.cli import main\n"
        f"code = main({args!r})\n"
        f"print([n for n in {HEAVY!r} if n in sys.modules], code, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stderr == "[] 0\n"
    assert done.stdout


def test_looking_at_a_run_loads_no_orm_and_nothing_of_the_network(tmp_path):
    configured(tmp_path)
    heavy = ("sqlmodel", "sqlalchemy.orm", "alembic", "apify_client", "httpx", "orjson")
    code = (
        "import sys; from socialsync_cli.cli import main\n"
        f"code = main(['status', 'last'])\n"
        f"print([n for n in {heavy!r} if n in sys.modules], code)"
    )
    assert socialsync(tmp_path, "init", "--force")[0] == 0
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == (
        "[] 2\n",
        "socialsync: there has been no run yet; `socialsync run --all` begins one\n",
    )


def test_the_version_is_the_packages(tmp_path):
    assert socialsync(tmp_path, "--version") == (0, f"socialsync {__version__}\n", "")


def test_the_program_alone_shows_its_help_and_fails(tmp_path):
    code, out, err = socialsync(tmp_path)
    assert (code, out) == (2, "")
    assert err.startswith("Usage: socialsync [OPTIONS] COMMAND [ARGS]...")


@pytest.mark.parametrize(("name", "entry"), [(n, e) for some in COMMANDS.values() for n, e in some.items()])
def test_every_command_of_the_table_is_there_and_says_the_same(name, entry, capsys):
    from socialsync_cli.cli import main

    assert main([name, "--help"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"Usage: socialsync {name} ")
    assert entry.summary in " ".join(shown.split())


@pytest.mark.parametrize("name", [name for some in COMMANDS.values() for name in some])
def test_every_command_has_an_example_that_can_be_typed(name):
    command = typer.main.get_command(app).get_command(None, name)
    examples = re.findall(r"Example: socialsync (.*)", command.help)
    assert examples
    for example in examples:
        called, *args = shlex.split(example)
        assert called == name
        command.make_context(name, args)


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (["statu"], "socialsync: no such command 'statu'. Did you mean 'status'? See `socialsync --help`\n"),
        (
            ["runs", "--limit", "0"],
            "socialsync: invalid value for '--limit': it must be at least 1; see `socialsync runs --help`\n",
        ),
        (
            ["runs", "--limit", "few"],
            "socialsync: invalid value for '--limit': it must be a whole number; see `socialsync runs --help`\n",
        ),
        (
            ["runs", "--status", "failed"],
            "socialsync: invalid value for '--status': 'failed' is not one of 'PENDING', 'STARTED', 'SUCCESS', "
            "'FAILURE', 'REVOKED'; did you mean 'FAILURE'? See `socialsync runs --help`\n",
        ),
        (
            ["run", "--all", "--max-cost", "much"],
            "socialsync: invalid value for '--max-cost': it must be a number; see `socialsync run --help`\n",
        ),
        (
            ["rebuild", "--since", "2026-13-01"],
            "socialsync: invalid value for '--since': '2026-13-01' is no date; one is written 2026-01-31; "
            "see `socialsync rebuild --help`\n",
        ),
        (["run", "--bogus"], None),
        (["cancel"], None),
    ],
)
def test_a_command_line_that_cannot_be_is_a_usage_error_on_one_line(args, line, tmp_path):
    code, out, err = socialsync(configured(tmp_path), *args)
    assert (code, out) == (2, "")
    assert err.startswith("socialsync: ")
    assert err.count("\n") == 1
    assert line is None or err == line


@pytest.mark.parametrize(
    "args", [["status"], ["runs"], ["users"], ["run", "--all"], ["resume", "x"], ["cancel", "x"], ["show", "x"]]
)
def test_without_a_configuration_commands_exit_with_2(args, tmp_path):
    code, out, err = socialsync(tmp_path, *args)
    assert (code, out) == (2, "")
    assert err.startswith("socialsync: no configuration found")


def test_global_options_may_stand_before_and_after_a_command(tmp_path):
    configured(tmp_path)
    (tmp_path / "socialsync.toml").rename(tmp_path / "other.toml")
    before = socialsync(tmp_path, "--config", "other.toml", "users", "--json")
    assert before.code == 0
    assert socialsync(tmp_path, "users", "--json", "--config", "other.toml") == before


def test_the_program_is_a_process_with_an_exit_code(tmp_path):
    code, out, err = socialsync_process(configured(tmp_path), "run")
    assert (code, out) == (2, "")
    assert err == "socialsync: say whom to sync: --all, or --user with one of acme, bee\n"


def test_with_json_lines_an_error_is_an_object(tmp_path):
    code, out, err = socialsync(configured(tmp_path), "--log-format", "json", "run")
    line = json.loads(err)
    del line["time"]
    assert (code, out) == (2, "")
    assert line == {
        "level": "error", "event": "error", "type": "usage", "exit_code": 2,
        "message": "say whom to sync: --all, or --user with one of acme, bee",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (UsageError("so not"), 2, "socialsync: so not\n"),
        (ConfigError("x.toml, line 3: no"), 2, "socialsync: x.toml, line 3: no\n"),
        (LockedError("held"), 75, "socialsync: held\n"),
        (DatabaseError("gone"), 1, "socialsync: gone\n"),
        (KeyboardInterrupt(), 130, ""),
        (KeyError("lost"), 1, "socialsync: this is a bug: KeyError: 'lost' (run it again with -vv to see where)\n"),
    ],
)
def test_errors_become_exit_codes_and_one_line(error, code, line, capsys):
    def work():
        raise error

    assert ending.ended(work, Invocation()) == code
    assert capsys.readouterr() == ("", line)


def test_a_bug_shows_where_it_is_when_asked(capsys):
    def work():
        raise KeyError("lost")

    assert ending.ended(work, Invocation(verbose=2)) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[-1] == "socialsync: this is a bug: KeyError: 'lost'"


def test_a_reader_that_has_gone_ends_the_program_without_a_word(tmp_path):
    here, there = os.pipe()
    os.close(here)
    done = subprocess.run(
        [sys.executable, "-m", "socialsync_cli", "users"],
        cwd=configured(tmp_path), stdout=there, stderr=subprocess.PIPE, timeout=60,
    )  # fmt: skip
    os.close(there)
    assert (done.returncode, done.stderr) == (1, b"")
