"""Runs by the clock: what systemd and cron need to be told.

- `job.py`      what is to be run, when, and what it touches
- `systemd.py`  PURE: a hardened service and its timer
- `cron.py`     PURE: a line of a crontab, and a crontab with that line in it
- `install.py`  puts them where they belong

Times of day are those of the machine's own time zone: that is what both of them go by.
"""

from socialsync_cli.schedule.cron import line
from socialsync_cli.schedule.install import install_line, install_units, units_folder
from socialsync_cli.schedule.job import Credential, Job
from socialsync_cli.schedule.systemd import Scope, units

__all__ = [
    "Credential",
    "Job",
    "Scope",
    "install_line",
    "install_units",
    "line",
    "units",
    "units_folder",
]
