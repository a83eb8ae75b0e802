"""What the program itself costs: as many pages as fit, and a platform that never keeps anybody waiting.

2,000 pages on each platform, 30 posts each, no latency, no limits. CPU seconds are those of the client alone; wall
seconds include the sandbox, which makes the items at the same time on the same machine. The naive program does a few
pages, and is told per page.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from bench import (
    NO_LAG,
    Result,
    Sandbox,
    Setup,
    configure,
    middle,
    parser,
    program,
    scratch,
    sync_command,
    table,
    watched,
)


def main() -> None:
    """Measure."""
    found = parser(__doc__ or "")
    found.add_argument("--pages", type=int, default=2000, help="per platform")
    found.add_argument("--posts", type=int, default=30)
    found.add_argument("--comments", type=int, default=0)
    found.add_argument("--naive-pages", type=int, default=30, help="pages of the naive program; 0 leaves it out")
    found.add_argument("--times", type=int, default=3, help="of each program, in turn; medians are shown")
    found.add_argument(
        "--profile", type=Path, help="only run the program once, under py-spy, and write its stacks here"
    )
    given = found.parse_args()
    setup = Setup(given.pages, given.posts, given.comments)
    if given.profile:
        profile(setup, given.profile, keep=given.keep)
        return
    ours, floor, naive = [], [], []
    for _ in range(given.times):
        with scratch(given.keep) as folder, Sandbox(NO_LAG) as sandbox:
            floor.append(watched("floor", sandbox, program("floor", sandbox.url, setup), folder))
        with scratch(given.keep) as folder, Sandbox(NO_LAG) as sandbox:
            ours.append(watched("socialsync", sandbox, sync_command(configure(folder, sandbox.url, setup)), folder))
        if given.naive_pages:
            few = setup._replace(pages=given.naive_pages)
            with scratch(given.keep) as folder, Sandbox(NO_LAG) as sandbox:
                naive.append(watched("naive", sandbox, program("naive", sandbox.url, few), folder))
    if given.json:
        print(json.dumps([result._asdict() for result in (*floor, *ours, *naive)]))
        return
    few = [] if not naive else [(middle(naive), 3 * given.naive_pages)]
    show([(middle(floor), 3 * given.pages), (middle(ours), 3 * given.pages), *few])


def show(results: list[tuple[Result, int]]) -> None:
    """Print a table: each result with the number of its pages."""
    floor, floor_pages = results[0]
    rows = [
        (r.who, pages, r.wall_s, r.cpu_s, r.sandbox_cpu_s, r.rss_mb, 1000 * r.cpu_s / pages, 1000 * r.wall_s / pages,
         r.cpu_s / pages / (floor.cpu_s / floor_pages), r.wall_s / pages / (floor.wall_s / floor_pages),
         r.apify_runs, r.requests)
        for r, pages in results
    ]  # fmt: skip
    table(
        ("", "pages", "wall s", "CPU s", "sandbox CPU s", "MB", "CPU ms/page", "wall ms/page", "CPU ÷ floor",
         "wall ÷ floor", "Apify runs", "requests"),
        rows,
    )  # fmt: skip


def profile(setup: Setup, stacks: Path, *, keep: bool) -> None:
    """Run the program once under py-spy, which has to be installed."""
    spy = shutil.which("py-spy") or shutil.which("py-spy", path=str(Path(sys.executable).parent))
    if spy is None:
        raise SystemExit("py-spy is missing: pip install py-spy")
    with scratch(keep) as folder, Sandbox(NO_LAG) as sandbox:
        command = sync_command(configure(folder, sandbox.url, setup))
        spied = [spy, "record", "--format", "raw", "--rate", "200", "--output", str(stacks.resolve()), "--"]
        result = watched("socialsync", sandbox, [*spied, *command], folder)
    table(("", "wall s", "CPU s"), [(result.who, result.wall_s, result.cpu_s)])


if __name__ == "__main__":
    main()
