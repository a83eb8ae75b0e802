"""Hashtags and mentions."""

import pytest

from socialsync_cli.platforms.tags import hashtags_in, listed, mentions_in


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["lanterns", "#Night", "night"], ("lanterns", "Night", "night")),
        (["hulu.", "Artemis,", "Rome!)"], ("hulu", "Artemis", "Rome")),
        (["museum’s", "gallery's", "Louvre’s.", "boss’"], ("museum", "gallery", "Louvre", "boss")),
        (["@under_score_", "dot.ted.", "e-mail.example"], ("under_score_", "dot.ted", "e-mail.example")),
        (["twice", "twice", "twice."], ("twice",)),
        ([{"name": "launch", "id": "1"}, {"name": ""}, {"name": 5}, {}], ("launch",)),
        (["", "#", "...", None, 5, [], "x" * 500], ()),
        (["हिन्दी", "عربي", "🌙", "a\0b"], ("हिन्दी", "عربي", "🌙", "ab")),
        ("text", ()),
        (None, ()),
        ({"name": "x"}, ()),
    ],
)
def test_listed_words_are_cleaned(words, expected):
    assert listed(words) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("New #Lanterns, (#HiLight) #night! #Night #night", ("Lanterns", "HiLight", "night", "Night")),
        ("#one#two #हिन्दी #fête", ("one", "two", "हिन्दी", "fête")),
        ("#1 in 2026, C# and it&#39;s https://example.org/#top a#b #_", ()),
        ("# ## #️⃣ #", ()),
        ("#moon🌙", ("moon",)),
        (None, ()),
    ],
)
def test_hashtags_of_a_text(content, expected):
    assert hashtags_in(content) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("with @river.walks. and @Lamp_House’s (@x)", ("river.walks", "Lamp_House", "x")),
        ("write to me@example.org or https://tiktok.com/@name", ()),
        ("@ @. nothing", ()),
        ("", ()),
    ],
)
def test_mentions_of_a_text(content, expected):
    assert mentions_in(content) == expected
