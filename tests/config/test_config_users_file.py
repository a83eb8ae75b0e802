import pytest
from config_builders import HANDLES, SECRET, load_text

from socialsync_cli.config import TokenSource, User
from socialsync_cli.errors import ConfigError

TOML = 'users_file = "users.csv"'
DEFAULT = TokenSource("env", "APIFY_TOKEN", "socialsync.toml").as_default()


def users_of(tmp_path, csv):
    return dict(load_text(tmp_path, TOML, csv=csv).users())


def pages_of(tmp_path, csv):
    return {name: user.pages for name, user in users_of(tmp_path, csv).items()}


def test_rows_become_users(tmp_path):
    users = users_of(
        tmp_path,
        "user,platform,handle,token,notify\n"
        "acme,instagram,nasa,env:ACME,https://hooks.example.com/acme;ops@example.com\n"
        "acme,tiktok,@nasa,,\n"
        "beta,facebook,nasa,,ops@example.com  boss@example.com\n"
        "acme,instagram,https://instagram.com/natgeo/,env:ACME,ops@example.com\n"
        "acme,instagram,NASA,,\n"
        "gamma,,,env:GAMMA,\n",
    )

    def source(value):
        return TokenSource("env", value, "users.csv", str(tmp_path))

    assert users == {
        "acme": User(
            "acme",
            source("ACME"),
            ("https://hooks.example.com/acme", "mailto:ops@example.com"),
            {"instagram": ("nasa", "natgeo"), "tiktok": ("nasa",)},
        ),
        "beta": User(
            "beta",
            TokenSource("env", "APIFY_TOKEN", "the configuration").as_default(),
            ("mailto:ops@example.com", "mailto:boss@example.com"),
            {"facebook": ("nasa",)},
        ),
        "gamma": User("gamma", source("GAMMA"), (), {}),
    }
    assert [users["acme"].page_count, users["gamma"].page_count] == [3, 0]


@pytest.mark.parametrize(
    "csv",
    [
        "user,platform,handle\nacme,tiktok,nasa\n",
        "\ufeffuser,platform,handle\r\nacme,tiktok,nasa\r\n",
        "handle,user,platform\nnasa,acme,tiktok",
        '"user","platform","handle"\n"acme","tiktok","nasa"\n',
        "user;platform;handle\nacme;tiktok;nasa\n",
        "user\tplatform\thandle\nacme\ttiktok\tnasa\n",
        " User , PLATFORM, handle \n acme , TikTok , nasa \n",
        '# who, what\n\n# "quoted\nuser,platform,handle\n\n# a comment, "with a quote\nacme,tiktok,nasa\n  # end\n,,\n',
        "user,platform,handle,\nacme,tiktok,nasa,\n",
        "user,platform,handle\nacme,tiktok,nasa,,,\n",
        "user,platform,handle,token,notify\nacme,tiktok,nasa\n",
        'user,platform,handle,notify\nacme,tiktok,nasa,"\n# not a comment@example.com\n"'.replace(
            "# not a comment", "x"
        ),
    ],
)
def test_spreadsheets_write_csv_in_many_ways(tmp_path, csv):
    assert pages_of(tmp_path, csv) == {"acme": {"tiktok": ("nasa",)}}


def test_a_hash_inside_a_quoted_cell_is_no_comment(tmp_path):
    users = users_of(tmp_path, 'user,platform,handle,notify\nacme,tiktok,nasa,"a@x.org\n#b@x.org"\n')

    assert users["acme"].notify == ("mailto:a@x.org", "mailto:#b@x.org")


