"""What the benchmarks share: the sandbox as a process, a configuration, children whose use of the machine is measured.

Imports nothing but the standard library: a child's peak memory would otherwise begin with that of this process.
"""

from __future__ import annotations

import argparse
import csv
import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
PLATFORMS = ("instagram", "facebook", "tiktok")
TOKEN = "sandbox-benchmark"
NO_LAG = {"settle_s": 0.0, "total_lag_s": 0.0, "resource_rates": False}
"""A platform that is as fast as this machine, and limits nothing."""


class Sandbox:
    """The simulated Apify in a process of its own; ends with this one, whatever happens.

    Args:
        behaviour: Knobs of `socialsync_cli.sandbox.behaviour.Behaviour`.
        now: The moment of the world, ISO; None: always the present.

    """

    def __init__(self, behaviour: Mapping[str, object], now: str | None = None) -> None:
        command = [sys.executable, "-m", "socialsync_cli.sandbox", "--port", "0", "--no-stdin"]
        command += ["--parent-pid", str(os.getpid()), "--behaviour", json.dumps(behaviour)]
        self._command = [*command, "--now", now] if now else command

    def __enter__(self) -> Sandbox:
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line.startswith("listening "):
            raise SystemExit("the sandbox does not start")
        self.url = line.split()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(timeout=20)
        self._process.stdout.close()

    def get(self, what: str) -> Any:
        """Return what a control of the sandbox tells: stats, charges, clock, …."""
        return self._call("GET", what)

    def post(self, what: str, **given: object) -> Any:
        """Use a control of the sandbox: clock, behaviour, reset-stats, …."""
        return self._call("POST", what, json.dumps(given))

    def _call(self, method: str, what: str, body: str | None = None) -> Any:
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=120)
        try:
            connection.request(method, f"/_sandbox/{what}", body)
            answer = connection.getresponse()
            told = answer.read()
            if answer.status != 200:
                raise SystemExit(f"the sandbox answers {answer.status}: {told!r}")
            return json.loads(told)
        finally:
            connection.close()

    def cpu_s(self) -> float:
        """Return the CPU seconds that the sandbox has used so far; 0 where the system does not tell."""
        stat = Path(f"/proc/{self._process.pid}/stat")
        if not stat.exists():
            return 0.0
        fields = stat.read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Usage(NamedTuple):
    """What a child process has used."""

    wall_s: float
    user_s: float
    system_s: float
    rss_mb: float
    """At its peak."""
    exit_code: int
    out: str

    @property
    def cpu_s(self) -> float:
        """User and system time together."""
        return self.user_s + self.system_s


def measured(command: Sequence[str], folder: Path, timeout_s: float = 3600) -> Usage:
    """Run a child to its end in `folder`, with a home of its own there; fail when it does."""
    environment = {**os.environ, "BENCH_TOKEN": TOKEN, "HOME": str(folder), "PYTHONHASHSEED": "0"}
    environment |= {f"XDG_{kind}_HOME": str(folder / "xdg") for kind in ("STATE", "CONFIG", "DATA", "CACHE")}
    with (folder / "out").open("w") as out, (folder / "err").open("w") as err:
        began = time.perf_counter()
        child = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=err, stdin=subprocess.DEVNULL)
        too_late = threading.Timer(timeout_s, child.kill)
        too_late.start()
        _, status, used = os.wait4(child.pid, 0)
        wall_s = time.perf_counter() - began
        too_late.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
    said = (folder / "out").read_text()
    if child.returncode:
        tail = (folder / "err").read_text()[-2000:]
        raise SystemExit(f"{' '.join(map(str, command))} ended with {child.returncode}\n{said[-500:]}\n{tail}")
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Usage(wall_s, used.ru_utime, used.ru_stime, used.ru_maxrss / unit, child.returncode, said)


class Setup(NamedTuple):
    """How much is synced, and how the program is set."""

    pages: int
    """Per platform."""
    posts: int = 30
    comments: int = 0
    requests_per_second: float = 1000
    runs_at_once: int = 8
    platforms: Sequence[str] = PLATFORMS
    odd: bool = False
    """Whether the odd pages that the sandbox knows (missing, private, …) come on top."""
    more: str = ""
    """Further lines for the configuration's section [sync]."""


def handles(setup: Setup) -> list[str]:
    """Return the handles that are synced on each platform."""
    names = [f"bench{number:05d}" for number in range(setup.pages)]
    return names if not setup.odd else [*names, *_odd_handles()]


def _odd_handles() -> list[str]:
    # In a process of its own: see the top.
    line = "from socialsync_cli.sandbox import ODD; print(*[h for h in ODD if not h.isdigit()])"
    return subprocess.run([sys.executable, "-c", line], check=True, capture_output=True, text=True).stdout.split()


