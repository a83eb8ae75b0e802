"""Who does the work: pages become Apify runs, Apify runs become rows.

- `work.py`  what is in the air: pages, batches, accounts
- `request.py`  what is asked for, what is met, which tasks that comes to; `wishes.py`, `naming.py`  in people's words
- `opening.py`  the database, for runs and for plans; `check.py`  whether a run could start
- `queued.py`  a run that waits for workers elsewhere; `bundle.py`  which of its tasks go together
- `claim.py`  what belongs to a run before its work begins: its locks and rows
- `perform.py`  a run from its first request to its last row
- `telling.py`  who hears of it
- `engine.py`  the loop: which batch is next, and what its report means
- `dispatch.py`  which batch is next, and whether it can still be paid for
- `desk.py`  where answers come together: pages are completed and written, tasks are counted
- `board.py`  the tasks
- `pack.py`  pages that wait become batches; `portions.py`  of a large run, so many at a time
- `prepare.py`  what was asked for becomes rows and work
- `accounts.py`  one account per distinct token
- `hold.py`  what a process has for itself: a whole run, or a bundle of a queued one; `alive.py`  its heartbeat
- `estimate.py`  what a run would do and cost
- `crew.py`  the worker threads, and what they have open at Apify
- `drive.py`  one batch from its start at Apify to its last item, in a worker thread
- `start.py`  starting an actor so that it is never paid for twice
- `harvest.py`  items → records, and what they say of each page; `rows.py`  records → rows
- `settle.py`  which answers are final, and what is asked again
- `hopeless.py`  what goes wrong every time, and is given up
- `shares.py`  which page bears what an Apify run cost
- `finish.py`  pages that are complete: results, cursors, derived rows
- `adopt.py`  what an earlier run has already paid for
- `budget.py`  the ceiling over everything that is spent
- `cancel.py`  stopping a run from outside
- `reading.py`, `portrait.py`  a run, a page, as they stand in the database

Nothing here prints, reads an item (`platforms/` does) or speaks HTTP (`apify/` does): people and machines hear of a run
through events alone.
"""
