"""`schedule`: from a configuration to units and to a line of a crontab."""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
import sys

import pytest
from cli_builders import configured, socialsync, socialsync_process

CONFIG = """\
[apify]
token = "env:APIFY_TOKEN"
[notify]
admins = ["mailto:ops@example.com"]
webhook_secret = "keyring:socialsync/webhook"
[users.acme]
instagram = ["nasa"]
[users.bee]
token = "file:bee.token"
notify = ["https://hooks.example.com/canary-3f2a"]
facebook = ["nasa"]
"""
CRONTAB = """\
#!/bin/sh
if [ "$1" = -l ]; then
    test -f "$TABLE" || { echo "no crontab for me" >&2; exit 1; }
    cat "$TABLE"
else
    cat > "$TABLE"
fi
"""


def test_printing_changes_nothing_and_names_every_secret_of_a_run(tmp_path):
    configured(tmp_path, CONFIG)
    before = sorted(tmp_path.iterdir())
    code, out, err = socialsync(tmp_path, "schedule", "systemd", "--at", "6:05", "--scope", "system", APIFY_TOKEN="ap")
    assert code == 0
    assert sorted(tmp_path.iterdir()) == before
    loaded = [row.partition(":")[2] for row in out.splitlines() if row.startswith("LoadCredential=")]
    assert loaded == [
        "/etc/credstore/socialsync.APIFY_TOKEN",
        f"{tmp_path}/bee.token",
        "/etc/credstore/socialsync.SMTP_URL",
    ]
    assert "OnCalendar=*-*-* 06:05:00" in out.splitlines()
    assert f"/socialsync --config {tmp_path}/socialsync.toml run --all" in out
    assert "canary" not in out + err
    assert err == (
        "warning: the keyring (socialsync/webhook) is locked while nobody is logged in: file:PATH is always there\n"
    )


def test_the_home_folder_is_that_of_whom_the_configuration_belongs_to(tmp_path):
    configured(tmp_path, '[users.bee]\ntoken = "file:~/bee.token"\nfacebook = ["nasa"]\n')
    out = socialsync(tmp_path, "schedule", "systemd", "--scope", "system", HOME="/elsewhere").out
    home = pwd.getpwuid((tmp_path / "socialsync.toml").stat().st_uid).pw_dir
    (loaded,) = [row.partition(":")[2] for row in out.splitlines() if row.startswith("LoadCredential=")]
    assert loaded == f"{home}/bee.token"


def test_only_the_secrets_of_the_named_users_are_loaded(tmp_path):
    configured(tmp_path, CONFIG.replace("[notify]\nadmins", "[notify]\n# admins"))
    out = socialsync(tmp_path, "schedule", "systemd", "--user", "acme", "--scope", "system").out
    loaded = [row for row in out.splitlines() if row.startswith("LoadCredential=")]
    assert loaded == ["LoadCredential=APIFY_TOKEN:/etc/credstore/socialsync.APIFY_TOKEN"]
    assert "run --user acme\n" in out


def test_units_are_installed_and_what_is_left_to_do_is_said(tmp_path):
    configured(tmp_path, CONFIG)
    folder = tmp_path / "etc/systemd/user"
    for _ in range(2):
        code, out, _ = socialsync(
            tmp_path, "schedule", "systemd", "--install", "--scope", "user", XDG_CONFIG_HOME=str(tmp_path / "etc"),
            XDG_STATE_HOME=str(tmp_path / "state"),
        )  # fmt: skip
        assert code == 0
        assert sorted(file.name for file in folder.iterdir()) == ["socialsync.service", "socialsync.timer"]
    assert stat.S_IMODE((folder / "socialsync.service").stat().st_mode) == 0o644
    assert "  systemctl --user daemon-reload\n  systemctl --user enable --now socialsync.timer\n" in out


def test_the_line_is_put_into_the_crontab_once(tmp_path):
    program = tmp_path / "bin" / "crontab"
    program.parent.mkdir()
    program.write_text(CRONTAB)
    program.chmod(0o755)
    table = tmp_path / "table"
    environ = {"PATH": f"{program.parent}:{os.environ['PATH']}", "TABLE": str(table)}
    configured(tmp_path)
    args = ("schedule", "cron", "--install", "-u", "acme")
    first = socialsync(tmp_path, *args, **environ)
    assert (first.code, first.out) == (0, "wrote a line into your crontab; `crontab -l` shows it\n")
    again = socialsync(tmp_path, *args, **environ)
    assert (again.code, again.out) == (0, "your crontab has the line already; `crontab -l` shows it\n")
    assert table.read_text() == socialsync(tmp_path, "schedule", "cron", "-u", "acme").out
    assert table.read_text().startswith("0 6 * * * /")
    assert first.err == (
        "warning: cron does not know $APIFY_TOKEN: put it into a file (chmod 600) and write file:PATH for env:\n"
    )


def test_without_a_cron_there_is_another_way(tmp_path):
    said = socialsync(configured(tmp_path), "--quiet", "schedule", "cron", "--install", PATH=str(tmp_path))
    assert said == (2, "", "socialsync: there is no crontab program here; install cron, or use `socialsync schedule "
                           "systemd`\n")  # fmt: skip


@pytest.mark.parametrize("at", ["25:00", "6", "noon", "06:60", "٠٦:٣٠"])
def test_a_time_of_day_has_hours_and_minutes(at, tmp_path):
    code, out, err = socialsync(configured(tmp_path), "schedule", "cron", "--at", at)
    assert (code, out) == (2, "")
    assert "a time of day is written HH:MM, from 00:00 to 23:59" in err


def test_a_service_reads_its_tokens_from_the_credentials_folder(tmp_path):
    configured(tmp_path, CONFIG)
    out = socialsync(tmp_path, "schedule", "systemd", "--scope", "system").out
    names = [row.split("=")[1].partition(":")[0] for row in out.splitlines() if row.startswith("LoadCredential=")]
    folder = tmp_path / "credentials"
    folder.mkdir()
    for name in names:
        (folder / name).write_text(f"secret-{name}\n")
    said = socialsync_process(tmp_path, "check", "--offline", CREDENTIALS_DIRECTORY=str(folder))
    assert "2 tokens and their actors not tried" in said.out
    assert "secret-" not in said.out + said.err


def test_in_the_journal_lines_carry_their_priority(tmp_path):
    configured(tmp_path, CONFIG + "[users.cleo]\ntoken = 'canary'\ntiktok = ['esa']\n")
    with (tmp_path / "journal").open("w") as journal:
        found = os.fstat(journal.fileno())
        environ = os.environ | {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"}
        command = [sys.executable, "-m", "socialsync_cli", "run", "--user", "nobody"]
        done = subprocess.run(command, cwd=tmp_path, env=environ, stderr=journal, timeout=60)
        command[-2:] = ["--user", "cleo", "--page", "none"]
        subprocess.run(command, cwd=tmp_path, env=environ, stderr=journal, timeout=60)
    assert done.returncode == 2
    lines = (tmp_path / "journal").read_text().splitlines()
    assert [line[:12] for line in lines] == ["<3>socialsyn", "<4>warning: ", "<3>socialsyn"]
