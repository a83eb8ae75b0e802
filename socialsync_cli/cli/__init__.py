"""The command line: what people type, and what the process exits with.

- `application.py`  the program, its global options and the order of its commands
- `options.py`      options that several commands have; `platform_option.py` the one that needs the platforms
- `invocation.py`   what holds for every command
- `ending.py`       errors become exit codes
- `signals.py`      SIGINT and SIGTERM; `memory.py` what a sync needs of memory management
- `asking.py`       questions to a person at a terminal
- `completing.py`   what the shell offers when Tab is pressed
- `syncing.py`, `serving.py`, `looking.py`, `giving.py`, `keeping.py`, `setting_up.py`, `scheduling.py`  the commands:
  each parses and makes one call
- `actions/`        those calls; here heavy libraries may be imported

`socialsync --help` loads neither SQLAlchemy nor apify_client: command modules import actions only when they are run.
"""

from __future__ import annotations

import gc
import os
import sys

from socialsync_cli.cli.invocation import Invocation


def main(args: list[str] | None = None) -> int:
    """Run the program; return its exit code."""
    # Imports and parsed JSON are many objects without cycles: looking for these takes longer than the work itself.
    gc.set_threshold(50_000, 10, 10)
    from socialsync_cli.cli.application import carry_out
    from socialsync_cli.cli.completing import VARIABLE, answered
    from socialsync_cli.cli.ending import ended
    from socialsync_cli.show.terminal import make_robust

    make_robust(sys.stdout, sys.stderr)
    _keep_memory_to_ourselves()
    call = Invocation()
    if VARIABLE in os.environ:
        return answered(lambda: carry_out(args, call))
    return ended(lambda: carry_out(args, call), call)


def _keep_memory_to_ourselves() -> None:
    """Leave no core file if the interpreter should crash: it would hold the tokens."""
    try:
        import resource
    except ImportError:  # there are no core files on Windows
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
