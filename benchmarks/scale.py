"""Whether a page costs the same among 500 as among 100,000, and how much memory the program needs for them.

Pages are spread over the three platforms; each brings a few posts, because what grows with their number is not the
question here. CPU seconds and memory are those of the client alone.
"""

from __future__ import annotations

import json

from bench import NO_LAG, Result, Sandbox, Setup, configure, parser, scratch, sync_command, table, watched


def main() -> None:
    """Measure."""
    found = parser(__doc__ or "")
    found.add_argument("--pages", type=int, nargs="+", default=[500, 8_000, 100_000], help="over all platforms")
    found.add_argument("--posts", type=int, default=3, help="per page")
    given = found.parse_args()
    results = [(pages, sync(pages, given.posts, keep=given.keep)) for pages in given.pages]
    if given.json:
        print(json.dumps([{"pages": pages, **result._asdict()} for pages, result in results]))
        return
    fixed_s = sync(3, given.posts, keep=False).cpu_s
    first = (results[0][1].cpu_s - fixed_s) / results[0][0]
    table(
        ("pages", "CPU s", "ms per page", "÷ first", "wall s", "MB", "Apify runs", "requests"),
        [
            (f"{pages:,}", r.cpu_s, 1000 * (r.cpu_s - fixed_s) / pages, (r.cpu_s - fixed_s) / pages / first, r.wall_s,
             r.rss_mb, r.apify_runs, r.requests)
            for pages, r in results
        ],
    )  # fmt: skip
    print(f"without the {fixed_s:.2f} s that a sync of three pages takes")


def sync(pages: int, posts: int, *, keep: bool) -> Result:
    """Sync so many pages into a new database."""
    with scratch(keep) as folder, Sandbox(NO_LAG) as sandbox:
        config = configure(folder, sandbox.url, Setup(-(-pages // 3), posts))
        return watched("socialsync", sandbox, sync_command(config), folder)


if __name__ == "__main__":
    main()
