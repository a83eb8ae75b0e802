import pytest
from config_builders import SECRET, load_text

from socialsync_cli.config import Settings
from socialsync_cli.errors import ConfigError


def settings(tmp_path, environ, text="") -> Settings:
    return load_text(tmp_path, text, environ=environ).settings


def test_variables_override_keys_of_every_kind(tmp_path):
    found = settings(
        tmp_path,
        {
            "SOCIALSYNC_DATABASE__URL": "sqlite:///other.db",
            "SOCIALSYNC_USERS_FILE": "x.csv",
            "SOCIALSYNC_APIFY__REQUESTS_PER_SECOND": "2.5",
            "SOCIALSYNC_APIFY__MAX_PAGES_PER_RUN": "7",
            "SOCIALSYNC_APIFY__ACTORS__INSTAGRAM_POSTS": "me/posts",
            "SOCIALSYNC_APIFY__ACTORS__FACEBOOK_PAGES": "me/pages",
            "SOCIALSYNC_SYNC__POSTS_PER_PAGE": " 5 ",
            "SOCIALSYNC_SYNC__COMMENT_AUTHORS": "drop",
            "SOCIALSYNC_SCORE__WEIGHTS__REACH": "0",
            "SOCIALSYNC_NOTIFY__ALLOW_INSECURE_HTTP": "True",
            "SOCIALSYNC_NOTIFY__ADMINS": "http://hooks.example.com, ops@example.com,",
            "SOCIALSYNC_CONFIG": "",
            "SOCIALSYNC_SOMETHING_ELSE": "x",
            "OTHER_SYNC__WORKERS": "x",
        },
        text="[sync]\nposts_per_page = 99\nworkers = 3\n[apify.actors]\nfacebook_profiles = 'x/y'",
    )

    assert found.database.url == f"sqlite:///{tmp_path}/other.db"
    assert found.users_file == tmp_path / "x.csv"
    assert found.apify.requests_per_second == 2.5
    assert found.apify.max_pages_per_run == 7
    assert found.apify.actors.instagram_posts == "me/posts"
    assert found.apify.actors.facebook_profiles == "me/pages"
    assert found.sync.model_dump(include={"posts_per_page", "comment_authors", "workers"}) == {
        "posts_per_page": 5,
        "comment_authors": "drop",
        "workers": 3,
    }
    assert found.score.weights["reach"] == 0.0
    assert found.notify.admins == ("http://hooks.example.com", "mailto:ops@example.com")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("a@x.org", ("mailto:a@x.org",)),
        ('["a@x.org", "b@x.org"]', ("mailto:a@x.org", "mailto:b@x.org")),
        ("['a@x.org']", ("mailto:a@x.org",)),
        (r'["https:\/\/x.org"]', ("https://x.org",)),
    ],
)
def test_lists_are_toml_json_or_separated_by_commas(tmp_path, text, expected):
    assert settings(tmp_path, {"SOCIALSYNC_NOTIFY__ADMINS": text}).notify.admins == expected


def test_a_token_in_a_variable_is_referred_to_and_never_held(tmp_path):
    environ = {"SOCIALSYNC_APIFY__TOKEN": SECRET, "SOCIALSYNC_USERS__ACME__TOKEN": "env:OTHER", "OTHER": "other"}
    config = load_text(tmp_path, "[users.acme]\ntoken = 'x'", environ=environ)

    assert config.settings.apify.token.describe() == "from $SOCIALSYNC_APIFY__TOKEN"
    assert config.settings.apify.token.resolve(environ).reveal() == SECRET
    assert config.users()["acme"].token_source.resolve(environ).reveal() == "other"
    assert config.warnings == ()
    assert SECRET not in repr(config)


def test_users_can_come_from_variables(tmp_path):
    environ = {
        "SOCIALSYNC_USERS__ACME__INSTAGRAM": "nasa,@natgeo",
        "SOCIALSYNC_USERS__MY_SHOP__TIKTOK": "nasa",
        "SOCIALSYNC_USERS__A__B__TIKTOK": "nasa",
    }
    config = load_text(tmp_path, "[users.my-shop]\nfacebook = ['x']", environ=environ)

    assert {name: user.pages for name, user in config.users().items()} == {
        "my-shop": {"facebook": ("x",), "tiktok": ("nasa",)},
        "acme": {"instagram": ("nasa", "natgeo")},
        "a__b": {"tiktok": ("nasa",)},
    }


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (
            "SOCIALSYNC_APIFY__REQUEST_PER_SECOND",
            "1",
            "$SOCIALSYNC_APIFY__REQUEST_PER_SECOND is no known key; "
            "did you mean $SOCIALSYNC_APIFY__REQUESTS_PER_SECOND?",
        ),
        (
            "SOCIALSYNC_X__Y",
            "1",
            "$SOCIALSYNC_X__Y is no known key; it is SOCIALSYNC_<SECTION>__<KEY>",
        ),
        (
            "SOCIALSYNC_USERS__ACME__INSTGRAM",
            "x",
            "$SOCIALSYNC_USERS__ACME__INSTGRAM is no known key; did you mean $SOCIALSYNC_USERS__ACME__INSTAGRAM?",
        ),
        ("SOCIALSYNC_SYNC__WORKERS", "many", "$SOCIALSYNC_SYNC__WORKERS must be a whole number, not text"),
        ("SOCIALSYNC_SYNC__WORKERS", "", "$SOCIALSYNC_SYNC__WORKERS must be a whole number, not text"),
        ("SOCIALSYNC_SYNC__WORKERS", "0", "$SOCIALSYNC_SYNC__WORKERS must be at least 1, not 0"),
        ("SOCIALSYNC_RETRY__MAX_SECONDS", "inf", "$SOCIALSYNC_RETRY__MAX_SECONDS must be a finite number"),
        (
            "SOCIALSYNC_NOTIFY__ALLOW_INSECURE_HTTP",
            "maybe",
            "$SOCIALSYNC_NOTIFY__ALLOW_INSECURE_HTTP must be true or false, not text",
        ),
        (
            "SOCIALSYNC_NOTIFY__ADMINS",
            "[1",
            '$SOCIALSYNC_NOTIFY__ADMINS must be a list, as in ["…", "…"], not text',
        ),
        (
            "SOCIALSYNC_APIFY__ACTORS",
            "{}",
            "$SOCIALSYNC_APIFY__ACTORS names a section; only its keys can be set",
        ),
        (
            "SOCIALSYNC_DATABASE__URL",
            "mysql://x",
            "$SOCIALSYNC_DATABASE__URL must begin with sqlite:/// or postgresql+psycopg://",
        ),
        (
            "SOCIALSYNC_USERS__ACME__TIKTOK",
            "ok,not ok",
            '$SOCIALSYNC_USERS__ACME__TIKTOK: [users.acme] tiktok, item 2: "not ok" is no page of tiktok',
        ),
    ],
)
def test_a_wrong_variable_is_named(tmp_path, name, value, message):
    with pytest.raises(ConfigError) as caught:
        load_text(tmp_path, "", environ={name: value})
    assert str(caught.value) == message


def test_a_key_below_something_that_is_no_section_is_an_error(tmp_path):
    with pytest.raises(ConfigError) as caught:
        load_text(tmp_path, "sync = 5", environ={"SOCIALSYNC_SYNC__WORKERS": "3"})
    assert str(caught.value) == "socialsync.toml, line 1: sync must be a [section]"
