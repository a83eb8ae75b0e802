"""socialsync: every page's followers, posts, comments and figures in your own SQL database, every day.

The rooms, from the door to the cellar; imports only ever point down this list:

- `cli/`        the commands: parse, one call, an exit code
- `sandbox/`    a loopback Apify with a little world in it, for the demo and the tests
- `api/`        the same over HTTP, for programs elsewhere
- `cluster/`    the same work on many machines: Celery, workers, who follows
- `sync.py`     THE STORY of a run, top to bottom; open this first
- `history.py`  days that are past: import, rebuild, prune
- `monitoring.py`  what Prometheus reads
- `execute/`    who does the work: pages become Apify runs, Apify runs become rows
- `config/`     `socialsync.toml`, the users, the tokens
- `apify/`      NETWORK: the one place that talks to Apify
- `store/`      DATABASE: tables, migrations, upserts, the ledger of Apify runs, the raw archive, derived rows
- `show/`       what people look at: live progress, tables, charts
- `notify/`     who is told, and how
- `schedule/`   runs by the clock: systemd and cron
- `platforms/`  PURE: one module per platform: which actors, which input, how an item becomes a record
- `metrics/`    PURE: engagement, growth, projection, reach, score
- `core/`       PURE: records, outcomes, the packing plan, money, events
- `errors.py`   every error that is raised on purpose

Facts flow forward as frozen records; failures are values; the screen listens to events and changes nothing.
"""

__version__ = "0.1.0"
