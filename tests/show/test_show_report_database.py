"""`socialsync report` on a database that was filled by hand."""

from __future__ import annotations

import json
import re

import pytest
import sqlalchemy as sa
from databases import section
from report_builders import NOW, Seen, filled

from socialsync_cli.cli import main
from socialsync_cli.cli.actions.giving import write_report
from socialsync_cli.config import load

CONFIG = '[users.acme]\ntoken = "env:NONE"\ninstagram = ["acme.bakery"]\n'


@pytest.fixture
def socialsync(tmp_path, monkeypatch, capsys):
    """Runs the program in a folder, in this process."""
    monkeypatch.chdir(_configured(tmp_path))

    def run(*args):
        code = main(list(args))
        return (code, *capsys.readouterr())

    return run


def test_a_report_is_made_from_the_database(tmp_path):
    with filled(tmp_path) as database, database.read() as connection:
        done = write_report(connection, load(None, environ={}, cwd=_configured(tmp_path)), tmp_path / "r.html", now=NOW)
    seen = Seen((tmp_path / "r.html").read_text())
    text = " ".join(seen.text.split())
    assert (done.pages, done.trouble) == (2, 1)
    for words in ("acme.bakery", "1,030", "1.20%", "of the followers, median of 9 posts of 30 days", "Rolls of acme",
                  "+1.0 since 2026-02-28", "acme.closed", "the items of acme make no sense"):  # fmt: skip
        assert words in text, words
    first = json.loads(next(text for attributes, text in seen.scripts if attributes))
    assert first == {
        "f": {"x": 20511, "from": 1010, "y": [0, 10, 10]},
        "e": {"x": 20511, "y": [1.0, 1.1, 1.2], "z": [2.0, 2.0, 2.0]},
        "s": {"x": 20511, "y": [50.0, 51.0, 52.0]},
        "h": [4, 6, 1],
        "d": 2,
    }


def test_a_users_report_tells_nothing_of_another_users_pages_or_trouble(tmp_path):
    with filled(tmp_path, users=("acme", "bee")) as database:
        with database.write() as connection:
            for user in ("acme", "bee"):
                connection.execute(
                    sa.text(
                        "INSERT INTO user_page (user_id, page_id) SELECT :user, id FROM social_page "
                        "WHERE handle = 'acme.closed' ON CONFLICT DO NOTHING"
                    ),
                    {"user": user},
                )
        with database.read() as connection:
            config = load(None, environ={}, cwd=_configured(tmp_path))
            write_report(connection, config, tmp_path / "r.html", user="bee", now=NOW)
    text = Seen((tmp_path / "r.html").read_text()).text
    assert set(re.findall(r"(?:acme|bee)\.(?:bakery|closed)", text)) == {
        "bee.bakery",
        "bee.closed",
        "acme.closed",
    }
    assert "the items of bee make no sense" in text
    assert "the items of acme" not in text
    assert "for bee" in text


def test_the_command_says_what_it_has_written(socialsync, tmp_path):
    with filled(tmp_path, span=1):
        pass
    code, out, err = socialsync("report", "--output", "r.html", "--user", "acme")
    assert (code, err) == (0, "")
    assert re.fullmatch(r"r\.html: 2 pages, [12] of them need a look; 0\.1 MB\n", out)
    code, out, err = socialsync("report", "-o", "r.html", "--json")
    assert (code, err) == (0, "")
    report = json.loads(out)["report"]
    size = (tmp_path / "r.html").stat().st_size
    assert (report["path"], report["pages"], report["size_bytes"]) == (str(tmp_path / "r.html"), 2, size)


def test_a_user_without_pages_is_a_usage_error_that_names_the_near_ones(socialsync, tmp_path):
    with filled(tmp_path, span=0):
        pass
    said = 'socialsync: no page of a user "acne" has been synced; did you mean acme?\n'
    assert socialsync("report", "-o", "r.html", "-u", "acne") == (2, "", said)
    assert socialsync("report", "-u", "acme")[0] == 2
    assert not (tmp_path / "r.html").exists()


def _configured(folder):
    (folder / "socialsync.toml").write_text(section(folder / "socialsync.db") + CONFIG)
    return folder
