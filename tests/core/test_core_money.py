"""What results cost."""

import pytest

from socialsync_cli.core.money import Price


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
