import sys
from pathlib import Path

import pytest
from config_builders import HANDLES, SECRET, load_text

from socialsync_cli.config import load
from socialsync_cli.errors import ConfigError

BROKEN = [
    # unknown keys and sections
    (
        "# a\n[apify]\nrequest_per_second = 5",
        'line 3: [apify] unknown key "request_per_second"; did you mean "requests_per_second"?',
    ),
    ('user_file = "x"', 'line 1: unknown key "user_file"; did you mean "users_file"?'),
    ("\n[apfy]\nx = 1", "line 2: unknown section [apfy]; did you mean [apify]?"),
    ("[user.acme]", "line 1: unknown section [user]; did you mean [users]?"),
    (
        "[zzz]",
        "line 1: unknown section [zzz]; the sections are users_file, database, apify, retry, sync, score, "
        "notify, celery, users",
    ),
    ("[retry]\nq = 1", 'line 2: [retry] unknown key "q"; the keys are attempts, initial_seconds, max_seconds'),
    ("[apify]\nworkers = 1", 'line 2: [apify] unknown key "workers"; it belongs to [sync]'),
    (
        '[database]\nusers_file = "x"',
        'line 2: [database] unknown key "users_file"; it belongs above the first [section]',
    ),
    (
        '[apify]\nactors = { instagram_post = "a/b" }',
        'line 2: [apify.actors] unknown key "instagram_post"; did you mean "instagram_posts"?',
    ),
    (
        "[score]\nweights.audiense = 1",
        'line 2: [score.weights] unknown key "audiense"; did you mean "audience"?',
    ),
    (
        "[users.acme]\ninstgram = []",
        'line 2: [users.acme] unknown key "instgram"; did you mean "instagram"?',
    ),
    # values of the wrong kind
    ('[sync]\nworkers = "8"', "line 2: [sync] workers must be a whole number, not text"),
    ("[sync]\nworkers = 8.0", "line 2: [sync] workers must be a whole number, not a number"),
    ("[sync]\nworkers = true", "line 2: [sync] workers must be a whole number, not true or false"),
    ("[retry]\nmax_seconds = []", "line 2: [retry] max_seconds must be a number, not a list"),
    ("[retry]\nmax_seconds = inf", "line 2: [retry] max_seconds must be a finite number"),
    ("[retry]\nmax_seconds = nan", "line 2: [retry] max_seconds must be a finite number"),
    ("[apify]\ntoken = 5", "line 2: [apify] token must be text in quotes, not a number"),
    ("[apify]\nallow_insecure_http = 1", "line 2: [apify] allow_insecure_http must be true or false, not a number"),
    ("users_file = 2020-01-01", "line 1: users_file must be text in quotes, not a date or time"),
    ("apify = 5", "line 1: apify must be a [section], not a number"),
    ("[[apify]]", "line 1: apify must be a [section], not a list"),
    ("[score]\nbenchmarks = 1", "line 2: [score] benchmarks must be a [section], not a number"),
    ('[notify]\nadmins = "x"', 'line 2: [notify] admins must be a list, as in ["…", "…"], not text'),
    ("[notify]\nadmins = [\n1]", "line 3: [notify] admins, item 1 must be text in quotes, not a number"),
    # values out of range
    ("[apify]\nrequests_per_second = 0", "line 2: [apify] requests_per_second must be greater than 0, not 0"),
    ("[apify]\nrequests_per_second = -1.5", "line 2: [apify] requests_per_second must be greater than 0, not -1.5"),
    ("[sync]\nposts_per_page = -1", "line 2: [sync] posts_per_page must be at least 0, not -1"),
    ("[sync]\nrefresh_days = -1", "line 2: [sync] refresh_days must be at least 0, not -1"),
    ("[sync]\nworkers = 0", "line 2: [sync] workers must be at least 1, not 0"),
    (
        f"[sync]\nposts_per_page = {'9' * 400}",
        "line 2: [sync] posts_per_page must be at most 1000000, not so large a number",
    ),
    ("[score]\nmin_coverage = 1.5", "line 2: [score] min_coverage must be at most 1, not 1.5"),
    ("[score.weights]\nreach = -1", "line 2: [score.weights] reach must be at least 0, not -1"),
    (
        "[score.weights]\naudience=0\nengagement=0\ngrowth=0\nconsistency=0\nreach=0",
        "line 1: [score] weights must not all be 0",
    ),
    (
        '[notify]\non = "allways"',
        'line 2: [notify] on must be "always", "failure" or "never"; did you mean "always"?',
    ),
    ("[sync]\ncomment_authors = 5", 'line 2: [sync] comment_authors must be "keep", "hash" or "drop"'),
    # addresses
    (
        '[apify]\napi_url = "http://api.example.com"',
        "line 2: [apify] api_url must begin with https://: plain http:// to api.example.com can be read on the way "
        "(allow_insecure_http = true in the same section permits it)",
    ),
    ('[apify]\napi_url = "ftp://x"', "line 2: [apify] api_url must be a web address that begins with https://"),
    (
        '[notify]\nadmins = ["https://a.example", "http://b.example/s3cret"]',
        "line 2: [notify] admins, item 2 must begin with https://: plain http:// to b.example can be read on the way "
        "(allow_insecure_http = true in the same section permits it)",
    ),
    (
        '[notify]\nadmins = ["ops"]',
        "line 2: [notify] admins, item 1 must be a web address that begins with https://, "
        "mailto:name@host, or an address as apprise has them (slack://…)",
    ),
    ('[notify]\nping_url = "x"', "line 2: [notify] ping_url must be a web address that begins with https://"),
    (
        '[database]\nurl = "mysql://me:s3cret@x/y"',
        "line 2: [database] url must begin with sqlite:/// or postgresql+psycopg://",
    ),
    (
        '[database]\nurl = "postgres://me:s3cret@x/y"',
        "line 2: [database] url must begin with postgresql+psycopg:// for PostgreSQL",
    ),
    (
        '[apify.actors]\ninstagram_posts = "a b"',
        "line 2: [apify.actors] instagram_posts must be an actor's name, as in apify/instagram-scraper, or its id",
    ),
    (
        '[apify.actors]\nfacebook_pages = "a b"',
        "line 2: [apify.actors] facebook_pages must be an actor's name, as in apify/instagram-scraper, or its id",
    ),
    (
        '[apify.actors]\nfacebook_pages = "a/b"\nfacebook_profiles = "a/b"',
        "line 2: [apify.actors] facebook_pages means the same as [apify.actors] facebook_profiles: keep one of them",
    ),
    (
        '[apify.actors]\ntiktok_videos = "a/b"\ntiktok_profiles = "a/b"',
        "line 2: [apify.actors] tiktok_videos means the same as [apify.actors] tiktok_profiles: keep one of them",
    ),
    # users
    (
        "[users.Acme]",
        "line 1: [users.Acme] cannot be: a user's id is 1 to 64 of a-z, 0-9, _ and -",
    ),
    ("users = 5", "line 1: users must be a section for each user: [users.acme], not a number"),
    ('[users]\ntoken = "x"', "line 2: [users] token must be a section: [users.token], not text"),
    ("[users.a]\ntoken = 1", "line 2: [users.a] token must be text in quotes, not a number"),
    ('[users.a]\ntiktok = "x"', 'line 2: [users.a] tiktok must be a list, as in ["…", "…"], not text'),
    (
        '[users.a]\ntiktok = [\n  "ok",\n  "not ok",\n]',
        'line 4: [users.a] tiktok, item 2: "not ok" is no page of tiktok',
    ),
    ("[users.a]\ntiktok = [1]", "line 2: [users.a] tiktok, item 1 must be text in quotes, not a number"),
    (
        '[users.a]\nnotify = ["nobody"]',
        "line 2: [users.a] notify, item 1 must be a web address that begins with https://, "
        "mailto:name@host, or an address as apprise has them (slack://…)",
    ),
    (
        f'[users.a]\ntiktok = ["{SECRET}"]',
        "line 2: [users.a] tiktok, item 1: this looks like an Apify token, not like a page",
    ),
    # several at once, in the order of the file
    (
        '[sync]\nworkers = 0\n[retry]\nattempts = "x"\n[apify]\nq = 1\nmax_pages_per_run = 0\n',
        "line 2: [sync] workers must be at least 1, not 0; "
        "socialsync.toml, line 4: [retry] attempts must be a whole number, not text; "
        'socialsync.toml, line 6: [apify] unknown key "q"; the keys are token, allow_insecure_http, api_url, '
        "requests_per_second, max_concurrent_runs, max_pages_per_run, run_timeout_seconds, timeout_seconds, actors; "
        "socialsync.toml, line 7: [apify] max_pages_per_run must be at least 1, not 0",
    ),
    (
        "[users.a]\ntiktok = [1, 2, 3, 4, 5, 6, 7]",
        "; ".join(
            f"{'socialsync.toml, ' if n > 1 else ''}line 2: [users.a] tiktok, item {n} must be text in quotes, "
            "not a number"
            for n in range(1, 6)
        )
        + "; and 2 more like these",
    ),
    # TOML itself
    ("[apify]\ntoken = env:X", "line 2, column 9: invalid value; a text stands in quotes"),
    ("[apify\n", "line 1, column 7: expected ']' at the end of a table declaration"),
    ("a = 1\na = 2\n", "line 2, column 6: cannot overwrite a value; the key is there twice"),
    ('a = "C:\\Users"', "line 1, column 10: invalid hex value; a text with backslashes is best in 'single quotes'"),
    (
        'a = "C:\\data"',
        "line 1, column 10: unescaped '\\' in a string; a text with backslashes is best in 'single quotes'",
    ),
    ("a = [1,\n", "line 1: invalid value; a text stands in quotes"),
]


