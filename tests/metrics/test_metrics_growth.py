"""Changes over the horizons, from counts that seldom stand where one wants them."""

from datetime import UTC, datetime

import pytest
from metrics_builders import AS_OF, snap

from socialsync_cli.metrics import Growth, Snapshot, growth

MICROSECOND = 1 / 86_400_000_000
NOTHING = (None, None, None)


def change(days, *snapshots):
    row = growth(snapshots, AS_OF)
    return tuple(getattr(row, f"growth_{what}_{days}d") for what in ("abs", "rate", "method"))


def test_the_first_sync_has_no_growth():
    assert growth([snap(0, 800, following=400)], AS_OF) == Growth(
        follower_following_ratio=2.0, fit_n=1, fit_span_days=0.0
    )


def test_a_day_without_a_count_has_no_growth_at_all():
    assert growth([snap(0, None, following=400), snap(1, 800)], AS_OF) == Growth()
    assert growth([snap(1, 800)], AS_OF) == Growth()
    assert growth([], AS_OF) == Growth()


@pytest.mark.parametrize("following", [None, 0, -1])
def test_the_ratio_needs_somebody_to_follow(following):
    assert growth([snap(0, 800, following=following)], AS_OF).follower_following_ratio is None


@pytest.mark.parametrize("days", [1, 7, 30, 90])
def test_a_count_of_exactly_then_is_the_base(days):
    wild = [snap(days + 0.5, 1), snap(days - 0.8, 1)]  # on the days before and after
    assert change(days, snap(0, 1100), snap(days, 1000), *wild) == (100.0, 1100 / 1000 - 1, "exact")


@pytest.mark.parametrize(("days", "tolerance"), [(1, 0.5), (7, 2), (30, 5), (90, 10)])
def test_between_two_counts_that_are_near_enough_the_base_lies_on_their_line(days, tolerance):
    before, after = snap(days + 1.5 * tolerance, 1000), snap(days - 0.5 * tolerance, 1400)
    amount, rate, method = change(days, snap(0, 2600), before, after)
    assert (amount, rate, method) == (pytest.approx(1300), pytest.approx(1.0), "interpolated")


@pytest.mark.parametrize(("days", "tolerance"), [(1, 0.5), (7, 2), (30, 5), (90, 10)])
def test_between_two_counts_that_are_too_far_apart_the_nearest_is_converted(days, tolerance):
    before = snap(days + 1.5 * tolerance + MICROSECOND, 1000)
    after = snap(days - 0.5 * tolerance, 1400)
    amount, rate, method = change(days, snap(0, 2600), before, after)
    span = days - 0.5 * tolerance
    assert (rate, method) == (pytest.approx((2600 / 1400) ** (days / span) - 1), "nearest")
    assert amount == pytest.approx(2600 - 2600 / (1 + rate))


@pytest.mark.parametrize(("days", "tolerance"), [(1, 0.5), (7, 2), (30, 5), (90, 10)])
def test_a_lone_count_serves_up_to_the_tolerance(days, tolerance):
    def method(age):
        return change(days, snap(0, 1100), snap(age, 1000))[2]

    assert method(days + tolerance) == "nearest"
    assert method(days + tolerance + MICROSECOND) is None
    assert method(days - tolerance) == "nearest"
    assert method(days - tolerance - MICROSECOND) is None


@pytest.mark.parametrize(("days", "tolerance"), [(1, 0.5), (7, 2), (30, 5), (90, 10)])
def test_counts_at_the_same_distance_before_and_after_are_both_heard(days, tolerance):
    pair = snap(days + tolerance, 900), snap(days - tolerance, 700)
    assert change(days, snap(0, 1000), *pair) == (200.0, 0.25, "interpolated")


def test_counts_of_the_same_day_never_serve():
    noon = datetime(2026, 3, 1, 18, tzinfo=UTC)
    row = growth([Snapshot(noon, 1100), snap(0, 1000)], noon)
    assert row == Growth(fit_n=1, fit_span_days=0.0)


def test_the_day_before_serves_though_it_is_hours_away():
    midnight = datetime(2026, 3, 1, 0, 30, tzinfo=UTC)
    evening = datetime(2026, 2, 28, 12, 30, tzinfo=UTC)
    row = growth([Snapshot(midnight, 1100), Snapshot(evening, 1000)], midnight)
    assert (row.growth_method_1d, row.growth_rate_1d) == ("nearest", pytest.approx(1.1**2 - 1))
    assert (row.delta_since_previous, row.days_since_previous) == (100, 0.5)


