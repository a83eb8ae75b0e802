"""Which tasks of a queued run go together."""

from __future__ import annotations

from socialsync_cli.execute.bundle import bundled
from socialsync_cli.store.runs import NewTask


def task(name, *pages, token="f1", platform="instagram"):
    return NewTask(name, name, platform, token, [(page, str(page)) for page in pages])


def together(tasks, most_pages=3):
    return [(bundle.pages, list(bundle.task_ids)) for bundle in bundled(tasks, most_pages)]


def test_tasks_fill_apify_runs_together():
    assert together([task("a", 1), task("b", 2, 3), task("c", 4)]) == [(3, ["a", "b"]), (1, ["c"])]


def test_tokens_and_platforms_stay_apart():
    tasks = [task("a", 1), task("b", 2, token="f2"), task("c", 3, platform="tiktok"), task("d", 4, token=None)]
    assert together(tasks) == [(1, ["a"]), (1, ["b"]), (1, ["c"]), (1, ["d"])]


def test_tasks_that_share_a_page_are_never_separated_however_many_pages_that_makes():
    tasks = [task("a", 1, 2), task("b", 7), task("c", 2, 3), task("d", 3, 4)]
    assert together(tasks) == [(4, ["a", "c", "d"]), (1, ["b"])]


def test_a_task_with_more_pages_than_that_is_a_bundle_of_its_own():
    assert together([task("a", 1, 2, 3, 4), task("b", 5)]) == [(4, ["a"]), (1, ["b"])]


def test_a_bundle_is_called_by_its_first_task():
    assert [bundle.id for bundle in bundled([task("b", 1), task("a", 2)], 9)] == ["b"]
