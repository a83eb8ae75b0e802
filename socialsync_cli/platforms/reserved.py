"""First segments of the sites' own addresses: `instagram.com/explore` is no page called "explore"."""

_INSTAGRAM = """
_n _u about accounts api ar challenge developer developers direct directory emails explore graphql
invites legal locations oauth p privacy reel reels s session share stories tags terms tv web
"""
_FACEBOOK = """
ads ajax api apps bookmarks business checkpoint dialog directory events feed friends fundraisers games
gaming graphql groups hashtag help home.php jobs l.php legal live login login.php marketplace me media
memories messages notes notifications offers p page pages people permalink.php pg photo photo.php photos
places plugins policies posts privacy profile.php public reel reels saved search settings share share.php
sharer sharer.php stories story.php terms tr video video.php videos watch
"""
_TIKTOK = """
about business channel discover embed explore following foryou friends h5 inbox legal live login messages
music place search setting share signup sticker t tag topics trending upload v video view
"""

INSTAGRAM = frozenset(_INSTAGRAM.split())
FACEBOOK = frozenset(_FACEBOOK.split())
"""Also found as the `pageName` of nameless pages."""
TIKTOK = frozenset(_TIKTOK.split())
"""Accounts may be called so nevertheless: their addresses begin with `@`."""
