"""`--platform`: apart from the other options, because only commands that need the platforms load them."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from socialsync_cli.platforms import PLATFORMS

if TYPE_CHECKING:

    class PlatformName(StrEnum):
        """The platforms, for the command line."""
else:
    PlatformName = StrEnum("PlatformName", {name.upper(): name for name in PLATFORMS})

*_most, _last = PLATFORMS
A_PLATFORM = f"{', '.join(_most)} or {_last}"
"""The platforms in a sentence."""
