"""What the end of an Apify run means for each of its targets: a final answer, or a reason to ask again."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from socialsync_cli.core.outcomes import (
    COMMENTS,
    POSTS,
    PROFILES,
    Kind,
    PartAnswer,
    Trouble,
    contradicts,
    is_broken,
)
from socialsync_cli.execute.work import AccountWork, Batch, PageWork, Report
from socialsync_cli.platforms import PLATFORMS

_TRIES = {Kind.SILENT: 1, Kind.BLOCKED: 2, Kind.FAILED: 1}
"""How often a target is asked again after such an answer."""

_BROKEN = Trouble("actor_failed", "no page of the Apify run got an answer: the actor is broken or blocked")

_SENSELESS = Trouble("bad_data", "none of the Apify run's items could be understood")


class Settlement(NamedTuple):
    """What a report comes to, per target."""

    final: dict[str, PartAnswer]
    again: frozenset[str]
    """To be asked again, together with others like them."""
    split: frozenset[str]
    """Cut off by a run that did not succeed: to be asked again in smaller batches."""


def settle(report: Report, tries: Callable[[str], int], attempts: int) -> Settlement:
    """Judge the answers of a run that ended.

    Args:
        report: What the run's items say.
        tries: How often a target was asked again already.
        attempts: How often targets that a failed run cut off are asked at most.

    """
    answers = _attributed(report)
    succeeded = report.status == "SUCCEEDED"
    broken = succeeded and report.batch.part != COMMENTS and is_broken(answers.values())
    final: dict[str, PartAnswer] = {}
    again: set[str] = set()
    cut: set[str] = set()
    for target, answer in answers.items():
        if not succeeded and (target in report.incomplete or answer.kind is Kind.SILENT):
            if report.batch.attempt < attempts:
                cut.add(target)
            else:
                final[target] = PartAnswer(Kind.FAILED, answer.items, answer.detail, _cut_off(report))
        elif report.batch.part != COMMENTS and tries(target) < _TRIES.get(answer.kind, 0):
            again.add(target)
        elif broken:
            final[target] = PartAnswer(Kind.FAILED, 0, answer.detail, _BROKEN)
        else:
            final[target] = answer
    return Settlement(final, frozenset(again), frozenset(cut))


def _attributed(report: Report) -> dict[str, PartAnswer]:
    """Give silence a meaning where it has one."""
    answers = dict(report.answers)
    if report.senseless:
        return dict.fromkeys(answers, PartAnswer(Kind.FAILED, trouble=_SENSELESS))
    silent = [target for target, answer in answers.items() if answer.kind is Kind.SILENT]
    if report.status == "SUCCEEDED" and _may_be_silent(report.batch):
        answers |= dict.fromkeys(silent, PartAnswer(Kind.EMPTY))
    elif silent and report.anonymous_not_found >= len(silent):
        answers |= dict.fromkeys(silent, PartAnswer(Kind.NOT_FOUND, detail="not found"))
    return answers


def _may_be_silent(batch: Batch) -> bool:
    """Whether nothing at all is an answer: of posts without comments, on some sites of pages without new posts."""
    if batch.part == COMMENTS:
        return True
    return batch.newer_than is not None and PLATFORMS[batch.platform].TRAITS.silent_if_nothing_new


def _cut_off(report: Report) -> Trouble:
    if report.status == "TIMED-OUT":
        return Trouble("actor_timed_out", "the actor reached its time limit, also with the page alone")
    return Trouble("actor_failed", f"the Apify run ended {report.status} without this page, again and again")


def reopen(page: PageWork, account: AccountWork, *, posts_wanted: bool) -> bool:
    """Ask again for posts that cannot be missing, and for posts that turned out to be visible after all.

    Args:
        page: Seems complete; changed in place if it is not.
        account: Pays for it.
        posts_wanted: Whether posts are asked for at all.

    Returns:
        Whether some of it is asked again.

    """
    profile, posts = page.parts.get(PROFILES), page.parts.get(POSTS)
    if profile is None or profile.kind is not Kind.OK or page.private:
        return False
    # Another account has the handle now: the date was about what was known of the old one.
    others = page.changed_hands and page.newer_than is not None
    missing = posts_wanted and (posts is None or others)
    wrong = posts is not None and contradicts(posts, page.facts) and page.tries.get(POSTS, 0) < 1
    if account.dead is not None or not (missing or wrong):
        return False
    page.tries[POSTS] = page.tries.get(POSTS, 0) + wrong
    if others:
        page.newer_than = None
    page.parts.pop(POSTS, None)
    page.awaited.add(POSTS)
    account.asks_again[page.platform, POSTS].append(page)
    return True
