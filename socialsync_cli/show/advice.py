"""What to do about each kind of trouble: a sentence for the person at the keyboard."""

from __future__ import annotations

import re

_ADVICE = {
    "invalid_token": "put a valid token in its place, test it with `socialsync check`, then {resume}",
    "quota_exceeded": "raise the limit at console.apify.com/billing or wait for the next month, then {resume}",
    "cost_limit": "raise --max-cost or [sync] max_cost_usd, then {resume}",
    "rate_limited": "lower [apify] requests_per_second, or wait a while, then {resume}",
    "network": "see whether api.apify.com can be reached (status.apify.com), then {resume}",
    "apify_error": "`socialsync check` says whether actors and tokens are as they should be",
    "actor_failed": "the site may block the scraper at the moment; {resume} asks for the missing pages alone",
    "actor_timed_out": "raise [apify] run_timeout_seconds or lower max_pages_per_run, then {resume}",
    "bad_data": "the actor may have changed what it returns; {resume} asks for these pages alone",
    "database": "make room or let us write there, then {resume}",
    "cancelled": "{resume} goes on where it stopped, at no cost for what has arrived",
    "interrupted": "{resume} goes on where it stopped, at no cost for what has arrived",
    "internal": "a bug: `socialsync -vv …` shows more",
}


def what_to_do(error_type: str, run_id: str) -> str | None:
    """Return what to do about trouble of a type in a run."""
    words = _ADVICE.get(error_type)
    return None if words is None else words.format(resume=f"`socialsync resume {run_id}`")


_ABOUT_PAGES = {
    "not found": "pages not found: correct their handles in the configuration, or take them out; every run pays for "
    "looking",
    "private": "private pages: only their owners can open them; take out those that will stay private",
    "restricted": "restricted pages are shown to some visitors only, by age or country: nothing can be done here",
}


def about_pages(warning: str) -> str | None:
    """Return what to do about pages that a task's warning tells of, as `2 pages not found: a, b`."""
    match = re.match(r"[\d,]+ pages? (not found|private|restricted):", warning)
    return _ABOUT_PAGES[match[1]] if match else None
