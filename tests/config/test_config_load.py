from pathlib import Path

import pytest
from config_builders import load_text

from socialsync_cli.config import TokenSource, User, load
from socialsync_cli.config.settings import Actors, Apify, Database, Notify, Retry, Score, Settings, Sync
from socialsync_cli.errors import ConfigError

FULL = """
users_file = "users.csv"

[database]
url = "postgresql+psycopg://me:pw@db.example.com/social"

[apify]
token = "env:APIFY_TOKEN"
api_url = "https://api.example.com/"
requests_per_second = 2.5
max_concurrent_runs = 3
max_pages_per_run = 50
run_timeout_seconds = 600
timeout_seconds = 12.5
[apify.actors]
instagram_posts = "me/posts"
facebook_pages = "me~pages"
tiktok_videos = "me/tiktok"

[retry]
attempts = 2
initial_seconds = 0.5
max_seconds = 7

[sync]
workers = 2
posts_per_page = 0
comments_per_post = 0
replies_per_comment = 3
comment_authors = "hash"
refresh_days = 0
max_cost_usd = 12.5
keep_raw_days = 0

[score]
aggregation = "geometric"
min_coverage = 1
[score.weights]
audience = 1
reach = 0
[score.benchmarks]
version = "mine-1"
posts_per_week = { instagram = 5.0 }

[notify]
on = "always"
admins = ["https://hooks.example.com/ops", "ops@example.com"]
smtp_url = "file:smtp.url"
webhook_secret = "env:HOOK_SECRET"
ping_url = "https://ping.example.com/uuid"

[users.acme]
token = "env:ACME_APIFY_TOKEN"
notify = ["https://hooks.example.com/acme", "mailto:a@example.com"]
instagram = ["nasa", "@NASA", "https://instagram.com/natgeo/"]
facebook = ["nasa"]
tiktok = []

[users.beta]
tiktok = ["@nasa"]
"""


def source(kind: str, value: str, folder: Path, what: str = "token") -> TokenSource:
    return TokenSource(kind, value, "socialsync.toml", str(folder), what)


def test_every_key_is_read(tmp_path):
    config = load_text(tmp_path, FULL, csv="user,platform,handle\n")

    assert config.settings == Settings(
        users_file=tmp_path / "users.csv",
        database=Database(url="postgresql+psycopg://me:pw@db.example.com/social"),
        apify=Apify(
            token=source("env", "APIFY_TOKEN", tmp_path),
            api_url="https://api.example.com",
            requests_per_second=2.5,
            max_concurrent_runs=3,
            max_pages_per_run=50,
            run_timeout_seconds=600,
            timeout_seconds=12.5,
            actors=Actors(instagram_posts="me/posts", facebook_profiles="me~pages", tiktok_posts="me/tiktok"),
        ),
        retry=Retry(attempts=2, initial_seconds=0.5, max_seconds=7.0),
        sync=Sync(
            workers=2,
            posts_per_page=0,
            comments_per_post=0,
            replies_per_comment=3,
            comment_authors="hash",
            refresh_days=0,
            max_cost_usd=12.5,
            keep_raw_days=0,
        ),
        score=Score(
            aggregation="geometric",
            min_coverage=1.0,
            weights={"audience": 1.0, "reach": 0.0},
            benchmarks={"version": "mine-1", "posts_per_week": {"instagram": 5.0}},
        ),
        notify=Notify(
            on="always",
            admins=["https://hooks.example.com/ops", "mailto:ops@example.com"],
            smtp_url=source("file", "smtp.url", tmp_path, "smtp_url"),
            webhook_secret=source("env", "HOOK_SECRET", tmp_path, "webhook_secret"),
            ping_url="https://ping.example.com/uuid",
        ),
    )
    assert config.users() == {
        "acme": User(
            "acme",
            source("env", "ACME_APIFY_TOKEN", tmp_path),
            ("https://hooks.example.com/acme", "mailto:a@example.com"),
            {"instagram": ("nasa", "natgeo"), "facebook": ("nasa",)},
        ),
        "beta": User("beta", source("env", "APIFY_TOKEN", tmp_path).as_default(), (), {"tiktok": ("nasa",)}),
    }
    assert config.path == tmp_path / "socialsync.toml"
    assert config.name == "socialsync.toml"


