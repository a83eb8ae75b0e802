"""Pages that hide, withhold, shorten, share, repeat or rename things, over some days of syncs.

All of them live one life together; what is stored in the end is held against what was true at each sync.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from days_builders import BEGIN, COUNTERS, DERIVED, life
from days_witness import Witness, check_figures

POSTS = 12
HANDLES = ["hiddenlikes", "withheld", "shortened", "pinned", "renames", "emptypage", "tinypage", "vanishes",
           "goesprivate", "oddtexts"]  # fmt: skip
PAGES = {
    "instagram": [*HANDLES, "collab", "collab.partner", "nocomments"],
    "facebook": HANDLES,
    "tiktok": [*HANDLES, "roundedbig"],
}
EVERY = [(platform, handle) for platform, some in PAGES.items() for handle in some]
SYNCED_ON = (0, 1, 2, 4, 8, 31)
CHANGES_ON = 3
BEFORE = {BEGIN.date() + timedelta(days=day) for day in SYNCED_ON if day < CHANGES_ON}
AFTER = {BEGIN.date() + timedelta(days=day) for day in SYNCED_ON if day > CHANGES_ON}
LAST = BEGIN + timedelta(days=SYNCED_ON[-1])


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    sync = {"posts_per_page": POSTS}
    with life(tmp_path_factory.mktemp("odd"), PAGES, changes_at=BEGIN + timedelta(days=CHANGES_ON), sync=sync) as made:
        witness = Witness(made, POSTS)
        for day in SYNCED_ON:
            made.at(BEGIN + timedelta(days=day))
            witness.sync()
        yield witness


@pytest.fixture
def made(odd):
    return odd.life


def figures(made, key):
    return {kind: made.of_page(f"social_page_{kind}", *key) for kind in DERIVED}


@pytest.mark.parametrize("key", EVERY, ids="/".join)
def test_everything_is_what_was_seen(odd, key):
    check_figures(odd, key)
    snapshots = odd.expected_snapshots(key)
    stored = odd.life.of_page("social_page_metric", *key)
    assert {day: {name: row[name] for name in snapshots[day]} for day, row in stored.items()} == snapshots
    assert odd.life.post_history(*key) == odd.expected_history(key)
    posts = odd.expected_posts(key)
    assert {id_: {n: row[n] for n in posts[id_]} for id_, row in odd.life.posts(*key).items()} == posts


def test_hidden_likes_leave_the_rates_unknown_and_say_so(made):
    row = figures(made, ("instagram", "hiddenlikes"))
    engagement, score = row["engagement"][LAST.date()], row["score"][LAST.date()]
    assert (engagement["n_30d"], engagement["interactions_30d"], engagement["er_headline"]) == (0, None, None)
    assert engagement["hidden_likes_30d"] > 0
    assert engagement["comment_rate_median_30d"] is not None
    assert "hidden_likes" in score["flags"]
    assert score["sub_engagement"] is None


@pytest.mark.parametrize("platform", PAGES)
def test_withheld_counters_are_never_taken_for_none(made, platform):
    key = (platform, "withheld")
    page = made.page(*key)
    assert (page["status"], page["followers"], page["posts_count"]) == ("active", None, None)
    for row in made.posts(*key).values():
        assert {row[name] for name in COUNTERS} == {None}
    for kind, rows in figures(made, key).items():
        assert rows.keys() == BEFORE | AFTER
        if kind == "growth":
            told = {name for row in rows.values() for name, value in row.items() if value is not None}
            assert told == {"id", "page_id", "date", "formula_version"}


@pytest.mark.parametrize("platform", ["facebook", "tiktok"])
def test_an_abbreviated_count_grows_by_the_month_alone(made, platform):
    key = (platform, "shortened")
    snapshots, rows = made.of_page("social_page_metric", *key), figures(made, key)
    assert all(row["followers_rounded"] for row in snapshots.values())
    assert all("rounded_followers" in row["flags"] for row in rows["score"].values())
    assert all(row["growth_abs_1d"] is row["growth_abs_7d"] is None for row in rows["growth"].values())
    last = rows["growth"][LAST.date()]
    assert (last["growth_method_30d"], last["delta_since_previous"] is None) == ("exact", False)
    assert last["growth_abs_30d"] == last["growth_abs_30d"] // 100 * 100


@pytest.mark.parametrize("platform", ["instagram", "tiktok"])
def test_old_pinned_posts_are_kept_but_not_counted(made, platform):
    posts = made.posts(platform, "pinned")
    old = [row for row in posts.values() if LAST - row["published_at"] > timedelta(days=300)]
    assert [row["pinned"] for row in old] == ([False, True] if platform == "instagram" else [True, True])
    # The one without a flag belongs to a partner.
    assert [row["owner_username"] == "pinned" for row in old] == [row["pinned"] for row in old]
    shown = [row for id_, row in posts.items() if row not in old and row["owner_username"] == "pinned"]
    engagement = made.of_page("social_page_engagement", platform, "pinned")[LAST.date()]
    assert engagement["posts_30d"] == sum(LAST - row["published_at"] <= timedelta(days=30) for row in shown)


def test_posts_of_a_partner_are_kept_but_not_counted(made):
    for handle, partner in (("collab", "collab.partner"), ("collab.partner", "collab")):
        posts = made.posts("instagram", handle)
        owners = [row["owner_username"] for row in posts.values()]
        assert set(owners) == {handle, partner}
        month = [row for row in posts.values() if LAST - row["published_at"] <= timedelta(days=30)]
        own = [row for row in month if row["owner_username"] == handle]
        mature = [row for row in own if LAST - row["published_at"] >= timedelta(days=1)]
        engagement = made.of_page("social_page_engagement", "instagram", handle)[LAST.date()]
        reach = made.of_page("social_page_reach", "instagram", handle)[LAST.date()]
        assert (engagement["posts_30d"], engagement["n_30d"]) == (len(own), len(mature))
        assert engagement["interactions_30d"] == sum(row["likes"] + row["comments"] for row in mature)
        assert reach["n_posts"] == len(mature)


def test_partners_have_the_same_posts_each_for_himself(made):
    one, other = (made.posts("instagram", handle) for handle in ("collab", "collab.partner"))
    assert one.keys() == other.keys()
    assert {row["id"] for row in one.values()}.isdisjoint(row["id"] for row in other.values())


@pytest.mark.parametrize("platform", PAGES)
def test_a_renamed_page_goes_on_as_the_same_page(made, platform):
    page = made.page(platform, "renames")
    assert page["username"].lower() == "renames.now"
    assert made.of_page("social_page_metric", platform, "renames").keys() == BEFORE | AFTER
    growth = made.of_page("social_page_growth", platform, "renames")
    assert growth[min(AFTER)]["days_since_previous"] == 2.0
    posts = made.posts(platform, "renames").values()
    if platform != "facebook":
        assert {row["owner_username"] for row in posts} >= {"renames", "renames.now"}
    # Whatever it was called when a post was seen, the post is its own.
    own = [row for row in posts if row["owner_username"] in ("renames", "renames.now")]
    engagement = made.of_page("social_page_engagement", platform, "renames")[LAST.date()]
    assert engagement["posts_30d"] == sum(LAST - row["published_at"] <= timedelta(days=30) for row in own)


@pytest.mark.parametrize("platform", PAGES)
def test_a_page_that_vanishes_keeps_what_was_known(odd, made, platform):
    page = made.page(platform, "vanishes")
    seen_at, profile = odd.pages[platform, "vanishes"].profiles[-1]
    assert (page["status"], page["followers"], page["last_synced_at"]) == ("not_found", profile.followers, seen_at)
    assert made.of_page("social_page_metric", platform, "vanishes").keys() == BEFORE
    assert all(rows.keys() == BEFORE for rows in figures(made, (platform, "vanishes")).values())
    assert {row["last_seen_at"] for row in made.posts(platform, "vanishes").values()} <= {
        BEGIN + timedelta(days=day) for day in SYNCED_ON if day < CHANGES_ON
    }
    assert any("vanishes" in sentence and "not found" in sentence for sentence in made.warnings(platform))


@pytest.mark.parametrize("platform", ["instagram", "tiktok"])
def test_a_page_that_hides_still_has_followers(made, platform):
    key = (platform, "goesprivate")
    page, rows = made.page(*key), figures(made, key)
    assert (page["status"], page["private"]) == ("private", True)
    for day in AFTER:
        engagement, reach, growth, score = (rows[kind][day] for kind in ("engagement", "reach", "growth", "score"))
        assert score["flags"] == ["posts_unknown", "private"]
        assert (engagement["posts_30d"], reach["n_posts"], score["sub_consistency"]) == (None, None, None)
        assert engagement["followers"] == made.of_page("social_page_metric", *key)[day]["followers"]
        assert growth["delta_since_previous"] is not None
    assert made.posts(*key)


def test_facebook_cannot_tell_a_page_that_hides_from_one_that_is_gone(made):
    key = ("facebook", "goesprivate")
    assert made.page(*key)["status"] == "not_found"
    assert all(rows.keys() == BEFORE for rows in figures(made, key).values())


@pytest.mark.parametrize("platform", ["instagram", "facebook"])
def test_the_posts_of_pages_that_are_gone_or_hidden_are_not_asked_for(made, platform):
    actor = {"instagram": "apify/instagram-post-scraper", "facebook": "apify/facebook-posts-scraper"}[platform]
    last = str(made.asked(actor)[-1])
    assert "renames" in last
    assert "vanishes" not in last
    assert "goesprivate" not in last


@pytest.mark.parametrize("platform", PAGES)
def test_a_page_without_posts_is_known_to_have_none(made, platform):
    rows = figures(made, (platform, "emptypage"))
    for day in BEFORE | AFTER:
        engagement, reach = rows["engagement"][day], rows["reach"][day]
        assert (engagement["posts_30d"], engagement["posts_per_week"], engagement["active_weeks_share"]) == (0, 0, 0)
        assert (engagement["interactions_30d"], engagement["er_headline"]) == (0, None)
        assert (reach["n_posts"], reach["gross_reach_30d"], reach["reach_estimated"]) == (0, 0, None)
        assert rows["score"][day]["sub_consistency"] == 0
        assert "posts_unknown" not in rows["score"][day]["flags"]
    assert not made.posts(platform, "emptypage")


@pytest.mark.parametrize("platform", PAGES)
def test_texts_are_kept_as_they_are_written(odd, made, platform):
    texts = {post.external_id: post.text for _, post in odd.pages[platform, "oddtexts"].posts}
    stored = {id_: row["text"] for id_, row in made.posts(platform, "oddtexts").items()}
    assert stored == texts
    assert any(not text.isascii() for text in stored.values() if text)
    assert not any("\0" in text for text in stored.values() if text)


def test_rebuilding_changes_nothing(made):
    before = made.everything()
    assert made.rebuild().figures.pages == len(EVERY)
    assert made.everything() == before
