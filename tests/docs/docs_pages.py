"""The pages of the documentation as sessions: their files, commands and queries, one after the other.

- A block ```` ```toml title="socialsync.toml" ```` is a file with that content (`csv`, `python` … alike).
- In a block ```` ```console ````, lines that begin with `$ ` are commands; what follows is what they say.
- A block ```` ```sql ```` is a query; ```` ```python ```` is a program.

Everything else (`sh`, `text`, `ini`, …) is for reading only.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from socialsync_cli.cli import main

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_BLOCK = re.compile(r'^( *)```(\w+)(?: title="([^"]+)")?\n(.*?)^\1```$', re.MULTILINE | re.DOTALL)
_SHELL = re.compile(r"[|<>;&$*`]")
_SAME = (
    (re.compile(r"\d{8}-\d{6}-[0-9a-f]{6}"), "RUN"),
    (re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "ID"),
    (re.compile(r"/tmp/[\w/.-]+"), "PATH"),
    (re.compile(r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b"), "MON"),
    (re.compile(r"\d[\d,.]*[kM]?"), "0"),
    (re.compile(r"0 (?:ms|s|min)\b"), "0 s"),
    (re.compile(r"[ \t]+"), " "),
)
"""What differs from one time to the next, and what stands for it."""


class Block(NamedTuple):
    """A fenced block."""

    kind: str
    title: str | None
    text: str
    line: int


class Step(NamedTuple):
    """A command, and what the page says that it says."""

    command: str
    says: str
    line: int


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page."""
    text = page.read_text(encoding="utf-8")
    found = []
    for match in _BLOCK.finditer(text):
        indent, kind, title, body = match.groups()
        body = re.sub(f"^{indent}", "", body, flags=re.MULTILINE)
        found.append(Block(kind, title, body, text[: match.start()].count("\n") + 2))
    return found


def steps(block: Block) -> list[Step]:
    """The commands of a console block."""
    found: list[Step] = []
    for number, line in enumerate(block.text.splitlines()):
        if line.startswith("$ "):
            found.append(Step(line.removeprefix("$ "), "", block.line + number))
        elif found:
            found[-1] = found[-1]._replace(says=found[-1].says + line + "\n")
    return found


class Session:
    """A folder in which the commands of a page are called."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self.folder = folder
        self.environ = environ

    def go(self, page: Path) -> None:
        """Write the files and call the commands of a page."""
        for block in blocks(page):
            if block.title:
                (self.folder / block.title).write_text(block.text, encoding="utf-8")
            elif block.kind == "console":
                for step in steps(block):
                    self._take(step, page)

    def _take(self, step: Step, page: Path) -> None:
        where = f"{page.relative_to(ROOT)}:{step.line}: {step.command}"
        if found := re.fullmatch(r"export (\w+)=(\S+)", step.command):
            self.environ.setdefault(found[1], found[2])
            return
        code, said = self.call(step.command)
        assert code == 0, f"{where}\nexit code {code}\n{said}"
        if step.says.strip():
            wanted, got = _plain(step.says), _plain(said)
            alike = doctest.OutputChecker().check_output(wanted, got, doctest.ELLIPSIS)
            assert alike, f"{where}\n--- the page says\n{wanted}\n--- it said\n{got}"

    def call(self, command: str) -> tuple[int, str]:
        """Call a command: our own in this process, others in a shell. Return its exit code, and all it said."""
        if command.startswith("socialsync ") and not _SHELL.search(command):
            return self._within(shlex.split(command)[1:])
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-c", command], cwd=self.folder, env=os.environ | self.environ | {"PATH": path},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout

    def _within(self, arguments: list[str]) -> tuple[int, str]:
        said = io.TextIOWrapper(io.BytesIO(), "utf-8")
        before = {name: os.environ.get(name) for name in self.environ}
        os.environ.update(self.environ)
        try:
            with contextlib.chdir(self.folder), contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                code = main(arguments)
        finally:
            for name, value in before.items():
                os.environ.pop(name, None)
                if value is not None:
                    os.environ[name] = value
        said.flush()
        return code, said.buffer.getvalue().decode()


def _plain(text: str) -> str:
    lines = (line.rstrip() for line in text.splitlines())
    plain = "\n".join(line for line in lines if line) + "\n"
    for pattern, same in _SAME:
        plain = pattern.sub(same, plain)
    return "\n".join(line.rstrip() for line in plain.splitlines()) + "\n"
