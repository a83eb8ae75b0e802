"""Items in the shapes that the actors give, about accounts that do not exist."""

import base64
import copy


def token(kind, *numbers):
    """The base64 id that Facebook writes for numbers."""
    return base64.b64encode(f"{kind}:{'_'.join(numbers)}".encode()).decode()


def but(item, **changes):
    """A copy of an item with some of its fields set otherwise; `...` takes a field away."""
    changed = copy.deepcopy(item) | changes
    return {key: value for key, value in changed.items() if value is not ...}


INSTAGRAM_PROFILE = {
    "inputUrl": "https://www.instagram.com/harbour.lights",
    "id": "70010002000",
    "fbid": "17841470010002000",
    "username": "Harbour.Lights",
    "url": "https://www.instagram.com/Harbour.Lights",
    "fullName": "Harbour Lights 🏮",
    "biography": "Lanterns, since 1974\nOpen daily",
    "externalUrl": "https://harbour.example.org/",
    "externalUrls": [{"title": "Shop", "url": "https://harbour.example.org/shop", "link_type": "external"}],
    "followersCount": 20417,
    "followsCount": 311,
    "postsCount": 902,
    "businessCategoryName": "None,Lighting Store",
    "private": False,
    "verified": True,
    "profilePicUrl": "https://cdn.example.org/small.jpg",
    "profilePicUrlHD": "https://cdn.example.org/large.jpg",
    "latestPosts": [{"id": "1", "shortCode": "AAA", "likesCount": 3}],
}

INSTAGRAM_POST = {
    "inputUrl": "https://www.instagram.com/harbour.lights",
    "id": "3800000000000000123",
    "type": "Video",
    "productType": "clips",
    "shortCode": "DTestCode_1",
    "caption": "Evening walk with @river.walks and #lanterns…",
    "hashtags": ["lanterns…", "Night", "Night"],
    "mentions": ["river.walks", "museum’s", "example.org"],
    "url": "https://www.instagram.com/p/DTestCode_1/",
    "commentsCount": 41,
    "latestComments": [
        {
            "id": "18000000000000001",
            "text": "Lovely",
            "ownerUsername": "first_guest",
            "timestamp": "2026-02-03T10:00:00.000Z",
            "repliesCount": 1,
            "likesCount": 4,
            "replies": [
                {
                    "id": "18000000000000002",
                    "text": "Thank you!",
                    "owner": {"username": "harbour.lights"},
                    "timestamp": "2026-02-03T11:30:00.000Z",
                    "repliesCount": 0,
                    "replies": [],
                    "likesCount": 0,
                }
            ],
        }
    ],
    "displayUrl": "https://cdn.example.org/cover.jpg",
    "likesCount": 1310,
    "videoViewCount": 7000,
    "videoPlayCount": 15250,
    "videoDuration": 21.5,
    "timestamp": "2026-02-02T18:45:09.000Z",
    "ownerUsername": "harbour.lights",
    "ownerId": "70010002000",
    "isPinned": True,
    "paidPartnership": False,
}

INSTAGRAM_COMMENT = {
    "postUrl": "https://www.instagram.com/reel/DTestCode_1/?igsh=x",
    "commentUrl": "https://www.instagram.com/p/DTestCode_1/c/18000000000000007",
    "id": "18000000000000007",
    "text": "Where is this?",
    "ownerUsername": "curious.cat",
    "timestamp": "2026-02-04T08:00:00.000Z",
    "likesCount": 2,
    "repliesCount": None,
    "replies": None,
    "owner": {"id": "900", "username": "curious.cat"},
}

FACEBOOK_PAGE = {
    "facebookUrl": "https://www.facebook.com/HarbourLights/",
    "pageUrl": "https://www.facebook.com/HarbourLights/",
    "pageId": "100050006000700",
    "facebookId": "100050006000700",
    "pageName": "HarbourLights",
    "title": "Harbour Lights | Lanterns",
    "categories": ["Page", "Lighting Store", "Shop"],
    "category": "Lighting Store",
    "info": ["Harbour Lights. 8,412 likes"],
    "intro": "Lanterns, since 1974",
    "likes": 8412,
    "followers": 8600,
    "followings": 14,
    "websites": ["https://maps.google.com/maps?q=1", "harbour.example.org"],
    "profilePictureUrl": "https://cdn.example.org/page.jpg",
    "CONFIRMED_OWNER_LABEL": "Harbour Lights Ltd. is responsible for this Page.",
    "pageAdLibrary": {"id": "330000000000007"},
}

