"""What holds for every test: nothing leaves this machine, and nothing of the user's own is touched."""

from __future__ import annotations

import socket

import databases
import pytest


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch):
    """A connection beyond loopback is a mistake in a test, or in the program."""
    real = socket.socket.connect

    def connect(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {address[0]}")
        return real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture(autouse=True, scope="session")
def _state_of_its_own(tmp_path_factory):
    """Also what fixtures of whole modules do leaves the user's folders alone."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HOME", "XDG_STATE_HOME"):
            patch.setenv(name, str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(autouse=True)
def _home_of_its_own(monkeypatch, tmp_path_factory):
    """State, cache and configuration folders of the user stay as they are."""
    home = tmp_path_factory.mktemp("home")
    for name in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(home))
    for name in ("SOCIALSYNC_CONFIG", "APIFY_TOKEN", "http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def _databases_go_with_their_folder(request):
    """Those on a server, too."""
    folder = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else None
    yield
    if folder is not None:
        databases.forget(folder)
