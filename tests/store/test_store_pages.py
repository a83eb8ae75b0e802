"""What becomes of the records of a sync: profiles, posts, their history, comments."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from store_samples import (
    BACKENDS,
    DAY,
    HOUR,
    NOW,
    add_page,
    comment,
    new_database,
    post,
    profile,
    rows,
)

from socialsync_cli.errors import DatabaseError
from socialsync_cli.store.pages import (
    COMMENTS,
    METRICS,
    PAGES,
    POST_METRICS,
    POSTS,
    FoundComment,
    FoundPost,
    FoundProfile,
    mark_comments_read,
    store_comments,
    store_posts,
    store_profiles,
)

COUNTERS = ("likes", "comments", "shares", "saves", "views")


@pytest.fixture(params=BACKENDS)
def database(request, tmp_path):
    with new_database(request.param, tmp_path) as found:
        yield found


@pytest.fixture
def page(database):
    with database.write() as connection:
        return add_page(connection)


def sync_profiles(database, page, *sightings):
    """Store profiles one after the other; a sighting is a profile, and how long after NOW."""
    for found, later in sightings:
        with database.write() as connection:
            store_profiles(connection, [FoundProfile(page, NOW + later, found, None)])


def sync_posts(database, page, *sightings):
    """Store lists of posts one after the other; a sighting is such a list, and how long after NOW."""
    for found, later in sightings:
        with database.write() as connection:
            stored = store_posts(connection, [FoundPost(page, NOW + later, one) for one in found])
    return stored


def read(database, table, *columns):
    with database.read() as connection:
        return rows(connection, table, *columns)


def everything(database):
    return [read(database, table) for table in (PAGES, METRICS, POSTS, POST_METRICS, COMMENTS)]


# Profiles.


def test_a_profile_updates_its_page_and_writes_the_snapshot_of_the_day(database, page):
    found = profile(
        external_id="528817151", username="NASA", display_name="NASA", biography="Exploring.",
        url="https://www.instagram.com/nasa/", avatar_url="https://cdn/x.jpg", website="https://www.nasa.gov",
        category="Science", verified=True, private=False, followers=97_000_000, following=91, posts_count=4321,
        likes_total=None, followers_rounded=True,
    )  # fmt: skip
    with database.write() as connection:
        store_profiles(connection, [FoundProfile(page, NOW, found, NOW - DAY)])
    assert read(database, PAGES) == [
        (page, "instagram", "nasa", "528817151", "NASA", "NASA", "Exploring.", "https://www.instagram.com/nasa/",
         "https://cdn/x.jpg", "https://www.nasa.gov", "Science", True, False, 97_000_000, 91, 4321, None, None,
         NOW, NOW, None)
    ]  # fmt: skip
    assert [row[1:] for row in read(database, METRICS)] == [
        (page, NOW.date(), 97_000_000, 91, 4321, None, False, True, False, NOW, NOW - DAY)
    ]


def test_the_same_profile_twice_leaves_the_same_rows(database, page):
    sightings = [(profile(followers=500, private=False), HOUR)]
    sync_profiles(database, page, *sightings)
    once = everything(database)
    sync_profiles(database, page, *sightings, *sightings)
    assert everything(database) == once


@pytest.mark.parametrize(
    ("before", "now", "page_has", "snapshot_has"),
    [
        pytest.param(500, 700, 700, 700, id="more"),
        pytest.param(500, None, 500, None, id="withheld"),
        pytest.param(None, 700, 700, 700, id="known for the first time"),
        pytest.param(99, 0, 0, 0, id="a small page may lose everybody"),
        pytest.param(100, 0, 100, 0, id="a large page does not"),
        pytest.param(None, 0, 0, 0, id="nobody at first"),
    ],
)
@pytest.mark.parametrize("later", [HOUR, DAY])
def test_a_page_keeps_what_is_known_and_a_snapshot_what_was_seen(
    database, page, before, now, page_has, snapshot_has, later
):
    sync_profiles(database, page, (profile(followers=before), timedelta(0)), (profile(followers=now), later))
    assert read(database, PAGES, "followers") == [(page_has,)]
    days = [(NOW.date(), before), ((NOW + later).date(), snapshot_has)]
    assert read(database, METRICS, "date", "followers") == (days if later == DAY else days[1:])


def test_every_other_field_that_is_withheld_stays_as_it_was(database, page):
    full = profile(
        display_name="NASA", biography="x", url="u", avatar_url="a", website="w", category="c", verified=True,
        private=False, following=1, posts_count=2, likes_total=3,
    )  # fmt: skip
    sync_profiles(database, page, (full, timedelta(0)))
    before = read(database, PAGES)
    sync_profiles(database, page, (profile(external_id=None, username=None), HOUR))
    unchanged = [(*row[:19], NOW + HOUR, *row[20:]) for row in before]
    assert read(database, PAGES) == unchanged


def test_an_older_profile_changes_neither_the_page_nor_the_day(database, page):
    sync_profiles(database, page, (profile(followers=700), HOUR))
    before = everything(database)
    sync_profiles(database, page, (profile(followers=500), timedelta(0)))
    assert everything(database) == before


def test_an_older_profile_of_another_day_is_history_all_the_same(database, page):
    sync_profiles(database, page, (profile(followers=700), timedelta(0)), (profile(followers=500), -DAY))
    assert read(database, PAGES, "followers", "last_synced_at") == [(700, NOW)]
    assert sorted(read(database, METRICS, "date", "followers")) == [((NOW - DAY).date(), 500), (NOW.date(), 700)]


def test_the_first_sync_stays_the_first(database, page):
    sync_profiles(database, page, (profile(), timedelta(0)), (profile(), DAY))
    assert read(database, PAGES, "first_synced_at", "last_synced_at") == [(NOW, NOW + DAY)]


def test_when_posts_were_read_is_not_forgotten_by_a_later_profile_of_the_day(database, page):
    for read_at, later in ((NOW - DAY, timedelta(0)), (None, HOUR)):
        with database.write() as connection:
            store_profiles(connection, [FoundProfile(page, NOW + later, profile(), read_at)])
    assert read(database, METRICS, "posts_read_at", "captured_at") == [(NOW - DAY, NOW + HOUR)]


def test_a_measured_day_replaces_an_imported_one_whatever_its_hour(database, page):
    noon = NOW.replace(hour=12)
    imported = {"page_id": page, "date": NOW.date(), "followers": 1, "following": 2, "followers_rounded": False,
                "imported": True, "captured_at": noon}  # fmt: skip
    with database.write() as connection:
        connection.execute(sa.insert(METRICS).values(**imported))
    sync_profiles(database, page, (profile(followers=700), timedelta(0)))
    assert read(database, METRICS, "followers", "following", "imported", "captured_at") == [(700, None, False, NOW)]


def test_many_pages_are_written_together(database):
    with database.write() as connection:
        pages = [add_page(connection, f"page{number}") for number in range(3)]
        store_profiles(connection, [FoundProfile(p, NOW, profile(followers=p), None) for p in pages])
        store_profiles(connection, [])
    assert read(database, PAGES, "id", "followers") == [(p, p) for p in pages]


# Posts.


def test_a_post_is_stored_with_everything_that_is_known_of_it(database, page):
    found = post(
        "3456", url="https://x/p/1", kind="reel", text="Launch! \N{ROCKET}", hashtags=("space", "Moon"),
        mentions=("esa",), published_at=NOW - DAY, likes=10, comments=2, shares=1, saves=0, views=900, pinned=True,
        sponsored=False, owner_username="nasa", media_url="https://x/m", duration_seconds=12.5, comment_key="k",
        comment_url="https://x/c",
    )  # fmt: skip
    stored = sync_posts(database, page, ([found], timedelta(0)))
    assert read(database, POSTS) == [
        (stored.ids[page, "3456"], page, "3456", "https://x/p/1", "reel", "Launch! \N{ROCKET}", ["space", "Moon"],
         ["esa"], NOW - DAY, 10, 2, 1, 0, 900, True, False, "nasa", "https://x/m", 12.5, NOW, NOW, "k", "https://x/c",
         None)
    ]  # fmt: skip
    assert [row[1:] for row in read(database, POST_METRICS)] == [
        (stored.ids[page, "3456"], NOW.date(), 10, 2, 1, 0, 900, NOW)
    ]


def test_ids_come_back_for_new_posts_and_for_known_ones_with_what_was_known(database, page):
    first = sync_posts(database, page, ([post("a", likes=1)], timedelta(0)))
    second = sync_posts(database, page, ([post("a", likes=2), post("b")], HOUR))
    assert first.before == {}
    assert second.before == {(page, "a"): (1, None, None, None, None)}
    ids = dict(read(database, POSTS, "external_id", "id"))
    assert second.ids == {(page, "a"): ids["a"], (page, "b"): ids["b"]}


def test_one_post_under_two_pages_is_two_rows(database, page):
    with database.write() as connection:
        other = add_page(connection, "esa")
        store_posts(connection, [FoundPost(page, NOW, post("a")), FoundPost(other, NOW, post("a"))])
    assert read(database, POSTS, "page_id", "external_id") == [(page, "a"), (other, "a")]


def test_more_posts_than_fit_into_one_question_are_known_again(database, page):
    posts = [post(f"p{number}") for number in range(950)]
    first = sync_posts(database, page, (posts, timedelta(0)))
    second = sync_posts(database, page, (posts, HOUR))
    assert len(first.ids) == 950
    assert second.ids == first.ids
    assert len(second.before) == 950


@pytest.mark.parametrize(
    ("before", "now", "known"),
    [
        ({"likes": 10, "views": 5}, {"likes": 12, "views": 4}, (12, 4)),
        ({"likes": 10, "views": 5}, {}, (10, 5)),
        ({"likes": 10}, {"views": 5}, (10, 5)),
        ({"likes": 10}, {"likes": 0}, (0, None)),
    ],
)
def test_a_counter_that_is_withheld_keeps_its_last_known_value(database, page, before, now, known):
    sync_posts(database, page, ([post(**before)], timedelta(0)), ([post(**now)], HOUR))
    assert read(database, POSTS, "likes", "views") == [known]


def test_an_older_sighting_changes_nothing(database, page):
    sync_posts(database, page, ([post(likes=12, text="new")], HOUR))
    before = everything(database)
    sync_posts(database, page, ([post(likes=10, text="old", pinned=True)], timedelta(0)))
    assert everything(database) == before


def test_a_post_remembers_when_it_was_seen_first_and_last(database, page):
    sync_posts(database, page, ([post()], timedelta(0)), ([post()], DAY))
    assert read(database, POSTS, "first_seen_at", "last_seen_at") == [(NOW, NOW + DAY)]


# The history of a post: one row per day on which something changed.


@pytest.mark.parametrize(
    ("sightings", "history"),
    [
        pytest.param([({}, timedelta(0))], [(0, None, None)], id="the first sighting, though it knows nothing"),
        pytest.param([({"likes": 1}, timedelta(0)), ({"likes": 1}, DAY)], [(0, 1, None)], id="nothing changed"),
        pytest.param([({"likes": 1}, timedelta(0)), ({"likes": 2}, DAY)], [(0, 1, None), (1, 2, None)], id="a change"),
        pytest.param([({"likes": 1}, timedelta(0)), ({}, DAY)], [(0, 1, None)], id="withheld is no change"),
        pytest.param(
            [({"likes": 1}, timedelta(0)), ({"views": 9}, DAY)], [(0, 1, None), (1, None, 9)],
            id="a row keeps what was seen, withheld counters included",
        ),
        pytest.param(
            [({"likes": 1}, timedelta(0)), ({}, DAY), ({"likes": 1}, 2 * DAY)], [(0, 1, None)],
            id="compared with the last known value",
        ),
        pytest.param(
            [({"likes": 1}, timedelta(0)), ({"likes": 2}, HOUR)], [(0, 2, None)], id="the later one of a day counts"
        ),
        pytest.param(
            [({"likes": 1}, timedelta(0)), ({"likes": 2}, HOUR), ({"likes": 2}, 2 * HOUR)], [(0, 2, None)],
            id="a day without news keeps its row",
        ),
        pytest.param(
            [({"likes": 1}, timedelta(0)), ({"views": 9}, HOUR)], [(0, 1, 9)],
            id="what was known in the morning is known in the evening",
        ),
        pytest.param(
            [({"likes": 1}, timedelta(0)), ({"likes": 0}, DAY)], [(0, 1, None), (1, 0, None)], id="zero is a number"
        ),
        pytest.param([({"likes": 2}, HOUR), ({"likes": 1}, timedelta(0))], [(0, 2, None)], id="an older sighting"),
        pytest.param([({"likes": 2}, DAY), ({"likes": 1}, timedelta(0))], [(1, 2, None)], id="one of the day before"),
    ],
)  # fmt: skip
def test_the_history_has_a_row_per_day_with_news(database, page, sightings, history):
    sync_posts(database, page, *(([post(**counters)], later) for counters, later in sightings))
    found = [((day - NOW.date()).days, *rest) for day, *rest in read(database, POST_METRICS, "date", "likes", "views")]
    assert found == history


def test_a_row_of_the_history_has_the_moment_of_its_sighting(database, page):
    sync_posts(database, page, ([post(likes=1)], timedelta(0)), ([post(likes=2)], HOUR), ([post(likes=2)], 2 * HOUR))
    assert read(database, POST_METRICS, "observed_at") == [(NOW + HOUR,)]


# The same answers, however often and in whatever pieces and order they come.

_POSTS = st.lists(
    st.builds(
        lambda number, counters: post(f"p{number}", **counters),
        st.integers(0, 30),
        st.fixed_dictionaries({}, optional={name: st.none() | st.integers(0, 9) for name in COUNTERS}),
    ),
    max_size=12,
)


def without_ids(database):
    """Return posts and their history by the posts' own names."""
    with database.read() as connection:
        names = dict(tuple(row) for row in connection.execute(sa.select(POSTS.c.id, POSTS.c.external_id)))
        posts = sorted(row[2:] for row in rows(connection, POSTS))
        return posts, sorted((names[row[1]], *row[2:]) for row in rows(connection, POST_METRICS))


