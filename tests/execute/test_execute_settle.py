"""What the end of an Apify run means for each of its targets."""

from datetime import UTC, datetime

import pytest
from execute_builders import report
from hypothesis import given, settings
from hypothesis import strategies as st

from socialsync_cli.core.outcomes import COMMENTS, POSTS, PROFILES, Kind, PartAnswer, Trouble
from socialsync_cli.execute.settle import Settlement, settle
from socialsync_cli.platforms import Traits, instagram

BROKEN = Trouble("actor_failed", "no page of the Apify run got an answer: the actor is broken or blocked")
FINAL_KINDS = [Kind.OK, Kind.EMPTY, Kind.NO_ITEMS, Kind.PRIVATE, Kind.NOT_FOUND, Kind.RESTRICTED]
ENDED_BADLY = ["FAILED", "TIMED-OUT", "ABORTED"]


def never(_target):
    return 0


def settlement(final=(), again=(), split=()):
    return Settlement(dict(final), frozenset(again), frozenset(split))


def answer(kind):
    return PartAnswer(kind, 3 if kind is Kind.OK else 0)


@pytest.mark.parametrize("kind", FINAL_KINDS)
@pytest.mark.parametrize("part", [PROFILES, POSTS, COMMENTS])
def test_an_answer_is_final_when_the_run_succeeded(kind, part):
    assert settle(report({"nasa": kind}, part=part), never, 5) == settlement({"nasa": answer(kind)})


@pytest.mark.parametrize(("kind", "tries"), [(Kind.SILENT, 1), (Kind.BLOCKED, 2), (Kind.FAILED, 1)])
def test_silence_a_blockade_and_garbage_are_asked_again_so_often(kind, tries):
    for tried in range(tries):
        assert settle(report({"nasa": kind}), lambda _, n=tried: n, 5) == settlement(again=["nasa"])
    assert settle(report({"nasa": kind}), lambda _: tries, 5) == settlement({"nasa": answer(kind)})


def test_every_target_has_its_own_count():
    found = settle(report({"a": Kind.SILENT, "b": Kind.SILENT, "c": Kind.OK}), {"a": 0, "b": 1, "c": 0}.get, 5)
    assert found == settlement({"b": answer(Kind.SILENT), "c": answer(Kind.OK)}, again=["a"])


def test_a_post_without_comments_has_none_where_the_run_succeeded():
    found = settle(report({"p1": Kind.SILENT, "p2": Kind.OK}, part=COMMENTS), never, 5)
    assert found == settlement({"p1": PartAnswer(Kind.EMPTY), "p2": answer(Kind.OK)})


# A broken actor.


@pytest.mark.parametrize("kinds", [[Kind.SILENT] * 5, [Kind.BLOCKED] * 5, [Kind.SILENT] * 4 + [Kind.BLOCKED]])
def test_five_pages_without_any_answer_are_asked_once_more_and_then_failed(kinds):
    answers = {f"page{number}": kind for number, kind in enumerate(kinds)}
    assert settle(report(answers), never, 5) == settlement(again=answers)
    failed = PartAnswer(Kind.FAILED, trouble=BROKEN)
    assert settle(report(answers), lambda _: 2, 5) == settlement(dict.fromkeys(answers, failed))


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param(dict.fromkeys("abcd", Kind.SILENT), id="four pages may all be gone"),
        pytest.param({**dict.fromkeys("abcdef", Kind.SILENT), "g": Kind.NOT_FOUND}, id="one has an answer"),
    ],
)
def test_silent_pages_are_silent_where_the_actor_is_not_broken(answers):
    found = settle(report(answers), lambda _: 2, 5)
    assert found == settlement({name: answer(kind) for name, kind in answers.items()})


def test_posts_without_comments_do_not_show_a_broken_actor():
    answers = dict.fromkeys("abcdef", Kind.SILENT)
    found = settle(report(answers, part=COMMENTS), lambda _: 2, 5)
    assert found == settlement(dict.fromkeys(answers, PartAnswer(Kind.EMPTY)))


def test_pages_without_a_new_post_do_not_show_a_broken_actor_where_they_are_silent(monkeypatch):
    monkeypatch.setattr(instagram, "TRAITS", Traits(silent_if_nothing_new=True))
    answers = dict.fromkeys("abcdef", Kind.SILENT)
    undated, dated = report(answers), report(answers)
    dated.batch.newer_than = datetime(2026, 1, 10, tzinfo=UTC)
    assert settle(dated, never, 5) == settlement(dict.fromkeys(answers, PartAnswer(Kind.EMPTY)))
    assert settle(undated, never, 5) == settlement(again=answers)


