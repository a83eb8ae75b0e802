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
    TaskEnded,
    TaskInfo,
    Waiting,
    Warned,
)
from socialsync_cli.core.outcomes import Trouble
from socialsync_cli.show.announce import Announcer
from socialsync_cli.show.live import picture
from socialsync_cli.show.log import Lines
from socialsync_cli.show.plain import PlainProgress
from socialsync_cli.show.progress import to_all, watching
from socialsync_cli.show.scoreboard import Scoreboard
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
    assert (standing.run_id, standing.elapsed_s, standing.pages, standing.done) == ("r1", 41.0, 51, 23)
    assert standing.results == {"ok": 21, "not_found": 2}
    assert (standing.posts, standing.comments, standing.items) == (630, 90, 730)
    assert (standing.cost_usd, standing.max_cost_usd) == (0.11, 5.0)
    assert (standing.tasks, standing.tasks_over, standing.tasks_failed) == (2, 1, 0)
    assert [(run.platform, run.items, run.adopted) for run in standing.apify_runs] == [("instagram", 700, False)]
    assert (standing.apify_runs_over, standing.waiting, standing.warned) == (1, ITEMS, 1)


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
    assert (standing.posts, standing.comments, standing.items, standing.cost_usd) == (2000, 4000, 2000, 1000.0)


def test_of_many_tasks_the_busiest_are_named(clock):
    tasks = [TaskInfo(f"t{i}", f"u{i:04}", "tiktok", 10 + i) for i in range(3000)]
    board = _taken([RunBegan("r", tasks, 0.0)], clock)
    board.take(PagesDone("t7", {"ok": 1}, 1, 0, 0.0))
    board.take(PagesDone("t9", {"ok": 19}, 1, 0, 0.0))
    board.take(TaskEnded("t9", "SUCCESS"))
    assert [tally.info.id for tally in board.standing(3).busiest] == ["t7", "t2999", "t2998"]


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (60, [
            "run r1  41 s",
            "━━━━━━─────────  23/51 pages  2 not found",
            "630 posts · 90 comments · 730 items · $0.11 of $5.00",
            "",
            "task              pages  posts  state",
            "acme × instagram  22/50    600  STARTED",
            "bee × tiktok        1/1     30  SUCCESS",
            "",
            "at Apify         pages  items   for",
            "instagram posts     50    700  41 s",
            "! page [31mx was renamed",
        ]),
        (100, [
            "run r1  41 s",
            "━━━━━━━━━━━──────────────  23/51 pages  2 not found",
            "630 posts · 90 comments · 730 items · $0.11 of $5.00",
            "",
            "task                            pages  posts  comments   cost  state",
            "acme × instagram  ━━━━━───────  22/50    600        90  $1.00  STARTED",
            "bee × tiktok      ━━━━━━━━━━━━    1/1     30         0  $0.11  SUCCESS",
            "",
            "at Apify         pages  items   for  actor",
            "instagram posts     50    700  41 s  apify/instagram-post-scraper",
            "! page [31mx was renamed",
        ]),
    ],
)  # fmt: skip
def test_the_live_screen_fits_its_width(width, lines, clock):
    board = _taken(EVENTS, clock)
    clock.now += 41
    screen = Screen(width)
    screen.console.print(picture(board.standing(8), screen.console, clock.now))
    assert screen.lines == lines


def test_the_live_screen_stays_calm_with_thousands_of_tasks(clock):
    tasks = [TaskInfo(f"t{i}", f"u{i:04}", "tiktok", 3) for i in range(3000)]
    runs = [ApifyRunBegan(f"a{i}", "x/y", "tiktok", "posts", 200, adopted=False) for i in range(40)]
    warnings = [Warned(f"warning {i}") for i in range(500)]
    board = _taken([RunBegan("r", tasks, 0.0), *runs, *warnings], clock)
    screen = Screen(80)
    screen.console.print(picture(board.standing(8), screen.console, clock.now))
    assert len(screen.lines) == 27
    assert "… and 2,992 more tasks; 0 of 3,000 tasks over" in screen.lines
    assert screen.lines[-1] == "! and 497 warnings before"


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