@pytest.fixture
def scratch(tmp_path):
    """A database that is emptied, not made anew, for each example."""
    with new_database("sqlite", tmp_path) as found:
        with found.write() as connection:
            add_page(connection)

        def emptied():
            with found.write() as connection:
                for table in (POST_METRICS, POSTS):
                    connection.execute(sa.delete(table))
            return found

        yield emptied


def test_any_order_of_posts_leaves_the_same_rows(scratch):
    @settings(max_examples=25, deadline=None)
    @given(
        st.lists(st.sampled_from(range(20)), unique=True, max_size=10).flatmap(
            lambda numbers: st.tuples(st.just(numbers), st.permutations(numbers))
        )
    )
    def check(orders):
        found = []
        for numbers in orders:
            database = scratch()
            sync_posts(database, 1, ([], timedelta(0)), ([post(f"p{n}", likes=n) for n in numbers], timedelta(0)))
            found.append(without_ids(database))
        assert found[0] == found[1]

    check()


def test_posts_leave_the_same_rows_in_one_piece_in_many_and_when_they_come_again(scratch):
    @settings(max_examples=25, deadline=None)
    @given(_POSTS)
    def check(posts):
        database = scratch()
        sync_posts(database, 1, (posts, timedelta(0)))
        whole = without_ids(database)
        sync_posts(database, 1, (posts, timedelta(0)))
        again = without_ids(database)
        database = scratch()
        sync_posts(database, 1, ([], timedelta(0)), *(([one], timedelta(0)) for one in posts))
        pieces = without_ids(database)
        assert (again, pieces) == (whole, whole)

    check()


