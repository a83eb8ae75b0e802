"""The same work on any number of machines: Celery carries messages, the database says who does what.

A message names a run and a task, nothing else. Whoever gets it claims the task's bundle in the database and carries
it out as `run` would. So a message may be lost, or come twice: the tables are the truth, and workers send again what
nobody attends to.

- `run.py`      queue a run and follow it; what `run --executor celery` calls
- `follow.py`   what happens in a run, seen from its rows
- `app.py`      the Celery application: its settings, sending
- `worker.py`   the worker process: `socialsync worker`
- `work.py`     one message: claim, carry out, say how it ended
- `mirror.py`   Celery's states agree with the tables
- `telling.py`  who hears of a queued run

Only this room imports Celery; nothing here talks to Apify or knows what a task consists of.
"""
