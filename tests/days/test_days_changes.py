"""What changes from one sync to the next: counters are hidden, pages hide and come back, handles change hands."""

from __future__ import annotations

from datetime import timedelta

import pytest
from days_builders import BEGIN, COUNTERS, DERIVED, life
from days_witness import Witness, check_figures

from socialsync_cli.sandbox import Fault

DAY = timedelta(days=1)
PLATFORMS = ("instagram", "facebook", "tiktok")
IG_PROFILES, IG_POSTS = "apify/instagram-profile-scraper", "apify/instagram-post-scraper"
TT_VIDEOS = "clockworks/tiktok-profile-scraper"
BAKERY = ("instagram", "bakery")
SIX = {"posts_per_page": 6}


def everywhere(handle):
    return {platform: [handle] for platform in PLATFORMS}


# Counters that are hidden


@pytest.mark.parametrize("hidden", [{"likesCount": -1}, {"likesCount": 3, "likeAndViewCountsDisabled": True}])
def test_likes_that_are_hidden_today_are_those_of_yesterday(tmp_path, hidden):
    with life(tmp_path, {"instagram": ["bakery"]}, sync=SIX) as made:
        made.sync()
        first = made.posts(*BAKERY)
        made.go_on(days=1)
        made.changes[IG_POSTS] = lambda item: item | hidden | {"commentsCount": item["commentsCount"] + 1}
        made.sync()
        second, history = made.posts(*BAKERY), made.post_history(*BAKERY)
        seen = {post_id for post_id, row in second.items() if row["last_seen_at"] == made.now}
        assert seen & first.keys()
        assert seen - first.keys()
        assert {id_: row["likes"] for id_, row in second.items()} == {
            id_: first[id_]["likes"] if id_ in first else None for id_ in second
        }
        for post_id in seen:
            kept = history[post_id, made.now.date()]
            assert (kept["likes"], kept["comments"]) == (None, second[post_id]["comments"])
        engagement = made.of_page("social_page_engagement", *BAKERY)[made.now.date()]
        assert (engagement["hidden_likes_30d"], engagement["n_30d"]) == (0, engagement["n_last12"])


def test_likes_that_are_hidden_in_the_evening_are_those_of_the_morning(tmp_path):
    with life(tmp_path, {"instagram": ["bakery"]}, sync=SIX) as made:
        made.sync()
        morning = made.posts(*BAKERY)
        made.go_on(hours=10)
        made.changes[IG_POSTS] = lambda item: item | {"likesCount": -1, "commentsCount": item["commentsCount"] + 1}
        made.sync()
        made.changes.clear()
        evening = made.posts(*BAKERY)
        for post_id, row in morning.items():
            kept = made.post_history(*BAKERY)[post_id, BEGIN.date()]
            assert (kept["likes"], kept["comments"]) == (row["likes"], evening[post_id]["comments"])
        made.go_on(days=1)
        made.sync()
        before = made.everything()
        made.rebuild()
        assert made.everything() == before


@pytest.mark.parametrize(
    ("platform", "actor", "withhold"),
    [
        ("instagram", IG_PROFILES, lambda item: item | {"followersCount": None, "postsCount": -1}),
        ("facebook", "apify/facebook-pages-scraper", lambda item: {k: v for k, v in item.items() if k != "followers"}),
        ("tiktok", TT_VIDEOS, lambda item: item | {"authorMeta": item["authorMeta"] | {"fans": None, "video": None}}),
    ],
)
def test_followers_that_are_withheld_for_a_day_are_unknown_on_that_day_and_kept_on_the_page(
    tmp_path, platform, actor, withhold
):
    key = (platform, "bakery")
    with life(tmp_path, {platform: ["bakery"]}, sync=SIX) as made:
        made.sync()
        known = made.page(*key)
        made.go_on(days=1)
        made.changes[actor] = withhold
        made.sync()
        today = made.now.date()
        page = made.page(*key)
        assert (page["followers"], page["posts_count"]) == (known["followers"], known["posts_count"])
        assert made.of_page("social_page_metric", *key)[today]["followers"] is None
        assert made.of_page("social_page_engagement", *key)[today]["followers"] is None
        growth = made.of_page("social_page_growth", *key)[today]
        assert {k for k, v in growth.items() if v is not None} == {"id", "page_id", "date", "formula_version"}
        made.changes.clear()
        made.go_on(days=1)
        made.sync()
        growth = made.of_page("social_page_growth", *key)[made.now.date()]
        followers = made.sandbox.profile(*key).followers
        assert (growth["delta_since_previous"], growth["days_since_previous"]) == (followers - known["followers"], 2.0)


