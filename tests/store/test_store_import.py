"""Counters from elsewhere: what a file may look like, what becomes of it, and what later days make of it."""

import os
import threading
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from past_builders import BEGIN, DAY, SETTINGS, derived, make_pages, new_database, profile, rows, sync

from socialsync_cli.errors import UsageError
from socialsync_cli.platforms import PLATFORMS
from socialsync_cli.store.derive import DERIVED
from socialsync_cli.store.importing import ImportSummary, import_history
from socialsync_cli.store.pages import METRICS, PAGES
from socialsync_cli.store.rebuild import rebuild

NOW = datetime(2026, 1, 10, 6, tzinfo=UTC)
GROWTH = DERIVED[1]
NOTHING = ImportSummary(0, 0, 0, 0, 0, 0)


@pytest.fixture
def database(tmp_path):
    with new_database(tmp_path) as database:
        yield database


@pytest.fixture
def take_in(database, tmp_path):
    def take_in(content, now=NOW):
        path = tmp_path / "history.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return import_history(database, SETTINGS, path, now=now)

    return take_in


def noon(year, month, day):
    return datetime(year, month, day, 12, tzinfo=UTC)


def metrics(database):
    """What is stored, as (platform, handle, date, followers, following, posts_count, imported)."""
    with database.read() as connection:
        columns = (PAGES.c.platform, PAGES.c.handle, *(METRICS.c[c] for c in (
            "date", "followers", "following", "posts_count", "imported")))  # fmt: skip
        query = sa.select(*columns).join(PAGES, METRICS.c.page_id == PAGES.c.id)
        return [tuple(row) for row in connection.execute(query.order_by(PAGES.c.id, METRICS.c.date))]


def test_a_day_stands_at_noon_and_is_marked(database, take_in):
    found = take_in("platform,handle,date,followers,following,posts_count\ninstagram,NASA,2025-12-31,1000,20,3\n")
    assert found == NOTHING._replace(rows=1, days_written=1, pages_new=1)
    assert rows(database, METRICS)["social_page_metric"] == [
        {
            "id": 1, "page_id": 1, "date": date(2025, 12, 31), "followers": 1000, "following": 20, "posts_count": 3,
            "likes_total": None, "private": None, "followers_rounded": False, "imported": True,
            "captured_at": noon(2025, 12, 31), "posts_read_at": None,
        }
    ]  # fmt: skip
    page = rows(database, PAGES)["social_page"][0]
    assert {name: value for name, value in page.items() if value is not None} == {
        "id": 1,
        "platform": "instagram",
        "handle": "nasa",
    }
    assert derived(database) == {}


def test_all_the_usual_ways_to_write_a_file_mean_the_same(database, take_in):
    content = (
        "\ufeff# exported on a Sunday\r\n\r\n"
        " Followers ; DATE;Handle;platform;following\r\n"
        '"12,345";2025-12-01;@NatGeo; Instagram ;\r\n'
        ";;;;\r\n"
        "# a comment; with cells\r\n"
        "12345.0;2025-12-02T23:30:00-05:00;https://www.instagram.com/natgeo/?hl=en;instagram;n/a\r\n"
        '"12.3K";2025-12-04;"natgeo";instagram;7;\r\n'
        ";2025-12-05;natgeo;instagram;8\r\n"
        "-;2025-12-06;natgeo;instagram;null"
    )
    assert take_in(content) == ImportSummary(5, 1, 4, 0, 1, 0)
    assert metrics(database) == [
        ("instagram", "natgeo", date(2025, 12, 1), 12_345, None, None, True),
        ("instagram", "natgeo", date(2025, 12, 3), 12_345, None, None, True),
        ("instagram", "natgeo", date(2025, 12, 4), 12_300, 7, None, True),
        ("instagram", "natgeo", date(2025, 12, 5), None, 8, None, True),
    ]
    assert [row["followers_rounded"] for row in rows(database, METRICS)["social_page_metric"]] == [0, 0, 1, 0]


def test_pages_of_all_platforms_are_made_once(database, take_in):
    assert take_in(
        "platform\thandle\tdate\tfollowers\n"
        "tiktok\t@nasa\t2025-12-01\t1\nfacebook\tprofile.php?id=100064\t2025-12-01\t2\n"
        "instagram\tnasa\t2025-12-01\t3\ntiktok\tnasa\t2025-12-02\t4\n"
    ) == NOTHING._replace(rows=4, days_written=4, pages_new=3)
    assert sorted(row[:4] for row in metrics(database)) == [
        ("facebook", "100064", date(2025, 12, 1), 2),
        ("instagram", "nasa", date(2025, 12, 1), 3),
        ("tiktok", "nasa", date(2025, 12, 1), 1),
        ("tiktok", "nasa", date(2025, 12, 2), 4),
    ]