def test_a_post_that_comes_twice_keeps_what_either_copy_knows(database, page):
    sync_posts(database, page, ([post(likes=10, pinned=True), post(views=5, pinned=False)], timedelta(0)))
    assert read(database, POSTS, "likes", "views", "pinned") == [(10, 5, False)]


def test_a_post_is_pinned_only_if_every_copy_says_so(database, page):
    copies = [post("a", pinned=False), post("a", pinned=True), post("b", pinned=True), post("b", pinned=True)]
    sync_posts(database, page, (copies, timedelta(0)))
    assert read(database, POSTS, "external_id", "pinned") == [("a", False), ("b", True)]
    sync_posts(database, page, ([post("a", pinned=True), post("b", pinned=False)], HOUR))
    assert read(database, POSTS, "external_id", "pinned") == [("a", True), ("b", False)]


def test_a_post_of_a_page_that_is_not_there_is_refused_and_nothing_of_it_stays(database, page):
    with pytest.raises(DatabaseError), database.write() as connection:
        store_posts(connection, [FoundPost(page, NOW, post("a")), FoundPost(page + 1, NOW, post("b"))])
    assert read(database, POSTS) == []


# Comments.


@pytest.fixture
def post_id(database, page):
    return sync_posts(database, page, ([post("a", comments=2)], timedelta(0))).ids[page, "a"]


