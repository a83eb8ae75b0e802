"""Progress: what is counted, the lines, the live screen, the first words and the last."""

from __future__ import annotations

import io
import json
import threading

import pytest
from show_builders import END, Screen, failed, report, task

from socialsync_cli.core.events import (
    ApifyRunBegan,
    ApifyRunEnded,
    ApifyRunProgress,
    PagesDone,
    Retrying,
    RunBegan,
    TaskBegan,
    TaskEnded,
    TaskInfo,
    Waiting,
    Warned,
)
from socialsync_cli.core.outcomes import Trouble
from socialsync_cli.show.announce import Announcer
from socialsync_cli.show.log import Lines
from socialsync_cli.show.picture import picture
from socialsync_cli.show.plain import PlainProgress
from socialsync_cli.show.progress import to_all, watching
from socialsync_cli.show.records import ChangeView
from socialsync_cli.show.scoreboard import Scoreboard, Tally
from socialsync_cli.show.status import tasks_table
from socialsync_cli.show.summary import tell_summary

BEGAN = RunBegan("r1", [TaskInfo("t1", "acme", "instagram", 50), TaskInfo("t2", "bee", "tiktok", 1)], 5.0)
ITEMS = "apify/instagram-post-scraper"
EVENTS = [
    BEGAN,
    ApifyRunBegan("a1", ITEMS, "instagram", "posts", 50, adopted=False),
    ApifyRunBegan("a2", "clockworks/tiktok-scraper", "tiktok", "posts", 1, adopted=True),
    Waiting(ITEMS),
    ApifyRunProgress("a1", 700),
    ApifyRunEnded("a2", "clockworks/tiktok-scraper", "SUCCEEDED", 30, 0.11),
    PagesDone("t2", {"ok": 1}, 30, 0, 0.11),
    TaskEnded("t2", "SUCCESS"),
    PagesDone("t1", {"ok": 20, "not_found": 2}, 600, 90, 1.0),
    Warned("page \x1b[31mx was renamed"),
]


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def _taken(events, clock):
    board = Scoreboard(clock)
    for event in events:
        board.take(event)
    return board


def test_events_add_up(clock):
    board = _taken(EVENTS, clock)
    clock.now += 41
    standing = board.standing(8)
    assert (standing.run_id, standing.elapsed_s, standing.left_s) == ("r1", 41.0, 41 * 28 / 23)
    assert standing.whole == Tally(51, 23, 630, 90, pytest.approx(1.11))
    assert standing.results == {"ok": 21, "not_found": 2}
    assert (standing.items, standing.cost_usd, standing.max_cost_usd) == (730, 0.11, 5.0)
    assert [(task.user, task.status) for task in standing.each] == [("acme", "STARTED"), ("bee", "SUCCESS")]
    assert [(group.name, group.done, group.over) for group in standing.platforms] == [
        ("instagram", 22, 0), ("tiktok", 1, 1),
    ]  # fmt: skip
    assert (standing.tasks, standing.tasks_over) == (2, 1)
    assert [(run.platform, run.runs, run.items, run.adopted) for run in standing.apify] == [("instagram", 1, 700, 0)]
    assert (standing.apify_runs, standing.waiting, standing.warned) == (1, ITEMS, 1)


