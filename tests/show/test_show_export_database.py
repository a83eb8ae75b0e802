"""`socialsync export` on a database that was filled by hand."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import stat
import subprocess
import sys
from datetime import timedelta

import databases
import pytest
import sqlalchemy as sa
from report_builders import NOW, filled

from socialsync_cli.cli import main
from socialsync_cli.cli.giving import export as export_command
from socialsync_cli.errors import UsageError
from socialsync_cli.store import export_queries
from socialsync_cli.store.export_queries import TABLES, Chosen

CONFIG = '[users.acme]\ntoken = "env:NONE"\ninstagram = ["acme.bakery"]\n'
HEAD = (
    "id,page_id,date,followers,following,posts_count,likes_total,private,followers_rounded,imported,captured_at,"
    "posts_read_at\n"
)
POSTS = TABLES["social_page_post"]
TODAY = NOW.date()


@contextlib.contextmanager
def opened(folder):
    """A transaction on the database of a folder."""
    engine = sa.create_engine(databases.fresh(folder / "socialsync.db"))
    with engine.begin() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "socialsync.toml").write_text(databases.section(tmp_path / "socialsync.db") + CONFIG)
    monkeypatch.chdir(tmp_path)
    with filled(tmp_path, users=("acme", "bee")):
        pass
    return tmp_path


def test_a_table_comes_as_csv_on_standard_output(folder, capfdbinary):
    assert main(["export", "social_page_metric", "--user", "bee", "--since", "2026-02-28"]) == 0
    out, err = capfdbinary.readouterr()
    assert (out.decode(), err) == (
        HEAD + "5,3,2026-02-28,1020,,,,,false,false,2026-02-28T06:00:00Z,2026-02-28T06:00:00Z\n"
        "6,3,2026-03-01,1030,,,,,false,false,2026-03-01T06:00:00Z,2026-03-01T06:00:00Z\n",
        b"",
    )


def test_a_file_is_written_as_a_whole_and_for_its_owner_alone(folder, capsys):
    assert main(["export", "social_page_score", "-f", "jsonl", "-o", "scores.jsonl"]) == 0
    assert capsys.readouterr() == ("scores.jsonl: 6 rows\n", "")
    path = folder / "scores.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert [(r["page_id"], r["date"], r["score"], r["weights"]["reach"], r["flags"]) for r in rows] == [
        (page, f"2026-0{day}", score, 0.15, [])
        for page in (1, 3)
        for day, score in (("2-27", 50.0), ("2-28", 51.0), ("3-01", 52.0))
    ]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert main(["export", "social_page_score", "-o", "nowhere/scores.csv"]) == 2
    assert "nowhere/scores.csv cannot be written: No such file or directory" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["social_page_pots"], 'there is no table "social_page_pots"; did you mean social_page_post'),
        (["x"], 'there is no table "x"; there are social_page, user_page, '),
        (["setting"], 'there is no table "setting"; there are social_page, '),
        (["social_page", "-u", "acne"], 'nothing of a user "acne" is in the database; did you mean acme?'),
        (["user_page", "--since", "2026-01-01"], "user_page has no days: leave --since out"),
    ],
)
def test_what_cannot_be_exported_is_a_usage_error_and_writes_nothing(args, said, folder, capfdbinary):
    assert main(["export", *args]) == 2
    out, err = capfdbinary.readouterr()
    assert out == b""
    assert err.decode().startswith(f"socialsync: {said}")


def test_parquet_is_refused_on_a_terminal(folder, monkeypatch, capsys):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert main(["export", "social_page", "--format", "parquet"]) == 2
    assert "say --output PATH" in capsys.readouterr().err


def test_parquet_goes_through_a_pipe(folder, capfdbinary):
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed (extra parquet)")
    assert main(["export", "social_page", "-f", "parquet"]) == 0
    table = parquet.read_table(io.BytesIO(capfdbinary.readouterr().out))
    assert table["handle"].to_pylist() == ["acme.bakery", "acme.closed", "bee.bakery", "bee.closed"]


def test_every_table_and_view_comes_in_every_format_with_the_same_rows(folder, capsys):
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed (extra parquet)")
    with opened(folder) as c:
        for user in ("acme", "bee"):
            _add_details(c, user)
    for name, table in TABLES.items():
        for format_ in ("csv", "jsonl", "parquet"):
            assert main(["export", name, "-f", format_, "-o", f"x.{format_}"]) == 0, name
        names = [column.name for column in export_queries.columns(table)]
        sheet = list(csv.DictReader(io.StringIO((folder / "x.csv").read_text())))
        lines = [json.loads(line) for line in (folder / "x.jsonl").read_text().splitlines()]
        columns = parquet.read_table("x.parquet").to_pydict()
        assert lines, name
        assert [list(row) for row in (*sheet, *lines)] == [names] * 2 * len(lines), name
        assert list(columns) == names
        for column in names:
            values = [row[column] for row in lines]
            assert [value is None for value in columns[column]] == [value is None for value in values], (name, column)
            assert [row[column] == "" for row in sheet] == [value in (None, "") for value in values], (name, column)
    assert capsys.readouterr().err == ""


def test_a_reader_that_leaves_ends_the_export_without_a_word(folder):
    with opened(folder) as c:
        more = [{"page_id": 1, "external_id": f"more-{i}", "text": "x" * 100} for i in range(3000)]
        c.execute(sa.insert(TABLES["social_page_post"]), more)  # more than a pipe holds
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "socialsync_cli", "export", "social_page_post"], env=dict(os.environ),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout.readline().startswith(b"id,page_id,external_id,")
        process.stdout.close()
        assert (process.wait(60), process.stderr.read()) == (1, b"")


@databases.about_files
def test_nothing_is_sorted_so_that_memory_stays_the_same(folder):
    """SQLite keeps what it sorts. Left to be sorted are the few rows of one page, the tasks of one user, and sums."""
    choices = (Chosen(), Chosen("acme"), Chosen(platform="instagram"), Chosen("acme", "instagram"), Chosen(since=TODAY))
    with opened(folder) as c:
        for name, table in TABLES.items():
            for chosen in () if name == "socialsync_spend" else choices:
                if (name == "user_page" and chosen.since) or (name == "sync_task" and chosen.user):
                    continue
                query = export_queries.statement(c, table, chosen)
                text = query.compile(c.engine, compile_kwargs={"literal_binds": True})
                plan = [row[3] for row in c.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
                assert "USE TEMP B-TREE FOR ORDER BY" not in plan, (name, chosen, plan)


def test_a_users_export_has_all_of_theirs_and_nothing_of_others(folder):
    with opened(folder) as c:
        for user in ("acme", "bee"):
            _add_details(c, user)
        for name, table in TABLES.items():
            everything, acme, bee = (_keys(c, table, chosen) for chosen in (Chosen(), Chosen("acme"), Chosen("bee")))
            assert acme, name
            assert len(acme) == len(bee), name
            assert sorted(acme + bee) == (["run-1", "run-1"] if name == "sync_run" else sorted(everything)), name
            assert _keys(c, table, Chosen("acme", "instagram")) == acme, name
            assert _keys(c, table, Chosen("acme", "tiktok")) == [], name
            if name != "user_page":
                assert _keys(c, table, Chosen("acme", since=TODAY + timedelta(days=1))) == [], name
            if name in ("social_page_post_metric", "sync_run", "sync_task", "sync_page_result", "apify_run"):
                assert _keys(c, table, Chosen("acme", since=TODAY)) == acme, name


def _add_details(c, user):
    post = c.scalar(sa.select(POSTS.c.id).where(POSTS.c.external_id == f"{user}-1"))
    c.execute(sa.insert(TABLES["social_page_post_comment"]), {"post_id": post, "external_id": user})
    c.execute(sa.insert(TABLES["social_page_post_metric"]), {"post_id": post, "date": TODAY, "observed_at": NOW})
    tasks = TABLES["sync_task"]
    c.execute(sa.update(tasks).where(tasks.c.user == user).values(token_fingerprint=f"token-{user}"))
    c.execute(sa.insert(TABLES["apify_run"]), {
        "id": f"a-{user}", "run_id": "run-1", "token_fingerprint": f"token-{user}", "platform": "instagram",
        "part": "posts", "actor": "x", "status": "SUCCEEDED", "input_hash": "", "work": b"", "intended_at": NOW,
    })  # fmt: skip


def _keys(c, table, chosen):
    key = list(table.primary_key)[-1].name
    return [getattr(row, key) for batch in export_queries.batches(c, table, chosen) for row in batch]


def test_the_help_names_every_table():
    words = (export_command.__doc__ or "").replace(",", " ").replace(".", " ").split()
    assert set(TABLES) <= set(words)


def test_a_table_of_another_kind_is_refused():
    with pytest.raises(UsageError):
        export_queries.table_named("sync_lock")
