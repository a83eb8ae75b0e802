import stat
import tomllib
from pathlib import Path

import pytest

from socialsync_cli.config import TEMPLATE, Settings, load, write_template
from socialsync_cli.config.problems import KEYS
from socialsync_cli.config.settings import ACTOR_ALIASES, Database
from socialsync_cli.errors import ConfigError, UsageError

EXAMPLE = Path(__file__).parents[2] / "socialsync.toml.example"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_example_in_the_repository_is_the_template():
    assert EXAMPLE.read_text(encoding="utf-8") == TEMPLATE


def test_the_template_loads_and_says_what_the_defaults_are(tmp_path):
    write_template(tmp_path / "socialsync.toml")
    config = load(None, environ={}, cwd=tmp_path)

    assert config.settings == Settings(
        database=Database(url=f"sqlite:///{tmp_path}/socialsync.db"),
        apify={"token": "env:APIFY_TOKEN"},
        notify={"smtp_url": "env:SMTP_URL"},
    ).model_copy(update={"apify": config.settings.apify, "notify": config.settings.notify})
    defaults = Settings()
    assert config.settings.apify.model_dump() == defaults.apify.model_dump()
    assert config.settings.notify.model_dump() == defaults.notify.model_dump()
    assert {name: user.pages for name, user in config.users().items()} == {"me": {}}
    assert config.warnings == ()


def test_the_template_explains_every_key():
    actors = {key: {key} for key in Settings().apify.actors.model_dump()}
    for word, key in ACTOR_ALIASES.items():
        actors[key].add(word)
    for words in actors.values():
        assert sum(f"\n# {word} = " in TEMPLATE for word in words) == 1
    for path, kind in KEYS.items():
        if path[:-1] == ("apify", "actors"):
            continue
        assert f"[{'.'.join(path)}]" in TEMPLATE if kind in ("section", "table") else f"{path[-1]} = " in TEMPLATE


def test_what_is_commented_out_would_load_as_well(tmp_path):
    lines = [
        line.removeprefix("# ") if line.startswith("# ") and (" = " in line or line.startswith("# [")) else line
        for line in TEMPLATE.splitlines()
    ]
    text = "\n".join(lines).replace('"…"', '"me/actor"')
    tomllib.loads(text)
    (tmp_path / "socialsync.toml").write_text(text)
    (tmp_path / "users.csv").write_text("user,platform,handle\n")
    config = load(None, environ={}, cwd=tmp_path)

    assert set(config.settings.apify.actors.model_dump().values()) == {"me/actor"}
    assert list(config.users()) == ["acme", "me"]


def test_it_is_for_its_owner_alone_and_makes_the_folders(tmp_path):
    path = tmp_path / "new" / "folder" / "socialsync.toml"
    write_template(path)

    assert path.read_bytes() == TEMPLATE.encode()
    assert mode(path) == 0o600


def test_a_file_is_only_replaced_by_force(tmp_path):
    path = tmp_path / "socialsync.toml"
    path.write_text("mine")
    path.chmod(0o644)

    with pytest.raises(UsageError) as caught:
        write_template(path)
    assert str(caught.value) == f"{path} is there already; --force replaces it"
    assert path.read_text() == "mine"

    write_template(path, force=True)
    assert path.read_bytes() == TEMPLATE.encode()
    assert mode(path) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_written_gets_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()

    with pytest.raises(ConfigError, match=r"file/x\.toml cannot be written: .*/file is not a folder$"):
        write_template(tmp_path / "file" / "x.toml")
    with pytest.raises(ConfigError, match="folder cannot be written: Is a directory"):
        write_template(tmp_path / "folder", force=True)
    with pytest.raises(ConfigError, match="cannot be written: not a path"):
        write_template(tmp_path / "a\0b")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]
