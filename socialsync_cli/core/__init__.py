"""Pure records and decisions: no clock, no network, no file, no randomness lives here; those come in as arguments.

- `records.py`  what a platform's items become; `quality.py` what was wrong with them
- `outcomes.py`  what came of a page, part by part
- `wanted.py`  what of a post's comments is still wanted
- `plan.py`  how pages are packed into Apify runs
- `money.py`  prices, and what items cost
- `events.py`  what happens in a run, for whoever watches; `stop.py` that it shall end
- `hosts.py`  which hosts are this machine
- `csv_lines.py`, `characters.py`  text that people and scrapers wrote, read safely
"""
