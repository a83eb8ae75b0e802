"""The `socialsync.toml` that `socialsync init` writes: it loads as it is, and explains every key."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from socialsync_cli.errors import ConfigError, UsageError
from socialsync_cli.platforms import PLATFORMS, Platform

_TEMPLATE = """\
# socialsync: which pages to sync, with which Apify token, into which database.
#
# Relative paths are relative to this file. A key that is left out has the value that stands here.
# Any key can also come from the environment: SOCIALSYNC_<SECTION>__<KEY>, as in SOCIALSYNC_DATABASE__URL.
# `socialsync check` says whether all is well.

# Users can also stand in a CSV file, with the columns user,platform,handle[,token,notify]:
# users_file = "users.csv"

[database]
url = "sqlite:///socialsync.db"       # or "postgresql+psycopg://user:password@host/name"

[apify]
# For users without their own, where to find it: "env:NAME", "file:PATH" or "keyring:SERVICE/NAME".
# The token itself may stand here too; it is safer elsewhere.
token = "env:APIFY_TOKEN"
api_url = "https://api.apify.com"
requests_per_second = 5               # at most, per token, over all threads and processes
max_concurrent_runs = 8               # Apify runs at once, per token
max_pages_per_run = 200               # pages that one Apify run serves, at most
run_timeout_seconds = 3600            # an Apify run that takes longer is ended
timeout_seconds = 30                  # an answer of Apify from which nothing comes for so long is given up
allow_insecure_http = false           # true: api_url may be plain http:// on another machine

# Other actors than the usual ones: "owner/name".
[apify.actors]
%(actors)s

# When Apify cannot be reached or is busy: how often to try, and how long to wait in between.
[retry]
attempts = 5
initial_seconds = 1.0                 # before the second try; doubled each time
max_seconds = 60.0

[sync]
workers = 8                           # tasks (user and platform) at once
posts_per_page = 30                   # newest posts of each page
comments_per_post = 10                # without replies; 0: none
replies_per_comment = 0               # Apify charges for these as well
comment_authors = "keep"              # "keep" | "hash" | "drop" their names
refresh_days = 14                     # older posts are settled and not paid for again
max_cost_usd = 0                      # a ceiling for each run; 0: none
keep_raw_days = 30                    # what Apify sent, compressed, beside the database; 0: keep none

[score]
aggregation = "arithmetic"            # "geometric" punishes one-sided pages
min_coverage = 0.5                    # no score if less than this share of the weights is known

# What each part counts for; only the proportions matter.
[score.weights]
audience = 0.15
engagement = 0.35
growth = 0.20
consistency = 0.15
reach = 0.15

# Your own peers instead of the published ones: whole tables, under a version of your own.
# [score.benchmarks]
# version = "mine-1"
# posts_per_week = { instagram = 5.0, facebook = 3.0, tiktok = 4.0 }

# Addresses are web addresses ("https://…", which get JSON), mail addresses ("mailto:name@example.com"), or, with
# pip install 'socialsync-cli[notify]', those of a hundred services: "slack://…", "tgram://…", "ntfy://…" (see apprise).
# `socialsync check --notify` sends a test message to all of them.
[notify]
on = "failure"                        # when users are told: "always" | "failure" | "never"
admins = []                           # told of refused tokens, used-up quotas and reached limits
smtp_url = "env:SMTP_URL"             # for mail: smtp://user:password@host:587
# webhook_secret = "env:WEBHOOK_SECRET"   # signs what is sent to web addresses
ping_url = ""                         # a dead man's switch, as of healthchecks.io: /start, then /<exit code>
allow_insecure_http = false           # true: plain http:// to other machines is accepted in here

# Beyond one machine: `socialsync run --executor celery` queues, `socialsync worker` works, on as many as you like.
[celery]
# broker_url = "env:CELERY_BROKER_URL"  # redis://:password@host:6379/0; rediss:// for TLS
# result_backend = "env:CELERY_RESULT_BACKEND"  # left out: the broker
queue = "socialsync"
visibility_timeout_seconds = 86400    # when a message is delivered again that no worker has answered for
time_limit_seconds = 43200            # when a worker puts down what it works on; 0: never

# A section for each user. The id is yours to choose (a-z, 0-9, _ and -).
# Pages are handles, @handles or addresses of pages.
# [users.acme]
# token = "env:ACME_APIFY_TOKEN"      # left out: the one of [apify]
# notify = ["https://hooks.example.com/acme", "mailto:social@acme.example"]
%(examples)s

[users.me]
%(empty)s
"""


def _actors(name: str, platform: Platform) -> Iterator[str]:
    """A line for each part whose actor can be another one, under the word that the platform has for it."""
    words = {part: word for word, part in platform.ACTOR_WORDS.items() if part == "profiles"}
    for part in platform.ACTORS:
        line = f'# {name}_{words.get(part, part)} = "…"'
        brings = part == "posts" and "profiles" not in platform.ACTORS
        yield f"{line:<38}# brings the profiles along" if brings else line


def _examples(name: str, platform: Platform) -> str:
    pages = ", ".join(f'"{page}"' for page in platform.EXAMPLES)
    return f"# {name} = [{pages}]"


def _template() -> str:
    first, *rest = (f"{name} = []" for name in PLATFORMS)
    return _TEMPLATE % {
        "actors": "\n".join(line for name, platform in PLATFORMS.items() for line in _actors(name, platform)),
        "examples": "\n".join(_examples(name, platform) for name, platform in PLATFORMS.items()),
        "empty": "\n".join([f"{first:<38}# fill in, and call the user what you like", *rest]),
    }


TEMPLATE = _template()
"""With the platforms that there are."""


def write_template(path: Path, force: bool = False, text: str = TEMPLATE) -> None:
    """Write a configuration, readable by its owner alone; folders on the way are made.

    Args:
        path: the file.
        force: replace a file that is there, in one step.
        text: what to write.

    Raises:
        UsageError: there is a file already, and no `force`.
        ConfigError: the file cannot be written.

    """
    # A name of its own for each process; a leftover of a killed one is simply written over.
    target = path.with_name(f".{path.name}.{os.getpid()}") if force else path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise ConfigError(f"{path} cannot be written: {path.parent} is not a folder") from error
    except (OSError, ValueError) as error:
        raise _unwritable(path, error) from error
    try:
        if force:
            target.unlink(missing_ok=True)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise UsageError(f"{path} is there already; --force replaces it") from error
    except (OSError, ValueError) as error:
        raise _unwritable(path, error) from error
    try:
        with open(descriptor, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        if force:
            target.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            target.unlink()
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: Exception) -> ConfigError:
    return ConfigError(f"{path} cannot be written: {getattr(error, 'strerror', None) or 'not a path'}")
