"""Pages as they never were, for tests that hold whatever the numbers are."""

from hypothesis import settings
from hypothesis import strategies as st
from metrics_builders import page, post, snap

COUNTERS = st.one_of(st.none(), st.integers(-1, 50), st.integers(0, 10**6), st.just(10**18))
MINUTES = 1 / 1440


def examples(number):
    """So many of them, however slow the machine is today."""
    return settings(max_examples=number, deadline=None)


def ages(largest):
    """Ages in days, by the minute, the bounds of the windows more often than chance has them."""
    by_the_minute = st.integers(-60, int(largest / MINUTES)).map(lambda minutes: minutes * MINUTES)
    return st.one_of(by_the_minute, st.sampled_from([0, 0.5, 1, 7, 14, 21, 28, 30, 180]))


@st.composite
def snapshots(draw, counts=COUNTERS, most=25):
    ages_in_order = draw(st.lists(ages(120), max_size=most, unique=True))
    return [
        snap(
            age,
            draw(counts),
            following=draw(COUNTERS),
            posts_count=draw(st.one_of(st.none(), st.integers(0, 60))),
            private=draw(st.sampled_from([None, False, False, False, True])),
            followers_rounded=draw(st.booleans()),
            imported=draw(st.sampled_from([False, False, False, True])) if age else False,
        )
        for age in dict.fromkeys([0, *ages_in_order])
    ]


@st.composite
def posts(draw, counters=COUNTERS, most=18):
    """Observations, some of the same post; no two of a post at the same time, which would be ambiguous."""
    made = []
    for number in range(draw(st.integers(0, most))):
        age = draw(st.one_of(st.none(), ages(220))) if number % 7 == 3 else draw(ages(60))
        owner = draw(st.sampled_from([None, "NASA", "nasa", "esa"]))
        pinned = draw(st.sampled_from([False, False, False, True]))
        for seen in draw(st.sets(st.sampled_from([-1, 0, 1, 2]), min_size=1, max_size=2)):
            made.append(
                post(
                    age,
                    *(draw(counters) for _ in range(5)),
                    seen=seen,
                    external_id=f"{number:02}",
                    owner_username=owner,
                    pinned=pinned,
                )
            )
    return made


@st.composite
def pages(draw):
    platform = draw(st.sampled_from(["instagram", "facebook", "tiktok"]))
    read = draw(st.sampled_from([0, 0, 0, 2, 3, 4, None]))
    return page(platform, draw(snapshots()), draw(posts()), posts_read=read)
