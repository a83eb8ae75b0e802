"""Which page a handle or an address means, and what means no page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialsync_cli.errors import HandleError
from socialsync_cli.platforms import PLATFORMS

ACCEPTED = {
    "instagram": {
        "harbour.lights": """
            harbour.lights Harbour.Lights @harbour.lights harbour.lights/ /harbour.lights harbour.lights?hl=en
            https://www.instagram.com/harbour.lights/ http://instagram.com/HARBOUR.LIGHTS
            instagram.com/harbour.lights www.instagram.com/harbour.lights/reels/ //instagram.com/harbour.lights
            https://m.instagram.com/harbour.lights https://instagr.am/harbour.lights
            https://www.instagram.com/_u/harbour.lights/ https://www.instagram.com/harbour.lights/?hl=en#top
            https://www.instagram.com/harbour.lights?igsh=MWx https://www.instagram.com/harbour%2Elights
            https://www.instagram.com/harbour.lights/tagged/ https://www.instagram.com:443/harbour.lights
            https://www.instagram.com/@harbour.lights \u200bharbour.lights\u200e
            https://www.instagram.com/harbour.lights/profilecard/?igsh=x
        """,
        "example.org": "example.org @example.org",
        "12345": "12345",
        "_x_": "_x_",
    },
    "facebook": {
        "harbourlights": """
            HarbourLights @HarbourLights https://www.facebook.com/HarbourLights/ facebook.com/harbourlights
            https://m.facebook.com/harbourlights?ref=bookmarks https://web.facebook.com/harbourlights
            https://mbasic.facebook.com/harbourlights https://de-de.facebook.com/harbourlights/
            https://fb.com/harbourlights https://m.me/harbourlights
            https://www.facebook.com/pg/harbourlights/about/ https://www.facebook.com/harbourlights/reels
            https://www.facebook.com/harbourlights/photos/ https://www.facebook.com/harbourlights?sk=about
        """,
        "harbour.lights": "harbour.lights",
        "100050006000700": """
            100050006000700 https://www.facebook.com/100050006000700 profile.php?id=100050006000700
            https://www.facebook.com/profile.php?id=100050006000700
            https://m.facebook.com/profile.php?sk=about&id=100050006000700&mibextid=x
            https://www.facebook.com/people/Harbour-Lights/100050006000700/
            https://www.facebook.com/people/F%C3%AAte/100050006000700/?sk=photos
            https://www.facebook.com/p/Harbour-Lights-100050006000700/ p/Harbour-Lights-100050006000700
            https://www.facebook.com/pages/Harbour-Lights/100050006000700
            https://www.facebook.com/pages/Harbour-24/100050006000700
            https://www.facebook.com/pages/Harbour-Lights-100050006000700
            https://www.facebook.com/pages/category/Shop/Harbour-Lights-100050006000700/
        """,
        "harbour-lights-1234567890123": "https://www.facebook.com/Harbour-Lights-1234567890123/",
    },
    "tiktok": {
        "harbour.lights": """
            harbour.lights @Harbour.Lights https://www.tiktok.com/@harbour.lights tiktok.com/@harbour.lights
            https://m.tiktok.com/@harbour.lights/ https://www.tiktok.com/@harbour.lights?lang=en&is_copy_url=1
            https://www.tiktok.com/%40harbour.lights https://www.tiktok.com/@harbour.lights/live
            https://www.tiktok.com/harbour.lights
        """,
        "music": "music @music https://www.tiktok.com/@music",
        "under_": "under_",
    },
    "youtube": {
        "harbour.lights": """
            harbour.lights Harbour.Lights @harbour.lights @harbour.lights/ youtube.com/@Harbour.Lights
            https://www.youtube.com/@harbour.lights https://m.youtube.com/@harbour.lights/videos?view=0
            https://www.youtube.com/%40harbour.lights/about https://youtube.com/@harbour.lights/shorts?si=x
        """,
        "h\u00e1rbour\u00b7lights": "@H\u00c1rbour\u00b7lights https://www.youtube.com/@h%C3%A1rbour%C2%B7lights",
        "UCharbourLights-0000_aA1": """
            UCharbourLights-0000_aA1 https://www.youtube.com/channel/UCharbourLights-0000_aA1
            youtube.com/channel/UCharbourLights-0000_aA1/videos channel/UCharbourLights-0000_aA1
        """,
        "ucharbourlights-0000_aa1": "https://www.youtube.com/@ucharbourlights-0000_aa1",
        "c/harbourlights": """
            https://www.youtube.com/c/HarbourLights c/harbourlights https://www.youtube.com/HarbourLights
            https://www.youtube.com/c/harbourlights/videos
        """,
        "user/harbourlights": "https://www.youtube.com/user/HarbourLights/featured user/harbourlights",
        "user": "https://www.youtube.com/@user/videos @user",
    },
}

REFUSED = {
    "instagram": {
        "post": """
            https://www.instagram.com/p/Cabcdef/ https://www.instagram.com/reel/Cabcdef/?igsh=x
            https://www.instagram.com/harbour.lights/p/Cabcdef/ instagram.com/harbour.lights/reel/Cabcdef
            https://www.instagram.com/tv/Cabcdef
        """,
        "not of a page": """
            https://www.instagram.com/explore/tags/lanterns/ https://www.instagram.com/explore/ explore p reel
            https://www.instagram.com/stories/harbour.lights/123/ https://www.instagram.com/accounts/login/
            https://www.instagram.com/share/abc
        """,
        "cannot be an Instagram name": f"""
            @ har-bour h\u00e4rbour .harbour harbour. har..bour {"x" * 31} harbour! \u212aelvin
        """,
        "TikTok": "https://www.tiktok.com/@harbour.lights",
        "Facebook": "https://www.facebook.com/harbourlights fb.com/harbourlights",
        "YouTube": "https://www.youtube.com/@harbour",
        "known platform": "https://example.org/harbour example.org/harbour https://instagram.com.example.org/h",
        "names no Instagram page": "https://www.instagram.com/ instagram.com /",
        "not the address of an Instagram page": "https://l.instagram.com/?u=x https://help.instagram.com/1",
        "not a web address": "ftp://instagram.com/harbour",
    },
    "facebook": {
        "post": """
            https://www.facebook.com/harbourlights/posts/pfbid0abc https://www.facebook.com/harbourlights/videos/12/
            https://www.facebook.com/100050006000700/posts/123456
            https://www.facebook.com/p/Harbour-Lights-100050006000700/posts/123456
            https://www.facebook.com/harbourlights/photos/a.1/2
        """,
        "not of a page": """
            https://www.facebook.com/watch/?v=1 https://www.facebook.com/groups/lanterns groups watch reel
            https://www.facebook.com/reel/123 https://www.facebook.com/permalink.php?story_fbid=1&id=2
            https://www.facebook.com/events/12 https://www.facebook.com/share/abc/ https://www.facebook.com/hashtag/x
        """,
        "no number": """
            https://www.facebook.com/profile.php?id=pfbid0abc profile.php people
            https://www.facebook.com/people/Harbour/pfbid0abc/ https://www.facebook.com/p/Harbour/
        """,
        "cannot be a Facebook page": f"""
            har_bour h\u00e4rbour harbour-lights studio-54 .harbour harbour. {"x" * 51} 0 {"1" * 21}
            \u0663\u0663\u0663\u0663\u0663 @
        """,
        "short link": "https://fb.watch/abc/ https://fb.me/abc",
        "Instagram": "https://www.instagram.com/harbour.lights",
        "not the address of a Facebook page": "https://l.facebook.com/l.php?u=x https://business.facebook.com/x",
        "names no Facebook page": "https://www.facebook.com facebook.com/pg",
    },
    "tiktok": {
        "post": "https://www.tiktok.com/@harbour.lights/video/76 https://www.tiktok.com/@harbour.lights/photo/76",
        "not of a page": """
            https://www.tiktok.com/tag/lanterns https://www.tiktok.com/music/Song-123 https://www.tiktok.com/explore
            https://www.tiktok.com/discover/lanterns
        """,
        "short link": "https://vm.tiktok.com/ZM123/ https://vt.tiktok.com/ZS1/ https://www.tiktok.com/t/ZT1/",
        "cannot be a TikTok name": f"a {'x' * 25} har-bour h\u00e1rbour harbour. @",
        "X": "https://x.com/harbour",
        "names no TikTok page": "https://www.tiktok.com/",
    },
    "youtube": {
        "video": """
            https://www.youtube.com/watch?v=Zy9_-wVu876 https://youtu.be/Zy9_-wVu876
            https://www.youtube.com/shorts/Zy9_-wVu876 https://www.youtube.com/live/Zy9_-wVu876
        """,
        "not of a channel": """
            https://www.youtube.com/playlist?list=PL1 https://www.youtube.com/results?search_query=x
            https://www.youtube.com/hashtag/lanterns https://www.youtube.com/channel https://www.youtube.com/c/
        """,
        "holds no id": "https://www.youtube.com/channel/harbour https://www.youtube.com/channel/UC123",
        "cannot be a YouTube handle": f"ab {'x' * 31} har!bour ... @",
        "cannot be the name": f"https://www.youtube.com/c/... https://www.youtube.com/user/{'x' * 101}",
        "TikTok": "https://www.tiktok.com/@harbour.lights",
        "known platform": "https://youtube.com.example.org/@harbour",
        "not the address of a YouTube channel": "https://music.youtube.com/channel/UCharbourLights-0000_aA1",
        "names no YouTube channel": "https://www.youtube.com/",
    },
}


def table(cases):
    return [
        pytest.param(platform, text, told, id=f"{platform}-{text!a}")
        for platform, groups in cases.items()
        for told, texts in groups.items()
        for text in texts.split()
    ]


@pytest.mark.parametrize(("platform", "text", "handle"), table(ACCEPTED))
def test_every_usual_spelling_means_the_page(platform, text, handle):
    assert PLATFORMS[platform].parse_handle(text) == handle
    assert PLATFORMS[platform].parse_handle(f" \t{text}\n") == handle


@pytest.mark.parametrize(("platform", "text", "reason"), table(REFUSED))
def test_what_names_no_page_is_refused_in_one_sentence(platform, text, reason):
    with pytest.raises(HandleError) as refused:
        PLATFORMS[platform].parse_handle(text)
    assert reason in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("text", ["", "  ", "two words", "line\nbreak", "nul\0", "\ud800", "http://", "x" * 9999, "%"])
def test_garbage_is_refused_with_a_short_printable_message(platform, text):
    with pytest.raises(HandleError) as refused:
        PLATFORMS[platform].parse_handle(text)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 300


@given(st.sampled_from(sorted(PLATFORMS)), st.text(max_size=60) | st.from_regex(r"[\w./:?=@%#-]{1,40}", fullmatch=True))
def test_a_handle_means_itself_however_it_was_written(platform, text):
    module = PLATFORMS[platform]
    try:
        handle = module.parse_handle(text)
    except HandleError:
        return
    assert handle == handle.lower() or (platform == "youtube" and handle.startswith("UC"))
    assert module.parse_handle(handle) == handle
    assert module.parse_handle("@" + handle) == handle
    assert module.parse_handle(module.page_url(handle)) == handle


def test_page_addresses():
    assert {name: module.page_url("harbour.lights") for name, module in PLATFORMS.items()} == {
        "instagram": "https://www.instagram.com/harbour.lights/",
        "facebook": "https://www.facebook.com/harbour.lights",
        "tiktok": "https://www.tiktok.com/@harbour.lights",
        "youtube": "https://www.youtube.com/@harbour.lights",
    }
    assert (
        PLATFORMS["facebook"].page_url("100050006000700") == "https://www.facebook.com/profile.php?id=100050006000700"
    )
    assert {handle: PLATFORMS["youtube"].page_url(handle) for handle in ("UCharbourLights-0000_aA1", "c/lights")} == {
        "UCharbourLights-0000_aA1": "https://www.youtube.com/channel/UCharbourLights-0000_aA1",
        "c/lights": "https://www.youtube.com/c/lights",
    }
