from pathlib import Path

import pytest
from config_builders import HANDLES

from socialsync_cli.config import load, target_path
from socialsync_cli.errors import ConfigError


def test_the_named_file_comes_before_the_variable_and_the_folder(tmp_path, monkeypatch):
    for number, name in enumerate(["named.toml", "variable.toml", "socialsync.toml"], start=1):
        (tmp_path / name).write_text(f"[sync]\nworkers = {number}")
    environ = {"SOCIALSYNC_CONFIG": "variable.toml"}

    def workers(path, environ):
        return load(path, environ=environ, cwd=tmp_path, handles=HANDLES).settings.sync.workers

    assert workers(Path("named.toml"), environ) == 1
    assert workers(None, environ) == 2
    assert workers(None, {"SOCIALSYNC_CONFIG": " "}) == 3
    assert target_path(Path("x.toml"), environ=environ, cwd=tmp_path) == tmp_path / "x.toml"
    assert target_path(None, environ=environ, cwd=tmp_path) == tmp_path / "variable.toml"
    assert target_path(None, environ={}, cwd=tmp_path) == tmp_path / "socialsync.toml"


def test_the_users_own_configuration_folder_comes_last(tmp_path, monkeypatch):
    monkeypatch.setattr("platformdirs.user_config_path", lambda app: tmp_path / "home" / app)
    here = tmp_path / "here"
    here.mkdir()

    with pytest.raises(ConfigError) as caught:
        load(None, environ={}, cwd=here, handles=HANDLES)
    assert str(caught.value) == (
        "no configuration found: neither --config nor $SOCIALSYNC_CONFIG is given, and there is no "
        f"socialsync.toml here or in {tmp_path}/home/socialsync; `socialsync init` writes one"
    )

    (tmp_path / "home" / "socialsync").mkdir(parents=True)
    (tmp_path / "home" / "socialsync" / "socialsync.toml").write_text("[sync]\nworkers = 4")
    assert load(None, environ={}, cwd=here, handles=HANDLES).settings.sync.workers == 4


def test_paths_are_relative_to_the_file(tmp_path):
    folder = tmp_path / "etc"
    folder.mkdir()
    (folder / "my.toml").write_text(
        'users_file = "data/users.csv"\n[database]\nurl = "sqlite:///db/x.db?timeout=5"\n'
        '[apify]\ntoken = "file:apify.token"\n[users.b]\ntoken = "file:~/b.token"'
    )
    (folder / "data").mkdir()
    (folder / "data" / "users.csv").write_text("user,platform,handle,token\na,instagram,nasa,file:a.token\n")
    (folder / "apify.token").write_text("default-token\n")
    (folder / "data" / "a.token").write_text("\ufeffa-token\r\n")
    (tmp_path / "b.token").write_text("b-token")

    environ = {"HOME": str(tmp_path)}
    config = load(Path("etc/my.toml"), environ=environ, cwd=tmp_path, handles=HANDLES)

    assert config.name == "etc/my.toml"
    assert config.settings.users_file == folder / "data" / "users.csv"
    assert config.settings.database.url == f"sqlite:///{folder}/db/x.db?timeout=5"
    assert config.settings.apify.token.resolve(environ).reveal() == "default-token"
    tokens = {name: user.token_source.resolve(environ).reveal() for name, user in config.users().items()}
    assert tokens == {"a": "a-token", "b": "b-token"}
