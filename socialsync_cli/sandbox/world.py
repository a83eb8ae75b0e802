"""The world: pages on every site, their posts and comments, at any moment.

Deterministic: equal seeds give equal worlds. The only state is a memory of which page has which number, filled as
pages are looked at; the well-known ones are in it from the beginning.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import replace

from socialsync_cli.sandbox.accounts import Account, make_account
from socialsync_cli.sandbox.demo_world import BRANDS, Brand
from socialsync_cli.sandbox.dice import post_place
from socialsync_cli.sandbox.odd import ANSWERS_AS, ODD, OLD_NUMBERS, ORDINARY, PARTNERS
from socialsync_cli.sandbox.posts import Entry, entry
from socialsync_cli.sandbox.sites import SITES

_MISSING = frozenset({"missing"})


class World:
    """Everything there is to scrape.

    Args:
        seed: Another one, another world.
        changes_at: The second at which the pages of `odd.ODD` that change do so.
        open_world: Whether handles that nobody listed exist, too (each grown from its letters), or are missing.

    """

    def __init__(self, seed: int = 7, *, changes_at: int = 0, open_world: bool = True) -> None:
        self.seed = seed
        self.changes_at = changes_at
        self.open_world = open_world
        self._pages: dict[tuple[str, str, bool], Account] = {}
        self._by_number: dict[tuple[str, str], str] = {}
        self._by_series: dict[tuple[str, int], str] = {}
        for platform in SITES:
            for handle in (*ODD, *BRANDS):
                for changed in (False, True):
                    self._page(platform, handle, changed)

    def find(self, platform: str, handle: str, t: int) -> Account:
        """Return the page that answers to a canonical handle at second `t`; its quirks say if it is missing."""
        return self._page(platform, handle.lower(), t >= self.changes_at)

    def find_number(self, platform: str, number: str, t: int) -> Account | None:
        """Return the page with that number; None if nobody has it."""
        handle = self._by_number.get((platform, number))
        if handle is None:
            return self.find(platform, number, t) if platform == "facebook" else None
        page = self.find(platform, handle, t)
        if page.number != number:
            return None
        return page if "movesaway" not in page.quirks else replace(page, quirks=ORDINARY)

    def post(self, account: Account, index: int, t: int) -> Entry:
        """Return a page's index-th post at second `t`."""
        partner = PARTNERS.get(account.handle)
        if partner is None:
            return entry(account, index, t)
        return entry(account, index, t, self.find(account.platform, partner, t))

    def post_numbered(self, platform: str, number: int, t: int) -> Entry | None:
        """Return the post with that number, if it is there and public at second `t`."""
        series, published = post_place(platform, number)
        if platform == "facebook":
            series &= ~3
        handle = self._by_series.get((platform, series))
        if handle is None:
            return None
        page = self.find(platform, handle, t)
        if "movesaway" in page.quirks:
            page = self.find(platform, page.username, t)
        index = page.index_at(published) if page.series == series else None
        if index is None or index >= page.count(t) or not page.quirks.isdisjoint({"missing", "private"}):
            return None
        return self.post(page, index, t)

    @staticmethod
    def newer_than(account: Account, since: int | None, t: int) -> range:
        """Return the indices of a page's posts that appeared after `since`, oldest first."""
        count = account.count(t)
        if since is None:
            return range(count)
        return range(bisect_right(range(count), since, key=account.published), count)

    @staticmethod
    def older_than(account: Account, until: int, t: int) -> int:
        """Return how many of a page's posts appeared before `until`."""
        return bisect_left(range(account.count(t)), until, key=account.published)

    def _page(self, platform: str, handle: str, changed: bool) -> Account:
        page = self._pages.get((platform, handle, changed))
        if page is None:
            page = self._make(platform, handle, changed)
            self._pages[platform, handle, changed] = page
            if "missing" not in page.quirks or "movesaway" in page.quirks:
                shown = ANSWERS_AS.get(handle, handle)
                self._by_number.setdefault((platform, page.number), shown)
                self._by_series.setdefault((platform, page.series), shown)
        return page

    def _make(self, platform: str, handle: str, changed: bool) -> Account:
        brand = BRANDS.get(handle)
        quirks = ODD.get(handle, brand.quirks if brand is not None else None)
        if quirks is None:
            quirks = ORDINARY if self.open_world else _MISSING
        roots = ANSWERS_AS.get(handle, handle)
        if platform == "facebook":
            roots = OLD_NUMBERS.get(roots, roots)
        username = None
        if "movedhere" in quirks:
            roots, quirks = "movesaway", ORDINARY if changed else _MISSING
        if "renamed" in quirks or ("renames" in quirks and changed):
            username = f"{roots.removesuffix('.now')}.now"
        if "movesaway" in quirks and changed:
            username, quirks = "movesaway.now", quirks | {"missing"}
        if "takeover" in quirks and changed:
            roots = "takeover/2"
        if "vanishes" in quirks and changed:
            quirks = _MISSING
        if "goesprivate" in quirks and changed:
            quirks = frozenset({"private"})
        if "collab" in quirks:
            return self._collab(platform, handle, quirks)
        page = make_account(self.seed, platform, handle, quirks, roots=roots)
        if brand is not None:
            page = _branded(page, brand)
        return page if username is None else replace(page, username=username)

    def _collab(self, platform: str, handle: str, quirks: frozenset[str]) -> Account:
        """Both pages list the very same posts, and differ in all else."""
        page = make_account(self.seed, platform, handle, quirks)
        first = make_account(self.seed, platform, "collab", quirks)
        return replace(
            page, key=first.key, series=first.series, first_post=first.first_post,
            post_every_s=first.post_every_s, pinned=(), engagement=first.engagement,
            comments_share=first.comments_share, followers_base=first.followers_base,
            followers_per_day=first.followers_per_day,
        )  # fmt: skip


def _branded(page: Account, brand: Brand) -> Account:
    """Return a page of the demo: named, sized and growing as a brand should."""
    followers = brand.followers * SITES[page.platform].followers
    return replace(
        page,
        display_name=brand.name,
        biography=f"{brand.name}. {brand.trade} by the old pier 🌊",
        trade=brand.trade,
        category=brand.trade,
        followers_base=followers * 0.6,
        followers_per_day=followers * 0.0006,
        wave=followers / 4000,
        post_every_s=86_400,
    )
