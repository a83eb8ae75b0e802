"""How fast commands read: `export` beside a bare loop of sqlite3 and csv, `status` of a large run, starting up.

Times are CPU seconds of the commands, medians of several, all of them run in turn.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from statistics import median

from bench import Setup, configure, measured, parser, scratch, table

BARE = """
import csv, sqlite3, sys
rows = csv.writer(open(sys.argv[2], "w", newline=""))
found = sqlite3.connect(sys.argv[1]).execute("SELECT * FROM social_page_post")
rows.writerow([column[0] for column in found.description])
rows.writerows(found)
"""
PYTHON = [sys.executable, "-c"]


def main() -> None:
    """Measure."""
    found = parser(__doc__ or "")
    found.add_argument("--posts", type=int, default=3_000_000, help="in the database that is exported")
    found.add_argument("--pages", type=int, default=20_000, help="in the run that `status` shows")
    found.add_argument("--times", type=int, default=5)
    given = found.parse_args()
    with scratch(given.keep) as folder:
        config = configure(folder, "http://127.0.0.1:9", Setup(1))
        own = [sys.executable, "-m", "socialsync_cli", "--config", str(config)]
        subprocess.run([*PYTHON, MIGRATE, str(folder / "bench.db")], check=True)
        fill(folder / "bench.db", given)
        show(given, own, folder)


MIGRATE = """
import sys
from socialsync_cli.store.database import Database
from socialsync_cli.store.schema import migrate
migrate(Database(f"sqlite:///{sys.argv[1]}"))
"""


def show(given: argparse.Namespace, own: list[str], folder: Path) -> None:
    """Run everything in turn and print what it took."""
    rows = [
        ("--version", "import typer, rich", [*own[:3], "--version"], [*PYTHON, "import typer, rich"]),
        ("--help", "import typer, rich", [*own[:3], "--help"], [*PYTHON, "import typer, rich"]),
        ("status last, 3 pages", "import sqlmodel", [*own, "status", "small"], [*PYTHON, "import sqlmodel"]),
        (f"status last, {given.pages:,} pages", "of 3 pages", [*own, "status", "large"], [*own, "status", "small"]),
        (f"export, {given.posts:,} posts", "sqlite3, csv",
         [*own, "export", "social_page_post", "--output", "own.csv"], [*PYTHON, BARE, "bench.db", "bare.csv"]),
    ]  # fmt: skip
    found = []
    for what, beside, command, other in rows:
        pairs = [(measured(command, folder), measured(other, folder)) for _ in range(given.times)]
        ours, theirs = (median(pair[place].cpu_s for pair in pairs) for place in (0, 1))
        found.append((what, ours, beside, theirs, ours / theirs, max(pair[0].rss_mb for pair in pairs)))
    if given.json:
        print(json.dumps(found))
    else:
        table(("", "CPU s", "beside", "CPU s", "÷", "MB"), found)


def fill(path: Path, given: argparse.Namespace) -> None:
    """Make a database by hand: posts of some pages, a large run and a small one."""
    database = sqlite3.connect(path)
    database.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;")
    pages = max(given.pages, 3)
    database.execute("INSERT INTO setting (name, value) VALUES ('bench', '1')")
    database.executemany(
        "INSERT INTO social_page (id, platform, handle) VALUES (?, 'instagram', ?)",
        ((number, f"page{number}") for number in range(1, pages + 1)),
    )
    database.execute(POSTS, {"posts": given.posts, "pages": pages})
    for run, count in (("large", pages), ("small", 3)):
        database.execute(RUN, {"id": run})
        database.execute(TASK, {"id": run, "pages": count})
        database.execute(RESULTS, {"id": run, "pages": count})
    database.commit()
    database.close()


_NUMBERS = "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :{})"
POSTS = f"""{_NUMBERS.format("posts")}
INSERT INTO social_page_post (page_id, external_id, url, kind, text, hashtags, mentions, published_at, likes, comments,
    shares, saves, views, pinned, sponsored, owner_username, media_url, duration_seconds, first_seen_at, last_seen_at)
SELECT 1 + n % :pages, '34' || n, 'https://www.instagram.com/p/C' || n || '/', 'reel',
    'New batch, same old oven. See you there, whatever the weather: number ' || n, '["harborlight"]', '[]',
    '2026-01-01 06:00:00.000000', n % 9000, n % 300, NULL, NULL, n % 90000, 0, 0, 'page' || n % :pages,
    'https://cdn.example.com/' || n || '.jpg', 12.5, '2026-01-02 06:00:00.000000', '2026-01-10 06:00:00.000000'
FROM number"""
RUN = """INSERT INTO sync_run (id, status, created_at, started_at, finished_at, apify_runs, apify_requests, items,
    cost_usd, exit_code) VALUES (:id, 'SUCCESS', '2026-01-10 06:00:00.000000', '2026-01-10 06:00:00.000000',
    '2026-01-10 06:30:00.000000', 9, 90, 9000, 9.0, 0)"""
TASK = """INSERT INTO sync_task (id, run_id, user, platform, status, pages, pages_ok, posts, comments, attempts,
    cost_usd) VALUES (:id, :id, 'bench', 'instagram', 'SUCCESS', :pages, :pages, 9000, 0, 1, 9.0)"""
RESULTS = f"""{_NUMBERS.format("pages")}
INSERT INTO sync_page_result (task_id, page_id, handle, result, posts, comments, cost_usd)
SELECT :id, n, 'page' || n, 'ok', 30, 0, 0.001 FROM number"""

if __name__ == "__main__":
    main()