# Several syncs a day


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_last_sync_of_a_day_is_the_one_that_stands(tmp_path, platform):
    key = (platform, "bakery")
    with life(tmp_path, {platform: ["bakery"]}, sync=SIX) as made:
        witness = Witness(made, SIX["posts_per_page"])
        for hours in (0, 7, 7):
            made.go_on(hours=hours)
            witness.sync()
        for kind in ("metric", *DERIVED):
            assert made.of_page(f"social_page_{kind}", *key).keys() == {BEGIN.date()}
        assert made.of_page("social_page_metric", *key)[BEGIN.date()]["captured_at"] == made.now
        assert {day for _, day in made.post_history(*key)} == {BEGIN.date()}
        assert made.post_history(*key) == witness.expected_history(key)
        check_figures(witness, key)


@pytest.mark.parametrize(
    ("fault", "result"),
    [
        (Fault("end", items=0, count=None), "failed"),
        (Fault("silent", targets=("bakery",), count=None), "not_found"),
        (Fault("blocked", targets=("bakery",), count=None), "failed"),
    ],
)
def test_a_sync_that_brings_nothing_leaves_the_rows_of_the_day(tmp_path, fault, result):
    with life(tmp_path, {"facebook": ["bakery"]}, sync=SIX) as made:
        made.sync()
        before = made.everything()
        made.go_on(hours=8)
        made.sandbox.arm(fault)
        made.sync()
        assert made.result("facebook", "bakery")["result"] == result
        after = made.everything()
        assert {k: v for k, v in after.items() if k != "social_page"} == {
            k: v for k, v in before.items() if k != "social_page"
        }
        assert made.page("facebook", "bakery")["last_synced_at"] == BEGIN


@pytest.mark.parametrize("days", [0, 1])
def test_posts_without_a_profile_leave_the_day_as_the_morning_had_it(tmp_path, days):
    """The profile fails in the evening: the morning's snapshot still speaks for the day, with what was known then."""
    with life(tmp_path, {"instagram": ["bakery"]}, sync=SIX) as made:
        for _ in range(days):
            made.sync()
            made.go_on(days=1)
        made.sync()
        morning = {kind: made.of_page(f"social_page_{kind}", *BAKERY) for kind in ("metric", *DERIVED)}
        made.go_on(hours=10)
        made.sandbox.arm(Fault("end", actor=IG_PROFILES, items=0, count=None))
        made.sync()
        assert made.result(*BAKERY)["result"] == "partial"
        evening = {kind: made.of_page(f"social_page_{kind}", *BAKERY) for kind in ("metric", *DERIVED)}
        assert evening["metric"] == morning["metric"]
        made.rebuild()
        rebuilt = made.of_page("social_page_engagement", *BAKERY)[made.now.date()]
        assert "posts_unknown" not in made.of_page("social_page_score", *BAKERY)[made.now.date()]["flags"]
        assert rebuilt["posts_30d"] == morning["engagement"][made.now.date()]["posts_30d"]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_sync_under_a_clock_that_went_back_changes_nothing(tmp_path, platform):
    with life(tmp_path, {platform: ["bakery"]}, sync=SIX) as made:
        made.go_on(hours=12)
        made.sync()
        before = made.everything()
        made.now -= timedelta(hours=1)
        made.sync()
        assert made.everything() == before


def test_days_that_bring_nothing_have_no_rows(tmp_path):
    with life(tmp_path, everywhere("bakery"), sync=SIX) as made:
        made.sync()
        made.go_on(days=1)
        made.sandbox.arm(Fault("end", items=0, count=None))
        made.sync()
        for platform in PLATFORMS:
            for kind in ("metric", *DERIVED):
                assert made.of_page(f"social_page_{kind}", platform, "bakery").keys() == {BEGIN.date()}


# Repetitions in a dataset


def test_what_comes_twice_counts_once(tmp_path_factory):
    pages = {platform: ["bakery", "pinned", "chandlery"] for platform in PLATFORMS}
    rows = []
    for faults in (
        (),
        (Fault("duplicates", count=None),),
        (Fault("duplicates", count=None), Fault("mixed", count=None)),
    ):
        with life(tmp_path_factory.mktemp("twice"), pages, sync=SIX) as made:
            made.sandbox.arm(*faults)
            for _ in range(2):
                made.sync()
                made.go_on(days=1)
            counted = made.rows("SELECT sum(posts) AS posts FROM sync_page_result")
            ids = {row["id"]: (row["platform"], row["handle"]) for row in made.rows("SELECT * FROM social_page")}
            rows.append((counted, *(_named(made, kind, ids) for kind in ("metric", *DERIVED)), _posts(made, pages)))
    assert rows[0] == rows[1] == rows[2]


def _named(made, kind, ids):
    return {
        (ids[row["page_id"]], row["date"]): {k: v for k, v in row.items() if k not in ("id", "page_id")}
        for row in made.rows(f"SELECT * FROM social_page_{kind}")
    }