def test_an_empty_file_gives_the_defaults(tmp_path):
    config = load_text(tmp_path, "")

    assert config.settings == Settings(database=Database(url=f"sqlite:///{tmp_path}/socialsync.db"))
    assert config.settings.model_dump(exclude={"database"}) == {
        "users_file": None,
        "apify": {
            "token": "from $APIFY_TOKEN",
            "allow_insecure_http": False,
            "api_url": "https://api.apify.com",
            "requests_per_second": 5.0,
            "max_concurrent_runs": 8,
            "max_pages_per_run": 200,
            "run_timeout_seconds": 3600,
            "timeout_seconds": 30.0,
            "actors": dict.fromkeys(Actors.model_fields),
        },
        "retry": {"attempts": 5, "initial_seconds": 1.0, "max_seconds": 60.0},
        "sync": {
            "workers": 8,
            "posts_per_page": 30,
            "comments_per_post": 10,
            "replies_per_comment": 0,
            "comment_authors": "keep",
            "refresh_days": 14,
            "max_cost_usd": 0.0,
            "keep_raw_days": 30,
        },
        "score": {
            "aggregation": "arithmetic",
            "min_coverage": 0.5,
            "weights_": {
                "audience": 0.15,
                "engagement": 0.35,
                "growth": 0.2,
                "consistency": 0.15,
                "reach": 0.15,
            },
            "benchmarks": {},
        },
        "notify": {
            "on": "failure",
            "allow_insecure_http": False,
            "admins": (),
            "smtp_url": "from $SMTP_URL",
            "webhook_secret": None,
            "ping_url": "",
        },
        "celery": {
            "broker_url": None,
            "result_backend": None,
            "queue": "socialsync",
            "visibility_timeout_seconds": 86_400,
            "time_limit_seconds": 43_200,
        },
    }
    assert config.users() == {}
    assert config.warnings == ()


def test_weights_come_as_a_mapping_and_missing_ones_keep_their_default(tmp_path):
    config = load_text(tmp_path, "[score.weights]\nreach = 3")

    assert config.settings.score.weights == {
        "audience": 0.15,
        "engagement": 0.35,
        "growth": 0.2,
        "consistency": 0.15,
        "reach": 3.0,
    }


def test_actors_are_chosen_by_platform_and_part():
    actors = Actors(facebook_profiles="me/pages", tiktok_posts="me/tiktok")

    assert actors.choice("facebook", "profiles") == "me/pages"
    assert actors.choice("tiktok", "posts") == "me/tiktok"
    assert actors.choice("tiktok", "profiles") is None
    assert actors.choice("instagram", "posts") is None


def test_settings_cannot_be_changed(tmp_path):
    config = load_text(tmp_path, "")

    with pytest.raises(ValueError, match="frozen"):
        config.settings.sync.workers = 3  # type: ignore[misc]
    with pytest.raises(AttributeError):
        config.settings = Settings()  # type: ignore[misc]


def test_bom_and_windows_line_ends_are_fine(tmp_path):
    text = "\ufeff[sync]\r\nworkers = 3 # three\r\n[users.a]\r\ninstagram = [\r\n'nasa',\r\n]\r\n"
    config = load_text(tmp_path, text)

    assert config.settings.sync.workers == 3
    assert config.users()["a"].pages == {"instagram": ("nasa",)}


def test_the_users_file_is_only_read_when_users_are_asked_for(tmp_path):
    config = load_text(tmp_path, 'users_file = "users.csv"')

    with pytest.raises(ConfigError) as caught:
        config.users()
    assert str(caught.value) == "users.csv (users_file) cannot be read: No such file or directory"

    (tmp_path / "users.csv").write_text("user,platform,handle\nacme,tiktok,nasa\n")
    assert list(config.users()) == ["acme"]


def test_users_of_both_files_are_put_together(tmp_path):
    config = load_text(
        tmp_path,
        """
        users_file = "users.csv"
        [users.acme]
        token = "env:FROM_TOML"
        notify = ["a@example.com"]
        instagram = ["nasa"]
        [users.beta]
        """,
        csv="user,platform,handle,token,notify\n"
        "acme,instagram,NASA,env:FROM_CSV,b@example.com\n"
        "acme,tiktok,nasa,,a@example.com\n"
        "beta,tiktok,x,env:BETA,\n"
        "gamma,facebook,y,,\n",
    )

    shown = {name: (user.token_source.describe(), user.notify, user.pages) for name, user in config.users().items()}
    assert shown == {
        "acme": (
            "from $FROM_TOML",
            ("mailto:a@example.com", "mailto:b@example.com"),
            {"instagram": ("nasa",), "tiktok": ("nasa",)},
        ),
        "beta": ("from $BETA", (), {"tiktok": ("x",)}),
        "gamma": ("default: from $APIFY_TOKEN", (), {"facebook": ("y",)}),
    }


def test_smtp_url_and_webhook_secret_are_read_on_demand(tmp_path):
    config = load_text(tmp_path, "")
    assert config.smtp_url() is None
    assert config.webhook_secret() is None

    environ = {"SMTP_URL": "smtp://me:pw@mail.example.com:587", "HOOK": "correct horse"}
    config = load_text(tmp_path, '[notify]\nwebhook_secret = "env:HOOK"', environ=environ)
    assert config.smtp_url().reveal() == "smtp://me:pw@mail.example.com:587"
    assert config.webhook_secret().reveal() == "correct horse"


def test_the_real_platforms_read_handles(tmp_path):
    (tmp_path / "socialsync.toml").write_text(
        '[users.a]\ninstagram = ["https://www.instagram.com/NatGeo/"]\nfacebook = ["nasa"]\ntiktok = ["@nasa"]'
    )
    config = load(None, environ={}, cwd=tmp_path)

    assert config.users()["a"].pages == {"instagram": ("natgeo",), "facebook": ("nasa",), "tiktok": ("nasa",)}
