"""Kills syncs at random moments, lets others go on, and compares what is left with a sync that nobody disturbed.

    python benchmarks/crash.py --kills 200 --seed 1

Each round begins with nothing, or with the database of the days before. A sync is killed (SIGKILL) after some time, at
some event, statement or commit, or while some request is on its way, perhaps while the platform has troubles of its
own; then `resume` or another `run` goes on, and may be killed as well, until one ends by itself. After every kill the
file must be whole. In the end the database must say the same of every page, nothing may have been paid twice, the
archive must be complete, and nothing may seem to go on. Under a cost limit that is too low, less is there, but nothing
was paid twice and no run has cost more. Prints a line per round and a total; exits with 1 if anything differed.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

from crash_left import Left, damage, differences, disorder, excesses, has_begun, left
from crash_stage import SCENES, Scene, Stage, Typical, Way, chosen, stage, weather

_MOST = 20
"""Attempts of a round; the last one is left in peace."""


class Round(NamedTuple):
    """How a round went."""

    story: str
    kills: int
    differences: list[str]


class Bench(NamedTuple):
    """A scene that is set, and what is left when nobody disturbs it."""

    stage: Stage
    wanted: Left
    typical: Typical

    @property
    def limit_usd(self) -> float | None:
        """The cost limit of syncs."""
        share = self.stage.scene.ceiling
        return None if share is None else share * self.typical.usd


def set_scene(at: Stage) -> Bench:
    """Let the days before go by, and one sync undisturbed."""
    scene, undisturbed = at.scene, "sandbox-crash-undisturbed"
    first = at.configure("first")
    for day in range(scene.days):
        now = scene._replace(days=day).now
        at.begin_anew(now)
        if at.sync(first, "sandbox-crash-first", now, Way("")) != 0:
            raise SystemExit("a sync of the days before did not end well")
    database = at.configure("undisturbed", first)
    at.begin_anew(scene.now)
    before, began = at.sandbox.state.stats.requests.total(), time.monotonic()
    if at.sync(database, undisturbed, scene.now, Way("")) != 0:
        raise SystemExit("the undisturbed sync did not end well")
    seconds, requests = time.monotonic() - began, at.sandbox.state.stats.requests.total() - before
    wanted = left(at.sandbox, database, undisturbed)
    print(f"{scene.name}: undisturbed {seconds:.2f} s, {requests} requests, {wanted.charges.total()} items", flush=True)
    return Bench(at, wanted, Typical(seconds, requests, wanted.usd))


def round_of(bench: Bench, name: str, random: Random) -> Round:
    """Begin with the database of the days before, kill syncs until one ends by itself, and look at what is left."""
    at, now = bench.stage, bench.stage.scene.now
    database, token = at.configure(name, at.folder / "first" / "crash.db"), f"sandbox-crash-{name}"
    at.begin_anew(now)
    faults = weather(random, token)
    at.sandbox.arm(*faults)
    story, kills, said = [f"{fault.kind} of {fault.endpoint} {fault.skip}" for fault in faults], 0, []
    only_one = random.random() < 0.2
    for attempt in range(_MOST):
        way = Way("") if attempt == _MOST - 1 or (attempt and random.random() < 0.55) else chosen(random, bench.typical)
        # One user's sync is killed first; a sync of all takes over what the two share.
        users = ["acme"] if only_one and attempt == 0 else None
        resume = not only_one and random.random() < 0.5 and database.exists() and has_begun(database, now)
        code = at.sync(database, token, now, way, resume=resume, users=users, max_cost_usd=bench.limit_usd)
        story.append(f"{'resume' if resume else 'run'}{' of one' if users else ''}{way} → {code}")
        kills += code == -9
        if code != -9 and users is not None:
            return Round("; ".join(story), 0, [])  # it came to its end: what others fetch is fetched anew
        if code != -9:
            return Round("; ".join(story), kills, said + judged(bench, database, token, code))
        said += damage(database)
    raise SystemExit(f"{name} did not come to an end: {'; '.join(story)}")


def judged(bench: Bench, database: Path, token: str, code: int) -> list[str]:
    """Say what is not as it should be when everything is over."""
    at, limit_usd = bench.stage, bench.limit_usd
    found = left(at.sandbox, database, token)
    said = disorder(database, found, at.scene.now)
    if limit_usd is not None and limit_usd < bench.typical.usd:
        return said + excesses(found, bench.wanted, database, at.scene.now, limit_usd)
    return said + ([f"the exit code is {code}"] if code else []) + differences(found, bench.wanted)


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill syncs, and tell what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="of all rounds only this one")
    parser.add_argument("--scene", choices=[scene.name for scene in SCENES], help="of all scenes only this one")
    parser.add_argument("--keep", type=Path, help="a new folder for the databases of rounds that differ")
    given = parser.parse_args(arguments)
    scenes: list[Scene] = [scene for scene in SCENES if given.scene in (None, scene.name)]
    bad, number, kills = 0, 0, 0
    with contextlib.ExitStack() as stack:
        benches: dict[Scene, Bench] = {}
        while kills < given.kills and number < (given.only or sys.maxsize):
            number += 1
            if given.only not in (None, number):
                continue
            scene, name = scenes[number % len(scenes)], f"round{number}"
            if scene not in benches:
                benches[scene] = set_scene(stack.enter_context(stage(scene)))
            found = round_of(benches[scene], name, Random(f"{given.seed} {number}"))
            kills += found.kills
            bad += bool(found.differences)
            print(
                f"round {number} ({scene.name}): {found.story}: {'DIFFERS' if found.differences else 'ok'}", flush=True
            )
            for line in found.differences[:10]:
                print(f"    {line[:300]}", flush=True)
            folder = benches[scene].stage.folder / name
            if given.keep and found.differences:
                shutil.copytree(folder, given.keep / name)
            shutil.rmtree(folder)
    print(f"{number} rounds, {kills} kills, {bad} with differences")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
