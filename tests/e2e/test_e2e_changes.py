"""Two syncs of a world that has moved on by four days between them: pages vanish, hide, and change hands.

The program's clock is the machine's, so both syncs fall on one UTC day: the later snapshot is the one that stays.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from e2e_oracle import COMMENT_COLUMNS, POST_COLUMNS, Asked, comments_of, posts_of
from e2e_program import Program, program
from e2e_reading import Row, pages, rows, table

from socialsync_cli.core.records import Comment, Post, Profile
from socialsync_cli.sandbox import Behaviour, Sandbox

ASKED = Asked(posts=8, comments=2)
DAYS = 4
REFRESHED = timedelta(days=14)
HANDLES = ["bakery", "chandlery", "hiddenlikes", "pinned", "renames", "takeover", "movesaway", "movesaway.now",
           "vanishes", "goesprivate"]  # fmt: skip
PLATFORMS = ("instagram", "facebook", "tiktok")
EVERY = [(platform, handle) for platform in PLATFORMS for handle in HANDLES]
STAYS_AS_IT_WAS = {"vanishes", "movesaway"}
"""Gone by the second sync."""


class Seen(NamedTuple):
    """What is true of a page at one moment, as far as a sync asks for it."""

    profile: Profile | None
    posts: dict[str, Post]
    comments: dict[tuple[str, str], Comment]


def look(world: Sandbox, *, newer_than: datetime | None = None) -> dict[tuple[str, str], Seen]:
    """See what a sync is told now; `newer_than` is for posts, and known to TikTok by its day alone."""
    found = {}
    for platform, handle in EVERY:
        if newer_than is None:
            posts = posts_of(world, platform, handle, ASKED.posts)
        else:
            day = newer_than.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(seconds=1)
            since = day if platform == "tiktok" else newer_than
            newest = world.posts(platform, handle, limit=ASKED.posts, since=since)
            posts = {post.external_id: post for post in newest}
            if handle == "takeover":
                # The date was about the old owner: the new one's posts are read from their beginning.
                posts |= posts_of(world, platform, handle, ASKED.posts)
        comments = {
            (post_id, comment_id): comment
            for post_id, post in posts.items()
            for comment_id, comment in comments_of(world, platform, post, ASKED.comments).items()
        }
        found[platform, handle] = Seen(world.profile(platform, handle), posts, comments)
    return found


class Story(NamedTuple):
    program: Program
    world: Sandbox
    first: dict[tuple[str, str], Seen]
    second: dict[tuple[str, str], Seen]
    codes: tuple[int, int]
    pages: dict[tuple[str, str], Row]
    results: list[dict[tuple[str, str], Row]]
    """Of each sync."""

    def rows(self, query: str, *values: object) -> list[Row]:
        return rows(self.program.database, query, *values)


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    now = datetime.now(UTC).replace(microsecond=0)
    before = now - timedelta(days=DAYS)
    quick = Behaviour(settle_s=0.0, total_lag_s=0.0)
    with (
        Sandbox(now=before, changes_at=now - timedelta(days=1), behaviour=quick) as world,
        program(tmp_path_factory.mktemp("changes"), E2E_TOKEN=world.token) as made,
    ):
        made.configure(
            world.url,
            {"acme": dict.fromkeys(PLATFORMS, HANDLES)},
            sync=f"posts_per_page = {ASKED.posts}\ncomments_per_post = {ASKED.comments}",
        )
        one = made.call("run", "--all", "--json")
        first = look(world)
        world.set_now(now)
        two = made.call("run", "--all", "--json")
        second = look(world, newer_than=_window(made.database))
        assert one.out, one.err
        assert two.out, two.err
        results = [
            {
                (row["platform"], row["handle"]): row
                for row in rows(
                    made.database,
                    "SELECT r.*, t.platform FROM sync_page_result r JOIN sync_task t ON r.task_id = t.id "
                    "WHERE t.run_id = ?",
                    done.json["run"]["id"],
                )
            }
            for done in (one, two)
        ]
        yield Story(made, world, first, second, (one.code, two.code), pages(made.database), results)


def _window(database: Path) -> datetime:
    """Since when posts are asked for again: what is older is settled."""
    return table(database, "sync_run")[-1]["started_at"] - REFRESHED


def test_both_runs_succeed(story):
    assert story.codes == (0, 0)


def test_results_follow_the_changes(story):
    first = {page: row["result"] for page, row in story.results[0].items()}
    assert first == {p: "not_found" if p[1] == "movesaway.now" else "ok" for p in EVERY}
    gone = dict.fromkeys(STAYS_AS_IT_WAS, "not_found")
    second = {page: row["result"] for page, row in story.results[1].items()}
    assert second == {(p, h): gone.get(h) or _hidden(p, h) or "ok" for p, h in EVERY}


def _hidden(platform: str, handle: str) -> str | None:
    if handle != "goesprivate":
        return None
    return "not_found" if platform == "facebook" else "private"  # Facebook tells no difference


def test_a_page_that_is_gone_keeps_what_was_known(story):
    for platform in PLATFORMS:
        for handle in STAYS_AS_IT_WAS:
            row, was = story.pages[platform, handle], story.first[platform, handle].profile
            assert row["status"] == "not_found"
            assert (row["followers"], row["external_id"]) == (was.followers, was.external_id)


def test_a_page_that_hides_keeps_its_posts_and_says_so(story):
    for platform in PLATFORMS:
        row = story.pages[platform, "goesprivate"]
        assert row["status"] == _hidden(platform, "goesprivate")
        known = story.rows("SELECT external_id FROM social_page_post WHERE page_id = ?", row["id"])
        assert {post["external_id"] for post in known} == set(story.first[platform, "goesprivate"].posts)


def test_a_renamed_page_is_the_same_page(story):
    for platform in PLATFORMS:
        row = story.pages[platform, "renames"]
        now = story.second[platform, "renames"].profile
        assert (row["username"], row["external_id"]) == (now.username, now.external_id)
        assert now.external_id == story.first[platform, "renames"].profile.external_id


def test_a_handle_that_changes_hands_begins_a_new_page(story):
    for platform in PLATFORMS:
        old = story.first[platform, "takeover"].profile
        new = story.second[platform, "takeover"].profile
        assert story.pages[platform, "takeover"]["external_id"] == new.external_id
        aside = story.pages[platform, f"takeover~{old.external_id}"]
        assert (aside["external_id"], aside["followers"]) == (old.external_id, old.followers)
        wishes = story.rows("SELECT page_id FROM user_page WHERE page_id IN (?, ?)", aside["id"],
                            story.pages[platform, "takeover"]["id"])  # fmt: skip
        assert [row["page_id"] for row in wishes] == [story.pages[platform, "takeover"]["id"]]


def test_every_page_has_one_snapshot_of_the_day_and_it_is_the_later_one(story):
    if _crossed_midnight(story):
        pytest.skip("midnight (UTC) came between the two syncs")
    found = {row["page_id"]: row for row in table(story.program.database, "social_page_metric")}
    assert len(found) == len(table(story.program.database, "social_page_metric"))
    for platform, handle in EVERY:
        page = story.pages[platform, handle]
        seen = story.second[platform, handle].profile or story.first[platform, handle].profile
        if seen is not None:
            assert (found[page["id"]]["followers"], found[page["id"]]["private"]) == (seen.followers, seen.private)


def _crossed_midnight(story: Story) -> bool:
    return len({row["date"] for row in table(story.program.database, "social_page_metric")}) > 1


def _key_of(story: Story, platform: str, handle: str, sync: int) -> tuple[str, str]:
    """Under which page the rows of a sync are: those of the old owner of a handle were set aside."""
    if handle == "takeover" and sync == 0:
        return platform, f"takeover~{story.first[platform, handle].profile.external_id}"
    return platform, handle


def test_posts_are_those_of_both_syncs_and_as_new_as_they_were_last_seen(story):
    expected: dict[tuple[str, str, str], Row] = {}
    for sync, seen in enumerate((story.first, story.second)):
        for (platform, handle), about in seen.items():
            at = story.results[sync][platform, handle]["captured_at"]
            for external_id, post in about.posts.items():
                key = (*_key_of(story, platform, handle, sync), external_id)
                row = {name: getattr(post, name) for name in POST_COLUMNS}
                row |= {"hashtags": list(post.hashtags), "mentions": list(post.mentions)}
                began = expected[key]["first_seen_at"] if key in expected else at
                expected[key] = row | {"first_seen_at": began, "last_seen_at": at}
    found = {
        (row["platform"], row["handle"], row["external_id"]): row
        for row in story.rows(
            "SELECT p.*, g.platform, g.handle FROM social_page_post p JOIN social_page g ON p.page_id = g.id"
        )
    }
    shown = {key: {name: row[name] for name in expected.get(key, row)} for key, row in found.items()}
    assert shown == expected


def test_the_history_of_a_post_has_one_row_a_day_with_its_last_counters(story):
    if _crossed_midnight(story):
        pytest.skip("midnight (UTC) came between the two syncs")
    for row in story.rows(
        "SELECT p.likes AS now_likes, p.comments AS now_comments, p.views AS now_views, p.first_seen_at, "
        "p.last_seen_at, m.*, count(*) AS days FROM social_page_post p "
        "JOIN social_page_post_metric m ON m.post_id = p.id GROUP BY p.id"
    ):
        assert row["days"] == 1
        assert row["observed_at"] in (row["first_seen_at"], row["last_seen_at"])
        assert (row["likes"], row["comments"], row["views"]) == (
            row["now_likes"], row["now_comments"], row["now_views"],
        )  # fmt: skip


def test_comments_are_those_of_both_syncs(story):
    expected: dict[tuple[str, ...], Row] = {}
    for sync, seen in enumerate((story.first, story.second)):
        for (platform, handle), about in seen.items():
            before = story.first[platform, handle].posts
            at = story.results[sync][platform, handle]["captured_at"]
            for (post_id, comment_id), comment in about.comments.items():
                same = sync == 1 and handle != "takeover" and post_id in before
                if same and platform != "instagram" and before[post_id].comments == about.posts[post_id].comments:
                    continue  # nothing new under it: not asked for again
                key = (*_key_of(story, platform, handle, sync), post_id, comment_id)
                row = {name: getattr(comment, name) for name in COMMENT_COLUMNS}
                began = expected[key]["first_seen_at"] if key in expected else at
                expected[key] = row | {"first_seen_at": began, "last_seen_at": at}
    found = {
        (row["platform"], row["handle"], row["post"], row["external_id"]): row
        for row in story.rows(
            "SELECT c.*, g.platform, g.handle, p.external_id AS post FROM social_page_post_comment c "
            "JOIN social_page_post p ON c.post_id = p.id JOIN social_page g ON p.page_id = g.id"
        )
    }
    shown = {key: {name: row[name] for name in expected.get(key, row)} for key, row in found.items()}
    assert shown == expected


def test_the_second_sync_asks_for_what_is_new_alone(story):
    started = [run for run in story.world.state.runs if run.actor.name.endswith(("post-scraper", "posts-scraper"))]
    dated = [run for run in started if "onlyPostsNewerThan" in run.given]
    fresh = [run for run in started if "onlyPostsNewerThan" not in run.given]
    asked = {name.get("url") if isinstance(name, dict) else name for run in fresh
             for name in run.given.get("username") or run.given["startUrls"]}  # fmt: skip
    assert dated
    assert len(asked) == 2 * len(HANDLES)
    settled = table(story.program.database, "sync_run")[-1]["items"]
    assert settled < table(story.program.database, "sync_run")[0]["items"]