def test_what_was_measured_stands_whatever_its_time(database, take_in):
    (page_id,) = make_pages(database, "nasa")
    sync(database, page_id, BEGIN, profile(500), [])
    sync(database, page_id, BEGIN.replace(hour=18) + DAY, profile(None), None)
    before = rows(database, METRICS)

    found = take_in("platform,handle,date,followers\ninstagram,nasa,2026-01-01,9\ninstagram,nasa,2026-01-02,9\n")

    assert found == NOTHING._replace(rows=2, days_kept=2, days_rebuilt=2)
    assert rows(database, METRICS) == before


def test_a_measurement_takes_the_place_of_an_imported_day(database, take_in):
    take_in("platform,handle,date,followers,following\ninstagram,nasa,2026-01-01,9,9\n")
    sync(database, 1, BEGIN, profile(500, following=None), [])
    assert metrics(database) == [("instagram", "nasa", date(2026, 1, 1), 500, None, 500, False)]


def test_importing_again_replaces_what_was_imported_in_the_columns_of_the_file(database, take_in):
    head = "platform,handle,date,followers"
    take_in(f"{head},following\ninstagram,nasa,2025-12-01,12.3K,5\ninstagram,nasa,2025-12-02,20,6\n")
    assert take_in(f"{head},posts_count\ninstagram,nasa,2025-12-01,11,7\n") == NOTHING._replace(rows=1, days_written=1)
    assert metrics(database) == [
        ("instagram", "nasa", date(2025, 12, 1), 11, 5, 7, True),
        ("instagram", "nasa", date(2025, 12, 2), 20, 6, None, True),
    ]
    assert not any(row["followers_rounded"] for row in rows(database, METRICS)["social_page_metric"])


def test_of_two_rows_about_a_day_the_later_one_stands(database, take_in):
    take_in("platform,handle,date,followers\ninstagram,nasa,2025-12-01,1\ninstagram,NASA,2025-12-01,2\n")
    assert [row[3] for row in metrics(database)] == [2]


GOOD = "instagram,nasa,2025-12-01,5"


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("myspace,tom,2025-12-01,5", f'column platform: "myspace" is not known; there are {", ".join(PLATFORMS)}'),
        ("instagran,nasa,2025-12-01,5", 'column platform: "instagran" is not known; did you mean "instagram"?'),
        ("instagram,,2025-12-01,5", "column handle: nothing there"),
        ("instagram,not a page,2025-12-01,5", "column handle: 'not a page'"),
        ("tiktok,https://x.com/nasa,2025-12-01,5", "column handle: 'https://x.com/nasa' is an address of X"),
        ("instagram,nasa,2026-01-11,5", "column date: 2026-01-11 lies in the future (today is 2026-01-10 in UTC)"),
        ("instagram,nasa,1999-12-31,5", "column date: 1999-12-31 lies before the year 2000"),
        ("instagram,nasa,31.12.2025,5", 'column date: "31.12.2025" must be a day as in 2025-12-31'),
        ("instagram,nasa,20251231,5", 'column date: "20251231" must be a day as in 2025-12-31'),
        ("instagram,nasa,2025-02-30,5", 'column date: "2025-02-30" must be a day as in 2025-12-31'),
        ("instagram,nasa,0001-01-01T00:00+14:00,5", "must be a day as in 2025-12-31"),
        ("instagram,nasa", 'column date: "" must be a day as in 2025-12-31'),
        ("instagram,nasa,2025-12-01,-5", 'column followers: "-5" is negative'),
        ("instagram,nasa,2025-12-01,many", 'column followers: "many" is not a number'),
        ("instagram,nasa,2025-12-01,1.5", 'column followers: "1.5" is not a number'),
        ("instagram,nasa,2025-12-01,9223372036854775808", "is not a number of the kind"),
        ("instagram,nasa,2025-12-01,12,345", "has more cells than there are columns; 12,345 needs quotes"),
        ('instagram,"na"sa,2025-12-01,5', "cannot be split into columns"),
        ("instagram,nasa,2025-12-01,\x1b[31m", r"column followers: '\x1b[31m' is not a number"),
    ],
)
def test_a_row_that_makes_no_sense_is_named_and_nothing_is_written(database, take_in, tmp_path, row, complaint):
    with pytest.raises(UsageError) as caught:
        take_in(f"platform,handle,date,followers\n{GOOD}\n\n{row}\n{GOOD}\n")
    assert str(caught.value).startswith(f"{tmp_path / 'history.csv'}, line 4")
    assert complaint in str(caught.value)
    assert "\x1b" not in str(caught.value)
    assert rows(database, PAGES, METRICS) == {"social_page": [], "social_page_metric": []}


