"""What pruning removes from the archive, and what it never touches."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from socialsync_cli.store.archive import Archive
from socialsync_cli.store.retention import PruneSummary, prune

NOW = datetime(2026, 3, 1, 0, 30, tzinfo=UTC)
NOTHING = PruneSummary(0, 0, 0, 0, ())


@pytest.fixture
def archive(tmp_path):
    return Archive(tmp_path / "raw")


def put(archive, day, name, size=10, *, hours_old=48):
    path = archive.folder / day / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    then = (NOW - timedelta(hours=hours_old)).timestamp()
    os.utime(path, (then, then))
    return path


def left(archive):
    return sorted(str(path.relative_to(archive.folder)) for path in archive.folder.rglob("*"))


def test_days_beyond_the_limit_go_and_the_day_on_it_stays(archive):
    for day in ("2025-12-31", "2026-01-29", "2026-01-30", "2026-02-28"):
        put(archive, day, "a.jsonl.gz")
        put(archive, day, "b.jsonl.gz", 5)
    assert prune(archive, keep_raw_days=30, now=NOW) == PruneSummary(2, 4, 0, 30, ())
    assert left(archive) == [
        "2026-01-30", "2026-01-30/a.jsonl.gz", "2026-01-30/b.jsonl.gz",
        "2026-02-28", "2026-02-28/a.jsonl.gz", "2026-02-28/b.jsonl.gz",
    ]  # fmt: skip
    assert prune(archive, keep_raw_days=30, now=NOW) == NOTHING


def test_the_day_is_that_of_utc(archive):
    put(archive, "2026-01-30", "a.jsonl.gz")
    evening = NOW.astimezone(datetime.fromisoformat("2026-01-01T00:00-08:00").tzinfo)
    assert prune(archive, keep_raw_days=30, now=evening) == NOTHING
    assert prune(archive, keep_raw_days=29, now=evening) == PruneSummary(1, 1, 0, 10, ())


def test_a_dry_run_says_the_same_and_removes_nothing(archive):
    put(archive, "2025-12-31", "a.jsonl.gz")
    put(archive, "2025-12-31", "b.jsonl.gz.17.part", 3)
    put(archive, "2026-03-01", "c.jsonl.gz.17.part", 4)
    before = left(archive)
    expected = prune(archive, keep_raw_days=30, now=NOW, dry_run=True)
    assert expected == PruneSummary(1, 3, 2, 17, ())
    assert left(archive) == before
    assert prune(archive, keep_raw_days=30, now=NOW) == expected
    assert left(archive) == ["2026-03-01"]


def test_what_dead_runs_left_goes_after_a_day_and_what_is_being_written_stays(archive):
    put(archive, "2026-02-27", "dead.jsonl.gz.17.part", 7, hours_old=25)
    put(archive, "2026-02-27", "whole.jsonl.gz")
    put(archive, "2026-02-28", "slow.jsonl.gz.18.part", hours_old=23)
    put(archive, "2025-12-31", "odd.jsonl.gz.19.part", hours_old=1)
    assert prune(archive, keep_raw_days=30, now=NOW) == PruneSummary(0, 1, 1, 7, ())
    assert [name for name in left(archive) if "." in name] == [
        "2025-12-31/odd.jsonl.gz.19.part",
        "2026-02-27/whole.jsonl.gz",
        "2026-02-28/slow.jsonl.gz.18.part",
    ]


def test_a_limit_of_0_keeps_nothing(archive):
    put(archive, "2026-02-28", "a.jsonl.gz")
    put(archive, "2026-03-01", "b.jsonl.gz", hours_old=0)
    assert prune(archive, keep_raw_days=0, now=NOW) == PruneSummary(2, 2, 0, 20, ())
    assert left(archive) == []


def test_what_is_not_ours_stays(archive):
    put(archive, "2025-12-31", "notes.txt")
    put(archive, "2025-12-31", "a.jsonl.gz")
    put(archive, "keep-me", "a.jsonl.gz")
    (archive.folder / "README").write_text("a note")
    assert prune(archive, keep_raw_days=30, now=NOW) == PruneSummary(0, 1, 0, 10, ())
    assert left(archive) == ["2025-12-31", "2025-12-31/notes.txt", "README", "keep-me", "keep-me/a.jsonl.gz"]


def test_a_file_with_the_name_of_a_day_is_told_and_stays(archive):
    archive.folder.mkdir()
    (archive.folder / "2025-12-31").write_text("no folder")
    found = prune(archive, keep_raw_days=30, now=NOW)
    assert found == NOTHING._replace(stuck=(f"{archive.folder / '2025-12-31'}: Not a directory",))
    assert left(archive) == ["2025-12-31"]


def test_without_an_archive_there_is_nothing_to_do(archive):
    assert prune(archive, keep_raw_days=30, now=NOW) == NOTHING
    assert prune(Archive(None), keep_raw_days=30, now=NOW) == NOTHING


def test_what_cannot_be_removed_is_told(archive):
    path = put(archive, "2025-12-31", "a.jsonl.gz")
    path.unlink()
    path.mkdir()  # a folder in its place cannot be unlinked, whoever we are
    (path / "x").write_text("x")
    found = prune(archive, keep_raw_days=30, now=NOW)
    assert (found.days, found.files, found.size_bytes) == (0, 0, 0)
    assert [words.rpartition(":")[0] for words in found.stuck] == [str(path)]