def test_events_from_many_threads_are_all_counted(clock):
    board = _taken([BEGAN], clock)

    def tell():
        for _ in range(500):
            board.take(PagesDone("t1", {}, 1, 2, 0.0))
            board.take(ApifyRunEnded("a", "x", "SUCCEEDED", 1, 0.5))

    threads = [threading.Thread(target=tell) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    standing = board.standing()
    whole = standing.whole
    assert (whole.posts, whole.comments, standing.items, standing.cost_usd) == (2000, 4000, 2000, 1000.0)


def test_a_task_has_started_when_something_was_asked_for_it(clock):
    board = _taken([BEGAN, TaskBegan("t2")], clock)
    assert [task.status for task in board.standing(2).each] == ["PENDING", "STARTED"]


def test_the_time_that_is_left_is_not_guessed_from_what_was_done_before(clock):
    past = PagesDone("t1", {"ok": 41}, 0, 0, 0.0)
    board = _taken([BEGAN, past, ApifyRunBegan("a", "x/y", "tiktok", "posts", 1, adopted=False)], clock)
    clock.now += 20
    assert board.standing().left_s is None
    board.take(PagesDone("t1", {"ok": 5}, 0, 0, 0.0))
    assert board.standing().left_s == 20.0
    board.take(PagesDone("t1", {"ok": 4}, 0, 0, 0.0))
    board.take(PagesDone("t2", {"ok": 1}, 0, 0, 0.0))
    assert board.standing().left_s is None


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (60, [
            "run r1  41 s, about 50 s left",
            "━━━━━━─────────  23/51 pages  2 not found",
            "───────────────  $0.11 of $5.00 · 630 posts",
            "",
            "task                        pages  state",
            "acme × instagram  ━━━─────  22/50  STARTED",
            "bee × tiktok      ━━━━━━━━    1/1  SUCCESS",
            "",
            "at Apify         runs  pages  items   for",
            "instagram posts     1     50    700  41 s",
            "",
            "! page [31mx was renamed",
        ]),
        (100, [
            "run r1  41 s, about 50 s left",
            "━━━━━━━━━━━──────────────  23/51 pages  2 not found",
            "─────────────────────────  $0.11 of $5.00 · 630 posts · 90 comments · 730 items",
            "",
            "task                            pages  posts  comments   cost  state",
            "acme × instagram  ━━━━━───────  22/50    600        90  $1.00  STARTED",
            "bee × tiktok      ━━━━━━━━━━━━    1/1     30         0  $0.11  SUCCESS",
            "",
            "at Apify         runs  pages  items   for  actor",
            "instagram posts     1     50    700  41 s  apify/instagram-post-scraper",
            "",
            "! page [31mx was renamed",
        ]),
    ],
)  # fmt: skip
def test_the_live_screen_fits_its_width(width, lines, clock):
    board = _taken(EVENTS, clock)
    clock.now += 41
    screen = Screen(width)
    screen.console.print(picture(board.standing(8), width, 24, clock.now))
    assert screen.lines == lines


MANY = [RunBegan("r", [TaskInfo(f"t{i}", f"u{i:04}", "tiktok", 3) for i in range(3000)], 0.0)]
MANY += [ApifyRunBegan(f"a{i}", "x/y", "tiktok", "posts", 200, adopted=i == 0) for i in range(40)]
MANY += [PagesDone("t7", {"ok": 2, "failed": 1}, 5, 0, 0.1), TaskEnded("t7", "FAILURE")]
MANY += [Warned(f"warning {i}") for i in range(500)]


def test_the_live_screen_stays_calm_with_thousands_of_tasks(clock):
    board = _taken(MANY, clock)
    screen = Screen(80)
    screen.console.print(picture(board.standing(8), 80, 24, clock.now))
    assert screen.lines == [
        "run r  0 s",
        "────────────────────  3/9,000 pages  1 failed",
        "$0.00 · 5 posts · 0 comments · 0 items",
        "",
        "platform              pages  posts   cost  tasks over  failed",
        "tiktok    ────────  3/9,000      5  $0.10     1/3,000       1",
        "",
        "at Apify                     runs  pages  items  for",
        "tiktok posts (1 taken over)    40  8,000      0  0 s",
        "",
        "! warning 497",
        "! warning 498",
        "! warning 499",
        "! and 497 warnings before",
    ]


@pytest.mark.parametrize("height", [8, 10, 12, 14, 16])
def test_the_live_screen_is_never_higher_than_the_terminal(height, clock):
    for events in (MANY, EVENTS):
        board = _taken(events, clock)
        screen = Screen(60)
        screen.console.print(picture(board.standing(8), 60, height, clock.now))
        assert len(screen.lines) < max(height, 10)


def test_plain_progress_is_a_line_every_few_seconds(clock):
    stream = io.StringIO()
    progress = PlainProgress(Lines(stream=stream), clock)
    for event in EVENTS:
        progress(event)
    assert stream.getvalue() == "warning: page \x1b[31mx was renamed\n".replace("\x1b", "")
    clock.now += 5
    for _ in range(100):
        progress(ApifyRunProgress("a1", 701))
    assert stream.getvalue().splitlines()[1:] == [
        "23 of 51 pages, 630 posts, 90 comments, $0.11 of $5.00, 1 of 2 tasks over, 1 Apify run with 701 items so far"
    ]
    clock.now += 4.9
    progress(ApifyRunProgress("a1", 702))
    assert len(stream.getvalue().splitlines()) == 2
    clock.now = 100 + 4000
    progress(ApifyRunProgress("a1", 702))
    clock.now += 100
    progress(ApifyRunProgress("a1", 703))
    assert len(stream.getvalue().splitlines()) == 3


def test_plain_progress_as_json_has_only_objects(clock):
    stream = io.StringIO()
    progress = PlainProgress(Lines(as_json=True, stream=stream), clock)
    clock.now += 6
    for event in (*EVENTS, Retrying("GET /x", 1, 2.0, "Apify answered 500"), Waiting("something")):
        progress(event)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["progress", "warning"]


