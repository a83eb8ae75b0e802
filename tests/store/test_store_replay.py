"""The archive, read again: an unchanged reader changes nothing, a better one changes what it would have written."""

import copy
import random
from datetime import timedelta

import orjson
import pytest
import sqlalchemy as sa
from past_builders import BEGIN, DATA, DAY, SETTINGS, derived, make_pages, new_database, rows

from socialsync_cli.core.outcomes import POSTS, PROFILES, Result
from socialsync_cli.execute.finish import Finished, write_finished
from socialsync_cli.execute.harvest import Harvest
from socialsync_cli.execute.work import Batch, Options, PageWork, Subscription
from socialsync_cli.store.archive import Archive, ArchiveFile, read_file
from socialsync_cli.store.correct import Sighting, corrected, newest
from socialsync_cli.store.page_results import RESULTS
from socialsync_cli.store.pages import METRICS, PAGES
from socialsync_cli.store.pages import POSTS as POST_TABLE
from socialsync_cli.store.rebuild import rebuild
from socialsync_cli.store.replay import ReplaySummary, replay
from socialsync_cli.store.runs import NewTask, create_run, create_tasks

OPTIONS = Options(posts=30, comments=2, replies=0, comment_authors="drop", full=False)
HANDLES = ("harbour", "river.walks")


@pytest.fixture
def database(tmp_path):
    with new_database(tmp_path) as database:
        make_pages(database, *HANDLES)
        yield database


@pytest.fixture
def archive(tmp_path):
    return Archive(tmp_path / "raw")


def a_profile(handle, followers, **more):
    item = {"inputUrl": f"https://www.instagram.com/{handle}", "username": handle.upper(), "id": str(len(handle))}
    return item | {"followersCount": followers, "followsCount": 7, "postsCount": 300, "private": False} | more


def a_post(handle, number, published_at, **more):
    return {
        "inputUrl": f"https://www.instagram.com/{handle}",
        "id": f"38{number:05}",
        "type": "Video",
        "shortCode": f"C{number:05}",
        "timestamp": published_at.isoformat(),
        "ownerUsername": handle,
        "latestComments": [{"id": f"18{number:05}", "text": "Lovely", "ownerUsername": "a.guest"}],
    } | more


class Syncs:
    """Syncs of both pages: through the harvest into a database, and, if there is one, into an archive."""

    def __init__(self, database, archive=None):
        self._database, self._archive, self._number = database, archive, 0

    def sync(self, at, profiles, posts, *, kept=None, result=Result.OK):
        """One run. `kept` is what the archive holds of the posts, if that is something else."""
        self._number += 1
        run_id = f"run{self._number}"
        with self._database.write() as connection:
            known = connection.execute(sa.select(PAGES).where(PAGES.c.handle.in_(HANDLES)).order_by(PAGES.c.id)).all()
            create_run(connection, run_id, {}, holder="", now=at)
            create_tasks(
                connection, run_id, [NewTask(run_id, "acme", "instagram", "f", [(p.id, p.handle) for p in known])]
            )
            results = connection.execute(sa.select(RESULTS.c.page_id, RESULTS.c.id).where(RESULTS.c.task_id == run_id))
            ids = dict(tuple(row) for row in results)
            pages = [
                PageWork(p.id, "instagram", p.handle, "f", external_id=p.external_id, posts_read_at=p.posts_read_at,
                         subscriptions=[Subscription(run_id, ids[p.id])])
                for p in known
            ]  # fmt: skip
            for part, items in ((PROFILES, profiles), (POSTS, posts)):
                batch = Batch(f"{run_id}-{part}", None, "instagram", part, "an/actor", pages=pages)
                harvest = Harvest(batch, OPTIONS, b"", archived=False)
                portions = [items[:4], items[4:]]
                for portion in portions:
                    harvest.store(connection, harvest.read(portion), at)
                for handle, answer in harvest.answers().items():
                    next(p for p in pages if p.handle == handle).parts[part] = answer
                self._keep(batch, at, portions if kept is None or part == PROFILES else [kept])
            write_finished(connection, [Finished(p, result, None, dict(p.parts)) for p in pages], SETTINGS)

    def _keep(self, batch, at, portions):
        if self._archive is None:
            return
        header = {
            "ledger_id": batch.id, "run_id": f"run{self._number}", "platform": "instagram", "part": batch.part,
            "asked": [[page.handle, page.page_id] for page in batch.pages],
            "fetched_at": (at - timedelta(seconds=5)).isoformat(),
        }  # fmt: skip
        file = self._archive.open(batch.id, header, at)
        for portion in portions:
            file.write(orjson.dumps(portion))
        file.close(keep=True)


