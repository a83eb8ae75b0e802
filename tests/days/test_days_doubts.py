"""Figures that look wrong are told, and never acted upon."""

from __future__ import annotations

import pytest
from days_builders import BEGIN, life

ACTORS = {
    "instagram": "apify/instagram-profile-scraper",
    "facebook": "apify/facebook-pages-scraper",
    "tiktok": "clockworks/tiktok-profile-scraper",
}
FEW = {"posts_per_page": 3}


def show(made, platform, followers):
    """Let the site show this many followers from now on."""

    def change(item):
        if platform == "tiktok":
            return item | {"authorMeta": item["authorMeta"] | {"fans": followers}}
        return item | {"followersCount" if platform == "instagram" else "followers": followers}

    made.changes[ACTORS[platform]] = change


def doubts(made, platform):
    return [sentence for sentence in made.warnings(platform) if "bakery" in sentence]


@pytest.fixture(params=ACTORS)
def known(request, tmp_path):
    """A page that had a thousand followers yesterday."""
    with life(tmp_path, {request.param: ["bakery"]}, sync=FEW) as made:
        show(made, request.param, 1000)
        made.sync()
        assert doubts(made, request.param) == []
        made.go_on(days=1)
        yield made, request.param


@pytest.mark.parametrize(("followers", "anomaly"), [(5000, "spike"), (400, "drop"), (1, "drop"), (90_000, "spike")])
def test_a_count_that_leaps_is_told_and_stays(known, followers, anomaly):
    made, platform = known
    show(made, platform, followers)
    made.sync()
    assert doubts(made, platform) == [
        f"bakery went from 1000 to {followers} followers within a day: is it still the same account?"
    ]
    assert made.result(platform, "bakery")["result"] == "ok"
    today = made.now.date()
    assert made.page(platform, "bakery")["followers"] == followers
    assert made.of_page("social_page_metric", platform, "bakery")[today]["followers"] == followers
    growth = made.of_page("social_page_growth", platform, "bakery")[today]
    assert (growth["delta_since_previous"], growth["anomaly"]) == (followers - 1000, anomaly)


@pytest.mark.parametrize(("followers", "anomaly"), [(4999, "spike"), (401, "drop"), (1001, "none")])
def test_a_count_that_moves_fast_is_no_doubt_yet(known, followers, anomaly):
    made, platform = known
    show(made, platform, followers)
    made.sync()
    assert doubts(made, platform) == []
    growth = made.of_page("social_page_growth", platform, "bakery")[made.now.date()]
    assert growth["anomaly"] == anomaly


def test_what_happens_in_some_days_is_no_leap(known):
    made, platform = known
    made.go_on(days=1)
    show(made, platform, 6000)
    made.sync()
    assert doubts(made, platform) == []


def test_a_small_page_may_leap(tmp_path):
    with life(tmp_path, {"instagram": ["bakery"]}, sync=FEW) as made:
        show(made, "instagram", 99)
        made.sync()
        made.go_on(days=1)
        show(made, "instagram", 0)
        made.sync()
        assert doubts(made, "instagram") == []
        assert made.page("instagram", "bakery")["followers"] == 0
        growth = made.of_page("social_page_growth", "instagram", "bakery")[made.now.date()]
        assert (growth["delta_since_previous"], growth["anomaly"]) == (-99, None)


def test_a_sudden_nothing_is_told_and_not_believed(known):
    made, platform = known
    key = (platform, "bakery")
    show(made, platform, 0)
    for _ in range(2):
        made.sync()
        today = made.now.date()
        assert doubts(made, platform) == [
            "bakery shows 0 followers after 1000: taken for a failed scrape, not for the truth"
        ]
        assert made.page(*key)["followers"] == 1000
        assert made.of_page("social_page_metric", *key)[today]["followers"] == 0
        assert made.of_page("social_page_engagement", *key)[today]["followers"] is None
        assert made.of_page("social_page_growth", *key)[today]["delta_since_previous"] is None
        score = made.of_page("social_page_score", *key)[today]
        assert "suspect_zero" in score["flags"]
        assert score["sub_audience"] is None
        made.go_on(days=1)
    show(made, platform, 1010)
    made.sync()
    assert doubts(made, platform) == []
    growth = made.of_page("social_page_growth", *key)[made.now.date()]
    assert (growth["delta_since_previous"], growth["days_since_previous"]) == (10, 3.0)
    before = made.everything()
    made.rebuild()
    assert made.everything() == before


def test_the_doubt_is_about_what_is_stored_of_the_last_sync(tmp_path):
    """Whoever changed it: the database is what today is compared with."""
    with life(tmp_path, {"instagram": ["bakery", "chandlery"]}, sync=FEW) as made:
        made.sync()
        made.change("UPDATE social_page SET followers = followers / 5 WHERE handle = 'bakery'")
        followers = made.page("instagram", "bakery")["followers"]
        made.go_on(days=1)
        made.sync()
        now = made.sandbox.profile("instagram", "bakery").followers
        assert made.warnings("instagram") == [
            f"bakery went from {followers} to {now} followers within a day: is it still the same account?"
        ]


def test_a_counter_that_is_gone_from_every_post_of_a_run_is_told_once(tmp_path):
    pages = {"instagram": ["bakery", "chandlery", "fishery", "tannery"]}
    with life(tmp_path, pages, sync={"posts_per_page": 6}) as made:
        made.sync()
        likes = {handle: made.posts("instagram", handle) for handle in pages["instagram"]}
        made.changes["apify/instagram-post-scraper"] = lambda item: {k: v for k, v in item.items() if k != "likesCount"}
        made.go_on(hours=6)
        made.sync()
        (sentence,) = made.warnings("instagram")
        assert sentence.startswith("likes is missing from all ")
        assert all(handle in sentence for handle in pages["instagram"])
        for handle, before in likes.items():
            after = made.posts("instagram", handle)
            assert {post_id: after[post_id]["likes"] for post_id in before} == {
                post_id: row["likes"] for post_id, row in before.items()
            }


def test_a_count_that_is_gone_from_every_profile_of_a_run_is_told_once(tmp_path):
    handles = ["bakery", "chandlery", "fishery", "tannery", "cooperage"]
    with life(tmp_path, {"instagram": handles}, sync=FEW) as made:
        made.sync()
        before = {handle: made.page("instagram", handle)["followers"] for handle in handles}
        made.changes[ACTORS["instagram"]] = lambda item: {k: v for k, v in item.items() if k != "followersCount"}
        made.go_on(days=1)
        made.sync()
        (sentence,) = made.warnings("instagram")
        assert sentence.startswith("followers is missing from all 5 profiles")
        assert {handle: made.page("instagram", handle)["followers"] for handle in handles} == before


def test_warnings_are_of_the_run_that_saw_them(known):
    made, platform = known
    show(made, platform, 5000)
    made.sync()
    assert made.now.date() > BEGIN.date()
    made.go_on(days=1)
    made.sync()
    assert doubts(made, platform) == []