def sync_comments(database, post_id, *sightings):
    for found, later in sightings:
        with database.write() as connection:
            count = store_comments(connection, [FoundComment(post_id, NOW + later, one) for one in found])
    return count


def test_a_comment_is_stored_with_everything_that_is_known_of_it(database, post_id):
    top = comment("c1", author_username="ann", text="Wow", likes=3, replies=1, published_at=NOW - HOUR)
    reply = comment("c2", parent_external_id="c1", author_username="bob", text="Indeed")
    assert sync_comments(database, post_id, ([top, reply], timedelta(0))) == 2
    assert [row[1:] for row in read(database, COMMENTS)] == [
        (post_id, "c1", None, "ann", "Wow", 3, 1, NOW - HOUR, NOW, NOW),
        (post_id, "c2", "c1", "bob", "Indeed", None, None, None, NOW, NOW),
    ]


def test_the_same_comments_twice_leave_the_same_rows(database, post_id):
    found = ([comment("c1", likes=3), comment("c2")], HOUR)
    sync_comments(database, post_id, found)
    once = everything(database)
    assert sync_comments(database, post_id, found, found) == 2
    assert everything(database) == once


def test_a_comment_keeps_what_is_withheld_later(database, post_id):
    sync_comments(database, post_id, ([comment(likes=3, text="Wow")], timedelta(0)), ([comment(likes=4)], HOUR))
    columns = ("likes", "text", "first_seen_at", "last_seen_at")
    assert read(database, COMMENTS, *columns) == [(4, "Wow", NOW, NOW + HOUR)]


def test_an_older_sighting_of_a_comment_changes_nothing(database, post_id):
    sync_comments(database, post_id, ([comment(likes=4)], HOUR), ([comment(likes=3, text="old")], timedelta(0)))
    assert read(database, COMMENTS, "likes", "text", "last_seen_at") == [(4, None, NOW + HOUR)]


def test_a_comment_that_comes_twice_keeps_what_either_copy_knows_and_counts_once(database, post_id):
    assert sync_comments(database, post_id, ([comment(text="Wow"), comment(likes=3)], timedelta(0))) == 1
    assert read(database, COMMENTS, "text", "likes") == [("Wow", 3)]


def test_the_comment_count_that_was_read_is_remembered_per_post(database, page):
    stored = sync_posts(database, page, ([post("a"), post("b"), post("c")], timedelta(0)))
    with database.write() as connection:
        mark_comments_read(connection, [(stored.ids[page, "a"], 7), (stored.ids[page, "b"], 0)])
        mark_comments_read(connection, [])
    assert read(database, POSTS, "external_id", "comments_read") == [("a", 7), ("b", 0), ("c", None)]
