"""What results cost."""

import pytest

from socialsync_cli.core.money import LIST_PRICES, UNKNOWN_ACTOR, Price, list_price


@pytest.mark.parametrize(
    ("price", "items", "usd"),
    [
        (Price(0.002), 0, 0.0),
        (Price(0.002), 1000, 2.0),
        (Price(0.002, start_usd=0.01), 0, 0.01),
        (Price(0.002, start_usd=0.01), 1000, 2.01),
        (Price(0.002, 0.01, minimum_charge_usd=0.5), 1, 0.012),
    ],
)
def test_a_run_costs_its_start_and_its_items(price, items, usd):
    assert price.of(items) == pytest.approx(usd)


@pytest.mark.parametrize("actor", sorted(LIST_PRICES))
def test_an_actor_has_its_list_price_however_it_is_written(actor):
    assert list_price(actor) == list_price(actor.replace("/", "~")) == LIST_PRICES[actor]


def test_an_actor_that_nobody_knows_is_thought_rather_too_dear():
    assert list_price("somebody/something") == UNKNOWN_ACTOR
    assert UNKNOWN_ACTOR.item_usd >= sorted(price.item_usd for price in LIST_PRICES.values())[-2]
