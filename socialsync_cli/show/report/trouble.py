"""Which pages need a look, and what is the matter with them."""

from __future__ import annotations

from datetime import datetime, timedelta

from socialsync_cli.show.figures import clock_time
from socialsync_cli.show.report.records import LastResult, PageReport, Trouble

_STALE = timedelta(days=7)
_GENTLE = {
    "private": ("private", "Its posts are hidden: only what everybody may see is known of it."),
    "not_found": ("not found", "It was not there when last asked for; what is shown is older."),
    "restricted": ("restricted", "Age, country or login stand before its posts; they cannot be seen."),
}


def trouble_of(page: PageReport, now: datetime) -> Trouble | None:
    """Return what is the matter with a page; None if all is well.

    Args:
        page: The page.
        now: The time of the report, for judging how old its data is.

    """
    view, last = page.portrait.page, page.last
    if last is not None and last.result == "failed":
        return Trouble("failed", "last sync failed", _reason(last, "Its data did not come; what is shown is older."))
    if last is not None and last.result == "partial":
        return Trouble("partial", "last sync incomplete", _reason(last, "Some of its data did not come."))
    if view.status in _GENTLE:
        title, words = _GENTLE[view.status]
        if view.status == "not_found" and view.last_synced_at is None:
            words = "It was not there when asked for: is it spelt right, and open to the public?"
        return Trouble(view.status, title, words)
    if view.last_synced_at is None:
        return Trouble("silent", "not synced yet", "It has never been answered.")
    if now - view.last_synced_at > _STALE:
        return Trouble("stale", "not synced lately", f"What is shown is from {clock_time(view.last_synced_at)} UTC.")
    return None


def _reason(last: LastResult, otherwise: str) -> str:
    message = (last.error or {}).get("message")
    return str(message) if message else otherwise
