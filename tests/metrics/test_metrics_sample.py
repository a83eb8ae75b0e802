"""Which posts count, for what, and how the observations of a post are joined."""

import pytest
from metrics_builders import AS_OF, ago, page, post, snap

from socialsync_cli.metrics import PostRecord, compute, engagement, reach
from socialsync_cli.metrics.history import daily_series
from socialsync_cli.metrics.sample import read_sample

FEW_SECONDS = 5 / 86400


def sample(posts, platform="instagram", *, posts_count=None, posts_per_page=30, **more):
    history = page(platform, [snap(0, 1000, posts_count=posts_count)], posts, **more)
    return read_sample(history, daily_series(history.snapshots, AS_OF), AS_OF, posts_per_page)


def own(posts, **more):
    return [each.external_id for each in sample(posts, **more).own]


def named(name, age, likes=10, comments=1, **more):
    return post(age, likes, comments, external_id=name, **more)


def test_posts_without_a_date_from_the_future_or_seen_only_later_are_dropped():
    posts = [named("a", None), named("b", -0.1), named("c", 3, seen=-0.1), named("d", 3), named("e", 0)]
    assert own(posts) == ["e", "d"]


def test_a_post_that_was_also_seen_before_stays():
    assert own([named("a", 3, seen=-0.1), named("a", 3, seen=1)]) == ["a"]


def test_each_counter_is_the_latest_that_is_known():
    posts = [
        named("a", 9, likes=100, comments=10, views=1000, seen=3),
        named("a", 9, likes=-1, comments=12, views=None, seen=1),
        named("a", 9, likes=90, comments=None, views=900, seen=5),
        named("a", 9, likes=500, comments=50, views=5000, seen=-1),
    ]
    (joined,) = sample(posts).own
    assert (joined.interactions, joined.comments, joined.views) == (112, 12, 1000)


def test_of_two_counters_of_a_moment_the_later_read_one_counts():
    (joined,) = sample([named("a", 9, likes=100, seen=1), named("a", 9, likes=90, seen=1)]).own
    assert joined.interactions == 91


def test_an_observation_without_a_time_is_one_of_the_moment_itself():
    undated = PostRecord("a", ago(9), None, likes=7, comments=0)
    (joined,) = sample([undated, named("a", 9, likes=100, seen=1)]).own
    assert joined.interactions == 7


def test_owner_and_date_are_those_of_the_newest_observation():
    posts = [named("a", 9, seen=1, owner_username="nasa"), named("a", 8, seen=3, owner_username="esa")]
    (joined,) = sample(posts).own
    assert (joined.owner, joined.age_days) == ("nasa", 9.0)
    assert own([post._replace(owner_username="esa") for post in posts]) == []


def test_a_post_is_pinned_only_if_every_copy_of_its_newest_observation_is():
    twice = [named("a", 400, pinned=True), named("a", 400, pinned=False), named("b", 2)]
    assert own(twice) == ["b", "a"]
    once = [named("a", 400, pinned=True), named("a", 400, pinned=False, seen=1), named("b", 2)]
    assert own(once) == ["b"]


def test_pinned_posts_older_than_all_others_are_leftovers():
    posts = [named("a", 50, pinned=True), named("b", 20), named("c", 19, pinned=True), named("d", 2)]
    assert own(posts) == ["d", "c", "b"]
    assert own([*posts, named("e", 50)]) == ["d", "c", "b", "a", "e"]


def test_pinned_posts_stay_where_all_are_pinned():
    assert own([named("a", 400, pinned=True), named("b", 2, pinned=True)]) == ["b", "a"]


def test_somebody_elses_post_marks_the_age_of_leftovers_before_it_goes():
    assert own([named("a", 50, pinned=True), named("b", 60, owner_username="esa"), named("c", 2)]) == [
        "c",
        "a",
    ]


@pytest.mark.parametrize(
    ("owner", "is_own"),
    [
        (None, True),
        ("", True),
        ("NASA", True),
        ("Nasa.Official", True),
        ("4711", True),
        ("esa", False),
        ("nas", False),
    ],
)
def test_a_post_is_the_pages_own_by_handle_user_name_or_number(owner, is_own):
    posts = [named("a", 2, owner_username=owner)]
    assert (own(posts, username="nasa.official", external_id="4711") == ["a"]) is is_own


def test_a_page_without_user_name_does_not_own_what_nobody_owns():
    assert own([named("a", 2, owner_username="None")]) == []


def test_own_posts_are_newest_first_and_ties_by_their_id():
    assert own([named("b", 2), named("c", 1), named("a", 2)]) == ["c", "a", "b"]


def test_a_post_enters_the_rates_when_it_is_a_day_old():
    young, mature = named("a", 1 - FEW_SECONDS), named("b", 1)
    read = sample([young, mature])
    assert [each.external_id for each in read.month] == ["b"]
    assert [each.external_id for each in read.latest_rated] == ["b"]
    assert [each.external_id for each in read.latest] == ["b"]
    assert read.own_of_month() == 2


def test_the_month_ends_with_the_thirtieth_day():
    read = sample([named("a", 30), named("b", 30 + FEW_SECONDS)])
    assert [each.external_id for each in read.month] == ["a"]
    assert read.own_of_month() == 1


