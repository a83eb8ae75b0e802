"""What people look at: progress, tables, one page in the terminal; and the JSON that programs read.

- `terminal.py`  the two consoles, what they can show, and scraped text on one line
- `log.py`       lines on stderr: text, or JSON objects
- `figures.py`   counts, money, times and rates as people read them
- `records.py`   what is known of runs, tasks and page results
- `status.py`    a run and its tasks: tables and JSON
- `runs.py`      many runs
- `advice.py`    what to do about each kind of trouble
- `progress.py`  who watches a run: a live screen, plain lines, or nobody
- `scoreboard.py`  how far a run is, counted from its events
- `live.py`      the live screen; `picture.py` what it shows
- `plain.py`     lines, now and then
- `summary.py`   what a run came to, at its end
- `portrait.py`  what is known of one page
- `parts.py`     what the parts of a score were made from
- `page.py`, `page_trends.py`, `page_json.py`  one page in the terminal, and for programs
- `chart.py`     small line charts
- `table.py`      tables that fit
- `announce.py`   the first words of a run; `watch.py` follows one that goes on elsewhere
- `users.py`, `plan.py`, `findings.py`  what is shown of `users`, `run --dry-run` and `check`
- `report/`      the HTML report
- `export.py`    rows as CSV, JSON lines, Parquet
- `files.py`     files that are given away

What is shown comes in as records; nothing here changes anything, asks the network, or decides what a run does.
"""
