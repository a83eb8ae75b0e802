"""The installed program as its users meet it: a process with a configuration, an environment and two streams."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import databases

PROGRAM = Path(sys.executable).with_name("socialsync")
LONGEST_S = 120.0
_POLL_S = 0.02


class Done(NamedTuple):
    """How a process ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON object on stdout."""
        return json.loads(self.out)


class Going:
    """A process that goes on; its streams are read as they come."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._lines: dict[str, list[str]] = {"out": [], "err": []}
        self._readers = [
            threading.Thread(target=self._read, args=(name, stream), daemon=True)
            for name, stream in (("out", process.stdout), ("err", process.stderr))
        ]
        for reader in self._readers:
            reader.start()

    def _read(self, name: str, stream: Any) -> None:
        with stream:
            for line in stream:
                self._lines[name].append(line)

    @property
    def pid(self) -> int:
        return self.process.pid

    def said(self, name: str = "out") -> str:
        """What it has written so far."""
        return "".join(self._lines[name])

    def run_id(self, within_s: float = 60.0) -> str:
        """The id that it announces at its start, wherever it does so."""
        until(lambda: "run 2" in self.said("out") + self.said("err"), within_s, self)
        words = (self.said("out") + self.said("err")).split()
        return words[words.index("run") + 1]

    def send(self, number: int) -> None:
        self.process.send_signal(number)

    def end(self, within_s: float = LONGEST_S) -> Done:
        """Wait for its end."""
        code = self.process.wait(within_s)
        for reader in self._readers:
            reader.join(5)
        return Done(code, self.said("out"), self.said("err"))


def until(holds: Callable[[], object], within_s: float, going: Going | None = None) -> None:
    """Wait until something holds; fail when it does not in time, or when the process ends before."""
    deadline = time.monotonic() + within_s
    while not holds():
        if going is not None and going.process.poll() is not None and not holds():
            raise AssertionError(f"ended with {going.process.returncode}: {going.said('out')}{going.said('err')}")
        if time.monotonic() > deadline:
            said = "" if going is None else going.said("out") + going.said("err")
            raise AssertionError(f"did not happen within {within_s} s; {said}")
        time.sleep(_POLL_S)


class Program:
    """`socialsync` with a folder of its own, which is its home as well.

    Args:
        folder: For the configuration, the database, and whatever the program keeps.
        environ: What is in its environment besides the bare necessities.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self.folder = folder
        self.config = folder / "socialsync.toml"
        self.database = folder / "socialsync.db"
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LANG") if name in os.environ}
        self.environ = {**kept, "HOME": str(folder), "TMPDIR": str(folder), "TZ": "Asia/Kathmandu", **environ}
        self.prefix: Sequence[str] = ()
        """A command that starts the program, with less than it would have."""
        self._going: list[Going] = []

    def configure(
        self, api_url: str, users: Mapping[str, Mapping[str, Sequence[str] | str]], *, sync: str = "", retry: str = "",
        apify: str = "", notify: str = "",
    ) -> None:  # fmt: skip
        """Write the configuration: users with their pages, and whatever else a section is to hold."""
        sections = [
            f'[apify]\ntoken = "env:E2E_TOKEN"\napi_url = "{api_url}"\nrequests_per_second = 1000\n{apify}',
            f"[retry]\ninitial_seconds = 0.05\nmax_seconds = 0.2\n{retry}",
            f"[sync]\n{sync}",
            f"[notify]\n{notify}",
        ]
        for user, keys in users.items():
            # JSON's texts and lists are TOML's, too.
            rows = "\n".join(f"{key} = {json.dumps(value)}" for key, value in keys.items())
            sections.append(f"[users.{user}]\n{rows}")
        self.config.write_text(databases.section(self.database) + "\n\n".join(sections) + "\n")
        self.config.chmod(0o600)

    def start(self, *args: str, **environ: str) -> Going:
        """Begin a command; give the configuration beside it."""
        process = subprocess.Popen(
            [*self.prefix, str(PROGRAM), "--config", str(self.config), *args],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**self.environ, **environ}, cwd=self.folder,
        )  # fmt: skip
        self._going.append(Going(process))
        return self._going[-1]

    def call(self, *args: str, within_s: float = LONGEST_S, **environ: str) -> Done:
        """Carry out a command."""
        return self.start(*args, **environ).end(within_s)

    def close(self) -> None:
        """End what has been started and still goes on."""
        for going in self._going:
            if going.process.poll() is None:
                going.process.kill()
            going.end(10)


@contextlib.contextmanager
def program(folder: Path, **environ: str) -> Iterator[Program]:
    """Give a program; nothing of it is left afterwards."""
    made = Program(folder, environ)
    try:
        yield made
    finally:
        made.close()
        databases.forget(folder)