def invented(seed, days):
    """What both pages show over some days, as (moment, profiles, posts)."""
    chance = random.Random(seed)
    known = {handle: [] for handle in HANDLES}
    for number in range(days):
        moments = [BEGIN + number * DAY]
        if chance.random() < 0.3:
            moments.append(moments[0] + timedelta(hours=5))
        for at in moments:
            profiles, posts = [], []
            for place, handle in enumerate(HANDLES):
                profiles.append(a_profile(handle, chance.choice([None, 0, 900 + number])))
                if chance.random() < 0.6:
                    item = a_post(handle, 1000 * place + len(known[handle]), at - chance.random() * 3 * DAY)
                    known[handle].append(item | {"likesCount": 10, "commentsCount": 1, "videoPlayCount": 100})
                for item in known[handle]:
                    for field in ("likesCount", "commentsCount", "videoPlayCount"):
                        item[field] += chance.choice([0, 0, 3])
                posts += [copy.deepcopy(item) for item in known[handle][-chance.choice([3, 8]) :]]
            # What a misread first sync of a day knew, and its second one withholds, cannot be told from what is true.
            hidden = ["commentsCount", "videoPlayCount", *["likesCount"] * (at == moments[0])]
            for item in posts:
                if chance.random() < 0.15:
                    item[chance.choice(hidden)] = -1
            yield at, profiles, posts


def without_ids(found):
    return {
        table: [{k: v for k, v in row.items() if k != "id"} for row in some] if table.endswith("_metric") else some
        for table, some in found.items()
    }


def in_order(found):
    return {
        table: sorted(some, key=lambda row: (str(row.get("post_id")), str(row.get("date")), str(row.get("id"))))
        for table, some in found.items()
    }


@pytest.mark.parametrize("seed", range(3))
def test_an_unchanged_reader_changes_nothing(database, archive, seed):
    syncs = Syncs(database, archive)
    for at, profiles, posts in invented(seed, 12):
        syncs.sync(at, profiles, posts)
    stored, figures = rows(database, *DATA), derived(database, ids=True)

    found = replay(database, archive)

    assert found.files == len(list(archive.files()))
    assert found.unreadable == ()
    assert rows(database, *DATA) == stored
    rebuild(database, SETTINGS)
    assert derived(database, ids=True) == figures


@pytest.mark.parametrize("seed", range(3))
def test_a_better_reader_leaves_what_it_would_have_left_from_the_beginning(database, archive, tmp_path_factory, seed):
    """The old one saw no views, and seven likes too many."""
    old = Syncs(database, archive)
    with new_database(tmp_path_factory.mktemp("better")) as better_database:
        make_pages(better_database, *HANDLES)
        better = Syncs(better_database)
        for at, profiles, posts in invented(seed, 12):
            better.sync(at, profiles, posts)
            misread = [item | {"videoPlayCount": None} for item in posts]
            misread = [i | {"likesCount": i["likesCount"] + 7 if i["likesCount"] > 0 else -1} for i in misread]
            old.sync(at, profiles, misread, kept=posts)
        assert rows(database, POST_TABLE) != rows(better_database, POST_TABLE)

        replay(database, archive)
        rebuild(database, SETTINGS)

        expected = in_order(without_ids(rows(better_database, *DATA)))
        assert in_order(without_ids(rows(database, *DATA))) == expected
        assert derived(database) == derived(better_database)