FACEBOOK_POST = {
    "inputUrl": "https://www.facebook.com/harbourlights",
    "facebookUrl": "https://www.facebook.com/harbourlights",
    "postId": "777000111222333",
    "pageName": "HarbourLights",
    "url": "https://www.facebook.com/HarbourLights/posts/pfbid0Example",
    "topLevelUrl": "https://www.facebook.com/100050006000700/posts/777000111222444",
    "feedbackId": token("feedback", "777000111222444"),
    "time": "2026-03-01T07:00:00.000Z",
    "timestamp": 1772348400,
    "user": {
        "id": "100050006000700",
        "name": "Harbour Lights",
        "profileUrl": "https://www.facebook.com/HarbourLights",
    },
    "facebookId": "100050006000700",
    "text": "New #Lanterns with @Lamp.House, see you there",
    "textReferences": [
        {"url": "https://www.facebook.com/hashtag/lanterns?__eep__=6", "id": "1"},
        {"url": "https://www.facebook.com/hashtag/f%C3%AAte?__eep__=6", "id": "2"},
        {"url": "https://www.facebook.com/CityFair", "id": "3"},
        {"url": "https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.org", "id": "4"},
    ],
    "likes": 96,
    "shares": 7,
    "media": [
        {
            "__typename": "Photo",
            "thumbnail": "https://cdn.example.org/photo.jpg",
            "photo_image": {"uri": "https://cdn.example.org/photo.jpg"},
        }
    ],
    "pageAdLibrary": {"id": "330000000000007"},
}

FACEBOOK_COMMENT = {
    "inputUrl": "https://www.facebook.com/100050006000700/posts/777000111222444",
    "facebookUrl": "https://www.facebook.com/100050006000700/posts/777000111222444",
    "commentUrl": "https://www.facebook.com/x/posts/pfbid0Other?comment_id=555000000000001",
    "commentId": "555000000000001",
    "id": token("comment", "777000111222444", "555000000000001"),
    "feedbackId": token("feedback", "777000111222444", "555000000000001"),
    "date": "2026-03-01T09:00:00.000Z",
    "text": "Count me in",
    "profileUrl": "https://www.facebook.com/Curious.Cat",
    "profileId": "pfbid02changes",
    "profileName": "Curious Cat",
    "likesCount": "1.2K",
    "commentsCount": 1,
    "threadingDepth": 0,
    "facebookId": "777000111222444",
}

TIKTOK_AUTHOR = {
    "id": "6900000000000000777",
    "name": "harbour.lights",
    "profileUrl": "https://www.tiktok.com/@harbour.lights",
    "nickName": "Harbour Lights",
    "verified": False,
    "signature": "Lanterns",
    "bioLink": "harbour.example.org",
    "originalAvatarUrl": "https://cdn.example.org/avatar.jpg",
    "avatar": "https://cdn.example.org/avatar_small.jpg",
    "privateAccount": False,
    "commerceUserInfo": {"commerceUser": True, "category": "Home"},
    "following": 21,
    "fans": 15400,
    "heart": 1200000,
    "video": 88,
}

TIKTOK_VIDEO = {
    "id": "7600000000000000321",
    "text": "Dusk #lanterns @river.walks",
    "createTime": 1770000000,
    "createTimeISO": "2026-02-02T02:40:00.000Z",
    "authorMeta": TIKTOK_AUTHOR,
    "webVideoUrl": "https://www.tiktok.com/@harbour.lights/video/7600000000000000321",
    "videoMeta": {"duration": 14, "coverUrl": "https://cdn.example.org/cover.jpg"},
    "diggCount": 310,
    "shareCount": 12,
    "playCount": 20100,
    "collectCount": 9,
    "commentCount": 5,
    "mentions": ["@river.walks"],
    "hashtags": [{"id": "5", "name": "lanterns", "title": "", "cover": ""}, {"name": ""}],
    "isSlideshow": False,
    "isPinned": False,
    "isAd": False,
    "isSponsored": True,
    "input": "@Harbour.Lights",
    "fromProfileSection": "videos",
}

