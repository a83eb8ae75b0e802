"""A simulated Apify on a loopback port, for the demo, `run --sandbox` and the tests; as unkind as the real one.

What there is to scrape (pure): `world.py` (pages, posts and comments at any moment), made of `accounts.py`, `posts.py`,
`comments.py`, `texts.py`; `odd.py` lists the odd pages, `demo_world.py` those of the demo; `truth.py` tells what a
perfect reader would have understood.
How it looks: `<platform>_items.py` and its neighbours build items, `<platform>_actors.py` follow an input;
`catalogue.py` lists the ten actors, `inputs.py` their schemas.
How it is served: `platform_state.py` remembers, `runs.py` and `datasets.py` unfold in time, `customers.py` pays and is
refused, `routes.py` has the addresses, `faults.py` and `mishaps.py` what goes wrong, `control.py` steers,
`server.py` speaks HTTP, `host.py` is the handle for tests, `__main__.py` the process.
A request goes `requests.py` → `dispatch.py` → `read_endpoints.py`, `run_endpoints.py` (`starts.py`, `plans.py`) →
`answers.py` → `spoiling.py`.

It never reads the database or the configuration; the program comes in here for `demo` and `run --sandbox` alone.
"""

from socialsync_cli.sandbox.behaviour import LIFELIKE, Behaviour
from socialsync_cli.sandbox.customers import Customer
from socialsync_cli.sandbox.demo_world import DEMO_PAGES
from socialsync_cli.sandbox.faults import Fault
from socialsync_cli.sandbox.host import DEFAULT_TOKEN, Sandbox
from socialsync_cli.sandbox.odd import ODD
from socialsync_cli.sandbox.world import World

__all__ = ["DEFAULT_TOKEN", "DEMO_PAGES", "LIFELIKE", "ODD", "Behaviour", "Customer", "Fault", "Sandbox", "World"]