BROKEN = [
    ("", "users.csv is empty; its first line is user,platform,handle,token,notify"),
    ("\n# x\n\n", "users.csv is empty; its first line is user,platform,handle,token,notify"),
    (
        "user,platform,handle\racme,instagram,nasa\r",
        "users.csv has the line ends of an old Mac; save it as CSV in UTF-8",
    ),
    (
        "user,platform,handel\n",
        'users.csv, line 1: unknown column "handel"; did you mean "handle"?',
    ),
    (
        "# x\nacme,tiktok,nasa\n",
        'users.csv, line 2: unknown column "acme"; the columns are user,platform,handle,token,notify',
    ),
    ("user,platform\n", 'users.csv, line 1: no column "handle"; the columns are user,platform,handle,token,notify'),
    (
        "token,notify\n",
        'users.csv, line 1: no column "user", "platform" or "handle"; '
        "the columns are user,platform,handle,token,notify",
    ),
    ("user,platform,handle,user\n", 'users.csv, line 1: column "user" is there twice'),
    (
        "user,platform,handle\n\nAcme,tiktok,nasa\n",
        'users.csv, line 3, column user: "Acme" cannot be one; a user\'s id is 1 to 64 of a-z, 0-9, _ and -',
    ),
    (
        "user,platform,handle\n,tiktok,nasa\n",
        'users.csv, line 2, column user: "" cannot be one; a user\'s id is 1 to 64 of a-z, 0-9, _ and -',
    ),
    (
        "user,platform,handle\nacme,tictoc,nasa\n",
        'users.csv, line 2, column platform: "tictoc" is not known; did you mean "tiktok"?',
    ),
    (
        "user,platform,handle\nacme,,nasa\n",
        'users.csv, line 2, column platform: "" is not known; it is "instagram", "facebook" or "tiktok"',
    ),
    ("user,platform,handle\nacme,tiktok,\n", "users.csv, line 2, column handle: nothing there"),
    (
        "user,platform,handle\nacme,tiktok,not ok\n",
        'users.csv, line 2, column handle: "not ok" is no page of tiktok',
    ),
    (
        f"user,platform,handle\nacme,tiktok,{SECRET}\n",
        "users.csv, line 2, column handle: this looks like an Apify token, not like a page",
    ),
    (
        f"user,platform,handle\nacme,{SECRET},x\n",
        'users.csv, line 2, column platform: the text there is not known; it is "instagram", "facebook" or "tiktok"',
    ),
    (
        "user,platform,handle\nacme,tiktok,nasa,what\n",
        "users.csv, line 2 has more cells than there are columns",
    ),
    (
        "user,platform,handle,notify\nacme,tiktok,nasa,nobody\n",
        "users.csv, line 2, column notify must be a web address that begins with https://, "
        "mailto:name@host, or an address as apprise has them (slack://…)",
    ),
    (
        f"user,platform,handle,token\nacme,tiktok,nasa,{SECRET}\nacme,tiktok,x,env:B\n",
        'users.csv, line 3, column token: user "acme" has another token further up',
    ),
    (
        'user,platform,handle\nacme,tiktok,"nasa\n\n\n',
        "users.csv, line 2: cannot be split into columns: unexpected end of data",
    ),
    (
        'user,platform,handle\nacme,tiktok,"nasa"x\n',
        "users.csv, line 2: cannot be split into columns: ',' expected after '\"'",
    ),
    (b"user,platform,handle\nacme,tiktok,caf\xe9\n", "users.csv, line 2: not UTF-8; save it as CSV in UTF-8"),
    (
        "user,platform,handle\n".encode("utf-16"),
        "users.csv, line 1: the file is in UTF-16; save it as CSV in UTF-8",
    ),
    (
        "user,platform,handle\n" + "x" * 1_100_000,
        "users.csv, line 2: longer than a megabyte; this is no users file",
    ),
    (
        "user,platform,handle\n" + "x" * 200_000,
        "users.csv, line 2: cannot be split into columns: field larger than field limit (131072)",
    ),
    (
        "user,platform,handle\n" + "acme,tiktok,not ok\n" * 7,
        "; ".join(f'users.csv, line {n}, column handle: "not ok" is no page of tiktok' for n in range(2, 7))
        + "; and 2 more like these",
    ),
]


@pytest.mark.parametrize(("csv", "message"), BROKEN, ids=[message[:60] for _, message in BROKEN])
def test_what_is_wrong_is_said_with_file_line_and_column(tmp_path, csv, message):
    with pytest.raises(ConfigError) as caught:
        users_of(tmp_path, csv)
    assert str(caught.value) == message


def test_a_folder_is_no_users_file(tmp_path):
    (tmp_path / "users.csv").mkdir()
    with pytest.raises(ConfigError, match=r"^users.csv \(users_file\) is a folder$"):
        load_text(tmp_path, TOML).users()


def test_twenty_thousand_rows_give_the_right_users(tmp_path):
    platforms = HANDLES.platforms
    rows = [f"user-{n % 5000},{platforms[n % 3]},https://{platforms[n % 3]}.com/Page_{n}/" for n in range(20_000)]
    users = users_of(tmp_path, "user,platform,handle\n" + "\n".join(rows))

    expected: dict[str, dict[str, list[str]]] = {}
    for n in range(20_000):
        expected.setdefault(f"user-{n % 5000}", {}).setdefault(platforms[n % 3], []).append(f"page_{n}")
    assert {name: {p: list(found) for p, found in user.pages.items()} for name, user in users.items()} == expected
    assert sum(user.page_count for user in users.values()) == 20_000
