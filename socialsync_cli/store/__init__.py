"""The database, and what lies beside it: the one place that speaks SQL.

- `tables.py`  the tables as people query them, `column_types.py` their types; `views.py` the views of other programs;
  `schema.py`, `migrations/` their versions
- `database.py`  opening, transactions; `place.py` where things lie; `writer.py` the one thread that writes
- `upsert.py`  many rows at once; `lookup.py` many keys at once
- `pages.py`  profiles, posts and comments become rows; `takeover.py` a handle that another account has now
- `runs.py`  runs and tasks, `page_results.py` what came of their pages
- `locks.py`, `holder.py`  who works on what, and still lives
- `bundles.py`, `calls.py`  runs that are queued for workers elsewhere; `keys.py` the keys of the HTTP API
- `ledger.py`  every Apify run, written down before money is spent
- `archive.py`  what Apify's datasets held; `replay.py`, `correct.py` reading it again; `retention.py` for how long
- `present.py`  what is known of pages now; `past.py` at every moment of their lives
- `changes.py`  what a run changed
- `derive.py`  the figures of a day; `rebuild.py` of days that are past
- `history_file.py`, `importing.py`  counters from elsewhere
- `queries.py` (on `outlines.py`), `page_queries.py`, `report_queries.py`, `export_queries.py`  reading for people

Nothing here talks to Apify or to a person.
"""
