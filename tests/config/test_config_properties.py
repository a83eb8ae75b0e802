import subprocess
import sys
import traceback
from pathlib import Path

import pytest
from config_builders import HANDLES, SECRET, load_text
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from socialsync_cli.config import TEMPLATE, Config, TokenSource
from socialsync_cli.config.users_file import read_users_file
from socialsync_cli.errors import InvalidTokenError, SocialsyncError, UsageError

DEFAULT = TokenSource("env", "T", "x").as_default()

fast = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])

toml_scraps = st.lists(
    st.sampled_from(
        [
            *TEMPLATE.splitlines(),
            "[users.a]",
            "[[users]]",
            "users = [",
            "]",
            "token = 'x'",
            "a.b.c = {}",
            "x = '''",
            '"""',
        ]
    ),
    max_size=12,
).map("\n".join)
anything = st.one_of(
    st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("config")


def outcome(folder, text, environ=None, csv=None):
    """A Config with its users, or None where the text was refused with a sentence."""
    try:
        config = load_text(folder, text, environ=environ, csv=csv)
        config.users()
    except UsageError:
        return None
    assert isinstance(config, Config)
    return config


@fast
@given(st.one_of(anything, toml_scraps))
@example(b"[users.a]\ntoken = " + b"9" * 5000)
@example(b"a = 0001-01-01T00:00:00+23:59")
@example(b"[sync]\nworkers = " + b"9" * 4000)
@example("'' = 1")
@example("[users.'']")
@example("users_file = '\\u0000'")
@example('users_file = "\\u0000"')
@example('users_file = "."')
@example('[database]\nurl = "sqlite:///\\u0000"')
def test_no_configuration_gives_anything_but_a_config_or_a_sentence(folder, text):
    outcome(folder, text)


@fast
@given(
    anything.map(lambda content: b"user,platform,handle,token,notify\n" + content) | anything,
)
def test_no_users_file_gives_anything_but_users_or_a_sentence(folder, content):
    outcome(folder, 'users_file = "users.csv"', csv=content)


cells = st.text(alphabet='ab @"#;\n\r\té\0', max_size=6) | st.sampled_from(
    ["acme", "tiktok", "facebook", "nasa", "env:X", "a@x.org", "https://x.org"]
)


@fast
@given(st.lists(st.lists(cells, max_size=6).map(",".join), max_size=6).map("\n".join))
def test_no_rows_give_anything_but_users_or_a_sentence(folder, rows):
    path = folder / "rows.csv"
    path.write_bytes(b"user,platform,handle,token,notify\n" + rows.encode())
    try:
        users = read_users_file(path, name="rows.csv", handles=HANDLES, default=DEFAULT, allow_insecure_http=False)
    except UsageError:
        return
    for user_id, user in users.items():
        assert user.id == user_id
        assert all(handles and len(set(handles)) == len(handles) for handles in user.pages.values())


@fast
@given(
    st.dictionaries(
        st.sampled_from(
            [
                "SOCIALSYNC_SYNC__WORKERS",
                "SOCIALSYNC_RETRY__MAX_SECONDS",
                "SOCIALSYNC_NOTIFY__ADMINS",
                "SOCIALSYNC_USERS__A__TIKTOK",
                "SOCIALSYNC_USERS__A__TOKEN",
                "SOCIALSYNC_DATABASE__URL",
                "SOCIALSYNC_APIFY__API_URL",
                "SOCIALSYNC_SCORE__WEIGHTS__REACH",
            ]
        )
        | st.text(alphabet="A_Z", max_size=8).map(lambda text: f"SOCIALSYNC_{text}"),
        st.text(max_size=20).filter(lambda text: "\0" not in text) | st.sampled_from(["[" * 5000, "1e999", "9" * 5000]),
        max_size=4,
    )
)
def test_no_environment_gives_anything_but_a_config_or_a_sentence(folder, environ):
    outcome(folder, "", environ=environ)


PLACES = [
    'token = "{}"',
    '[apify]\ntoken = "{}"',
    '[apify]\ntoken = "env:{}"',
    '[apify]\ntoken = ["{}"]',
    "[apify]\ntoken = {}",
    '[apify]\ntoken = "{}',
    '[apify]\ntokn = "{}"',
    '[apify]\napi_url = "{}"',
    '[apify]\napi_url = "http://x.example/{}"',
    '[apify.actors]\ninstagram_posts = "{} x"',
    '[sync]\nworkers = "{}"',
    '[sync]\ncomment_authors = "{}"',
    '[database]\nurl = "{}"',
    '[database]\nurl = "postgresql+psycopg://me:{}@db/x"',
    '[database]\nurl = "postgresql+psycopg://me:{}@x@y/x"',
    '[notify]\non = "{}"',
    '[notify]\nadmins = ["{}"]',
    '[notify]\nadmins = ["https://hooks.example.com/{}"]',
    '[notify]\nsmtp_url = "smtp://me:{}@mail"',
    '[notify]\nwebhook_secret = "{}"',
    '[notify]\nping_url = "https://ping.example.com/{}"',
    '[users.a]\ntoken = "{}"',
    '[users.a]\ntoken = "file:{}"',
    '[users.a]\ntoken = "keyring:{}"',
    '[users.a]\ntoken = "evn:{}"',
    '[users.a]\ninstagram = "{}"',
    '[users.a]\ninstagram = ["{}"]',
    '[users.a]\nnotify = ["{}"]',
    '[users]\na = "{}"',
]


@pytest.mark.parametrize("text", PLACES)
def test_a_token_is_never_shown_wherever_it_was_put(folder, text):
    try:
        config = load_text(folder, text.format(SECRET) if "= {}" not in text else text.replace("{}", SECRET))
        shown = [repr(config), str(config), repr(config.users()), *config.warnings]
        for source in [config.settings.apify.token, *(user.token_source for user in config.users().values())]:
            shown += [repr(source), source.describe(), str(source.warning({}))]
            try:
                shown.append(repr(source.resolve({})))
            except InvalidTokenError as error:
                shown.append("".join(traceback.format_exception(error)))
    except SocialsyncError as error:
        shown = ["".join(traceback.format_exception(error))]
    # The test's own line in the traceback names no token either.
    assert SECRET not in "".join(shown)


def test_importing_the_room_is_light():
    heavy = "sqlalchemy sqlmodel apify_client httpx keyring"
    code = f"import sys, socialsync_cli.config; print([name for name in '{heavy}'.split() if name in sys.modules])"
    root = Path(__file__).parents[2]
    found = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"
