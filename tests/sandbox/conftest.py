from __future__ import annotations

import pytest
from sandbox_driver import NOW, SETTLED, Driver

from socialsync_cli.sandbox import Sandbox


@pytest.fixture
def sandbox():
    with Sandbox(now=NOW, behaviour=SETTLED) as running:
        yield running


@pytest.fixture
def drive(sandbox):
    driver = Driver(sandbox)
    yield driver
    driver.close()


@pytest.fixture(scope="session")
def shared():
    """A sandbox in which nothing is changed: for tests that only read."""
    with Sandbox(now=NOW, behaviour=SETTLED) as running:
        driver = Driver(running)
        yield driver
        driver.close()
