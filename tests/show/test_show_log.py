"""Lines on stderr: text or JSON, whole, and without secrets."""

from __future__ import annotations

import io
import json
import logging
import os
from datetime import UTC, datetime

import pytest

from socialsync_cli.show.log import Lines, LinesHandler, censored, configure, is_journal

SECRET = "apify_api_" + "A1b2" * 9
NOW = datetime(2026, 1, 10, 12, 0, 0, 123_456, tzinfo=UTC)


@pytest.fixture
def stream():
    return io.StringIO()


@pytest.fixture(autouse=True)
def _logging_as_before():
    root, ours = logging.getLogger(), logging.getLogger("socialsync_cli")
    before = root.level, ours.level
    yield
    root.setLevel(before[0])
    ours.setLevel(before[1])
    for handler in [h for h in root.handlers if isinstance(h, LinesHandler)]:
        root.removeHandler(handler)
    logging.captureWarnings(capture=False)


def test_a_line_is_text(stream):
    Lines(stream=stream).write("run x", event="run", run="x")
    assert stream.getvalue() == "run x\n"


def test_a_line_is_an_object_with_its_facts(stream):
    lines = Lines(as_json=True, stream=stream, clock=lambda: NOW)
    lines.write("two\nlines", level="warning", event="warning", type="quota_exceeded", run=None)
    assert stream.getvalue().count("\n") == 1
    assert json.loads(stream.getvalue()) == {
        "time": "2026-01-10T12:00:00.123Z", "level": "warning", "event": "warning", "message": "two\nlines",
        "type": "quota_exceeded",
    }  # fmt: skip


def test_quiet_leaves_only_errors(stream):
    lines = Lines(quiet=True, stream=stream)
    lines.write("progress")
    lines.write("careful", level="warning")
    lines.write("broken", level="error")
    assert stream.getvalue() == "broken\n"


def test_a_live_screen_takes_the_lines(stream):
    lines, taken = Lines(stream=stream), []
    lines.divert = taken.append
    lines.write("above")
    lines.divert = None
    lines.write("below")
    assert (taken, stream.getvalue()) == (["above"], "below\n")


def test_a_closed_stream_is_no_reason_to_stop(stream):
    stream.close()
    Lines(stream=stream).write("nobody hears this")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"token {SECRET}.", "token ***."),
        ("Authorization: Bearer abc.def-1", "Authorization: Bearer ***"),
        ("GET /v2/x?token=abc123&limit=1", "GET /v2/x?token=***&limit=1"),
        ("nothing secret", "nothing secret"),
    ],
)
def test_tokens_are_blotted_out(text, shown):
    assert censored(text) == shown


@pytest.mark.parametrize(
    ("verbosity", "heard"),
    [(0, ["warning: w"]), (1, ["i", "warning: w"]), (2, ["debug: d", "i", "warning: w"])],
)
def test_verbosity_decides_what_is_heard(verbosity, heard, stream):
    configure(Lines(stream=stream), verbosity)
    log = logging.getLogger("socialsync_cli.x")
    log.debug("d")
    log.info("i")
    log.warning("w")
    assert stream.getvalue().splitlines() == heard


def test_a_traceback_is_for_those_who_ask(stream):
    def fail():
        try:
            raise KeyError("lost")
        except KeyError:
            logging.getLogger("socialsync_cli.x").warning("it failed with %s", SECRET, exc_info=True)

    configure(Lines(stream=stream), 0)
    fail()
    assert stream.getvalue() == "warning: it failed with ***: KeyError('lost') (-vv shows more)\n"
    configure(Lines(stream=stream), 2)
    fail()
    assert stream.getvalue().splitlines()[1:3] == ["warning: it failed with ***", "Traceback (most recent call last):"]


def test_with_json_lines_every_record_is_one_object(stream):
    configure(Lines(as_json=True, stream=stream, clock=lambda: NOW), 0)
    try:
        raise KeyError("lost")
    except KeyError:
        logging.getLogger("socialsync_cli.x").exception("it failed")
    line = json.loads(stream.getvalue())
    assert line.pop("trace").endswith("KeyError: 'lost'")
    assert line == {
        "time": "2026-01-10T12:00:00.123Z", "level": "error", "event": "log", "message": "it failed",
        "logger": "socialsync_cli.x",
    }  # fmt: skip


def test_in_the_journal_every_line_of_text_carries_its_priority():
    stream = io.StringIO()
    lines = Lines(stream=stream, journal=True)
    lines.write("well")
    lines.write("so so\nand more", level="warning", event="warning")
    lines.write("bad", level="error", event="error")
    assert stream.getvalue() == "<6>well\n<4>warning: so so\n<4>and more\n<3>socialsync: bad\n"
    stream = io.StringIO()
    Lines(stream=stream, journal=True, as_json=True).write("well")
    assert stream.getvalue().startswith("{")


def test_the_journal_is_known_by_its_device_and_inode(tmp_path):
    with (tmp_path / "journal").open("w") as stream:
        found = os.fstat(stream.fileno())
        assert is_journal(stream, {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"})
        assert not is_journal(stream, {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino + 1}"})
        assert not is_journal(stream, {"JOURNAL_STREAM": "nonsense"})
        assert not is_journal(stream, {})
    assert not is_journal(io.StringIO(), {"JOURNAL_STREAM": "1:2"})
