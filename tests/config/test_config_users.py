import pytest

from socialsync_cli.config import TokenSource, User, select
from socialsync_cli.errors import UsageError

SOURCE = TokenSource("env", "T", "socialsync.toml")
USERS = {name: User(name, SOURCE) for name in ["acme", "acme-labs", "beta"]}


def refusal(users, ids, everyone=False):
    with pytest.raises(UsageError) as caught:
        select(users, ids, everyone)
    return str(caught.value)


def test_users_are_picked_by_name_or_all_at_once():
    assert select(USERS, [], True) == list(USERS.values())
    assert select(USERS, ["beta", "acme", "beta"], False) == [USERS["beta"], USERS["acme"]]


def test_without_a_choice_the_users_are_named():
    assert refusal(USERS, []) == "say whom to sync: --all, or --user with one of acme, acme-labs, beta"

    many = {f"u{n:02}": User(f"u{n:02}", SOURCE) for n in range(25)}
    names = ", ".join(sorted(many)[:20])
    assert refusal(many, []) == f"say whom to sync: --all, or --user with one of {names} and 5 more"


def test_unknown_users_get_near_matches():
    assert refusal(USERS, ["acme-lab"]) == 'there is no user "acme-lab"; did you mean acme-labs or acme?'
    assert refusal(USERS, ["BETA"]) == 'there is no user "BETA"; did you mean beta?'
    assert refusal(USERS, ["acme", "zzz", "qqq"]) == (
        'there is no user "zzz"; the users are acme, acme-labs, beta; '
        'there is no user "qqq"; the users are acme, acme-labs, beta'
    )


def test_all_and_names_contradict_each_other():
    assert refusal(USERS, ["acme"], True) == "--all and --user contradict each other: give one of them"


def test_without_users_the_way_to_one_is_shown():
    message = "there are no users yet: add a [users.<id>] section, or a users_file, to the configuration"
    assert refusal({}, [], True) == message
    assert refusal({}, ["acme"]) == message


def test_a_user_is_small_hashable_and_shows_no_address():
    user = User("acme", SOURCE, ("https://hooks.example.com/s3cret",), {"tiktok": ("nasa",)})

    assert repr(user) == "User(id='acme', token_source=TokenSource(from $T), pages={'tiktok': ('nasa',)})"
    assert not hasattr(user, "__dict__")
    assert user in {user}
