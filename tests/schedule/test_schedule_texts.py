"""What systemd and cron are told: texts, and that both understand them."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from socialsync_cli.errors import UsageError
from socialsync_cli.schedule import Credential, Job, Scope, line, units, units_folder
from socialsync_cli.schedule.cron import with_line

JOB = Job(
    program=("/opt/socialsync/bin/socialsync",),
    config=Path("/srv/social/socialsync.toml"),
    at=dt.time(5, 30),
    run_as="social",
    writes=[Path("/srv/social")],
    may_write=[Path("/var/lib/social/socialsync")],
    credentials=[
        Credential("APIFY_TOKEN", Path("/etc/credstore/socialsync.APIFY_TOKEN"), variable="APIFY_TOKEN"),
        Credential("acme-0a1b2c3d", Path("/srv/social/acme token")),
    ],
    environment={"XDG_STATE_HOME": "/var/lib/social"},
)


def settings(text):
    """The settings of a unit, without comments."""
    return [row for row in text.splitlines() if "=" in row and not row.startswith("#")]


def test_the_service_may_do_what_a_run_needs_and_little_else():
    service = units(JOB, Scope.SYSTEM)["socialsync.service"]
    assert settings(service)[:13] == [
        "Description=Sync social media pages into the database (all users)",
        "Wants=network-online.target",
        "After=network-online.target",
        "Type=oneshot",
        "User=social",
        "ExecStart=:/opt/socialsync/bin/socialsync --config /srv/social/socialsync.toml run --all",
        "SuccessExitStatus=75 143",
        "KillSignal=SIGTERM",
        "KillMode=mixed",
        "TimeoutStopSec=30",
        "TimeoutStartSec=12h",
        "LoadCredential=APIFY_TOKEN:/etc/credstore/socialsync.APIFY_TOKEN",
        "LoadCredential=acme-0a1b2c3d:/srv/social/acme token",
    ]
    hardened = {"ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes", "NoNewPrivileges=yes"}
    assert hardened | {"ReadWritePaths=/srv/social -/var/lib/social/socialsync"} <= set(settings(service))
    assert "printenv APIFY_TOKEN | install -D -m 600 /dev/stdin /etc/credstore/socialsync.APIFY_TOKEN" in service


def test_the_timer_makes_up_for_what_it_missed():
    timer = units(JOB, Scope.SYSTEM)["socialsync.timer"]
    assert settings(timer) == [
        "Description=Sync social media pages every day (all users)",
        "OnCalendar=*-*-* 05:30:00",
        "Persistent=true",
        "RandomizedDelaySec=10min",
        "AccuracySec=1min",
        "WantedBy=timers.target",
    ]


def test_what_stands_in_a_home_folder_or_among_temporary_files_can_be_seen():
    at_home = JOB.__class__(("/home/ann/bin/socialsync",), Path("/home/ann/socialsync.toml"), JOB.at)
    assert "ProtectHome=read-only" in settings(units(at_home, Scope.USER)["socialsync.service"])
    in_tmp = JOB.__class__(JOB.program, Path("/tmp/try/socialsync.toml"), JOB.at, writes=[Path("/tmp/try")])
    assert "BindPaths=/tmp/try" in settings(units(in_tmp, Scope.USER)["socialsync.service"])


@pytest.mark.parametrize(
    ("users", "name"),
    [
        ((), "socialsync"),
        (("acme",), "socialsync-acme"),
        (("acme", "bee"), "socialsync-acme-and-1-more-1381163e"),
    ],
)
def test_other_users_are_another_unit(users, name):
    job = Job(JOB.program, JOB.config, JOB.at, users)
    assert list(units(job, Scope.SYSTEM)) == [f"{name}.service", f"{name}.timer"]


@pytest.mark.parametrize("scope", Scope)
@pytest.mark.parametrize("folder", ["plain", "with blank", "100%i $HOME \"q\" 'a' back\\slash;"])
def test_systemd_accepts_the_units(scope, folder, tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed (Debian: systemd)")
    place = tmp_path / folder
    place.mkdir()
    program = tmp_path / "100% $HOME socialsync"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    job = Job(
        (str(program),), place / "socialsync.toml", JOB.at, users=("acme",), writes=[place],
        may_write=[place / "state"], credentials=[Credential("T", place / "t")], environment={"A": f"{place}"},
    )  # fmt: skip
    for name, text in units(job, scope).items():
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", f"--{scope}", "verify", *(str(tmp_path / name) for name in units(job, scope))],
        capture_output=True, text=True, timeout=60, env=dict(os.environ) | {"XDG_RUNTIME_DIR": str(tmp_path)},
    )  # fmt: skip
    said = [row for row in done.stderr.splitlines() if "socialsync" in row]
    assert (done.returncode, said) == (0, [])


def test_cron_runs_quietly_and_is_told_about_percent_signs():
    job = Job(("/opt/a b/socialsync",), Path("/srv/100%/socialsync.toml"), dt.time(23, 5), users=("acme",))
    assert line(job) == (
        "5 23 * * * '/opt/a b/socialsync' --quiet --config /srv/100\\%/socialsync.toml run --user acme"
        "  # socialsync-acme: written by socialsync schedule"
    )


def test_the_shell_gets_from_the_line_what_was_meant(tmp_path):
    """As cron does it: \\% becomes %, and sh reads the rest."""
    place = tmp_path / "it's 100% $HOME"
    place.mkdir()
    shown = place / "shown"
    job = Job((sys.executable, "-c", "import sys; print(sys.argv[1:])"), place / "s.toml", JOB.at)
    command = line(job).split(" ", 5)[5].replace("\\%", "%")
    shown.write_text(subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True).stdout)
    assert shown.read_text() == f"{['--quiet', '--config', str(place / 's.toml'), 'run', '--all']}\n"


def test_a_line_is_replaced_where_it_stands_and_others_are_left_alone():
    later = Job(JOB.program, JOB.config, dt.time(7, 0))
    other = Job(JOB.program, JOB.config, JOB.at, users=("acme",))
    table = with_line(with_line("MAILTO=me@example.com\n", JOB), other)
    assert table.splitlines() == ["MAILTO=me@example.com", line(JOB), line(other)]
    assert with_line(table, JOB) == table
    assert with_line(table, later).splitlines() == ["MAILTO=me@example.com", line(later), line(other)]


def test_what_cannot_be_written_down_is_said():
    with pytest.raises(UsageError):
        units(Job(('/opt/"quoted"/socialsync',), JOB.config, JOB.at), Scope.SYSTEM)
    job = Job(JOB.program, Path("/srv/two\nlines/socialsync.toml"), JOB.at)
    with pytest.raises(UsageError):
        units(job, Scope.SYSTEM)
    with pytest.raises(UsageError):
        line(job)


def test_units_go_to_the_system_or_to_the_user():
    assert units_folder(Scope.SYSTEM, {}) == Path("/etc/systemd/system")
    assert units_folder(Scope.USER, {"HOME": "/home/ann"}) == Path("/home/ann/.config/systemd/user")
    assert units_folder(Scope.USER, {"HOME": "/x", "XDG_CONFIG_HOME": "/y"}) == Path("/y/systemd/user")