def configure(folder: Path, api_url: str, setup: Setup) -> Path:
    """Write a configuration with one user; return its path."""
    with (folder / "users.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("user", "platform", "handle"))
        rows.writerows(("bench", platform, handle) for platform in setup.platforms for handle in handles(setup))
    path = folder / "socialsync.toml"
    path.write_text(
        f"""users_file = "users.csv"
[database]
url = "sqlite:///bench.db"
[apify]
token = "env:BENCH_TOKEN"
api_url = "{api_url}"
requests_per_second = {setup.requests_per_second}
max_concurrent_runs = {setup.runs_at_once}
[sync]
workers = {setup.runs_at_once}
posts_per_page = {setup.posts}
comments_per_post = {setup.comments}
{setup.more}
"""
    )
    return path


def sync_command(config: Path, *more: str) -> list[str]:
    """Return the command of a sync, as anybody would type it."""
    return [sys.executable, "-m", "socialsync_cli", "--config", str(config), "--quiet", "run", "--all", "--json", *more]


def program(name: str, api_url: str, setup: Setup, *more: str) -> list[str]:
    """Return the command of one of the programs to compare with: `floor` or `naive`."""
    command = [sys.executable, str(HERE / f"{name}.py"), "--api-url", api_url, "--token", TOKEN]
    command += ["--pages", str(setup.pages), "--posts", str(setup.posts), "--comments", str(setup.comments)]
    return [*command, "--platforms", *setup.platforms, *more]


def alone(name: str, about: str, own: Callable[[argparse.Namespace], int], pages: int, *more: str) -> None:
    """Be the program `name` against a sandbox that is there, or measure it against a new one.

    Args:
        name: Of the program.
        about: What it is.
        own: Does the work; returns how many rows were written.
        pages: Per platform, when it is measured.
        more: Options that only this program has, each `--name=default` (a number) or `--name` (a flag).

    """
    options = parser(about)
    options.add_argument("--api-url", help="do the work against this sandbox, and measure nothing")
    options.add_argument("--token", default=TOKEN)
    options.add_argument("--db", default=f"{name}.db")
    options.add_argument("--date", default="2026-01-01", help="of the counters")
    options.add_argument("--pages", type=int, default=pages, help="per platform")
    options.add_argument("--posts", type=int, default=30)
    options.add_argument("--comments", type=int, default=0)
    options.add_argument("--platforms", nargs="+", default=PLATFORMS)
    for option in more:
        flag, _, default = option.partition("=")
        if default:
            options.add_argument(flag, type=float, default=float(default))
        else:
            options.add_argument(flag, action="store_true")
    given = options.parse_args()
    if given.api_url:
        print(own(given))
        return
    with scratch(given.keep) as folder, Sandbox(NO_LAG) as sandbox:
        setup = Setup(given.pages, given.posts, given.comments, platforms=given.platforms)
        show(given, [watched(name, sandbox, program(name, sandbox.url, setup), folder)])


def show(given: argparse.Namespace, results: Sequence[Result]) -> None:
    """Print results."""
    if given.json:
        print(json.dumps([result._asdict() for result in results]))
    else:
        table(Result._fields[:-1], [result[:-1] for result in results])


@contextmanager
def scratch(keep: bool = False) -> Iterator[Path]:
    """Give a private folder that is gone afterwards, unless it is to be kept."""
    if keep:
        folder = tempfile.mkdtemp(prefix="socialsync-bench-")
        print(f"kept: {folder}", file=sys.stderr)
        yield Path(folder)
        return
    with tempfile.TemporaryDirectory(prefix="socialsync-bench-") as folder:
        yield Path(folder)


class Result(NamedTuple):
    """One measured sync, by whichever program."""

    who: str
    wall_s: float
    cpu_s: float
    rss_mb: float
    sandbox_cpu_s: float
    apify_runs: int
    requests: int
    items: int
    usd: float
    busiest_second: int
    """The most requests that the sandbox saw in any second."""
    endpoints: Mapping[str, int]
    """Requests by kind."""


def watched(who: str, sandbox: Sandbox, command: Sequence[str], folder: Path) -> Result:
    """Run a program against a sandbox and tell what both say of it."""
    before, charged, busy = sandbox.get("stats"), _items(sandbox), sandbox.cpu_s()
    usage = measured(command, folder)
    busy = sandbox.cpu_s() - busy
    after = sandbox.get("stats")
    requests = {kind: count - before["requests"].get(kind, 0) for kind, count in after["requests"].items()}
    return Result(
        who=who,
        wall_s=usage.wall_s,
        cpu_s=usage.cpu_s,
        rss_mb=usage.rss_mb,
        sandbox_cpu_s=busy,
        apify_runs=after["runs_started"] - before["runs_started"],
        requests=after["requests_total"] - before["requests_total"],
        items=_items(sandbox) - charged,
        usd=after["charged_usd"] - before["charged_usd"],
        busiest_second=max(after["max_requests_in_a_second"].values(), default=0),
        endpoints={kind: count for kind, count in requests.items() if count},
    )


def _items(sandbox: Sandbox) -> int:
    return sum(charge["items"] for charge in sandbox.get("charges"))


def middle(results: Sequence[Result]) -> Result:
    """Return a result whose numbers are the medians of several."""
    first = results[0]
    numbers = {
        name: median(getattr(result, name) for result in results)
        for name in (
            "wall_s",
            "cpu_s",
            "rss_mb",
            "sandbox_cpu_s",
            "apify_runs",
            "requests",
            "items",
            "usd",
            "busiest_second",
        )
    }
    return first._replace(**numbers)


def parser(about: str) -> argparse.ArgumentParser:
    """Return a parser with the options that all benchmarks have."""
    found = argparse.ArgumentParser(description=about, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    found.add_argument("--json", action="store_true", help="print JSON instead of a table")
    found.add_argument("--keep", action="store_true", help="keep the scratch folder: configuration, database, output")
    return found


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table: the first column to the left, numbers to the right."""
    cells = [list(head), *([_shown(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    for place, row in enumerate(cells):
        first, rest = row[0].ljust(widths[0]), zip(row[1:], widths[1:], strict=True)
        print("  ".join([first, *(cell.rjust(width) for cell, width in rest)]).rstrip())
        if not place:
            print("  ".join("-" * width for width in widths))


def _shown(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:,.1f}" if abs(cell) >= 100 else f"{cell:,.2f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)