TIKTOK_NOTE = {
    "authorMeta": TIKTOK_AUTHOR,
    "input": "harbour.lights",
    "note": "No videos found to match the date filter",
}

TIKTOK_COMMENT = {
    "videoWebUrl": "https://www.tiktok.com/@Harbour.Lights/video/7600000000000000321",
    "submittedVideoUrl": "https://www.tiktok.com/@harbour.lights/video/7600000000000000321?lang=en",
    "cid": "7600000000000009001",
    "createTime": 1770003600,
    "createTimeISO": "2026-02-02T03:40:00.000Z",
    "text": "so pretty",
    "diggCount": 3,
    "repliesToId": None,
    "replyCommentTotal": 2,
    "uid": "6800000000000000001",
    "uniqueId": "Curious_Cat",
}

YOUTUBE_CHANNEL_ID = "UCharbourLights-0000_aA1"

YOUTUBE_CHANNEL = {
    "id": "aB3-_xYz019",
    "title": "The last lamp",
    "url": "https://www.youtube.com/watch?v=aB3-_xYz019",
    "viewCount": 4100,
    "date": "2 days ago",
    "channelName": "Harbour Lights",
    "channelUrl": f"https://www.youtube.com/channel/{YOUTUBE_CHANNEL_ID}",
    "aboutChannelInfo": {
        "channelName": "Harbour Lights 🏮",
        "channelId": YOUTUBE_CHANNEL_ID,
        "channelUsername": "Harbour.Lights",
        "channelUrl": f"https://www.youtube.com/channel/{YOUTUBE_CHANNEL_ID}",
        "channelDescription": "Lanterns, since 1974",
        "channelDescriptionLinks": [{"text": "Shop", "url": "https://harbour.example.org/shop"}],
        "channelJoinedDate": "Mar 4, 2012",
        "channelLocation": "Czechia",
        "channelAvatarUrl": "https://cdn.example.org/channel.jpg",
        "channelTotalVideos": 312,
        "channelTotalViews": "9,481,220",
        "numberOfSubscribers": 20400,
        "isChannelVerified": True,
        "inputChannelUrl": "https://www.youtube.com/@harbour.lights/about",
    },
}

YOUTUBE_VIDEO = {
    "title": "How a lantern is made",
    "type": "video",
    "id": "Zy9_-wVu876",
    "url": "https://www.youtube.com/watch?v=Zy9_-wVu876",
    "thumbnailUrl": "https://cdn.example.org/thumb.jpg",
    "viewCount": 12840,
    "date": "2026-02-02T16:00:08.000Z",
    "likes": 611,
    "location": None,
    "channelName": "Harbour Lights",
    "channelUrl": f"https://www.youtube.com/channel/{YOUTUBE_CHANNEL_ID}",
    "channelId": YOUTUBE_CHANNEL_ID,
    "channelUsername": "Harbour.Lights",
    "numberOfSubscribers": 20400,
    "inputChannelUrl": "https://www.youtube.com/@harbour.lights",
    "fromYTUrl": "https://www.youtube.com/@harbour.lights/videos",
    "duration": "01:02:35",
    "commentsCount": 48,
    "text": "From tin to light, with @river.walks.\n#lanterns #craft",
    "descriptionLinks": [],
    "subtitles": None,
    "commentsTurnedOff": False,
    "isMonetized": True,
    "isPaidContent": False,
    "hashtags": ["#lanterns", "#craft"],
}

YOUTUBE_COMMENT = {
    "cid": "UgzHarbourLights000AaABAg",
    "comment": "I have one of these from 1980!",
    "author": "@curious.cat",
    "videoId": "Zy9_-wVu876",
    "pageUrl": "https://www.youtube.com/watch?v=Zy9_-wVu876",
    "title": "How a lantern is made",
    "commentsCount": 48,
    "publishedTimeText": "2 weeks ago",
    "voteCount": 12,
    "replyCount": 1,
    "hasCreatorHeart": True,
    "authorIsChannelOwner": False,
    "type": "comment",
    "replyToCid": None,
}
