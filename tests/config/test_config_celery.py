"""Where the queue is."""

from __future__ import annotations

import pytest
from config_builders import HANDLES

from socialsync_cli.config import load
from socialsync_cli.errors import ConfigError


def loaded(folder, text, **environ):
    (folder / "socialsync.toml").write_text(text)
    (folder / "socialsync.toml").chmod(0o644)
    return load(None, environ=environ, cwd=folder, handles=HANDLES)


def test_without_a_section_there_is_no_queue(tmp_path):
    config = loaded(tmp_path, "")
    assert (config.broker_url(), config.result_backend()) == (None, None)


def test_the_queue_keeps_states_too_unless_another_place_is_named(tmp_path):
    config = loaded(tmp_path, '[celery]\nbroker_url = "env:BROKER"', BROKER="redis://:pw@a/0")
    assert config.result_backend().reveal() == "redis://:pw@a/0"
    text = '[celery]\nbroker_url = "env:BROKER"\nresult_backend = "env:BACKEND"'
    config = loaded(tmp_path, text, BROKER="redis://a/0", BACKEND="rediss://b/1")
    assert [config.broker_url().reveal(), config.result_backend().reveal()] == ["redis://a/0", "rediss://b/1"]


def test_other_engines_than_redis_are_refused_without_repeating_the_address(tmp_path):
    config = loaded(tmp_path, '[celery]\nbroker_url = "env:BROKER"', BROKER="amqp://guest:pw@a//")
    with pytest.raises(ConfigError, match=r"broker_url from \$BROKER must begin with redis:// or rediss://$"):
        config.broker_url()


def test_an_address_that_is_missing_is_missed_when_it_is_needed(tmp_path):
    config = loaded(tmp_path, '[celery]\nbroker_url = "env:BROKER"')
    with pytest.raises(ConfigError, match=r"the broker_url is missing: \$BROKER is not set"):
        config.broker_url()


def test_only_addresses_with_a_password_are_secrets(tmp_path):
    assert loaded(tmp_path, '[celery]\nbroker_url = "redis://localhost/0"').warnings == ()
    warned = loaded(tmp_path, '[celery]\nbroker_url = "redis://:pw@localhost/0"').warnings
    assert len(warned) == 2
    assert "pw" not in " ".join(warned)


def test_a_message_is_not_delivered_again_while_its_worker_may_still_be_at_it(tmp_path):
    with pytest.raises(ConfigError, match="visibility_timeout_seconds must be larger than time_limit_seconds"):
        loaded(tmp_path, "[celery]\nvisibility_timeout_seconds = 60\ntime_limit_seconds = 60")