# "Not found" items that name nobody.


def test_as_many_nameless_refusals_as_silent_pages_are_theirs():
    found = settle(report({"a": Kind.SILENT, "b": Kind.SILENT, "c": Kind.OK}, anonymous=2), never, 5)
    gone = PartAnswer(Kind.NOT_FOUND, detail="not found")
    assert found == settlement({"a": gone, "b": gone, "c": answer(Kind.OK)})


def test_fewer_nameless_refusals_than_silent_pages_say_nothing_about_any():
    found = settle(report({"a": Kind.SILENT, "b": Kind.SILENT}, anonymous=1), never, 5)
    assert found == settlement(again=["a", "b"])


def test_five_pages_that_are_refused_without_names_are_gone_and_no_sign_of_a_broken_actor():
    answers = dict.fromkeys("abcde", Kind.SILENT)
    found = settle(report(answers, anonymous=5), lambda _: 2, 5)
    assert found == settlement(dict.fromkeys(answers, PartAnswer(Kind.NOT_FOUND, detail="not found")))


# Runs that ended badly.


@pytest.mark.parametrize("status", ENDED_BADLY)
@pytest.mark.parametrize("part", [PROFILES, POSTS, COMMENTS])
def test_targets_that_were_cut_off_are_asked_for_again_in_smaller_batches(status, part):
    ended = report({"a": Kind.OK, "b": Kind.OK, "c": Kind.SILENT}, part=part, status=status, incomplete=["b", "c"])
    assert settle(ended, never, 5) == settlement({"a": answer(Kind.OK)}, split=["b", "c"])


@pytest.mark.parametrize("status", ENDED_BADLY)
def test_what_is_complete_although_the_run_ended_badly_is_final(status):
    ended = report({"a": Kind.OK, "b": Kind.NOT_FOUND}, status=status)
    assert settle(ended, never, 5) == settlement({"a": answer(Kind.OK), "b": answer(Kind.NOT_FOUND)})


@pytest.mark.parametrize(
    ("status", "trouble"),
    [
        ("TIMED-OUT", Trouble("actor_timed_out", "the actor reached its time limit, also with the page alone")),
        ("FAILED", Trouble("actor_failed", "the Apify run ended FAILED without this page, again and again")),
        ("ABORTED", Trouble("actor_failed", "the Apify run ended ABORTED without this page, again and again")),
    ],
)
def test_at_the_last_attempt_what_was_cut_off_has_failed_with_what_came_of_it(status, trouble):
    ended = report({"a": Kind.OK, "b": Kind.SILENT}, status=status, incomplete=["a", "b"], attempt=5)
    assert settle(ended, never, 5) == settlement(
        {"a": PartAnswer(Kind.FAILED, 3, None, trouble), "b": PartAnswer(Kind.FAILED, 0, None, trouble)}
    )


def test_a_run_that_failed_over_five_silent_pages_is_no_verdict_about_them():
    answers = dict.fromkeys("abcde", Kind.SILENT)
    assert settle(report(answers, status="FAILED", incomplete=answers), never, 5) == settlement(split=answers)


def test_five_blocked_pages_of_a_run_that_failed_are_blocked_and_no_more_is_said():
    answers = dict.fromkeys("abcde", Kind.BLOCKED)
    found = settle(report(answers, status="FAILED"), lambda _: 2, 5)
    assert found == settlement(dict.fromkeys(answers, answer(Kind.BLOCKED)))


@settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from("abcdefg"), st.sampled_from(Kind)),
    st.sampled_from(["SUCCEEDED", *ENDED_BADLY]),
    st.sets(st.sampled_from("abcdefg")),
    st.integers(0, 3),
    st.integers(1, 6),
    st.integers(0, 7),
    st.sampled_from([PROFILES, POSTS, COMMENTS]),
)
def test_every_target_has_exactly_one_fate(answers, status, incomplete, tried, attempt, anonymous, part):
    ended = report(answers, part=part, status=status, incomplete=incomplete & answers.keys(), attempt=attempt,
                   anonymous=anonymous)  # fmt: skip
    found = settle(ended, lambda _: tried, 5)
    assert sorted([*found.final, *found.again, *found.split]) == sorted(answers)
    assert status != "SUCCEEDED" or not found.split
    assert attempt < 5 or not found.split
