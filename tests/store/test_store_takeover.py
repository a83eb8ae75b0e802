"""A handle that belongs to another account now: two histories, kept apart."""

import pytest
import sqlalchemy as sa
from store_samples import BACKENDS, DAY, NOW, add_page, add_run, new_database, post, profile, rows

from socialsync_cli.store.page_results import RESULTS
from socialsync_cli.store.pages import (
    METRICS,
    PAGES,
    POST_METRICS,
    POSTS,
    FoundPost,
    FoundProfile,
    store_posts,
    store_profiles,
)
from socialsync_cli.store.runs import NewTask, create_tasks
from socialsync_cli.store.tables import UserPage
from socialsync_cli.store.takeover import is_taken_over, keep_apart

USER_PAGES = UserPage.__table__
OLD, NEW = "1001", "2002"


@pytest.fixture(params=BACKENDS)
def database(request, tmp_path):
    with new_database(request.param, tmp_path) as found:
        yield found


@pytest.mark.parametrize(
    ("platform", "stored", "now", "name", "taken_over"),
    [
        pytest.param("instagram", OLD, NEW, "NASA", True, id="another number"),
        pytest.param("instagram", OLD, OLD, "Cats", False, id="another name alone"),
        pytest.param("instagram", None, NEW, "NASA", False, id="nobody knew the number"),
        pytest.param("instagram", OLD, None, "NASA", False, id="nobody knows the number"),
        pytest.param("facebook", OLD, NEW, "NASA", False, id="a Facebook page that was moved keeps its name"),
        pytest.param("facebook", OLD, NEW, "Cats", True, id="another Facebook page"),
        pytest.param("tiktok", OLD, NEW, "NASA", True, id="another number on TikTok"),
    ],
)
def test_the_number_of_an_account_tells_who_it_is(database, platform, stored, now, name, taken_over):
    with database.write() as connection:
        page = add_page(connection, platform=platform, external_id=stored, display_name="NASA")
        assert is_taken_over(connection, page, profile(external_id=now, display_name=name)) is taken_over


@pytest.fixture
def old_page(database):
    """A page of yesterday with a user, a snapshot and a post, and today's first post of the new account."""
    with database.write() as connection:
        page = add_page(connection)
        yesterday = NOW - DAY
        store_profiles(connection, [FoundProfile(page, yesterday, profile(external_id=OLD, followers=5), None)])
        store_posts(connection, [FoundPost(page, yesterday, post("old", likes=1))])
        store_posts(connection, [FoundPost(page, NOW, post("new", likes=2))])
        for user in ("acme", "zoo"):
            connection.execute(sa.insert(USER_PAGES).values(user_id=user, page_id=page))
        add_run(connection, "run-1")
        create_tasks(connection, "run-1", [NewTask("t0", "acme", "instagram", "f", [(page, "nasa")]),
                                           NewTask("t1", "zoo", "instagram", "f", [(page, "nasa")])])  # fmt: skip
    return page


def results(connection):
    return [row[0] for row in connection.execute(sa.select(RESULTS.c.id).order_by(RESULTS.c.id))]


def test_the_old_accounts_history_stays_under_a_name_of_its_own(database, old_page):
    with database.write() as connection:
        (first, second) = results(connection)
        new_page = keep_apart(connection, old_page, [second], NOW)
    with database.read() as connection:
        assert rows(connection, PAGES, "id", "handle", "external_id", "followers") == [
            (old_page, f"nasa~{OLD}", OLD, 5), (new_page, "nasa", None, None)
        ]  # fmt: skip
        assert rows(connection, POSTS, "external_id", "page_id") == [("old", old_page), ("new", new_page)]
        assert rows(connection, METRICS, "page_id", "followers") == [(old_page, 5)]
        assert rows(connection, USER_PAGES) == [("acme", new_page), ("zoo", new_page)]
        assert rows(connection, RESULTS, "id", "page_id") == [(first, old_page), (second, new_page)]
        assert len(rows(connection, POST_METRICS)) == 2


def test_a_snapshot_of_the_same_sync_goes_with_the_new_page(database, old_page):
    with database.write() as connection:
        store_profiles(connection, [FoundProfile(old_page, NOW, profile(external_id=None, followers=9), None)])
        new_page = keep_apart(connection, old_page, [], NOW)
        assert rows(connection, METRICS, "page_id", "followers") == [(old_page, 5), (new_page, 9)]


def test_who_notices_later_that_the_page_was_set_aside_joins_the_new_one(database, old_page):
    later = NOW.replace(hour=7)
    with database.write() as connection:
        new_page = keep_apart(connection, old_page, [], NOW)
        # Somebody else goes on with the page that he knows, and has a post that the first one has, too.
        store_posts(connection, [FoundPost(old_page, later, post("new")), FoundPost(old_page, later, post("newer"))])
        (_, second) = results(connection)
        assert keep_apart(connection, old_page, [second], later) == new_page
    with database.read() as connection:
        assert rows(connection, PAGES, "handle") == [(f"nasa~{OLD}",), ("nasa",)]
        of_new = [
            external_id for external_id, page in rows(connection, POSTS, "external_id", "page_id") if page == new_page
        ]
        assert sorted(of_new) == ["new", "newer"]
        assert rows(connection, RESULTS, "page_id") == [(old_page,), (new_page,)]


def test_a_handle_may_go_to_and_fro(database, old_page):
    page = old_page
    with database.write() as connection:
        for number in (NEW, OLD, NEW):
            page = keep_apart(connection, page, [], NOW)
            connection.execute(sa.update(PAGES).where(PAGES.c.id == page).values(external_id=number))
        assert rows(connection, PAGES, "handle", "external_id") == [
            (f"nasa~{OLD}", OLD), (f"nasa~{NEW}", NEW), (f"nasa~{OLD}~2", OLD), ("nasa", NEW)
        ]  # fmt: skip


def test_the_same_handle_elsewhere_is_not_touched(database, old_page):
    with database.write() as connection:
        add_page(connection, f"nasa~{OLD}", "tiktok")
        keep_apart(connection, old_page, [], NOW)
        assert rows(connection, PAGES, "platform", "handle") == [
            ("instagram", f"nasa~{OLD}"), ("tiktok", f"nasa~{OLD}"), ("instagram", "nasa")
        ]  # fmt: skip
