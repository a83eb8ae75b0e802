"""The live screen in a terminal: a process on a pty, and pyte, which draws what a terminal would."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pyte
import pytest

CHILD = Path(__file__).with_name("live_child.py")
HEIGHT = 24


class Terminal:
    """A terminal with a process in it."""

    def __init__(self, width, **environ):
        self.screen = pyte.Screen(width, HEIGHT)
        self._stream = pyte.ByteStream(self.screen)
        self._here, there = os.openpty()
        self._size(width)
        take, self._give = os.pipe()
        usual = {"TERM": "xterm-256color", "PATH": os.environ["PATH"], "PYTHONPATH": str(CHILD.parent)}
        self._process = subprocess.Popen(
            [sys.executable, str(CHILD), str(take)], stdin=there, stdout=there, stderr=there, pass_fds=[take],
            env=usual | environ,
        )  # fmt: skip
        self.seen = b""
        os.close(there)
        os.close(take)

    def _size(self, width):
        fcntl.ioctl(self._here, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, width, 0, 0))

    def resize(self, width):
        self._size(width)
        self.screen.resize(HEIGHT, width)

    def go_on(self):
        os.write(self._give, b".")

    @property
    def lines(self):
        return [line.rstrip() for line in self.screen.display]

    def until(self, *shown):
        """Draw what comes until all of these lines stand on the screen; return what stands there."""
        deadline = time.monotonic() + 30
        while not set(shown) <= set(self.lines):
            assert time.monotonic() < deadline, "\n".join(self.lines)
            if select.select([self._here], [], [], 0.1)[0]:
                with contextlib.suppress(OSError):  # the process has gone
                    data = os.read(self._here, 65536)
                    self.seen += data
                    self._stream.feed(data)
        return [line for line in self.lines if line]

    def close(self):
        os.close(self._give)
        self._process.wait(30)
        os.close(self._here)


@pytest.fixture
def terminal():
    with contextlib.ExitStack() as stack:

        def start(width, **environ):
            opened = Terminal(width, **environ)
            stack.callback(opened.close)
            return opened

        yield start


PICTURES = {
    60: [
        "━━━━━━━────────  30/60 pages  1 private",
        "───────────────  $0.00 of $5.00 · 850 posts",
        "task                        pages  state",
        "acme × instagram  ━━━━────  25/50  STARTED",
        "bee × tiktok      ━━━━────   5/10  STARTED",
    ],
    100: [
        "━━━━━━━━━━━━─────────────  30/60 pages  1 private",
        "─────────────────────────  $0.00 of $5.00 · 850 posts · 90 comments · 700 items",
        "task                            pages  posts  comments   cost  state",
        "acme × instagram  ━━━━━━──────  25/50    750        90  $1.00  STARTED",
        "bee × tiktok      ━━━━━━──────   5/10    100         0  $0.50  STARTED",
    ],
    160: [
        "━━━━━━━━━━━━━━━───────────────  30/60 pages  1 private",
        "──────────────────────────────  $0.00 of $5.00 · 850 posts · 90 comments · 700 items",
        "task                            pages  posts  comments   cost  state",
        "acme × instagram  ━━━━━━──────  25/50    750        90  $1.00  STARTED",
        "bee × tiktok      ━━━━━━──────   5/10    100         0  $0.50  STARTED",
    ],
}


FIRST = [
    "waiting for run r0, which holds acme × tiktok",
    "run r1",
    "task t1 acme instagram 50 pages",
    "task t2 bee tiktok 10 pages",
]


@pytest.mark.parametrize(("width", "environ"), [(60, {}), (100, {"NO_COLOR": "1"}), (160, {})])
def test_the_screen_is_redrawn_in_its_place_and_lines_pass_above_it(terminal, width, environ):
    on = terminal(width, **environ)
    on.until("at Apify         runs  pages  items  for" + ("  actor" if width >= 90 else ""))
    on.go_on()
    shown = on.until(*PICTURES[width])
    assert shown[:4] == FIRST
    assert shown[5:10] == PICTURES[width]
    assert shown[4].startswith("run r1  ")
    on.go_on()
    shown = on.until("! the month's limit is reached")
    assert shown[:5] == [*FIRST, "error: the month's limit is reached"]
    assert (shown[5].startswith("run r1  "), shown[6:11]) == (True, PICTURES[width])
    assert shown[-2:] == ["! page natgeo was renamed", "! the month's limit is reached"]
    on.go_on()
    shown = on.until("→ private pages: only their owners can open them; take out" + (
        "" if width == 60 else " those that will stay private"))  # fmt: skip
    assert "run 20260110-120000-aaaaaa  SUCCESS  exit 0" in shown
    assert not any(line.startswith("run r1  ") for line in shown)
    assert "12 new posts, 352 followers gained" in shown
    assert (b"\x1b[32m" in on.seen) is not bool(environ)
    assert not on.screen.cursor.hidden


def test_a_terminal_that_becomes_narrower_shows_one_picture(terminal):
    on = terminal(100)
    on.until("at Apify         runs  pages  items  for  actor")
    on.go_on()
    on.until(*PICTURES[100])
    on.resize(60)
    shown = on.until(*PICTURES[60])
    assert sum(line.startswith("run r1  ") for line in shown) == 1
    on.resize(160)
    shown = on.until(*PICTURES[160])
    assert sum(line.startswith("run r1  ") for line in shown) == 1
    on.go_on()
    on.go_on()
