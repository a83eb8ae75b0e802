"""The network: the one place that imports apify_client.

- `account.py`  one token: start an actor, wait, read its items, abort, find a lost start, prices and limits
- `transport.py`  the client's HTTP on httpx: rate limit, retries, timeouts, cancellation, all of it here
- `answer.py`  a body: read, and what an error in it says; `mending.py`  JSON that is not quite JSON
- `retry.py`  the table of what is worth another try, and how long to wait before it
- `limiter.py`  so many requests per second and token, over all threads and processes of the machine
- `redis_limiter.py`  the same over all machines
- `runs.py`  what Apify says about a run, read leniently into frozen records

Nothing here knows a platform, a page or a database.
"""
