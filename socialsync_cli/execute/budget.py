"""The ceiling over everything that a run spends: a ceiling, not a hint.

Every start reserves the most that it may cost, and Apify is told to stop there; what was not used flows back when
the Apify run is over.
"""

from __future__ import annotations


class Budget:
    """US dollars that are left.

    Args:
        ceiling_usd: For the whole run; None for no limit.
        spent_usd: What the run has already cost, when it is taken up again.

    """

    def __init__(self, ceiling_usd: float | None, spent_usd: float = 0.0) -> None:
        self.ceiling_usd = ceiling_usd
        self.spent_usd = spent_usd
        self._reserved: dict[str, float] = {}

    @property
    def limited(self) -> bool:
        """Whether there is a ceiling."""
        return self.ceiling_usd is not None

    @property
    def free_usd(self) -> float:
        """What may still be reserved."""
        if self.ceiling_usd is None:
            return float("inf")
        return max(0.0, self.ceiling_usd - self.spent_usd - sum(self._reserved.values()))

    @property
    def in_flight(self) -> bool:
        """Whether something that is reserved may flow back."""
        return bool(self._reserved)

    def reserve(self, key: str, usd: float) -> None:
        """Set aside what a start may cost."""
        if self.limited:
            self._reserved[key] = usd

    def settle(self, key: str, usd: float | None) -> None:
        """Replace what was set aside by what it cost; None: nobody knows, so all of it counts as spent."""
        reserved = self._reserved.pop(key, 0.0)
        self.spent_usd += reserved if usd is None else usd
