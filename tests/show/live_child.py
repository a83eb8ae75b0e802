"""A run on a terminal, step by step: each byte that comes in through a pipe lets one more thing happen."""

from __future__ import annotations

import os
import sys

from show_builders import END, report, task

from socialsync_cli.core.events import ApifyRunBegan, ApifyRunProgress, PagesDone, RunBegan, TaskInfo, Waiting, Warned
from socialsync_cli.show.announce import Announcer
from socialsync_cli.show.log import Lines
from socialsync_cli.show.progress import watching
from socialsync_cli.show.records import ChangeView
from socialsync_cli.show.summary import tell_summary

STEPS = [
    [
        RunBegan("r1", [TaskInfo("t1", "acme", "instagram", 50), TaskInfo("t2", "bee", "tiktok", 10)], 5.0),
        ApifyRunBegan("a1", "apify/instagram-post-scraper", "instagram", "posts", 50, adopted=False),
        ApifyRunProgress("a1", 700),
    ],
    [PagesDone("t1", {"ok": 24, "private": 1}, 750, 90, 1.0), PagesDone("t2", {"ok": 5}, 100, 0, 0.5)],
    [Warned("page natgeo was renamed"), Warned("the month's limit is reached", admin=True)],
]


def main(control: int) -> None:
    lines = Lines()
    with watching(lines, Announcer(lines, on_stderr=False)) as tell:
        for _ in range(3):
            tell(Waiting("run r0, which holds acme × tiktok"))
        for events in STEPS:
            for event in events:
                tell(event)
            os.read(control, 1)
    whole = report(task(warnings=["1 page private: esa"]), task("bee", "tiktok"))
    changes = {"id-acme-instagram": ChangeView(12, 345), "id-bee-tiktok": ChangeView(0, 7)}
    tell_summary(lines, whole._replace(changes=changes), END)


if __name__ == "__main__":
    main(int(sys.argv[1]))
