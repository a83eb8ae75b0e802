"""From what the items of Apify runs say to the words for pages, tasks and runs."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from socialsync_cli.core.outcomes import (
    COMMENTS,
    POSTS,
    PROFILES,
    Kind,
    PageFacts,
    PartAnswer,
    Result,
    State,
    Tally,
    Trouble,
    contradicts,
    exit_code,
    is_broken,
    page_result,
    run_state,
)
from socialsync_cli.core.records import Verdict
from socialsync_cli.errors import QuotaError

LOST = Trouble("actor_failed", "lost")

_TALLY = [
    pytest.param([], PartAnswer(Kind.SILENT), id="silence"),
    pytest.param([Verdict.DATA], PartAnswer(Kind.OK, 1, "1"), id="data"),
    pytest.param([Verdict.DATA, Verdict.DATA, Verdict.DATA], PartAnswer(Kind.OK, 3, "1"), id="more data"),
    pytest.param([Verdict.NOT_FOUND, Verdict.DATA], PartAnswer(Kind.OK, 1, "2"), id="data beats an error beside it"),
    pytest.param([Verdict.PRIVATE], PartAnswer(Kind.PRIVATE, 0, "1"), id="private"),
    pytest.param([Verdict.NOT_FOUND], PartAnswer(Kind.NOT_FOUND, 0, "1"), id="not found"),
    pytest.param([Verdict.RESTRICTED], PartAnswer(Kind.RESTRICTED, 0, "1"), id="restricted"),
    pytest.param([Verdict.EMPTY], PartAnswer(Kind.EMPTY, 0, "1"), id="empty"),
    pytest.param([Verdict.NO_ITEMS], PartAnswer(Kind.NO_ITEMS, 0, "1"), id="the ambiguous word"),
    pytest.param([Verdict.NO_ITEMS, Verdict.EMPTY], PartAnswer(Kind.EMPTY, 0, "2"), id="a clear word beats it"),
    pytest.param(
        [Verdict.BLOCKED, Verdict.NOT_FOUND], PartAnswer(Kind.NOT_FOUND, 0, "2"), id="an answer beats a blockade"
    ),
    pytest.param(
        [Verdict.BLOCKED],
        PartAnswer(Kind.BLOCKED, 0, "1", Trouble("actor_failed", "the site blocked the scraper")),
        id="blocked",
    ),
    pytest.param(
        [Verdict.BAD],
        PartAnswer(Kind.FAILED, 0, "1", Trouble("bad_data", "the item cannot be understood: 1")),
        id="garbage",
    ),
]


@pytest.mark.parametrize(("verdicts", "answer"), _TALLY)
def test_the_most_telling_item_is_the_answer(verdicts, answer):
    tally = Tally()
    for number, verdict in enumerate(verdicts, start=1):
        tally.add(verdict, str(number))
    assert tally.answer() == answer


def test_garbage_without_words_says_that_there_was_no_data_in_it():
    tally = Tally()
    tally.add(Verdict.BAD)
    assert tally.answer().trouble == Trouble("bad_data", "the item cannot be understood: no data in it")


@settings(deadline=None)
@given(st.lists(st.sampled_from(Verdict), max_size=8).flatmap(lambda v: st.tuples(st.just(v), st.permutations(v))))
def test_the_order_of_items_does_not_matter(orders):
    tallies = [Tally(), Tally()]
    for tally, verdicts in zip(tallies, orders, strict=True):
        for verdict in verdicts:
            tally.add(verdict)
    assert tallies[0].answer() == tallies[1].answer()


@pytest.mark.parametrize(
    ("kinds", "broken"),
    [
        ([], False),
        ([Kind.SILENT] * 4, False),
        ([Kind.SILENT] * 5, True),
        ([Kind.BLOCKED] * 5, True),
        ([Kind.SILENT, Kind.BLOCKED, Kind.SILENT, Kind.BLOCKED, Kind.SILENT, Kind.SILENT], True),
        ([Kind.SILENT] * 9 + [Kind.OK], False),
        *[
            ([Kind.SILENT] * 9 + [kind], False)
            for kind in (Kind.EMPTY, Kind.NO_ITEMS, Kind.PRIVATE, Kind.NOT_FOUND, Kind.RESTRICTED, Kind.FAILED)
        ],
        ([Kind.NOT_FOUND] * 9, False),
    ],
)
def test_an_actor_is_broken_when_five_pages_or_more_get_no_answer_and_none_gets_one(kinds, broken):
    assert is_broken([PartAnswer(kind) for kind in kinds]) is broken


# Rows: the profile's answer. Columns: the posts' answer, none at all, or one with three posts (+).
_TABLE = """
profile     -           ok+      empty       no_items    silent      private     not_found   restricted  blocked     failed      failed+
ok          ok          ok       ok          ok          ok          private     partial     partial     partial     partial     partial
empty       ok          ok       ok          ok          ok          private     partial     partial     partial     partial     partial
no_items    not_found   partial  not_found   not_found   not_found   not_found   not_found   not_found   not_found   not_found   partial
silent      not_found   partial  not_found   not_found   not_found   not_found   not_found   not_found   not_found   not_found   partial
not_found   not_found   partial  not_found   not_found   not_found   not_found   not_found   not_found   not_found   not_found   partial
private     private     partial  private     private     private     private     private     private     private     private     partial
restricted  restricted  partial  restricted  restricted  restricted  restricted  restricted  restricted  restricted  restricted  partial
blocked     failed      partial  failed      failed      failed      failed      failed      failed      failed      failed      partial
failed      failed      partial  failed      failed      failed      failed      failed      failed      failed      failed      partial
"""  # noqa: E501  a table


def _cases():
    header, *lines = _TABLE.strip().splitlines()
    columns = header.split()[1:]
    return [
        pytest.param(profile, posts, result, id=f"profile {profile}, posts {posts}")
        for profile, *results in map(str.split, lines)
        for posts, result in zip(columns, results, strict=True)
    ]


def _answer(words):
    return PartAnswer(Kind(words.rstrip("+")), 3 if words.endswith("+") else 0)


@pytest.mark.parametrize(("profile", "posts", "result"), _cases())
def test_profile_and_posts_together_make_the_result(profile, posts, result):
    parts = {PROFILES: _answer(profile)} | ({} if posts == "-" else {POSTS: _answer(posts)})
    assert page_result(parts, PageFacts())[0] == Result(result)


@settings(deadline=None)
@given(
    st.sampled_from(Kind),
    st.none() | st.builds(PartAnswer, st.sampled_from(Kind), st.integers(0, 3)),
    st.builds(PageFacts, st.sampled_from([None, True, False]), st.sampled_from([None, 0, 7]), st.booleans()),
)
def test_a_page_is_ok_only_when_its_own_profile_says_so_and_trouble_comes_with_what_failed(profile, posts, facts):
    parts = {PROFILES: PartAnswer(profile)} | ({} if posts is None else {POSTS: posts})
    result, trouble = page_result(parts, facts)
    assert result is not Result.OK or profile in (Kind.OK, Kind.EMPTY)
    assert (trouble is not None) == (result in (Result.PARTIAL, Result.FAILED))


@pytest.mark.parametrize(
    ("parts", "facts", "outcome"),
    [
        pytest.param(
            {}, PageFacts(), (Result.FAILED, Trouble("internal", "the page was never asked for")), id="never asked for"
        ),
        pytest.param(
            {PROFILES: PartAnswer(Kind.OK, 1), POSTS: PartAnswer(Kind.NO_ITEMS)},
            PageFacts(private=True, posts_count=7),
            (Result.PRIVATE, None),
            id="the profile says that it is private",
        ),
        pytest.param(
            {PROFILES: PartAnswer(Kind.OK, 1), POSTS: PartAnswer(Kind.NO_ITEMS)},
            PageFacts(private=False, posts_count=7),
            (Result.PARTIAL, Trouble("actor_failed", "none of the page's 7 posts were returned")),
            id="posts that are counted but not returned",
        ),
        pytest.param(
            {PROFILES: PartAnswer(Kind.OK, 1), POSTS: PartAnswer(Kind.NO_ITEMS)},
            PageFacts(private=False, posts_count=7, dated=True),
            (Result.OK, None),
            id="nothing newer than the date asked for",
        ),
        pytest.param(
            {PROFILES: PartAnswer(Kind.OK, 1), POSTS: PartAnswer(Kind.SILENT)},
            PageFacts(private=False, posts_count=0),
            (Result.OK, None),
            id="a page without a post",
        ),
        pytest.param(
            {PROFILES: PartAnswer(Kind.OK, 1), POSTS: PartAnswer(Kind.FAILED, trouble=LOST)},
            PageFacts(),
            (Result.PARTIAL, LOST),
            id="posts that failed",
        ),
        pytest.param(
            {PROFILES: PartAnswer(Kind.FAILED, trouble=LOST), POSTS: PartAnswer(Kind.OK, 3)},
            PageFacts(),
            (Result.PARTIAL, LOST),
            id="a profile that failed",
        ),
        pytest.param(
            {PROFILES: PartAnswer(Kind.BLOCKED)},
            PageFacts(),
            (Result.FAILED, Trouble("actor_failed", "the actor returned nothing for the page")),
            id="a blockade without words",
        ),
        pytest.param(
            {PROFILES: PartAnswer(Kind.OK, 1), POSTS: PartAnswer(Kind.RESTRICTED)},
            PageFacts(),
            (Result.PARTIAL, Trouble("bad_data", "the profile came, but its posts are restricted")),
            id="posts that contradict the profile",
        ),
        pytest.param(
            {PROFILES: PartAnswer(Kind.PRIVATE), POSTS: PartAnswer(Kind.OK, 3)},
            PageFacts(),
            (Result.PARTIAL, Trouble("bad_data", "posts came, but the profile did not")),
            id="posts of a page that is said to be private",
        ),
        pytest.param(
            {PROFILES: PartAnswer(Kind.SILENT), POSTS: PartAnswer(Kind.OK, 3)},
            PageFacts(),
            (Result.PARTIAL, Trouble("bad_data", "posts came, but the profile did not")),
            id="posts without a profile",
        ),
        pytest.param(
            {
                PROFILES: PartAnswer(Kind.OK, 1),
                POSTS: PartAnswer(Kind.OK, 3),
                COMMENTS: PartAnswer(Kind.FAILED, 2, None, LOST),
            },
            PageFacts(),
            (Result.PARTIAL, LOST),
            id="comments that failed",
        ),
        pytest.param(
            {PROFILES: PartAnswer(Kind.OK, 1), POSTS: PartAnswer(Kind.OK, 3), COMMENTS: PartAnswer(Kind.OK, 9)},
            PageFacts(),
            (Result.OK, None),
            id="everything came",
        ),
        pytest.param(
            {PROFILES: PartAnswer(Kind.PRIVATE), COMMENTS: PartAnswer(Kind.FAILED, 2, None, LOST)},
            PageFacts(),
            (Result.PRIVATE, None),
            id="comments do not matter where the page cannot be seen",
        ),
    ],
)
def test_facts_and_comments_decide_what_posts_mean(parts, facts, outcome):
    assert page_result(parts, facts) == outcome


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("facts", [PageFacts(None, 7), PageFacts(False, 7), PageFacts(False, 7, dated=True),
                                   PageFacts(True, 7), PageFacts(False, 0), PageFacts(False, None)])  # fmt: skip
def test_silence_about_posts_is_a_contradiction_only_where_all_of_some_visible_posts_were_asked_for(kind, facts):
    could_be = kind in (Kind.NO_ITEMS, Kind.SILENT) and facts in (PageFacts(None, 7), PageFacts(False, 7))
    assert contradicts(PartAnswer(kind), facts) is could_be


@pytest.mark.parametrize(
    ("tasks", "state", "code"),
    [
        ([], State.SUCCESS, 0),
        (["SUCCESS", "SUCCESS"], State.SUCCESS, 0),
        (["SUCCESS", "FAILURE"], State.FAILURE, 3),
        (["FAILURE"], State.FAILURE, 1),
        (["REVOKED", "SUCCESS"], State.REVOKED, 3),
        (["REVOKED"], State.REVOKED, 1),
        (["REVOKED", "FAILURE"], State.FAILURE, 1),
        (["REVOKED", "FAILURE", "SUCCESS"], State.FAILURE, 3),
    ],
)
def test_a_run_fails_with_any_task_and_its_exit_code_says_whether_some_succeeded(tasks, state, code):
    assert (run_state(tasks), exit_code(tasks)) == (state, code)


def test_an_error_is_seen_from_outside_by_its_type_and_its_sentence():
    assert Trouble.of(QuotaError("nothing is left")) == Trouble("quota_exceeded", "nothing is left")