def test_what_stops_work_is_said_at_once_even_quietly(clock):
    stream = io.StringIO()
    progress = PlainProgress(Lines(stream=stream, quiet=True), clock)
    for event in EVENTS:
        progress(event)
    progress(Warned("the month's limit is reached", Trouble("quota_exceeded", "…"), admin=True))
    assert stream.getvalue() == "error: the month's limit is reached\n"


def test_waiting_for_another_run_is_said_once(clock):
    stream = io.StringIO()
    progress = PlainProgress(Lines(stream=stream), clock)
    for _ in range(5):
        progress(Waiting("run r0, which holds acme × tiktok"))
    assert stream.getvalue() == "waiting for run r0, which holds acme × tiktok\n"


def test_of_many_warnings_the_first_are_told(clock):
    stream = io.StringIO()
    progress = PlainProgress(Lines(stream=stream), clock)
    for i in range(500):
        progress(Warned(f"w{i}"))
    assert len(stream.getvalue().splitlines()) == 21


def test_the_first_words_are_the_run_and_its_tasks(capsys):
    Announcer(Lines(), on_stderr=False)(BEGAN)
    assert capsys.readouterr() == ("run r1\ntask t1 acme instagram 50 pages\ntask t2 bee tiktok 1 page\n", "")
    Announcer(Lines(), on_stderr=True)(BEGAN)
    assert capsys.readouterr() == ("", "run r1\ntask t1 acme instagram 50 pages\ntask t2 bee tiktok 1 page\n")
    Announcer(Lines(quiet=True), on_stderr=False)(BEGAN)
    assert capsys.readouterr() == ("", "")


def test_the_first_words_as_json(capsys):
    Announcer(Lines(as_json=True), on_stderr=True)(BEGAN)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["event"], line["run"], line.get("task"), line.get("pages")) for line in lines] == [
        ("run", "r1", None, None),
        ("task", "r1", "t1", 50),
        ("task", "r1", "t2", 1),
    ]


def test_what_was_done_before_is_told_right_after_the_beginning():
    heard = []
    lines = Lines(stream=io.StringIO())
    past = [PagesDone("t1", {"ok": 3}, 9, 0, 0.1)]
    with watching(lines, heard.append, before=past) as tell:
        tell(BEGAN)
    assert heard == [BEGAN]


def test_a_broken_listener_never_reaches_the_run():
    heard = []

    def broken(event):
        raise ValueError(event)

    to_all(broken, heard.append)(BEGAN)
    assert heard == [BEGAN]


def test_the_last_words_say_what_went_wrong_and_what_to_do():
    stream = io.StringIO()
    whole = report(task(), task("bee", **failed()), task("cat", **failed()), status="FAILURE", exit_code=3)
    tell_summary(Lines(stream=stream), whole, END)
    assert stream.getvalue().splitlines() == [
        "error: bee × instagram, cat × instagram: quota_exceeded: the month's limit is reached",
        "run 20260110-120000-aaaaaa FAILURE: 150 pages (48 ok), 4,320 posts, 8,640 comments, 6 Apify runs, $4.21, 41 s",
        "raise the limit at console.apify.com/billing or wait for the next month, then "
        "`socialsync resume 20260110-120000-aaaaaa`",
    ]


def test_the_last_words_are_only_errors_when_quiet():
    stream = io.StringIO()
    tell_summary(Lines(stream=stream, quiet=True), report(task(), task("bee", **failed())), END)
    assert stream.getvalue() == "error: bee × instagram: quota_exceeded: the month's limit is reached\n"
    stream = io.StringIO()
    tell_summary(Lines(stream=stream, quiet=True), report(), END)
    assert stream.getvalue() == ""


def test_the_last_words_say_what_changed_and_what_to_do_about_pages():
    whole = report(task(warnings=["2 pages not found: a, b", "1 page private: c"]), task("bee"))
    changes = {"id-acme-instagram": ChangeView(12, -345), "id-bee-instagram": ChangeView(0, None)}
    stream = io.StringIO()
    tell_summary(Lines(stream=stream), whole._replace(changes=changes), END)
    assert stream.getvalue().splitlines() == [
        "run 20260110-120000-aaaaaa SUCCESS: 100 pages (96 ok), 2,880 posts, 5,760 comments, 6 Apify runs, $4.21, "
        "41 s; 12 new posts, 345 followers lost",
        "pages not found: correct their handles in the configuration, or take them out; every run pays for looking",
        "private pages: only their owners can open them; take out those that will stay private",
    ]
    screen = Screen(60)
    screen.console.print(tasks_table(whole._replace(changes=changes), END, 60))
    assert screen.lines == [
        "user  platform   status   pages  ok  posts  new  followers",
        "acme  instagram  SUCCESS     50  48  1,440   12       -345",
        "bee   instagram  SUCCESS     50  48  1,440    0          –",
    ]