def _posts(made, pages):
    return {
        (platform, handle): (
            {k: {c: row[c] for c in (*COUNTERS, "pinned", "text")} for k, row in made.posts(platform, handle).items()},
            made.post_history(platform, handle),
        )
        for platform, some in pages.items()
        for handle in some
    }


# Pages that hide and come back


def _hide(made):
    made.changes[IG_PROFILES] = lambda item: item | {"private": True, "latestPosts": []}
    made.changes[IG_POSTS] = lambda item: {
        "url": item["inputUrl"], "inputUrl": item["inputUrl"], "requestErrorMessages": [], "error": "no_items",
        "errorDescription": "Empty or private data for provided input",
    }  # fmt: skip
    made.changes[TT_VIDEOS] = lambda item: {
        "authorMeta": item["authorMeta"] | {"privateAccount": True}, "input": item["input"],
        "note": "Profile is private",
    }  # fmt: skip


@pytest.mark.parametrize("platform", ["instagram", "tiktok"])
def test_a_page_that_comes_back_into_the_open_is_read_from_where_it_was_left(tmp_path, platform):
    key = (platform, "bakery")
    with life(tmp_path, {platform: ["bakery"]}, sync={"posts_per_page": 80}) as made:
        made.sync(posts=10)
        _hide(made)
        for _ in range(2):
            made.go_on(days=9)
            made.sync()
            assert made.result(*key)["result"] == "private"
            assert made.of_page("social_page_score", *key)[made.now.date()]["flags"] == ["posts_unknown", "private"]
            assert made.of_page("social_page_engagement", *key)[made.now.date()]["posts_30d"] is None
        made.changes.clear()
        made.go_on(days=1)
        made.sync()
        assert (made.result(*key)["result"], made.page(*key)["status"]) == ("ok", "active")
        meanwhile = {post.external_id for post in made.sandbox.posts(*key, since=BEGIN)}
        assert len(meanwhile) > 10
        assert made.posts(*key).keys() >= meanwhile
        assert made.of_page("social_page_score", *key)[made.now.date()]["flags"] == []
        before = made.everything()
        made.rebuild()
        assert made.everything() == before


@pytest.mark.parametrize(("days", "known"), [(1, True), (3, True), (3.01, False)])
def test_posts_stay_known_for_three_days_while_their_answer_fails(tmp_path, days, known):
    key = ("facebook", "bakery")
    with life(tmp_path, {"facebook": ["bakery"]}, sync=SIX) as made:
        made.sync()
        made.go_on(days=days)
        made.sandbox.arm(Fault("end", actor="apify/facebook-posts-scraper", items=0, count=None))
        made.sync()
        today = made.now.date()
        assert made.result(*key)["result"] == "partial"
        assert (made.of_page("social_page_engagement", *key)[today]["posts_30d"] is not None) is known
        assert ("posts_unknown" in made.of_page("social_page_score", *key)[today]["flags"]) is not known
        assert made.of_page("social_page_growth", *key)[today]["delta_since_previous"] is not None


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_sync_without_posts_knows_nothing_of_posts(tmp_path, platform):
    key = (platform, "bakery")
    with life(tmp_path, {platform: ["bakery"]}, sync={"posts_per_page": 30}) as made:
        made.sync(posts=0)
        assert made.result(*key)["result"] == "ok"
        assert made.page(*key)["followers"] == made.sandbox.profile(*key).followers
        assert made.of_page("social_page_score", *key)[BEGIN.date()]["flags"] == ["posts_unknown"]
        assert made.of_page("social_page_engagement", *key)[BEGIN.date()]["posts_30d"] is None
        made.go_on(days=1)
        made.sync()
        latest = {post.external_id for post in made.sandbox.posts(*key, limit=30 - 2)}
        assert made.posts(*key).keys() >= latest


# Large pages


def test_three_hundred_posts_of_a_page_that_has_many(tmp_path):
    key = ("instagram", "hugepage")
    with life(tmp_path, {"instagram": ["hugepage"]}) as made:
        made.sync(posts=300)
        posts = made.posts(*key)
        recent = {id_: row for id_, row in posts.items() if not row["pinned"]}
        pinned = len(posts) - len(recent)
        assert len(posts) == 300
        assert recent.keys() == {post.external_id for post in made.sandbox.posts(*key, limit=300 - pinned)}
        own = [row for row in recent.values() if row["owner_username"] == "hugepage"]
        reach_back = (BEGIN - min(row["published_at"] for row in recent.values())) / DAY
        engagement = made.of_page("social_page_engagement", *key)[BEGIN.date()]
        assert engagement["posts_30d"] == len(own)
        assert engagement["posts_per_week"] == pytest.approx(7 * len(own) / reach_back)
        assert made.of_page("social_page_score", *key)[BEGIN.date()]["flags"] == ["cadence_truncated"]
        assert made.result(*key)["posts"] == 300


