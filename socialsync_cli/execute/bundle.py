"""Which tasks of a queued run are carried out together.

Tasks with the same token and platform share Apify runs, so they go together until they fill one. Tasks that share a
page are never separated: whoever has it asks for it once, for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from socialsync_cli.store.bundles import NewBundle
from socialsync_cli.store.runs import NewTask


def bundled(tasks: Sequence[NewTask], most_pages: int) -> list[NewBundle]:
    """Return bundles of about `most_pages` pages, larger ones where tasks share pages or have more."""
    alike: dict[tuple[str | None, str], list[NewTask]] = {}
    for task in tasks:
        alike.setdefault((task.fingerprint, task.platform), []).append(task)
    return [bundle for some in alike.values() for bundle in _filled(_inseparable(some), most_pages)]


def _inseparable(tasks: Sequence[NewTask]) -> list[list[NewTask]]:
    """Put tasks together that share pages, directly or by way of others; in the order of their first ones."""
    leaders = list(range(len(tasks)))

    def leader(index: int) -> int:
        while leaders[index] != index:
            leaders[index] = leaders[leaders[index]]
            index = leaders[index]
        return index

    first_with: dict[int, int] = {}
    for index, task in enumerate(tasks):
        for page_id, _ in task.pages:
            other = leader(first_with.setdefault(page_id, index))
            mine = leader(index)
            leaders[max(mine, other)] = min(mine, other)
    groups: dict[int, list[NewTask]] = {}
    for index, task in enumerate(tasks):
        groups.setdefault(leader(index), []).append(task)
    return list(groups.values())


def _filled(groups: Sequence[Sequence[NewTask]], most_pages: int) -> list[NewBundle]:
    bundles: list[NewBundle] = []
    together: list[NewTask] = []
    count = 0
    for group in groups:
        pages = len({page_id for task in group for page_id, _ in task.pages})
        if together and count + pages > most_pages:
            bundles.append(_bundle(together, count))
            together, count = [], 0
        together.extend(group)
        count += pages
    if together:
        bundles.append(_bundle(together, count))
    return bundles


def _bundle(tasks: Sequence[NewTask], pages: int) -> NewBundle:
    return NewBundle(tasks[0].id, pages, [task.id for task in tasks])
