"""The table of platforms, and what stands beside it."""

import pytest

from socialsync_cli.config import TEMPLATE
from socialsync_cli.core.money import UNKNOWN_ACTOR
from socialsync_cli.metrics.platforms import FACTS
from socialsync_cli.platforms import LIST_PRICES, PLATFORMS, list_price, rate_decimals, title_of


def test_every_platform_stands_under_its_name():
    assert [module.NAME for module in PLATFORMS.values()] == list(PLATFORMS)


def test_the_figures_know_every_platform():
    assert list(FACTS) == list(PLATFORMS)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_platform_has_a_price_for_each_of_its_actors(platform):
    assert set(PLATFORMS[platform].ACTORS.values()) <= set(PLATFORMS[platform].PRICES)


@pytest.mark.parametrize("actor", LIST_PRICES)
def test_an_actor_has_its_list_price_however_it_is_written(actor):
    assert list_price(actor) == list_price(actor.replace("/", "~")) == LIST_PRICES[actor]


def test_an_actor_that_nobody_knows_is_thought_rather_too_dear():
    assert list_price("somebody/something") == UNKNOWN_ACTOR
    assert UNKNOWN_ACTOR.item_usd >= sorted(price.item_usd for price in LIST_PRICES.values())[-2]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_other_words_mean_parts_that_there_are(platform):
    module = PLATFORMS[platform]
    assert set(module.ACTOR_WORDS.values()) <= set(module.ACTORS)
    assert not set(module.ACTOR_WORDS) & set(module.ACTORS)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_examples_are_pages_and_stand_in_the_template(platform):
    for page in PLATFORMS[platform].EXAMPLES:
        assert PLATFORMS[platform].parse_handle(page)
        assert f'"{page}"' in TEMPLATE
    assert f"\n{platform} = []" in TEMPLATE


def test_a_platform_of_the_past_is_shown_under_its_name():
    assert (title_of("tiktok"), title_of("myspace")) == ("TikTok", "myspace")
    assert (rate_decimals("facebook"), rate_decimals("myspace")) == (3, 2)
