"""Writes `docs/faults.md` from the table that the tests hold: `python tests/faults/faults_document.py`."""

from __future__ import annotations

from pathlib import Path

from fault_table import ENDPOINTS, FAILING, MISHAPS, NOT_OF_ITEMS, OK, of_check

DOCUMENT = Path(__file__).parents[2] / "docs" / "faults.md"

_BEGIN = """\
# What goes wrong, and what happens then

Written by `python tests/faults/faults_document.py` from the table that the tests in `tests/faults/` hold: every line is
a real sync against a simulated Apify in which just that goes wrong, once and for ever.

- **ok**: the task succeeds (exit code 0), nothing is missing, nothing is paid for twice.
- **`a word`**: the task fails with that word as `error.type` (in `status --json`, and in `sync_task.error`), in bounded
  time. What arrived is kept. The exit code is 1, or 3 if other tasks succeeded. `socialsync resume last`, or the next
  `run` within six hours, goes on where it ended and takes over what Apify has got already.
- A start whose answer is lost is looked for among the actor's runs, by its input, before another is sent. While that
  cannot be told, nothing is started.
- Other users and other platforms go on whatever happens to one of them. When nothing at all can be heard from Apify,
  the rest of a token's work is given up after three tries of Apify runs.

How patient socialsync is stands in the configuration: `[retry]` (`attempts`, and the pauses between them),
`[apify] timeout_seconds` (an answer from which nothing comes for so long is given up) and `run_timeout_seconds`.
`Retry-After` is obeyed up to five minutes.

## Requests

The words are those after all attempts, when it never passes. What passes is tried again and ends **ok**; only what is
marked *at once* is believed the first time.

"""
_RUNS = """
## Apify runs

Pages that a failed run did not get to are asked for again, in smaller and smaller Apify runs, up to `retry.attempts`.
What a failed run has stored is kept; Apify charges it, and again when its page has to be asked for anew.

"""
_BESIDE = """
## What a sync does not depend on

A ceiling (`--max-cost`) and `--dry-run` ask for prices; whatever happens to these requests, the prices of the list
are used and the sync goes on. When a run is stopped, its Apify runs are aborted; whatever happens to these requests,
the process is gone within ten seconds with exit code 130 or 143, and `resume` takes over what was not aborted.

`socialsync check` looks at the limits of the account and at the actors. An error makes it exit with 1.

"""


def document() -> str:
    """The whole document."""
    return _BEGIN + _requests() + _RUNS + _failing() + _BESIDE + _check()


def _table(*rows: list[str]) -> str:
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def _requests() -> str:
    rows = [["what goes wrong", *ENDPOINTS.values()]]
    for mishap in MISHAPS.values():
        cells = []
        for endpoint in ENDPOINTS:
            word = mishap.always(endpoint)
            shown = "–" if word is None else OK if word == OK else f"`{word}`"
            cells.append(shown + (", *at once*" if mishap.is_final(endpoint) else ""))
        rows.append([mishap.words, *cells])
    return _table(*rows)


def _failing() -> str:
    words = {"not_found": "page `not_found`, with a warning; the task succeeds", OK: OK}
    rows = [["what goes wrong", "once", "every time"]]
    rows += [[f.words, f.once, words.get(f.always, f"`{f.always}`")] for f in FAILING.values()]
    return _table(*rows)


def _check() -> str:
    rows = [["what goes wrong", "limits of the account", "an actor"]]
    rows += [
        [MISHAPS[key].words, *(of_check(key, endpoint) for endpoint in ("limits", "actor"))] for key in NOT_OF_ITEMS
    ]
    return _table(*rows)


if __name__ == "__main__":
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(document(), encoding="utf-8")
