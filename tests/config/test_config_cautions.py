import pytest
from config_builders import HANDLES, SECRET, load_text

from socialsync_cli.config import load


def test_secrets_in_files_are_warned_about(tmp_path):
    text = f"""
        users_file = "users.csv"
        [apify]
        token = "{SECRET}"
        [users.acme]
        token = "{SECRET}"
        [users.beta]
        token = "file:beta.token"
    """
    (tmp_path / "beta.token").write_text(SECRET)
    (tmp_path / "beta.token").chmod(0o644)
    config = load_text(tmp_path, text, csv=f"user,platform,handle,token\ngamma,tiktok,x,{SECRET}\n")
    (tmp_path / "users.csv").chmod(0o640)

    assert config.warnings == (
        "the token from file beta.token can be read by other accounts: chmod 600 beta.token",
        "[apify] token, the token of acme are written in socialsync.toml; "
        "env:, file: or keyring: keeps secrets out of its copies",
    )
    config.users()
    assert config.warnings[2:] == (
        "the token of gamma is written in users.csv; env:, file: or keyring: keeps secrets out of its copies",
        "users.csv holds secrets and can be read by other accounts: chmod 600 users.csv",
    )


def test_a_readable_file_with_a_database_password_is_warned_about(tmp_path):
    assert load_text(tmp_path, '[database]\nurl = "postgresql+psycopg://me:pw@db/x"').warnings == ()
    (tmp_path / "socialsync.toml").chmod(0o644)
    config = load(None, environ={}, cwd=tmp_path, handles=HANDLES)

    assert config.warnings == (
        "socialsync.toml holds secrets and can be read by other accounts: chmod 600 socialsync.toml",
    )


@pytest.mark.parametrize(
    ("text", "warned"),
    [
        ('[notify]\nadmins = ["slack://canary"]', True),
        ('[users.a]\nnotify = ["tgram://canary/1"]', True),
        ('[notify]\nadmins = ["https://hooks.example.com/x", "mailto:ann@example.com"]', False),
    ],
)
def test_a_readable_file_with_addresses_that_are_secrets_is_warned_about(tmp_path, text, warned):
    load_text(tmp_path, text)
    (tmp_path / "socialsync.toml").chmod(0o644)
    config = load(None, environ={}, cwd=tmp_path, handles=HANDLES)
    said = "socialsync.toml holds secrets and can be read by other accounts: chmod 600 socialsync.toml"
    assert config.warnings == ((said,) if warned else ())


def test_many_warnings_are_cut_short(tmp_path):
    for number in range(7):
        (tmp_path / f"{number}.token").write_text("x")
        (tmp_path / f"{number}.token").chmod(0o644)
    config = load_text(tmp_path, "".join(f'[users.u{n}]\ntoken = "file:{n}.token"\n' for n in range(7)))

    assert len(config.warnings) == 6
    assert config.warnings[-1] == "2 more warnings like these"