def test_losses_are_negative():
    assert change(7, snap(0, 900), snap(7, 1000)) == (-100.0, 900 / 1000 - 1, "exact")


def test_from_no_followers_there_is_an_amount_and_no_rate():
    assert change(7, snap(0, 50), snap(7, 0)) == (50.0, None, "exact")
    assert change(7, snap(0, 50), snap(8, 0), snap(6, 0)) == (50.0, None, "interpolated")
    assert change(7, snap(0, 50), snap(8, 0)) == (50.0, None, "nearest")
    assert change(7, snap(0, 0), snap(8, 0)) == (0.0, None, "nearest")


def test_to_no_followers_everybody_is_lost():
    assert change(7, snap(0, 0), snap(7, 50)) == (-50.0, -1.0, "exact")
    assert change(7, snap(0, 0), snap(8, 50)) == (-50.0, -1.0, "nearest")


@pytest.mark.parametrize("days", [1, 7])
def test_an_abbreviated_count_at_either_end_hides_the_growth_of_days_and_weeks(days):
    rounded = {"followers_rounded": True}
    assert change(days, snap(0, 1100, **rounded), snap(days, 1000)) == NOTHING
    assert change(days, snap(0, 1100), snap(days, 1000, **rounded)) == NOTHING
    assert change(days, snap(0, 1100), snap(days + 0.4, 1000, **rounded)) == NOTHING
    for left, right in (({}, rounded), (rounded, {})):
        pair = snap(days + 0.4, 1000, **left), snap(days - 0.4, 1000, **right)
        assert change(days, snap(0, 1100), *pair) == NOTHING


@pytest.mark.parametrize("days", [30, 90])
def test_an_abbreviated_count_does_not_hide_the_growth_of_months(days):
    rounded = snap(days, 1000, followers_rounded=True)
    assert change(days, snap(0, 1100, followers_rounded=True), rounded) == (100.0, 1100 / 1000 - 1, "exact")


def test_an_abbreviated_neighbour_that_does_not_serve_hides_nothing():
    snapshots = [snap(0, 1100), snap(7, 1000), snap(8, 900, followers_rounded=True)]
    assert change(7, *snapshots) == (100.0, 1100 / 1000 - 1, "exact")


def test_unknown_and_suspect_counts_do_not_serve():
    assert change(7, snap(0, 1100), snap(7, None), snap(8, 1000))[2] == "nearest"
    assert change(7, snap(0, 1100), snap(7, 0), snap(8, 1000))[2] == "nearest"


def test_imported_days_serve_from_noon():
    imported = Snapshot(datetime(2026, 2, 22, tzinfo=UTC), 1000, imported=True)
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert growth([Snapshot(noon, 1100), imported], noon).growth_method_7d == "exact"


def test_the_previous_count_is_the_last_known_one():
    row = growth([snap(0, 1000), snap(1, None), snap(4.5, 1040)], AS_OF)
    assert (row.delta_since_previous, row.days_since_previous) == (-40, 4.5)


@pytest.mark.parametrize(
    ("followers", "previous", "anomaly"),
    [
        (95, 100, "drop"),
        (9501, 10000, "none"),
        (120, 100, "spike"),
        (11999, 10000, "none"),
        (100, 100, "none"),
        (0, 99, None),
        (500, 99, None),
        (500, 0, None),
    ],
)
def test_anomalies_begin_at_a_loss_of_five_and_a_gain_of_twenty_percent(followers, previous, anomaly):
    assert growth([snap(0, followers), snap(1, previous)], AS_OF).anomaly == anomaly


def test_anomalies_are_told_against_the_last_three_days_alone():
    assert growth([snap(0, 500), snap(3, 100)], AS_OF).anomaly == "spike"
    assert growth([snap(0, 500), snap(3 + MICROSECOND, 100)], AS_OF).anomaly is None


def test_the_order_of_snapshots_does_not_matter():
    snapshots = [snap(age, 1000 - age) for age in range(40)]
    assert growth(snapshots[::-1], AS_OF) == growth(snapshots, AS_OF)
