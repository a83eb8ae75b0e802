"""What a sync needs of the system's memory management: much comes, is looked at once, and goes."""

from __future__ import annotations

import ctypes
import sys

_M_MMAP_THRESHOLD = -3
"""Of `mallopt(3)`."""
_LARGE = 256 * 1024


def give_back_at_once() -> None:
    """Have the C library return the memory of large blocks when they are freed.

    Left alone, glibc raises the size from which it does so to that of the largest block it has seen: then each of a
    run's threads keeps the room of several bodies. Other systems' libraries have no such habit, and no such function.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _LARGE)
