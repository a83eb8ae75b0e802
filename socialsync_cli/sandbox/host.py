"""The sandbox in this process: `with Sandbox() as sandbox: … sandbox.url …`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from socialsync_cli.core.records import Comment, Post, Profile
from socialsync_cli.sandbox import truth
from socialsync_cli.sandbox.behaviour import Behaviour
from socialsync_cli.sandbox.customers import Customer
from socialsync_cli.sandbox.faults import Fault
from socialsync_cli.sandbox.platform_state import State
from socialsync_cli.sandbox.server import Server
from socialsync_cli.sandbox.world import World

DEFAULT_TOKEN = "sandbox-demo-token"  # noqa: S105 - opens nothing but the sandbox
_CHANGES_AFTER = timedelta(days=3)


class Sandbox:
    """A simulated Apify on a loopback port.

    Args:
        seed: Of the world.
        now: The moment of the world (aware); None: it is always the present.
        open_world: Whether pages that nobody listed exist.
        changes_at: When pages that change do so; by default at the third midnight (UTC) after `now`.
        behaviour: How fast it is, how much it lags, what it limits.
        customers: Accounts with their own plans and limits.
        port: 0 takes a free one.
    """

    def __init__(
        self,
        *,
        seed: int = 7,
        now: datetime | None = None,
        open_world: bool = True,
        changes_at: datetime | None = None,
        behaviour: Behaviour | None = None,
        customers: Iterable[Customer] = (),
        port: int = 0,
    ) -> None:
        begins = now or datetime.now().astimezone()
        at = changes_at or midnight(begins + _CHANGES_AFTER)
        self.world = World(seed, changes_at=int(at.timestamp()), open_world=open_world)
        self.state = State(
            self.world,
            now=None if now is None else now.timestamp(),
            behaviour=behaviour or Behaviour(),
            customers=customers,
        )
        self._server = Server(self.state, port)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Begin to answer."""
        self._server.start()

    def stop(self) -> None:
        """End, and leave nothing behind."""
        self._server.stop()

    @property
    def url(self) -> str:
        """What to use as `api_url`."""
        return self._server.url

    @property
    def token(self) -> str:
        """A token that it knows."""
        return DEFAULT_TOKEN

    def arm(self, *faults: Fault) -> None:
        """Let things go wrong."""
        self.state.faults.arm(*faults)

    def set_now(self, now: datetime) -> None:
        """Set the clock of the world."""
        self.state.world_now = now.timestamp()

    def advance(self, *, days: float) -> None:
        """Let days go by in the world."""
        self.state.world_now = self.state.world_time() + days * 86_400

    def behave(self, **knobs: object) -> None:
        """Turn knobs of `Behaviour`; runs that have begun keep theirs."""
        self.state.behaviour = self.state.behaviour.changed(knobs)

    def profile(self, platform: str, handle: str) -> Profile | None:
        """Return what is true of a page now."""
        return truth.profile(self.world, platform, handle, self.state.world_time())

    def posts(
        self, platform: str, handle: str, *, limit: int | None = None, since: datetime | None = None
    ) -> list[Post]:
        """Return a page's posts as they are now, newest first."""
        after = None if since is None else int(since.timestamp())
        return truth.posts(self.world, platform, handle, self.state.world_time(), limit=limit, since=after)

    def comments(
        self, platform: str, external_id: str, *, limit: int | None = None, replies: int | None = 0
    ) -> list[Comment]:
        """Return a post's comments as the comment actors tell them now."""
        t = self.state.world_time()
        return truth.comments(self.world, platform, external_id, t, limit=limit, replies=replies)


def midnight(moment: datetime) -> datetime:
    """Return the beginning of a moment's UTC day."""
    day = int(moment.timestamp()) // 86_400 * 86_400
    return datetime.fromtimestamp(day, tz=moment.tzinfo)
