"""The raw archive: whole files or none, for the owner alone, and read as they were written."""

import gzip
from datetime import UTC, date, datetime

import orjson
import pytest
from store_samples import DAY, NOW

from socialsync_cli.store.archive import Archive, read_file

HEADER = {"actor": "apify/posts", "apify_run_id": "r1", "input": {"username": ["é\N{GRINNING FACE}"]}}
PAGES = [b'[{"id": 1, "text": "a\\nb"},\n\r\n {"id": 2}]', b"[]", b'[{"id": 3}]']


@pytest.fixture
def archive(tmp_path):
    return Archive(tmp_path / "raw")


def write(archive, name="e1", at=NOW, pages=PAGES, keep=True):
    file = archive.open(name, HEADER, at)
    for page in pages:
        file.write(page)
    file.close(keep=keep)


def names(archive):
    return [str(path.relative_to(archive.folder)) for path in archive.folder.rglob("*") if path.is_file()]


def test_a_file_is_read_as_it_was_written(archive):
    write(archive)
    (path,) = archive.files()
    header, pages = read_file(path)
    assert header == HEADER
    assert list(pages) == [orjson.loads(page) for page in PAGES]


def test_every_page_is_one_line_and_nothing_but_line_breaks_is_changed(archive):
    write(archive)
    (path,) = archive.files()
    lines = gzip.decompress(path.read_bytes()).split(b"\n")
    assert lines[1:] == [b'[{"id": 1, "text": "a\\nb"},    {"id": 2}]', b"[]", b'[{"id": 3}]', b""]


def test_the_header_alone_can_be_read(archive):
    write(archive)
    (path,) = archive.files()
    header, _ = read_file(path)
    assert header == HEADER


def test_a_file_appears_under_its_name_only_when_it_is_whole(archive):
    file = archive.open("e1", HEADER, NOW)
    file.write(PAGES[0])
    assert list(archive.files()) == []
    assert not any(name.endswith(".gz") for name in names(archive))
    file.close(keep=True)
    assert names(archive) == ["2026-01-10/e1.jsonl.gz"]


def test_what_was_not_read_to_its_end_is_thrown_away(archive):
    write(archive, keep=False)
    assert names(archive) == []


def test_what_is_still_being_written_is_not_among_the_files(archive):
    unfinished = archive.open("e1", HEADER, NOW)
    write(archive, "e2")
    assert [path.name for path in archive.files()] == ["e2.jsonl.gz"]
    unfinished.close(keep=False)


def test_a_second_reading_replaces_the_first_when_it_is_whole(archive):
    write(archive)
    write(archive, pages=PAGES[:1], keep=False)
    (path,) = archive.files()
    assert len(list(read_file(path)[1])) == 3
    write(archive, pages=PAGES[:1])
    assert len(list(read_file(path)[1])) == 1


def test_the_same_items_make_the_same_bytes(archive):
    write(archive)
    (path,) = archive.files()
    first = path.read_bytes()
    write(archive)
    assert path.read_bytes() == first


def test_closing_twice_changes_nothing(archive):
    file = archive.open("e1", HEADER, NOW)
    file.close(keep=True)
    file.close(keep=False)
    assert names(archive) == ["2026-01-10/e1.jsonl.gz"]


def test_files_and_the_folders_of_days_belong_to_the_owner_alone(archive):
    file = archive.open("e1", HEADER, NOW)
    (part,) = (archive.folder / "2026-01-10").iterdir()
    assert part.stat().st_mode & 0o777 == 0o600
    file.close(keep=True)
    (path,) = archive.files()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_files_come_day_by_day(archive):
    for name, at in (("b", NOW), ("a", NOW), ("z", NOW - DAY), ("c", NOW + DAY)):
        write(archive, name, at)
    found = [f"{path.parent.name}/{path.name[0]}" for path in archive.files()]
    assert found == ["2026-01-09/z", "2026-01-10/a", "2026-01-10/b", "2026-01-11/c"]


def test_what_is_no_day_is_left_alone(archive):
    write(archive, "a", NOW)
    write(archive, "b", NOW + DAY)
    (archive.folder / "notes").mkdir()
    assert [day for day, _ in archive.days()] == [date(2026, 1, 10), date(2026, 1, 11)]


def test_without_a_folder_nothing_is_kept():
    archive = Archive(None)
    write(archive)
    assert (list(archive.files()), list(archive.days())) == ([], [])


def test_a_folder_that_was_never_written_to_is_empty(archive):
    assert (list(archive.files()), list(archive.days())) == ([], [])
    assert not archive.folder.exists()


def test_the_last_minute_of_a_day_belongs_to_it(archive):
    write(archive, at=datetime(2026, 1, 10, 23, 59, tzinfo=UTC))
    assert names(archive) == ["2026-01-10/e1.jsonl.gz"]
