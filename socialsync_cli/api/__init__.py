"""The HTTP API: the commands for programs on other machines. Every request brings a key, and sees what that opens.

- `app.py`      the routes
- `models.py`   what goes in and out
- `access.py`   keys: who asks, and what is theirs
- `starting.py` runs are queued if there is a queue, else carried out in threads of this process
- `metrics.py`  what Prometheus reads

Nothing here decides how a run is done: a route reads what is asked, checks whose it is, and makes one call.
"""
