"""Where the program's CPU goes: a sync in which the functions that matter are timed on their own thread's CPU clock.

Unlike a sampling profiler this counts what happens in C while other threads run (SQLite, gzip, JSON), and does not
mind a busy machine. Times include everything that a function calls; each row is part of the nearest one above it
that is less indented, or of the whole.
"""

from __future__ import annotations

import functools
import importlib
import json
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from bench import HERE, NO_LAG, Sandbox, Setup, configure, measured, parser, scratch, table

PLACES = (
    "socialsync_cli.apify.transport:Transport.call",
    "  socialsync_cli.apify.transport:Transport._exchange",
    "  socialsync_cli.apify.transport:Answer.json",
    "socialsync_cli.store.archive:ArchiveFile.write",
    "socialsync_cli.store.archive:ArchiveFile.close",
    "socialsync_cli.execute.harvest:Harvest.store",
    "  socialsync_cli.platforms.instagram:_ProfilesReader.read",
    "  socialsync_cli.platforms.instagram:_PostsReader.read",
    "  socialsync_cli.platforms.facebook:_ProfilesReader.read",
    "  socialsync_cli.platforms.facebook:_PostsReader.read",
    "  socialsync_cli.platforms.tiktok:_PostsReader.read",
    "  socialsync_cli.platforms.instagram:_CommentsReader.read",
    "  socialsync_cli.platforms.facebook:_CommentsReader.read",
    "  socialsync_cli.platforms.tiktok:_CommentsReader.read",
    "  socialsync_cli.execute.harvest:Harvest._count",
    "  socialsync_cli.execute.rows:store_posts",
    "    socialsync_cli.store.pages:_known_posts",
    "    socialsync_cli.store.pages:_POST.run",
    "    socialsync_cli.store.pages:_POST_METRIC.run",
    "  socialsync_cli.execute.rows:store_comments",
    "  socialsync_cli.execute.rows:store_profiles",
    "  socialsync_cli.execute.rows:note_captured",
    "socialsync_cli.execute.drive:_Drive._report",
    "socialsync_cli.execute.desk:write_finished",
    "  socialsync_cli.execute.finish:change_results",
    "  socialsync_cli.execute.finish:derive",
    "    socialsync_cli.store.derive:load_present",
    "    socialsync_cli.store.derive:figures",
    "sqlalchemy.engine.default:DefaultDialect.do_commit",
    "socialsync_cli.sync:migrate",
    "socialsync_cli.sync:write_tasks",
    "socialsync_cli.execute.perform:gather_work",
)
"""`module:name`, as its caller sees it; what is not there (any more) is left out."""


class Clock:
    """CPU seconds and calls per place."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.calls: dict[str, int] = defaultdict(int)

    def put_around(self, place: str) -> None:
        """Time a function from now on."""
        module, _, path = place.strip().partition(":")
        *outer, name = path.split(".")
        try:
            owner: Any = importlib.import_module(module)
            for part in outer:
                owner = getattr(owner, part)
            found = getattr(owner, name)
        except (ImportError, AttributeError):
            return
        setattr(owner, name, self._timed(place, found))

    def _timed(self, place: str, found: Callable[..., Any]) -> Callable[..., Any]:
        clock, seconds, calls = time.thread_time, self.seconds, self.calls

        @functools.wraps(found)
        def timed(*args: Any, **kwargs: Any) -> Any:
            began = clock()
            try:
                return found(*args, **kwargs)
            finally:
                seconds[place] += clock() - began
                calls[place] += 1

        return timed


def sync(config: str) -> None:
    """Be the program, timed; print what it took."""
    began = time.process_time()
    from socialsync_cli.cli import main as program
    from socialsync_cli.cli.actions import sync as _the_heavy_imports  # noqa: F401

    imports = time.process_time() - began
    clock = Clock()
    for place in PLACES:
        clock.put_around(place)
    code = program(["--config", config, "--quiet", "run", "--all"])
    used = resource.getrusage(resource.RUSAGE_SELF)
    told = {place: [clock.calls[place], clock.seconds[place]] for place in PLACES if clock.calls[place]}
    print(json.dumps({"code": code, "cpu_s": used.ru_utime + used.ru_stime, "imports_s": imports, "places": told}))


def main() -> None:
    """Measure."""
    if sys.argv[1:2] == ["--be"]:
        sync(sys.argv[2])
        return
    found = parser(__doc__ or "")
    found.add_argument("--pages", type=int, default=300, help="per platform")
    found.add_argument("--posts", type=int, default=30)
    found.add_argument("--comments", type=int, default=0)
    given = found.parse_args()
    setup = Setup(given.pages, given.posts, given.comments)
    with scratch(given.keep) as folder, Sandbox(NO_LAG) as sandbox:
        config = configure(folder, sandbox.url, setup)
        usage = measured([sys.executable, str(HERE / "where.py"), "--be", str(config)], folder)
    told = json.loads(usage.out.splitlines()[-1])
    if given.json:
        print(json.dumps(told))
        return
    whole = told["cpu_s"]
    rows = [("(the whole process)", None, whole, 100.0), ("(imports)", None, told["imports_s"], None)]
    for place, (calls, seconds) in told["places"].items():
        indent = len(place) - len(place.lstrip())
        name = place.strip().removeprefix("socialsync_cli.").replace(":", " ")
        rows.append((" " * indent + name, calls, seconds, 100 * seconds / whole))
    table(("", "calls", "CPU s", "%"), rows)


if __name__ == "__main__":
    main()
