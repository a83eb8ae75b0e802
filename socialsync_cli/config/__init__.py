"""The configuration: `socialsync.toml`, the users file and `SOCIALSYNC_…` variables, read once, then frozen.

`load` is the way in; the `Config` that it returns has the settings and gives the users.

- `configuration.py`  the story: find, read, override, validate; `Config`
- `settings.py`       every key, its default and its range
- `document.py`       the file: where it is looked for, what it says, how places in it are named
- `lines.py`          on which line a key stands
- `environment.py`    keys that come from the environment
- `problems.py`       what is wrong, in sentences
- `tokens.py`         `env:`, `file:`, `keyring:`, and the tokens behind them
- `addresses.py`      web, mail and database addresses
- `users.py`          `User`, `[users.<id>]`, and who is picked by `--user` and `--all`
- `users_file.py`     the CSV of thousands of users
- `cautions.py`       what works and is unwise
- `template.py`       what `socialsync init` writes
- `answers.py`        what it may be told, and the file that comes of it

Nothing here opens the database or the network; a token is read when it is needed.
"""

from socialsync_cli.config import answers
from socialsync_cli.config.addresses import describe_database, require_safe_url
from socialsync_cli.config.configuration import Config, load
from socialsync_cli.config.document import FILE_NAME, target_path
from socialsync_cli.config.settings import Settings
from socialsync_cli.config.template import TEMPLATE, write_template
from socialsync_cli.config.tokens import Token, TokenSource
from socialsync_cli.config.users import Handles, User, select

__all__ = [
    "FILE_NAME",
    "TEMPLATE",
    "Config",
    "Handles",
    "Settings",
    "Token",
    "TokenSource",
    "User",
    "answers",
    "describe_database",
    "load",
    "require_safe_url",
    "select",
    "target_path",
    "write_template",
]
