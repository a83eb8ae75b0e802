"""A process that writes the same pages as others do, in an order of its own: `store_writer.py SEED`."""

from __future__ import annotations

import json
import random
import sys
from datetime import timedelta

from store_samples import NOW, comment, post, profile

from socialsync_cli.store.database import Database
from socialsync_cli.store.pages import (
    FoundComment,
    FoundPost,
    FoundProfile,
    mark_comments_read,
    store_comments,
    store_posts,
    store_profiles,
)

ROUNDS = 4


def main(seed: int) -> None:
    given = json.load(sys.stdin)
    order = random.Random(seed)
    database = Database(given["url"])
    moment = NOW + timedelta(seconds=seed)
    for _ in range(ROUNDS):
        pages = order.sample(given["pages"], len(given["pages"]))
        posts = [(page, f"p{number}") for page in pages for number in range(given["posts"])]
        order.shuffle(posts)
        with database.write() as connection:
            store_profiles(connection, [FoundProfile(p, moment, profile(followers=1000 + seed), None) for p in pages])
            stored = store_posts(connection, [FoundPost(p, moment, post(name, likes=seed)) for p, name in posts])
            ids = order.sample(sorted(stored.ids.values()), len(stored.ids))
            store_comments(connection, [FoundComment(i, moment, comment(f"c{n}")) for i in ids for n in range(2)])
            mark_comments_read(connection, [(post_id, 2) for post_id in ids])
    database.close()


if __name__ == "__main__":
    main(int(sys.argv[1]))
