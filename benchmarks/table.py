"""Everything at once: the table of benchmarks/README.md. Programs run in turn; numbers are medians.

`--quick` takes a minute or two and shows that all of it works; its ratios are those of small runs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

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

SLOW = {"start_delay_s": 3.0, "page_s": 0.3, "latency_s": 0.05}
SPLIT = ("--split", "--slots", "8", "--requests-per-second", "5")


def main() -> None:
    """Measure."""
    found = parser(__doc__ or "")
    found.add_argument("--quick", action="store_true", help="small runs, each once")
    found.add_argument("--times", type=int, default=5, help="of each program, in turn")
    found.add_argument("--without-dlt", action="store_true", help="where it is not installed")
    given = found.parse_args()
    times, pages, few, slow_pages = (1, 60, 3, 10) if given.quick else (given.times, 2000, 20, 100)
    bulk = {"floor": Setup(pages), "socialsync": Setup(pages), "peer_dlt": Setup(pages), "naive": Setup(few)}
    if given.without_dlt:
        del bulk["peer_dlt"]
    latency = dict.fromkeys(("floor", "socialsync"), Setup(slow_pages, 30, 5, 5, 8))
    rows = []
    for name, setups, behaviour, more in (("bulk", bulk, NO_LAG, ()), ("latency", latency, SLOW, SPLIT)):
        results = in_turn(setups, behaviour, more, times)
        floor = results["floor"]
        for who, result in results.items():
            share = setups[who].pages / setups["floor"].pages
            rows.append(
                (name, who, 3 * setups[who].pages, result.wall_s, result.wall_s / floor.wall_s / share, result.cpu_s,
                 result.cpu_s / floor.cpu_s / share, result.rss_mb, result.apify_runs, result.requests)
            )  # fmt: skip
    if given.json:
        print(json.dumps(rows))
        return
    table(
        ("scenario", "program", "pages", "wall s", "÷ floor", "CPU s", "÷ floor", "MB", "Apify runs", "requests"), rows
    )
    print("÷ floor is per page: naive syncs fewer of them")


def in_turn(
    setups: Mapping[str, Setup], behaviour: Mapping[str, object], floor_options: Sequence[str], times: int
) -> dict[str, Result]:
    """Run programs in turn, each against a sandbox of its own; return the medians."""
    found: dict[str, list[Result]] = {who: [] for who in setups}
    for _ in range(times):
        for who, setup in setups.items():
            with scratch() as folder, Sandbox(behaviour) as sandbox:
                if who == "socialsync":
                    command = sync_command(configure(folder, sandbox.url, setup))
                else:
                    command = program(who, sandbox.url, setup, *(floor_options if who == "floor" else ()))
                found[who].append(watched(who, sandbox, command, folder))
    return {who: middle(results) for who, results in found.items()}


if __name__ == "__main__":
    main()