@pytest.mark.parametrize(("text", "message"), BROKEN, ids=[message[:60] for _, message in BROKEN])
def test_what_is_wrong_is_said_with_file_line_and_key(tmp_path, text, message):
    with pytest.raises(ConfigError) as caught:
        load_text(tmp_path, text)
    assert str(caught.value) == f"socialsync.toml, {message}"


FILES = [
    (b"[sync]\n# caf\xe9\n", "socialsync.toml, line 2: not UTF-8; save the file as UTF-8"),
    ("[sync]\n".encode("utf-16"), "socialsync.toml is in UTF-16; save it as UTF-8"),
    (b"\x7fELF\x00\x01", "socialsync.toml is not a text file"),
    (b"a = " + b"[" * 5000, "socialsync.toml: its lists or tables are nested too deeply"),
]


@pytest.mark.parametrize(("content", "message"), FILES)
def test_what_is_no_configuration_gets_a_sentence(tmp_path, content, message):
    with pytest.raises(ConfigError) as caught:
        load_text(tmp_path, content)
    assert str(caught.value) == message


def message_of(path: str, cwd: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load(Path(path), environ={}, cwd=cwd, handles=HANDLES)
    return str(caught.value)


def test_a_file_that_cannot_be_opened_gets_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")

    assert message_of("x.toml", tmp_path) == "there is no file x.toml; `socialsync init` writes a configuration"
    assert message_of(".", tmp_path) == f"{tmp_path} is a folder; name the socialsync.toml in it"
    assert message_of("file/x", tmp_path) == "file/x cannot be read: Not a directory"
    assert message_of("a\0b", tmp_path) == "a\0b cannot be read: not a path"
    assert message_of("x" * 300, tmp_path) == f"{'x' * 300} cannot be read: File name too long"


@pytest.mark.skipif(sys.platform != "linux", reason="needs /dev/zero")
def test_an_endless_file_is_not_read_to_its_end(tmp_path):
    assert message_of("/dev/zero", tmp_path) == "/dev/zero is larger than 32 MiB: that is no configuration"
