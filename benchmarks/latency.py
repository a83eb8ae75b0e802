"""How close a sync comes to the best possible when Apify takes its time: seconds per start, per page, per answer.

100 pages on each platform, with posts and comments: 3 s until a run begins, 0.3 s per page (or post) in the actor,
50 ms per answer, 8 Apify runs at once, 5 requests per second. The floor cuts the same work into equal stretches, one
per slot, so that all slots are busy from the first second to the last.
"""

from __future__ import annotations

import json

from bench import Result, Sandbox, Setup, configure, middle, parser, program, scratch, sync_command, table, watched


def main() -> None:
    """Measure."""
    found = parser(__doc__ or "")
    found.add_argument("--pages", type=int, default=100, help="per platform")
    found.add_argument("--posts", type=int, default=30)
    found.add_argument("--comments", type=int, default=5)
    found.add_argument("--times", type=int, default=3, help="of each program, in turn; medians are shown")
    found.add_argument("--start-s", type=float, default=3.0, help="until a run begins")
    found.add_argument("--page-s", type=float, default=0.3, help="per page in the actor")
    found.add_argument("--latency-s", type=float, default=0.05, help="per answer")
    found.add_argument("--requests-per-second", type=float, default=5)
    found.add_argument("--runs-at-once", type=int, default=8)
    given = found.parse_args()
    setup = Setup(given.pages, given.posts, given.comments, given.requests_per_second, given.runs_at_once)
    behaviour = {"start_delay_s": given.start_s, "page_s": given.page_s, "latency_s": given.latency_s}
    ours, floor = [], []
    for _ in range(given.times):
        with scratch(given.keep) as folder, Sandbox(behaviour) as sandbox:
            more = ["--split", "--slots", str(setup.runs_at_once)]
            more += ["--requests-per-second", str(setup.requests_per_second)]
            floor.append(watched("floor", sandbox, program("floor", sandbox.url, setup, *more), folder))
        with scratch(given.keep) as folder, Sandbox(behaviour) as sandbox:
            command = sync_command(configure(folder, sandbox.url, setup))
            ours.append(watched("socialsync", sandbox, command, folder))
    ours_, floor_ = middle(ours), middle(floor)
    if given.json:
        print(json.dumps([result._asdict() for result in (*floor, *ours)]))
        return
    show(floor_, ours_)


def show(floor: Result, ours: Result) -> None:
    """Print a table."""
    rows = [
        (r.who, r.wall_s, r.wall_s / floor.wall_s, r.apify_runs, r.apify_runs / floor.apify_runs, r.requests,
         r.requests / floor.requests, r.requests / r.apify_runs, r.busiest_second, r.items, r.usd, r.cpu_s, r.rss_mb)
        for r in (floor, ours)
    ]  # fmt: skip
    table(
        ("", "wall s", "÷ floor", "Apify runs", "÷ floor", "requests", "÷ floor", "per run", "in a second", "items",
         "USD", "CPU s", "MB"),
        rows,
    )  # fmt: skip
    for result in (floor, ours):
        print(f"{result.who}: {dict(result.endpoints)}")
    print("the fewest Apify runs for this are 8 (2 for profiles, 3 for posts, 3 for comments)")


if __name__ == "__main__":
    main()
