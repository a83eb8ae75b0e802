"""Consoles: what they can show, and that scraped text is harmless on them."""

from __future__ import annotations

import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from show_builders import Screen

from socialsync_cli.show.terminal import console, is_interactive, make_robust, safe


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (None, ""),
        ("plain", "plain"),
        ("[bold red]loud[/] :smile:", "[bold red]loud[/] :smile:"),
        ("\x1b[31mred\x1b[0m \x9b1m", "[31mred[0m 1m"),
        ("\x1b]0;title\x07", "]0;title"),
        ("two\nlines\tand\r\nmore\u2028end", "two lines and more end"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("\u2066\u2069\u200e\u200f\ufeff\u200b", ""),
        ("👩\u200d🚀 नमस्ते می\u200cخواهم", "👩\u200d🚀 नमस्ते می\u200cخواهم"),
        ("half \ud83d", "half \ufffd"),
    ],
)
def test_text_from_outside_is_made_inert(text, shown):
    assert safe(text) == shown


def test_text_is_cut_where_there_is_no_room():
    assert safe("one two three", 8) == "one two…"
    assert safe("one two", 7) == "one two"


@given(st.text(), st.integers(1, 30))
def test_safe_text_is_one_line_without_control_characters(text, limit):
    shown = safe(text, limit)
    assert len(shown) <= limit
    assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in shown)
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029")


def test_a_console_takes_text_as_text():
    screen = Screen(60)
    screen.console.print("[bold]x[/bold] :smile: 42 'quoted'")
    assert screen.raw == "[bold]x[/bold] :smile: 42 'quoted'\n"


@pytest.mark.parametrize(
    ("environ", "colour"),
    [
        ({"TERM": "xterm"}, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False),
        ({"TERM": "xterm", "NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, False),
    ],
)
def test_a_terminal_has_colour_unless_somebody_is_against_it(environ, colour):
    stream = Terminal()
    console(stream, environ).print("x", style="red")
    assert ("\x1b[31m" in stream.getvalue()) is colour


@pytest.mark.parametrize(("environ", "colour"), [({}, False), ({"FORCE_COLOR": "1", "TERM": "xterm"}, True)])
def test_a_pipe_has_colour_only_when_it_is_forced(environ, colour):
    stream = io.StringIO()
    console(stream, environ).print("x", style="red")
    assert ("\x1b[31m" in stream.getvalue()) is colour


def test_columns_set_the_width_and_pipes_are_wide():
    assert console(io.StringIO(), {"COLUMNS": "72"}).width == 72
    assert console(io.StringIO(), {"COLUMNS": "wide"}).width == 1000
    assert console(io.StringIO(), {}).width == 1000


def test_pictures_that_change_are_for_terminals_alone():
    assert is_interactive(Terminal(), {"TERM": "xterm"})
    assert not is_interactive(Terminal(), {"TERM": "dumb"})
    assert not is_interactive(io.StringIO(), {"TERM": "xterm", "FORCE_COLOR": "1"})
    closed = io.StringIO()
    closed.close()
    assert not is_interactive(closed, {})


def test_a_stream_without_unicode_shows_our_signs_plainly():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    make_robust(stream)
    stream.write("━─ 2 × 3 · ±0 … ✓ → é \ud800")
    stream.flush()
    assert raw.getvalue() == b"#- 2 x 3 | +0 . + > ? ?"
