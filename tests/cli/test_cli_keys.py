"""`keys`: made, listed and revoked at the command line."""

from __future__ import annotations

import json

from cli_builders import configured, socialsync


def test_a_key_is_printed_once_and_listed_without_what_opens(tmp_path):
    folder = configured(tmp_path)
    made = socialsync(folder, "keys", "create", "--user", "acme", "--name", "dashboard")
    key = made.out.strip()
    assert (made.code, key[:4], len(key.split("_")[2])) == (0, "ssk_", 64)
    listed = socialsync(folder, "keys", "list", "--json")
    (row,) = json.loads(listed.out)["keys"]
    assert (row["id"], row["user"], row["name"], row["revoked_at"]) == (key.split("_")[1], "acme", "dashboard", None)
    assert key.split("_")[2] not in listed.out + socialsync(folder, "keys", "list").out


def test_a_revoked_key_is_still_listed(tmp_path):
    folder = configured(tmp_path)
    key_id = json.loads(socialsync(folder, "keys", "create", "--admin", "--json").out)["id"]
    assert socialsync(folder, "keys", "revoke", key_id).code == 0
    (row,) = json.loads(socialsync(folder, "keys", "list", "--json").out)["keys"]
    assert (row["user"], row["revoked_at"] is not None) == (None, True)


def test_what_cannot_be_is_refused_with_a_sentence(tmp_path):
    folder = configured(tmp_path)
    for args, words in (
        (("create",), "say which"),
        (("create", "--user", "acme", "--admin"), "say which"),
        (("create", "--user", "nobody"), "there is no user nobody"),
        (("revoke",), "which one?"),
        (("revoke", "feed"), "there is no key feed"),
    ):
        said = socialsync(folder, "keys", *args)
        assert said.code == 2
        assert words in said.err
