"""Comments in depth: more than come inside a post, replies, and whose names are kept."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from e2e_oracle import COMMENT_COLUMNS, comments_of, posts_of
from e2e_program import program
from e2e_reading import rows, table

from socialsync_cli.sandbox import Behaviour, Sandbox

POSTS, COMMENTS, REPLIES = 2, 17, 1
PLATFORMS = ("instagram", "facebook", "tiktok")


@pytest.fixture(scope="module")
def world():
    now = datetime.now(UTC).replace(microsecond=0)
    with Sandbox(now=now, behaviour=Behaviour(settle_s=0.0, total_lag_s=0.0)) as running:
        yield running


def synced(world: Sandbox, folder, sync: str, pages: dict[str, list[str]]):
    with program(folder, E2E_TOKEN=world.token) as made:
        limits = f"posts_per_page = {POSTS}\ncomments_per_post = {COMMENTS}\n"
        made.configure(world.url, {"acme": pages}, sync=limits + sync)
        done = made.call("run", "--all", "--json")
        assert done.code == 0, done.err
        return made


def test_comments_beyond_those_inside_a_post_and_replies_are_fetched(world, tmp_path):
    pages = {platform: ["stormy"] for platform in PLATFORMS}
    made = synced(world, tmp_path, f"replies_per_comment = {REPLIES}", pages)
    expected = {
        (platform, post_id, comment_id): {name: getattr(comment, name) for name in COMMENT_COLUMNS}
        for platform in PLATFORMS
        for post_id, post in posts_of(world, platform, "stormy", POSTS).items()
        for comment_id, comment in comments_of(world, platform, post, COMMENTS, REPLIES).items()
    }
    found = {
        (row["platform"], row["post"], row["external_id"]): row
        for row in rows(
            made.database,
            "SELECT c.*, g.platform, p.external_id AS post FROM social_page_post_comment c "
            "JOIN social_page_post p ON c.post_id = p.id JOIN social_page g ON p.page_id = g.id",
        )
    }
    assert {key: {name: row[name] for name in COMMENT_COLUMNS} for key, row in found.items()} == expected
    assert sum(row["comments"] for row in table(made.database, "sync_page_result")) == len(expected)


@pytest.mark.parametrize("way", ["hash", "drop"])
def test_authors_of_comments_are_kept_as_configured(world, tmp_path, way):
    made = synced(world, tmp_path, f'comment_authors = "{way}"', {"tiktok": ["stormy"]})
    true = {
        comment.external_id: comment.author_username
        for post in posts_of(world, "tiktok", "stormy", POSTS).values()
        for comment in comments_of(world, "tiktok", post, COMMENTS).values()
    }
    found = {row["external_id"]: row["author_username"] for row in table(made.database, "social_page_post_comment")}
    assert found.keys() == true.keys()
    if way == "drop":
        assert set(found.values()) == {None}
    else:
        assert all(re.fullmatch("[0-9a-f]{32}", name) for name in found.values())
        by_name: dict[str, set[str]] = {}
        for comment_id, name in true.items():
            by_name.setdefault(name.lower(), set()).add(found[comment_id])
        assert all(len(hashes) == 1 for hashes in by_name.values())
        assert len({hashed for hashes in by_name.values() for hashed in hashes}) == len(by_name)
    kept = made.database.read_bytes()
    assert [name for name in true.values() if name.encode() in kept] == []