# Handles that change hands


@pytest.fixture
def taken_over(tmp_path):
    """One day with the old owner, two with the new one."""
    sync = {"posts_per_page": 30, "keep_raw_days": 30}
    with life(tmp_path, everywhere("takeover"), sync=sync, changes_at=BEGIN + DAY / 2) as made:
        old = {platform: made.sandbox.profile(platform, "takeover") for platform in PLATFORMS}
        made.sync()
        before = {platform: _rows_of(made, made.page(platform, "takeover")["id"]) for platform in PLATFORMS}
        made.go_on(days=1)
        made.sync()
        yield made, old, before


def _rows_of(made, page_id):
    daily = {
        kind: made.rows(f"SELECT * FROM social_page_{kind} WHERE page_id = ?", page_id) for kind in ("metric", *DERIVED)
    }
    return daily | {"post": made.rows("SELECT * FROM social_page_post WHERE page_id = ?", page_id)}


def test_the_history_of_the_old_owner_is_kept_apart(taken_over):
    made, old, before = taken_over
    made.go_on(days=1)
    made.sync()
    for platform in PLATFORMS:
        aside = made.page(platform, f"takeover~{old[platform].external_id}")
        assert (aside["external_id"], aside["followers"]) == (old[platform].external_id, old[platform].followers)
        assert aside["last_synced_at"] == BEGIN
        assert _rows_of(made, aside["id"]) == before[platform]


def test_the_new_owner_begins_without_a_past(taken_over):
    made, old, _ = taken_over
    for platform in PLATFORMS:
        page, profile = made.page(platform, "takeover"), made.sandbox.profile(platform, "takeover")
        assert page["external_id"] == profile.external_id != old[platform].external_id
        assert (page["followers"], page["first_synced_at"]) == (profile.followers, made.now)
        (growth,) = made.of_page("social_page_growth", platform, "takeover").values()
        assert (growth["date"], growth["delta_since_previous"], growth["fit_n"]) == (made.now.date(), None, 1)
        wishes = made.rows("SELECT * FROM user_page WHERE page_id = ?", page["id"])
        assert [row["user_id"] for row in wishes] == ["acme"]
        theirs = {post.external_id for post in made.sandbox.posts(platform, "takeover")}
        assert made.posts(platform, "takeover").keys() <= theirs


def test_the_task_is_told_that_a_handle_has_changed_hands(taken_over):
    made, old, _ = taken_over
    for platform in PLATFORMS:
        sentence = "takeover is another account now; its past is kept as takeover~" + old[platform].external_id
        assert sentence in made.warnings(platform)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_first_sync_of_the_new_owner_reads_as_much_as_any_first_sync(taken_over, platform):
    made, _, _ = taken_over
    page = made.page(platform, "takeover")
    posts = made.rows("SELECT * FROM social_page_post WHERE page_id = ?", page["id"])
    latest = {post.external_id for post in made.sandbox.posts(platform, "takeover", limit=30 - 2)}
    assert {row["external_id"] for row in posts} >= latest
    month = [row for row in posts if made.now - row["published_at"] <= timedelta(days=30)]
    strangers = [row for row in month if row["owner_username"].lower() not in ("takeover", page["external_id"])]
    engagement = made.of_page("social_page_engagement", platform, "takeover")[made.now.date()]
    assert engagement["posts_30d"] == len(month) - len(strangers)


@pytest.mark.parametrize("raw", [False, True])
def test_rebuilding_leaves_both_owners_their_own(taken_over, raw):
    made, _, _ = taken_over
    made.go_on(days=1)
    made.sync()
    before = made.everything()
    made.rebuild(raw=raw)
    assert made.everything() == before


def test_a_handle_that_goes_to_and_fro_never_mixes_its_owners(tmp_path):
    with life(tmp_path, everywhere("takeover"), sync={"posts_per_page": 3}, changes_at=BEGIN + 100 * DAY) as made:
        for day in range(5):
            made.now = BEGIN + day * DAY
            made.sandbox.set_now(made.now + (100 * DAY if day % 2 else timedelta()))
            made.sync()
        for platform in PLATFORMS:
            pages = made.rows("SELECT * FROM social_page WHERE platform = ?", platform)
            assert len(pages) == 5
            for page in pages:
                (snapshot,) = made.rows("SELECT * FROM social_page_metric WHERE page_id = ?", page["id"])
                assert snapshot["followers"] == page["followers"]
                assert page["handle"].partition("~")[2].partition("~")[0] in ("", page["external_id"])
