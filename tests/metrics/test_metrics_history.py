"""Which count stands for a day, which counts are believed, and when posts are known at all."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from metrics_builders import AS_OF, DAY, ago, page, post, snap

from socialsync_cli.metrics import Engagement, Growth, Reach, Snapshot, compute, growth
from socialsync_cli.metrics.history import Count, daily_series, known


def earlier(*snapshots):
    return [(count.at, count.followers) for count in daily_series(snapshots, AS_OF).earlier]


@pytest.mark.parametrize(("counter", "read"), [(None, None), (-1, None), (0, 0), (3, 3), (10**18, 10**18)])
def test_negative_and_absent_counters_are_unknown(counter, read):
    assert known(counter) == read


def test_the_last_snapshot_of_a_day_stands_for_it():
    assert earlier(snap(1, 50), snap(1.1, 40), snap(1.2, 30)) == [(ago(1), 50)]


def test_of_two_snapshots_of_a_moment_the_later_read_one_counts():
    assert earlier(snap(1, 50), snap(1, 60)) == [(ago(1), 60)]
    assert daily_series([snap(0, 50), snap(0, 60)], AS_OF).followers == 60


def test_the_last_snapshot_of_a_day_counts_also_when_it_knows_nothing():
    assert earlier(snap(1, None), snap(1.1, 40), snap(2, 30)) == [(ago(2), 30)]


def test_days_are_days_in_utc_whatever_the_zone_of_the_times():
    new_york = timezone(timedelta(hours=-5))
    late = Snapshot(datetime(2026, 2, 27, 20, tzinfo=new_york), 70)  # 1 a.m. of the 28th in UTC
    early = Snapshot(datetime(2026, 2, 28, 0, 30, tzinfo=UTC), 60)
    assert earlier(late, early) == [(datetime(2026, 2, 28, 1, tzinfo=UTC), 70)]


def test_naive_times_are_refused():
    with pytest.raises(TypeError):
        growth([Snapshot(datetime(2026, 2, 27), 70)], AS_OF)
    with pytest.raises(TypeError):
        growth([snap(1, 70)], datetime(2026, 3, 1))


def test_imported_days_stand_at_noon():
    midnight = datetime(2026, 2, 20, tzinfo=UTC)
    noon = datetime(2026, 2, 20, 12, tzinfo=UTC)
    assert earlier(Snapshot(midnight, 70, imported=True)) == [(noon, 70)]
    assert earlier(Snapshot(noon, 70, imported=True)) == [(noon, 70)]


def test_a_measured_snapshot_beats_an_imported_one_of_its_day_whatever_the_time():
    imported = Snapshot(datetime(2026, 2, 20, tzinfo=UTC), 70, imported=True)
    measured = Snapshot(datetime(2026, 2, 20, 3, tzinfo=UTC), 60)
    for order in ([imported, measured], [measured, imported]):
        assert earlier(*order) == [(measured.captured_at, 60)]


def test_an_imported_noon_after_the_moment_in_question_is_not_looked_at():
    series = daily_series([Snapshot(datetime(2026, 3, 1, tzinfo=UTC), 70, imported=True)], AS_OF)
    assert (series.today, series.earlier) == (None, [])


def test_what_was_captured_later_is_not_looked_at():
    past = [snap(0, 500), snap(1, 400), snap(8, 300)]
    future = [snap(-0.1, 900), snap(-1, 0), snap(-30, 10**9)]
    assert growth([*future, *past], AS_OF) == growth(past, AS_OF)


def test_a_zero_after_a_hundred_followers_is_a_failed_scrape():
    series = daily_series([snap(0, 0), snap(1, 100)], AS_OF)
    assert (series.followers, series.suspect_zero) == (None, True)


def test_a_zero_after_fewer_followers_is_believed():
    series = daily_series([snap(0, 0), snap(1, 99)], AS_OF)
    assert (series.followers, series.suspect_zero) == (0, False)


def test_zeros_stay_suspect_until_a_count_is_believed_again():
    assert earlier(snap(1, 0), snap(2, 5), snap(3, 0), snap(4, None), snap(5, 0), snap(6, 5000)) == [
        (ago(6), 5000),
        (ago(2), 5),
        (ago(1), 0),
    ]


def test_a_suspect_zero_of_the_day_takes_all_that_needs_it_and_is_told():
    metrics = compute(page("instagram", [snap(0, 0), snap(1, 5000)], [post(2, 9, 1)]), AS_OF)
    assert metrics.score.flags == ("suspect_zero",)
    assert metrics.growth == Growth()
    assert (metrics.engagement.followers, metrics.engagement.tier) == (None, None)
    assert metrics.engagement.interactions_30d == 10
    assert metrics.score.sub_audience is None


def test_a_suspect_zero_of_another_day_is_left_out_without_a_word():
    metrics = compute(page("instagram", [snap(0, 5100), snap(1, 0), snap(2, 5000)]), AS_OF)
    assert metrics.score.flags == ()
    assert (metrics.growth.delta_since_previous, metrics.growth.days_since_previous) == (100, 2.0)


def test_a_negative_count_is_unknown_and_no_zero():
    metrics = compute(page("instagram", [snap(0, -1, following=-1), snap(1, 5000)]), AS_OF)
    assert metrics.growth == Growth()
    assert (metrics.engagement.followers, metrics.score.flags) == (None, ())


def test_a_rounded_count_of_the_day_is_told():
    metrics = compute(page("instagram", [snap(0, 12300, followers_rounded=True)]), AS_OF)
    assert metrics.score.flags == ("rounded_followers",)
    unknown = compute(page("instagram", [snap(0, None, followers_rounded=True)]), AS_OF)
    assert unknown.score.flags == ()
    yesterday = compute(page("instagram", [snap(0, 12345), snap(1, 12300, followers_rounded=True)]), AS_OF)
    assert yesterday.score.flags == ()


def test_the_series_keeps_which_counts_are_rounded():
    series = daily_series([snap(1, 12300, followers_rounded=True), snap(0, 12345)], AS_OF)
    assert (series.earlier, series.rounded) == ([Count(ago(1), 12300, True)], False)


@pytest.mark.parametrize(
    ("posts_read", "are_known"),
    [(0, True), (3, True), (3 + 1e-6, False), (None, False), (-0.01, False)],
)
def test_posts_are_known_for_three_days_after_the_last_answer(posts_read, are_known):
    metrics = compute(page("instagram", [snap(0, 900)], [post(5, 9, 1)], posts_read=posts_read), AS_OF)
    assert (metrics.score.flags == ()) is are_known
    assert (metrics.engagement.posts_30d == 1) is are_known
    assert (metrics.reach.n_posts == 1) is are_known


def test_unknown_posts_leave_everything_from_posts_unknown():
    metrics = compute(page("instagram", [snap(0, 900)], [post(5, 9, 1)], posts_read=None), AS_OF)
    assert metrics.engagement == Engagement(followers=900, tier="lt1k")
    assert metrics.reach == Reach()
    assert (metrics.score.sub_consistency, metrics.score.flags) == (None, ("posts_unknown",))


def test_a_page_that_turned_private_has_no_posts_though_old_ones_are_stored():
    metrics = compute(page("instagram", [snap(0, 900, private=True), snap(1, 900)], [post(5, 9, 1)]), AS_OF)
    assert metrics.engagement == Engagement(followers=900, tier="lt1k")
    assert metrics.reach == Reach()
    assert metrics.score.flags == ("posts_unknown", "private")


def test_a_page_that_was_private_yesterday_is_not_private():
    metrics = compute(page("instagram", [snap(0, 900), snap(1, 900, private=True)], [post(5, 9, 1)]), AS_OF)
    assert (metrics.engagement.posts_30d, metrics.score.flags) == (1, ())


def test_a_day_without_a_snapshot_knows_its_posts_and_nothing_of_followers():
    metrics = compute(page("instagram", [snap(1, 900)], [post(5, 9, 1)]), AS_OF)
    assert metrics.growth == Growth()
    assert (metrics.engagement.followers, metrics.engagement.interactions_30d) == (None, 10)
    assert metrics.score.score is None


def test_a_day_is_made_again_as_it_was():
    past = [snap(0, 500), snap(7, 400)]
    posts = [post(3, 9, 1, seen=0), post(5, 20, 2, seen=4)]
    later_posts = [
        post(3, 99, 10, seen=-2, external_id=posts[0].external_id),
        post(-1, 50, 5, seen=-2),
        post(9, 50, 5, seen=-1),
    ]
    then = compute(page("instagram", past, posts), AS_OF)
    assert compute(page("instagram", [*past, snap(-2, 900)], [*posts, *later_posts]), AS_OF) == then
    assert compute(page("instagram", past, posts, posts_read=-1), AS_OF + DAY) != then