def test_a_page_whose_number_was_not_known_yet_is_not_found_by_it(database, archive):
    """An item that names its author's number alone belonged to nobody on the first sync; on the second it does."""
    syncs = Syncs(database, archive)
    nameless = a_post("harbour", 1, BEGIN - 2 * DAY, inputUrl=None, ownerUsername=None, ownerId="7", likesCount=1)
    later = nameless | {"id": "3800002", "shortCode": "C2"}
    syncs.sync(BEGIN, [a_profile(handle, 1000) for handle in HANDLES], [nameless])
    syncs.sync(BEGIN + DAY, [a_profile(handle, 1000) for handle in HANDLES], [later])
    stored = rows(database, *DATA)
    assert [post["external_id"] for post in stored["social_page_post"]] == ["3800002"]

    replay(database, archive)

    assert rows(database, *DATA) == stored


def test_posts_that_were_not_understood_appear_on_their_days(database, archive):
    syncs = Syncs(database, archive)
    posts = [a_post("harbour", n, BEGIN - 2 * DAY, likesCount=10 + n, commentsCount=0) for n in range(2)]
    profiles = [a_profile(handle, 1000) for handle in HANDLES]
    syncs.sync(BEGIN, profiles, posts[:1], kept=posts)
    syncs.sync(BEGIN + DAY, profiles, [item | {"likesCount": 50} for item in posts])
    replay(database, archive)
    rebuild(database, SETTINGS)
    found = rows(database, POST_TABLE)["social_page_post"]
    assert [(p["external_id"], p["first_seen_at"], p["likes"]) for p in found] == [
        ("3800000", BEGIN, 50),
        ("3800001", BEGIN, 50),
    ]
    figures = derived(database)["social_page_engagement", 1, BEGIN.date()]
    assert (figures["n_30d"], figures["interactions_30d"]) == (2, 21)


def test_a_profile_that_was_not_understood_gives_its_day_a_snapshot(database, archive):
    syncs = Syncs(database, archive)
    posts = [a_post("harbour", 1, BEGIN - 2 * DAY, likesCount=10, commentsCount=0)]
    syncs.sync(BEGIN, [], posts, result=Result.PARTIAL)
    assert rows(database, METRICS) == {"social_page_metric": []}
    file = next(path for path in archive.files() if PROFILES in path.name)
    keep_instead(file, [[a_profile("harbour", 1000)]])

    replay(database, archive)
    rebuild(database, SETTINGS)

    (row,) = rows(database, METRICS)["social_page_metric"]
    assert (row["page_id"], row["followers"], row["captured_at"], row["posts_read_at"]) == (1, 1000, BEGIN, BEGIN)
    assert derived(database)["social_page_engagement", 1, BEGIN.date()]["er_followers_mean_30d"] == 0.01


def keep_instead(path, portions, **changes):
    """Write an archive file anew, with other items."""
    header, pages = read_file(path)
    list(pages)
    file = ArchiveFile(path)
    for line in (header | changes, *portions):
        file.write(orjson.dumps(line))
    file.close(keep=True)


def test_only_the_wanted_pages_and_days_are_read(database, archive):
    syncs = Syncs(database, archive)
    for number in range(3):
        syncs.sync(BEGIN + number * DAY, [a_profile(handle, 1000) for handle in HANDLES], [])
    for path in archive.files():
        if PROFILES in path.name:
            keep_instead(path, [[a_profile(handle, 2000) for handle in HANDLES]])
    replay(database, archive, page_ids=[2], since=(BEGIN + DAY).date())
    found = [(r["page_id"], r["date"], r["followers"]) for r in rows(database, METRICS)["social_page_metric"]]
    assert sorted(found) == [
        *((1, (BEGIN + n * DAY).date(), 1000) for n in range(3)),
        *((2, (BEGIN + n * DAY).date(), 2000 if n else 1000) for n in range(3)),
    ]


def test_the_moment_is_that_of_the_run_that_read_the_items(database, archive):
    """An Apify run that was taken over was paid for by one run, and read by another."""
    syncs = Syncs(database, archive)
    syncs.sync(BEGIN, [a_profile(handle, 1000) for handle in HANDLES], [])
    stored = rows(database, *DATA)
    for path in archive.files():
        keep_instead(path, [[a_profile("harbour", 1000)]], run_id="another", read_by="run1")
    replay(database, archive)
    assert rows(database, *DATA) == stored


