"""The well-known odd pages: which handle shows which oddity.

All of them exist on every platform unless the note says otherwise; what an oddity looks like differs per platform.
`changes` are those that happen at one moment of the world (`World.changes_at`): before it, the page is ordinary.
"""

from __future__ import annotations

ODD: dict[str, frozenset[str]] = {
    handle: frozenset(quirks.split())
    for handle, quirks in {
        "ghost": "missing",  # error item that names the page (Facebook: by `url` alone)
        "nameless": "missing nameless",  # Instagram: error item that names nothing; elsewhere silence
        "nopage": "missing nopage",  # Instagram: the rare wording; elsewhere as ghost
        "silent": "missing silent",  # Facebook, TikTok: no item at all; Instagram: no_items
        "locked": "private",  # counters but no posts; TikTok: a note
        "lockedrow": "private errorrow",  # TikTok: an error row without data; elsewhere as locked
        "emptypage": "empty",  # exists, has never posted
        "maybeempty": "empty maybe",  # TikTok: the note that mentions a login wall; elsewhere as emptypage
        "loginwall": "restricted wall",  # TikTok PROFILE_EMPTY; Instagram "Restricted profile"; Facebook not_available
        "gated": "restricted",  # Instagram restricted_page, with partial data; TikTok, Facebook as loginwall
        "agegate": "restricted age",  # Instagram: restricted_page with age, description, image and user only
        "blocked": "blocked",  # Instagram, Facebook: no_items with requestErrorMessages; TikTok: silence
        "hiddenlikes": "hidden",  # Instagram likesCount -1; Facebook: no reaction counts; TikTok: ordinary
        "withheld": "withheld",  # counters null or absent
        "shortened": "shortened",  # counters as "12.3K", "1,204", floats
        "roundedbig": "big",  # millions of followers: TikTok rounds
        "pinned": "pinned",  # two old pinned posts first, and again in their place; Instagram: an unflagged collab too
        "collab": "collab",  # shares every post with collab.partner; half of them are owned by the partner
        "collab.partner": "collab",
        "renamed": "renamed",  # answers as renamed.now, with the id it always had
        "renamed.now": "renamednow",
        "renames": "renames",  # changes: its user name
        "takeover": "takeover",  # changes: the name belongs to another account
        "movesaway": "movesaway",  # changes: the name is gone, its number and movesaway.now remain
        "movesaway.now": "movedhere",  # exists from the change on
        "vanishes": "vanishes",  # changes: becomes missing
        "goesprivate": "goesprivate",  # changes: becomes private
        "oddtexts": "oddtexts",  # emoji, bidi marks, control characters, very long texts, e-mail addresses
        "wordless": "wordless",  # captions empty, null or absent; comments likewise
        "hugepage": "huge",  # more than 100,000 posts
        "tinypage": "tiny",  # three posts, hardly a counter above 0
        "nocomments": "nocomments",  # comments switched off
        "stormy": "stormy",  # thousands of comments under every post
        "adverts": "adverts",  # paid partnerships, sponsors, ads
        "personal.page": "person",  # Facebook: a person instead of a page; elsewhere ordinary
        "noneshop": "none",  # Instagram category "None,Bakery"
        "shoutypage": "shouty",  # Facebook: pageName keeps its letter case, "SHOUTYPage"
        "oldbuild": "oldbuild",  # Facebook posts and comments, Instagram comments: the shapes of 2023 and 2024
        "61560000000777": "",  # Facebook: a page without a name
        "337000000000777": "oldnumber",  # Facebook: answers with the number 61560000000777
    }.items()
}

ANSWERS_AS = {"renamed": "renamed.now"}
"""Which other page a page is."""

OLD_NUMBERS = {"337000000000777": "61560000000777"}
"""Facebook: numbers that pages used to have."""

PARTNERS = {"collab": "collab.partner", "collab.partner": "collab"}

ORDINARY: frozenset[str] = frozenset()
