"""The platforms: what to ask their actors for, and how their items become records.

A platform is a module with the names that `base.Platform` lists; a new one is such a module and a line below.
Everything here is pure.
"""

from socialsync_cli.platforms import facebook, instagram, tiktok
from socialsync_cli.platforms.base import Platform, Reader

PLATFORMS: dict[str, Platform] = {
    instagram.NAME: instagram,
    facebook.NAME: facebook,
    tiktok.NAME: tiktok,
}

__all__ = ["PLATFORMS", "Platform", "Reader"]