def test_of_a_run_that_is_not_known_any_more_the_time_of_its_file_has_to_do(database, archive):
    header = {"ledger_id": "l", "run_id": "gone", "platform": "instagram", "part": PROFILES, "asked":
              [["harbour", 1], ["river.walks", 77]], "fetched_at": BEGIN.isoformat()}  # fmt: skip
    file = archive.open("l", header, BEGIN)
    file.write(orjson.dumps([a_profile(handle, 5) for handle in HANDLES]))
    file.close(keep=True)
    replay(database, archive)
    (row,) = rows(database, METRICS)["social_page_metric"]
    assert (row["page_id"], row["captured_at"], row["followers"]) == (1, BEGIN, 5)


def test_a_page_without_a_moment_in_its_run_is_left_out(database, archive):
    Syncs(database, archive).sync(BEGIN, [a_profile("harbour", 1000)], [])
    for path in archive.files():
        keep_instead(path, [[a_profile(handle, 1000) for handle in HANDLES]])
    stored = rows(database, *DATA)
    replay(database, archive)
    assert rows(database, *DATA) == stored


def test_broken_files_are_named_and_the_others_are_read(database, archive):
    Syncs(database, archive).sync(BEGIN, [a_profile(handle, 1000) for handle in HANDLES], [])
    folder = next(archive.files()).parent
    good = next(path for path in archive.files() if PROFILES in path.name).read_bytes()
    broken = {"cut.jsonl.gz": good[: len(good) - 20], "text.jsonl.gz": b"nothing", "empty.jsonl.gz": b""}
    for name, content in broken.items():
        (folder / name).write_bytes(content)
    stored = rows(database, *DATA)
    found = replay(database, archive)
    assert len(found.unreadable) == 3
    assert all(str(folder) in words for words in found.unreadable)
    assert found.items == 2
    assert rows(database, *DATA) == stored
    assert replay(database, Archive(None)) == ReplaySummary(0, 0, ())


def likes(count, views=None):
    return (count, None, None, None, views)


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("history", "sighting", "row"),
    [
        ([], (BEGIN, likes(5)), (BEGIN, likes(5))),
        ([], (BEGIN, likes(None)), (BEGIN, likes(None))),
        ([(BEGIN, likes(5))], (BEGIN, likes(5)), None),
        ([(BEGIN, likes(5))], (BEGIN, likes(6, 9)), (BEGIN, likes(6, 9))),
        ([(BEGIN, likes(5))], (BEGIN, likes(None)), None),
        ([(BEGIN, likes(5))], (BEGIN - HOUR, likes(6)), None),
        ([(BEGIN, likes(5))], (BEGIN - HOUR, likes(6, 9)), (BEGIN, likes(5, 9))),
        ([(BEGIN - DAY, likes(4, 9)), (BEGIN, likes(5))], (BEGIN - HOUR, likes(4, 9)), None),
        ([(BEGIN, likes(5))], (BEGIN + HOUR, likes(5)), None),
        ([(BEGIN, likes(5, 9))], (BEGIN + HOUR, likes(6)), (BEGIN + HOUR, likes(6, 9))),
        ([(BEGIN, likes(5)), (BEGIN + 2 * DAY, likes(7))], (BEGIN + DAY, likes(5)), None),
        ([(BEGIN, likes(5)), (BEGIN + 2 * DAY, likes(7))], (BEGIN + DAY, likes(7)), (BEGIN + DAY, likes(7))),
        ([(BEGIN, likes(5))], (BEGIN - DAY, likes(5)), (BEGIN - DAY, likes(5))),
    ],
)
def test_the_row_of_a_sighting(history, sighting, row):
    assert corrected([Sighting(*s) for s in history], Sighting(*sighting)) == (row and Sighting(*row))


def test_the_newest_known_counters():
    assert newest([Sighting(BEGIN, likes(5)), Sighting(BEGIN + DAY, likes(None, 9))]) == likes(5, 9)
    assert newest([]) == likes(None)
