"""What people write in the world: captions, comments, names. All of it is made up."""

from __future__ import annotations

import re
from typing import NamedTuple

from socialsync_cli.sandbox.dice import roll

_OPENINGS = (
    "First light over the bay this morning.",
    "We have been keeping this one quiet for weeks",
    "A small thank you to everybody who came on Saturday!",
    "New batch, same old oven 🥖",
    "Rain or shine, the doors are open.",
    "Which one would you take home? 🤔",
    "Three years ago this was an empty garage…",
    "Dnes otevíráme až v deset, děkujeme za trpělivost.",
    "Mañana abrimos el taller, ¡os esperamos! 🎨",
    "Heute gibt's wieder Apfelkuchen 🍎",
    "明日の朝、港でお会いしましょう。",
    "صباح الخير من الميناء 🌊",
    "The kiln is still warm 🔥🔥",
    "Notes from the workshop: patience beats talent",
    "Back by popular demand",
    "Second try. Much better.",
)
_CLOSINGS = ("", "", "", " Link in bio.", " See you there 👋", "\n\nTickets at the door", "\n.\n.\n", " 💙💙💙")
_TAGS = (
    "harborlight", "slowcraft", "MorningRun", "ceramics", "openstudio", "řemeslo", "weekend",
    "madebyhand", "coastal_path", "Kaffee2go", "港", "fyp",
)  # fmt: skip
_FRIENDS = ("north.pier", "amber_loom", "tidewater.club", "paperkite", "old_mill.co")
_ODD_TEXTS = (
    "👩🏽‍🚀👨‍👩‍👧‍👦🏳️‍🌈 🇨🇿🇳🇿 z\u0335a\u0336l\u0337g\u0338o #emoji🎉 #ok",
    "\u202eright to left\u202c and back \u2066isolated\u2069 #שלום #سلام",
    "bell \x07 escape \x1b[31mred\x1b[0m null \x00 return\r\nnext\r #control",
    "zero\u200bwidth\u200djoiner\ufeffmark #\u200bhidden",
    "write to hello@driftwood.example or @paperkite. #mail, #tag! #a/b",
    "=SUM(A1:A9) \"quoted\", 'single'; DROP TABLE posts;-- <script>alert(1)</script> #x",
    "line one\u2028line two\u2029paragraph\x85next\tend #lines",
    "𝕯𝖔𝖚𝖇𝖑𝖊 𝖘𝖙𝖗𝖚𝖈𝖐 𓂀 \U0001f9d1\u200d\U0001f4bb #𝖋𝖗𝖆𝖐𝖙𝖚𝖗",
    "long " + "word " * 1800 + "#end",
    "#one#two #three.#four #5 ＃wide #ünïcödé…",
)  # fmt: skip
_REMARKS = (
    "Love this!", "🔥🔥🔥", "Where is that?", "Finally", "Can you ship to Brno?", "so calm 💙", "Krása!",
    "Wow, how long did it take?", "need", "¡Qué bonito!", "👏", "Saw it yesterday, even better in person.",
    "first", "لا يصدق", "見に行きたい", "is there a second one?", "My grandmother had one of these",
)  # fmt: skip
_FIRST = ("Ada", "Bruno", "Celia", "Dario", "Edda", "Filip", "Greta", "Hugo", "Ines", "Jarda", "Kaya", "Lior")
_LAST = ("Marsh", "Novotny", "Okafor", "Pires", "Quist", "Rossi", "Sato", "Tamm", "Urban", "Vidal", "Weiss")
_WORDS = ("Amber", "Birch", "Copper", "Drift", "Ember", "Fjord", "Granite", "Hazel", "Iris", "Juniper")
_TRADES = ("Bakery", "Cycles", "Records", "Ceramics", "Outdoors", "Gallery", "Coffee", "Observatory", "Books")

_HASHTAG = re.compile(r"#(\S+)")
_MENTION = re.compile(r"@(\S+)")
_CLEAN = re.compile(r"[^\w]+\Z")


class Caption(NamedTuple):
    """The text of a post, as it is and as actors take it apart."""

    text: str
    raw_hashtags: list[str]
    """As the actors list them: whatever stands between `#` and the next space."""
    raw_mentions: list[str]
    hashtags: tuple[str, ...]
    """As they are meant."""
    mentions: tuple[str, ...]
    language: str


class Person(NamedTuple):
    """Somebody who comments, or takes part in a post."""

    number: int
    username: str
    name: str
    verified: bool


def _caption(text: str) -> Caption:
    hashtags, mentions = _HASHTAG.findall(text), _MENTION.findall(text)
    return Caption(text, hashtags, mentions, _meant(hashtags), _meant(mentions), "en")


def _meant(words: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (_CLEAN.sub("", word) for word in words))))


def _ordinary(k: int) -> Caption:
    dice = roll("caption", k)
    text = _OPENINGS[dice % len(_OPENINGS)]
    if dice >> 8 & 7 == 0:
        text += f" With @{_FRIENDS[(dice >> 16) % len(_FRIENDS)]}" + (".", ",", "!", "")[dice >> 24 & 3]
    text += _CLOSINGS[(dice >> 32) % len(_CLOSINGS)]
    tags = dict.fromkeys(_TAGS[(dice >> 40 + 8 * n) % len(_TAGS)] for n in range(dice >> 104 & 3))
    text += "".join(f" #{tag}" for tag in tags) + (",", "", "", "")[dice >> 112 & 3]
    return _caption(text)


CAPTIONS = tuple(map(_ordinary, range(256)))
ODD_CAPTIONS = tuple(map(_caption, _ODD_TEXTS))
NO_CAPTION = Caption("", [], [], (), (), "un")


def remark(dice: int) -> str:
    """Return the text of a comment."""
    return _REMARKS[dice % len(_REMARKS)]


def _person(k: int) -> Person:
    dice = roll("person", k)
    first, last = _FIRST[dice % len(_FIRST)], _LAST[(dice >> 16) % len(_LAST)]
    mark = ("", ".", "_")[dice >> 32 & 1]
    username = f"{first.lower()}{mark}{last.lower()}{dice >> 40 & 255}"
    return Person(60_000_000_000 + (dice >> 64) % 10**9, username, f"{first} {last}", dice >> 128 & 31 == 0)


PEOPLE = tuple(map(_person, range(512)))


def page_name(dice: int) -> str:
    """Return the display name of a page."""
    return f"{_WORDS[dice % len(_WORDS)]} {_TRADES[(dice >> 16) % len(_TRADES)]}"


def page_trade(dice: int) -> str:
    """Return what the page of that display name is about."""
    return _TRADES[(dice >> 16) % len(_TRADES)]
