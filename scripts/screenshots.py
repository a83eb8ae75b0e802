"""The pictures of the documentation, from a real run of the demo: `python scripts/screenshots.py`.

Terminals are real ones (a pseudo-terminal, read by pyte) and become SVG; the report is opened in Chromium.
"""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable
from fcntl import ioctl
from pathlib import Path

import pyte
from playwright.sync_api import sync_playwright
from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.style import Style
from rich.text import Text

IMAGES = Path(__file__).parents[1] / "docs" / "images"
SOCIALSYNC = Path(sys.executable).with_name("socialsync")
COLUMNS, LINES = 104, 40
_OFFLINE = re.sub(r"@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL).replace("Fira Code", "monospace")
"""Rich's own picture of a terminal, without fonts from elsewhere."""
_NAMES = {"brown": "yellow", "default": "default"} | {f"bright{c}": f"bright_{c}" for c in ("red", "green", "blue")}


def main() -> None:
    """Make all of them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run(  # noqa: S603  our own program
            [SOCIALSYNC, "demo", "--days", "28", "--keep", "demo"], cwd=folder, check=True, stdout=sys.stderr
        )
        place = folder / "demo"
        (IMAGES / "show.svg").write_text(picture(watched(place, "show", "instagram/harborline.coffee")))
        (IMAGES / "status.svg").write_text(picture(watched(place, "status")))
        run = watched(place, "run", "--all", "--sandbox", "--max-cost", "5", until=is_in_full_swing)
        (IMAGES / "run.svg").write_text(picture(run))
        photograph(place / "report.html")


def is_in_full_swing(screen: pyte.Screen) -> bool:
    """Whether a run has some pages behind it and some before it."""
    found = re.search(r"(\d+)/(\d+) pages", "\n".join(screen.display))
    return bool(found) and 0 < int(found[1]) < int(found[2])


def watched(folder: Path, *arguments: str, until: Callable[[pyte.Screen], bool] | None = None) -> pyte.Screen:
    """Call a command in a terminal; return the screen at its end, or at the first moment that `until` is for."""
    screen = pyte.Screen(COLUMNS, LINES)
    stream = pyte.ByteStream(screen)
    stream.feed(f"\x1b[2m$\x1b[0m \x1b[1msocialsync {' '.join(arguments)}\x1b[0m\r\n".encode())
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.environ |= {"TERM": "xterm-256color", "COLORTERM": "", "SOCIALSYNC_APIFY__REQUESTS_PER_SECOND": "4"}
        os.execv(SOCIALSYNC, [str(SOCIALSYNC), *arguments])  # noqa: S606  our own program
    ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    ended = time.monotonic() + 120
    with contextlib.suppress(OSError):  # what a terminal says whose program has ended
        while time.monotonic() < ended and not (until and until(screen)):
            if select.select([terminal], [], [], 0.2)[0]:
                stream.feed(os.read(terminal, 65_536))
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(terminal)
    return screen


def picture(screen: pyte.Screen) -> str:
    """Return a screen as SVG."""
    lines = [_line(screen, row) for row in range(screen.lines)]
    while lines and not lines[-1].plain.strip():
        lines.pop()
    console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w"), force_terminal=True)  # noqa: SIM115
    for line in lines:
        console.print(line, no_wrap=True, crop=True)
    return console.export_svg(title="socialsync", code_format=_OFFLINE)


def _line(screen: pyte.Screen, row: int) -> Text:
    line = Text()
    for column in range(screen.columns):
        cell = screen.buffer[row][column]
        if cell.data:  # the second half of a wide character has none
            line.append(cell.data, Style(color=_colour(cell.fg), bold=cell.bold, reverse=cell.reverse))
    line.rstrip()
    return line


def _colour(name: str) -> str | None:
    if name == "default":
        return None
    return f"#{name}" if re.fullmatch("[0-9a-f]{6}", name) else _NAMES.get(name, name)


def photograph(report: Path) -> None:
    """Open the report, light and dark."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as here:
        browser = here.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, scheme, place in (("report", "light", ""), ("report-page", "dark", "#p2")):
            page = browser.new_page(viewport={"width": 1180, "height": 860}, color_scheme=scheme)
            page.goto(f"file://{report}{place}")
            page.wait_for_timeout(1000)
            page.screenshot(path=IMAGES / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