def test_the_latest_twelve_end_with_the_hundred_and_eightieth_day():
    read = sample([named("a", 180), named("b", 180 + FEW_SECONDS)])
    assert [each.external_id for each in read.latest] == ["a"]
    assert [each.external_id for each in read.latest_rated] == ["a"]


def test_the_latest_twelve_of_the_rates_skip_hidden_likes_and_those_of_the_reach_do_not():
    posts = [named(f"{age:03}", age, likes=None if age % 2 else 10) for age in range(2, 60)]
    read = sample(posts)
    assert [each.age_days for each in read.latest] == list(range(2, 14))
    assert [each.age_days for each in read.latest_rated] == list(range(2, 26, 2))


@pytest.mark.parametrize(("platform", "interactions"), [("instagram", 11), ("facebook", 111), ("tiktok", 1111)])
def test_interactions_are_what_the_platform_shows_the_public(platform, interactions):
    (read,) = sample([post(2, 10, 1, 100, 1000, 10000)], platform).own
    assert (read.interactions, read.partial) == (interactions, False)


@pytest.mark.parametrize(
    ("platform", "counters", "interactions", "flags"),
    [
        ("instagram", {"comments": 1}, 11, ()),
        ("instagram", {"shares": 1, "saves": 1}, 10, ("partial_counts",)),
        ("facebook", {"comments": 1}, 11, ("partial_counts",)),
        ("facebook", {"comments": 1, "shares": 0}, 11, ()),
        ("tiktok", {"comments": 1, "shares": 2}, 13, ("partial_counts",)),
        ("tiktok", {"comments": 1, "shares": 2, "saves": -1}, 13, ("partial_counts",)),
        ("tiktok", {"comments": 0, "shares": 0, "saves": 1}, 11, ()),
    ],
)
def test_a_missing_part_counts_nothing_and_is_told(platform, counters, interactions, flags):
    metrics = compute(page(platform, [snap(0, 1000)], [post(2, 10, **counters)]), AS_OF)
    assert (metrics.engagement.interactions_30d, metrics.score.flags) == (interactions, flags)


def test_partial_counts_are_told_of_the_latest_twelve_too_and_of_no_other_post():
    def flags(*posts):
        return compute(page("instagram", [snap(0, 1000)], posts), AS_OF).score.flags

    assert flags(post(100, 10)) == ("partial_counts",)
    assert flags(post(0.5, 10)) == ()
    assert flags(post(181, 10)) == ()
    assert flags(post(100, 10), *(post(40 + d, 10, 1) for d in range(12))) == ()
    assert flags(post(2, None, None)) == ("hidden_likes",)


def test_hidden_likes_are_told_of_the_month_alone():
    def flags(*posts):
        return compute(page("instagram", [snap(0, 1000)], posts), AS_OF).score.flags

    assert flags(post(30, -1, 3)) == ("hidden_likes",)
    assert flags(post(31, -1, 3), post(0.5, -1, 3)) == ()


def test_a_fetch_that_was_cut_says_how_far_back_it_reached():
    posts = [named(f"{n}", 0.5 * n) for n in range(1, 31)]
    assert sample(posts).cadence_days == 15.0
    assert sample(posts, posts_count=31).cadence_days == 15.0
    assert sample(posts, posts_count=30).cadence_days == 30.0
    assert sample(posts[:29]).cadence_days == 30.0
    assert sample(posts[:20], posts_per_page=20).cadence_days == 10.0


def test_a_cut_fetch_reaches_back_at_least_a_day_and_at_most_thirty():
    assert sample([named(f"{n}", 0.01 * n) for n in range(30)]).cadence_days == 1.0
    read = sample([named(f"{n}", 2 * n) for n in range(30)])
    assert (read.cadence_days, read.truncated) == (30.0, False)
    exactly = sample([named(f"{n}", 30 - n) for n in range(30)])
    assert (exactly.cadence_days, exactly.truncated) == (30.0, False)


def test_a_cut_fetch_is_measured_by_what_is_not_pinned_whoever_owns_it():
    posts = [named(f"{n}", 0.2 * n) for n in range(1, 29)]
    posts += [named("other", 10, owner_username="esa"), named("pinned", 20, pinned=True)]
    assert sample(posts).cadence_days == 10.0
    assert sample([each._replace(pinned=True) for each in posts]).cadence_days == 20.0


def test_no_posts_are_no_cut_fetch():
    assert sample([], posts_per_page=0).cadence_days == 30.0


def test_a_cut_fetch_is_told_and_the_cadence_reckoned_from_what_it_covers():
    posts = [named(f"{n}", 0.5 * n) for n in range(1, 31)]
    metrics = compute(page("instagram", [snap(0, 1000)], posts), AS_OF)
    assert metrics.score.flags == ("cadence_truncated",)
    assert metrics.engagement.posts_30d == 30
    assert metrics.engagement.posts_per_week == 14.0
    assert metrics.engagement.active_weeks_share == 1.0


def test_an_unknown_platform_is_refused_by_name():
    for make in (compute, engagement, reach):
        with pytest.raises(ValueError, match="'myspace'"):
            make(page("myspace", [snap(0, 1000)]), AS_OF)