def test_of_many_complaints_the_first_five_are_told(take_in):
    with pytest.raises(UsageError, match=r"line 2, .*; .*line 6, [^;]*; and 2 more like these$"):
        take_in("platform,handle,date,followers\n" + "instagram,nasa,2025-12-01,-1\n" * 7)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "is empty; its first line is platform,handle,date,followers,following,posts_count,likes_total"),
        ("\n# nothing\n\n", "is empty"),
        ("platform,handle,date\n", "line 1: no column followers among platform,handle,date"),
        ("platform,handle,date,folowers\n", 'line 1: unknown column "folowers"; did you mean "followers"?'),
        (f"{GOOD}\n", 'line 1: unknown column "instagram"; the first line names them: platform,handle,date,followers'),
        ("platform,handle,date,followers,date\n", 'line 1: column "date" is there twice'),
        ("platform,handle,date,followers\r" + GOOD, "has the line ends of an old Mac; save it as CSV in UTF-8"),
        (b"platform,handle,date,followers\ninstagram,caf\xe9,2025-12-01,5\n", "line 2: not UTF-8"),
        ("platform,handle,date,followers\n".encode("utf-16"), "line 1: the file is in UTF-16; save it as CSV in UTF-8"),
        ("x" * (1 << 20), "line 1: longer than a megabyte"),
        (f'platform,handle,date,followers\n{GOOD}\n"instagram,nasa', "line 3: cannot be split into columns"),
    ],
)
def test_what_is_no_such_file_is_refused(database, take_in, content, complaint):
    with pytest.raises(UsageError) as caught:
        take_in(content)
    assert complaint in str(caught.value)
    assert rows(database, PAGES)["social_page"] == []


def test_a_file_that_cannot_be_read_is_named(database, tmp_path):
    with pytest.raises(UsageError, match="is a folder"):
        import_history(database, SETTINGS, tmp_path, now=NOW)
    with pytest.raises(UsageError, match=r"gone\.csv cannot be read: No such file"):
        import_history(database, SETTINGS, tmp_path / "gone.csv", now=NOW)


def test_a_pipe_will_do(database, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(f"platform,handle,date,followers\n{GOOD}\n",))
    writer.start()
    found = import_history(database, SETTINGS, pipe, now=NOW)
    writer.join()
    assert found == NOTHING._replace(rows=1, days_written=1, pages_new=1)


def test_a_long_file_is_written_in_portions_and_told(database, tmp_path):
    path, told = tmp_path / "long.csv", []
    lines = (f"instagram,page{n % 7},{date(2010, 1, 1) + n // 7 * DAY},{n}\n" for n in range(12_000))
    path.write_text("platform,handle,date,followers\n" + "".join(lines))
    found = import_history(database, SETTINGS, path, now=NOW, tell=lambda *done: told.append(done))
    assert found == NOTHING._replace(rows=12_000, days_written=12_000, pages_new=7)
    assert told == [(5_000, 12_000), (10_000, 12_000), (12_000, 12_000)]
    with database.read() as connection:
        query = sa.select(sa.func.count(), sa.func.sum(METRICS.c.followers))
        assert tuple(connection.execute(query).one()) == (12_000, sum(range(12_000)))


def growth(database, day):
    """The row of a day, what is unknown left out."""
    with database.read() as connection:
        row = connection.execute(sa.select(GROWTH).where(GROWTH.c.date == day)).mappings().one()
    left_out = ("id", "page_id", "date", "formula_version")
    return {name: value for name, value in row.items() if value is not None and name not in left_out}


