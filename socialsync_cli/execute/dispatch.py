"""Which batch is next for an account, and whether it can still be paid for and started at all."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

from socialsync_cli.core.events import Listener, Warned
from socialsync_cli.core.outcomes import COMMENTS, POSTS, PROFILES, Kind, PartAnswer, Trouble
from socialsync_cli.execute.budget import Budget
from socialsync_cli.execute.desk import Desk
from socialsync_cli.execute.pack import Packing, pack_comments, pack_pages
from socialsync_cli.execute.work import AccountWork, Batch, PostTarget

_PATIENCE = 0.25
"""Comments wait for the posts of other pages for no longer than this part of the time that the run has taken so far."""


class Dispatcher:
    """Hands out batches.

    Args:
        packing: How what waits becomes batches.
        budget: The ceiling.
        desk: Hears of what is given up.
        tell: Hears of what needs a person.
        pause_s: How long to wait before pages are asked again.
        accounts: All that share the ceiling.

    """

    def __init__(
        self,
        packing: Packing,
        budget: Budget,
        desk: Desk,
        tell: Listener,
        pause_s: float,
        accounts: Sequence[AccountWork],
    ) -> None:
        self._packing = packing
        self._accounts = accounts
        self._budget = budget
        self._desk = desk
        self._tell = tell
        self._pause_s = pause_s
        self._told: set[tuple[str, str]] = set()
        self._pages_cut = False
        """The ceiling has cost some page its profile or posts: comments are given up then."""
        self.more_to_come = True
        """Further pages may still be given to the run."""

    def next(self, account: AccountWork, now: float) -> Batch | None:
        """Return the next batch that may be started for an account, None if there is none just now."""
        while True:
            self._drop_dead(account)
            batch = next((b for b in account.ready if b.not_before <= now), None)
            if batch is None:
                if self._gather(account, now):
                    continue
                return None
            account.ready.remove(batch)
            fitting = self._within_budget(batch)
            if fitting is not None:
                return fitting
            if batch in account.ready:
                return None

    def _gather(self, account: AccountWork, now: float) -> bool:
        """Make batches of what has been put aside: comments, and pages to be asked again together."""
        before = len(account.ready)
        if self._may_ask_for_comments(account, now):
            account.ready += pack_comments(account, account.comments, self._packing, slots=account.slots)
            account.comments.clear()
        first_round = any(b.part != COMMENTS for b in (*account.ready, *account.active.values()))
        due = {key: pages for key, pages in account.asks_again.items() if pages}
        if due and not first_round and not self.more_to_come:
            batches = pack_pages(account, due, self._packing, slots=1)
            account.ready += [self._second_try(batch) for batch in batches]
            account.asks_again.clear()
        return len(account.ready) > before

    def _may_ask_for_comments(self, account: AccountWork, now: float) -> bool:
        """Whether no page has to come first: under a ceiling any that is still open, whoever pays for it."""
        if self._budget.limited:
            return not any(
                any(some.asks_again.values())
                or any(batch.part != COMMENTS for batch in (*some.ready, *some.active.values()))
                for some in self._accounts
            )
        posts = any(batch.part == POSTS for batch in (*account.ready, *account.active.values()))
        return now >= account.comments_due or not posts

    def _second_try(self, batch: Batch) -> Batch:
        batch.attempt = 2
        batch.not_before = time.monotonic() + self._pause_s
        return batch

    def _drop_dead(self, account: AccountWork) -> None:
        """Give up what cannot be started any more."""
        lost = [
            b
            for b in account.ready
            if (account.dead or account.dead_actors.get(b.actor))
            and (b.adopted is None or b.adopted.apify_run_id is None)
        ]
        for batch in lost:
            account.ready.remove(batch)
            trouble = account.dead or account.dead_actors[batch.actor]
            self.give_up(batch, trouble)
        if account.dead is not None:
            self.fail_all(account, account.dead)

    def fail_all(self, account: AccountWork, trouble: Trouble) -> None:
        """Fail what an account has put aside."""
        pages = [(key[1], page) for key, some in account.asks_again.items() for page in some]
        account.asks_again.clear()
        for part, page in pages:
            self._desk.answer_pages([page], part, PartAnswer(Kind.FAILED, trouble=trouble))
        targets = [target for some in account.comments.values() for target in some]
        account.comments.clear()
        if targets:
            self._desk.finish(self._desk.comment_answers(targets, trouble))

    def _within_budget(self, batch: Batch) -> Batch | None:
        """Reserve what a batch may cost, cutting it down to what is left; None if it has to wait or is given up."""
        if not self._budget.limited:
            return batch
        price = batch.account.price_of(batch)
        if batch.adopted is not None:
            self._budget.reserve(batch.id, batch.adopted.max_charge_usd or price.of(batch.most_items))
            return batch
        if batch.part == COMMENTS and self._pages_cut:
            self.give_up(batch, Trouble("cost_limit", "the cost limit of the run left nothing for this"))
            return None
        need = max(price.of(batch.most_items), price.minimum_charge_usd)
        if need > self._budget.free_usd:
            if self._budget.in_flight:
                batch.account.ready.insert(0, batch)
                return None
            if self._spread_thin(batch):
                return None
            affordable = self._affordable(batch)
            if affordable is None:
                self._tell_of_ceiling(batch)
                self.give_up(batch, Trouble("cost_limit", "the cost limit of the run left nothing for this"))
                return None
            batch = affordable
            need = min(max(price.of(batch.most_items), price.minimum_charge_usd), self._budget.free_usd)
        batch.max_charge_usd = need
        self._budget.reserve(batch.id, need)
        return batch

    def _spread_thin(self, batch: Batch) -> bool:
        """Cut a batch whose posts bring the profiles along, so that each page gets its profile; whether it was cut.

        Of as many pages as what is left pays for all posts are asked for, of the others the latest one.
        """
        if batch.part != POSTS or batch.limit == 1 or (batch.platform, PROFILES) in self._packing.actors:
            return False
        price, pages = batch.account.price_of(batch), batch.pages
        posts_usd = price.item_usd * (batch.limit - 1)
        left = self._budget.free_usd - 2 * price.start_usd - price.item_usd * len(pages)
        whole = min(max(0, int(left / posts_usd + 1e-9)), len(pages)) if posts_usd > 0 else len(pages)
        if whole == len(pages):
            return False
        self._tell_of_ceiling(batch)
        parts = [(pages[whole:], 1), (pages[:whole], batch.limit)]
        batch.account.ready[:0] = [
            replace(batch, id=self._packing.new_id(), pages=some, limit=limit) for some, limit in parts if some
        ]
        return True

    def _affordable(self, batch: Batch) -> Batch | None:
        """Cut a batch down to the targets that what is left pays for; the others go back to wait."""
        price = batch.account.price_of(batch)
        free = self._budget.free_usd
        if free < price.minimum_charge_usd:
            return None
        each = price.item_usd * (batch.most_items / batch.targets)
        count = int((free - price.start_usd) / each) if each > 0 else batch.targets
        if count < 1:
            return None
        rest = Batch(
            id=self._packing.new_id(), account=batch.account, platform=batch.platform, part=batch.part,
            actor=batch.actor, pages=batch.pages[count:], posts=batch.posts[count:], limit=batch.limit,
            newer_than=batch.newer_than, attempt=batch.attempt,
        )  # fmt: skip
        batch.pages, batch.posts = batch.pages[:count], batch.posts[:count]
        if rest.targets:
            batch.account.ready.insert(0, rest)
        return batch

    def give_up(self, batch: Batch, trouble: Trouble) -> None:
        """Fail everything that a batch was to serve."""
        if batch.part == COMMENTS:
            self._desk.finish(self._desk.comment_answers(batch.posts, trouble))
        else:
            self._desk.answer_pages(batch.pages, batch.part, PartAnswer(Kind.FAILED, trouble=trouble))

    def queue_comments(self, account: AccountWork, targets: Iterable[PostTarget]) -> None:
        """Put posts aside whose comments are to be asked for as soon as there is room.

        Where the posts of other pages are under way, that waits for them a little: together they make a few even runs.
        """
        if not account.comments:
            now = time.monotonic()
            account.comments_due = now + _PATIENCE * (now - account.began)
        for target in targets:
            target.page.open_comment_posts += 1
            target.page.awaited.add(COMMENTS)
            account.comments[target.page.platform].append(target)

    def _tell_of_ceiling(self, batch: Batch) -> None:
        self._pages_cut |= batch.part != COMMENTS
        self.tell_once(Trouble("cost_limit", "the cost limit of the run is reached"))

    def tell_once(self, trouble: Trouble, about: str = "") -> None:
        """Tell admins of something that stops work; once, not per page."""
        if (trouble.type, about) not in self._told:
            self._told.add((trouble.type, about))
            self._tell(Warned(trouble.message, trouble, admin=True, about=about))