def test_growth_of_a_day_that_was_synced_before_rests_on_what_is_imported(database, take_in):
    """30 days before 1 January, 06:00 is 2 December, 06:00: 18 hours after one imported noon, 30 before the other."""
    (page_id,) = make_pages(database, "nasa")
    sync(database, page_id, BEGIN, profile(1100), [])
    assert growth(database, BEGIN.date()) == {"follower_following_ratio": 11.0, "fit_n": 1, "fit_span_days": 0.0}

    take_in("platform,handle,date,followers\ninstagram,nasa,2025-12-01,1000\n")
    rate = 1.1 ** (30 / 30.75) - 1
    assert growth(database, BEGIN.date()) == pytest.approx(
        {
            "follower_following_ratio": 11.0, "growth_abs_30d": 1100 - 1100 / (1 + rate), "growth_rate_30d": rate,
            "growth_method_30d": "nearest", "delta_since_previous": 100, "days_since_previous": 30.75,
            "fit_n": 2, "fit_span_days": 30.75,
        }
    )  # fmt: skip

    take_in("platform,handle,date,followers\ninstagram,nasa,2025-12-03,1020\n")
    base = 1000 + 20 * 18 / 48
    assert growth(database, BEGIN.date()) == pytest.approx(
        {
            "follower_following_ratio": 11.0, "growth_abs_30d": 1100 - base, "growth_rate_30d": 1100 / base - 1,
            "growth_method_30d": "interpolated", "delta_since_previous": 80, "days_since_previous": 28.75,
            "fit_n": 3, "fit_span_days": 30.75,
        }
    )  # fmt: skip


def test_a_zero_after_imported_followers_is_not_believed_any_more(database, take_in):
    (page_id,) = make_pages(database, "nasa")
    for number, count in enumerate((0, 0, 150)):
        sync(database, page_id, BEGIN + number * DAY, profile(count), [])
    assert growth(database, (BEGIN + 2 * DAY).date())["delta_since_previous"] == 150

    found = take_in("platform,handle,date,followers\ninstagram,nasa,2019-06-01,120\n")

    assert found == NOTHING._replace(rows=1, days_written=1, days_rebuilt=3)
    assert growth(database, BEGIN.date()) == {}
    assert growth(database, (BEGIN + 2 * DAY).date())["delta_since_previous"] == 30


def test_the_next_count_rests_on_what_is_imported_however_late_it_comes(database, take_in):
    (page_id,) = make_pages(database, "nasa")
    for number, count in ((0, 0), (150, 300), (300, 400)):
        sync(database, page_id, BEGIN + number * DAY, profile(count), [])
    found = take_in("platform,handle,date,followers\ninstagram,nasa,2025-12-01,120\n", now=BEGIN + 400 * DAY)
    assert found.days_rebuilt == 2
    assert growth(database, (BEGIN + 150 * DAY).date())["delta_since_previous"] == 180


def test_days_that_an_import_cannot_reach_are_left_alone(database, take_in):
    (page_id,) = make_pages(database, "nasa")
    for number in (0, 1, 112, 113, 150):
        sync(database, page_id, BEGIN + number * DAY, profile(1000 + number), [])
    later = BEGIN + 200 * DAY
    found = take_in("platform,handle,date,followers\ninstagram,nasa,2025-12-01,900\n", now=later)
    assert found == NOTHING._replace(rows=1, days_written=1, days_rebuilt=3)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shared")
    with new_database(folder) as database:
        yield database, folder / "history.csv"


COUNTS = st.one_of(st.none(), st.sampled_from([0, 50, 99, 100, 1000]))


@given(
    st.dictionaries(st.integers(0, 300), COUNTS, min_size=1, max_size=8), st.dictionaries(st.integers(0, 300), COUNTS)
)
@settings(max_examples=30, deadline=None)
def test_after_an_import_every_row_is_as_rebuilding_would_make_it(shared, measured, imported):
    database, path = shared
    with database.write() as connection:
        number = connection.scalar(sa.select(sa.func.count()).select_from(PAGES))
    (page_id,) = make_pages(database, f"page{number}")
    for day, count in sorted(measured.items()):
        sync(database, page_id, BEGIN + day * DAY, profile(count), [])
    written = {BEGIN.date() + n * DAY: "" if count is None else count for n, count in imported.items()}
    rows_of_file = (f"instagram,page{number},{day},{count}\n" for day, count in written.items())
    path.write_text("platform,handle,date,followers\n" + "".join(rows_of_file))
    import_history(database, SETTINGS, path, now=BEGIN + 400 * DAY)
    found = derived(database, page_id=page_id)
    rebuild(database, SETTINGS, page_ids=[page_id])
    assert derived(database, page_id=page_id) == found
    assert {key[2] for key in found} == {BEGIN.date() + n * DAY for n in measured}
