"""Kills control planes in the middle of evaluations and imports, and checks what must hold.

On SQLite one control plane, on PostgreSQL two, and PostgreSQL itself is killed too. One segment is
evaluated and one is imported into, again and again, at any plane. A round kills something with
kill -9 at any moment, or just after an evaluation began, and starts it again.
"""

import contextlib
import random
import time
from collections import Counter
from pathlib import Path

from faults.member_actors import Evaluating, Importing
from faults.member_evidence import MemberReading
from faults.member_history import MemberHistory, member_violations
from faults.run import _SAID_OF_A_BUG, _counted
from faults.victims import Database, Plane
from servers.waiting import wait_until

_CHECK_EVERY = 10
_MEMBERS = 100_000
STORES = ("sqlite", "postgresql")


class MemberRun:
    """Everything that runs, and what it does in each round.

    Args:
        folder: For states, stores and logs.
        seed: Of all that is drawn.
        store: One of `STORES`.
    """

    def __init__(self, folder: Path, seed: int, store: str):
        self._chance = random.Random(f"{seed}/{store}")
        self.history = MemberHistory()
        self.killed = Counter()
        with contextlib.ExitStack() as ends:
            database = None
            if store == "postgresql":
                database = _ending(ends, Database("shared_buffers=16MB"))
            data = folder / "data"
            data.mkdir()
            options = ("--query-folder", str(data))
            url = database.new_database() if database else f"sqlite:///{folder}/store.db"
            self._planes = [
                _ending(ends, Plane(f"plane-{at}", folder / f"plane-{at}", url, *options))
                for at in range(2 if database else 1)
            ]
            self._victims = [*([database] if database else []), *self._planes]
            others = (self._planes, seed, self.history)
            self._evaluating = _ending(ends, Evaluating(data, _MEMBERS, *others))
            self._importing = _ending(ends, Importing(*others))
            for plane in self._planes:
                plane.start()
            self._evaluating.make()
            self._evaluating.publish()
            self._importing.make()
            looked_at = folder / "sets"
            looked_at.mkdir()
            runs = [plane.state / "runs" for plane in self._planes]
            self._reading = _ending(ends, MemberReading(url, looked_at, runs))
            self._actors = [self._evaluating, self._importing]
            for actor in self._actors:
                ends.callback(actor.start().stop)
            self._ends = ends.pop_all()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._ends.close()

    def round(self):
        """Kills, waits, starts again, and waits until an evaluation goes well."""
        victim = self._chance.choice(self._victims)
        self._wait_for_a_moment()
        way = self._chance.choice(victim.ways)
        self.killed[f"{victim.name} {way}"] += 1
        victim.kill(way)
        time.sleep(self._chance.uniform(0, 0.3))
        self._start_all()
        if self._chance.random() < 0.5:
            self.recover()
        self._raise_errors()

    def recover(self):
        """Waits until an evaluation goes well that was begun after all was started."""
        self._start_all()
        began, before = time.monotonic(), dict(self.history.succeeded)
        self._wait_for(lambda: self.history.succeeded != before, "an evaluation that goes well")
        self.history.recoveries.append(time.monotonic() - began)

    def check(self):
        """Stops the actors after what they are at, and gives what does not hold."""
        self._start_all()
        for actor in self._actors:
            actor.pause()
        self._raise_errors()
        self._wait_for(self._is_quiet, "the end of the files of runs")
        self.history.bugs[:] = [
            f"{plane.name}: {line}"
            for plane in self._planes
            for line in plane.log.splitlines()
            if any(said in line for said in _SAID_OF_A_BUG)
        ]
        found = member_violations(self.history, self._reading.evidence(self.history))
        for actor in self._actors:
            actor.go_on()
        return found

    def _is_quiet(self):
        return not any(path for plane in self._planes for path in (plane.state / "runs").glob("*"))

    def _wait_for_a_moment(self):
        until = time.monotonic() + self._chance.uniform(0.05, 0.6)
        if self._chance.random() < 0.6:
            number = len(self.history.wanted)
            while len(self.history.wanted) == number and time.monotonic() < until + 1:
                time.sleep(0.0005)
            time.sleep(self._chance.uniform(0, 0.3))
        else:
            time.sleep(max(0, until - time.monotonic()))

    def _start_all(self):
        for victim in self._victims:
            victim.start()

    def _wait_for(self, condition, what):
        def looked():
            self._raise_errors()
            return condition()

        wait_until(looked, what, 150)

    def _raise_errors(self):
        for actor in self._actors:
            if actor.error is not None:
                raise actor.error


def _ending(ends, made):
    ends.callback(made.close)
    return made


def run_member_rounds(rounds, seed, folder, store, tell=print):
    """Runs so many rounds on one kind of store; gives what does not hold."""
    began = time.monotonic()
    with MemberRun(folder, seed, store) as run:
        for number in range(1, rounds + 1):
            run.round()
            if number % _CHECK_EVERY == 0 or number == rounds:
                if number == rounds:
                    run.recover()
                found = run.check()
                tell(f"{store}: {number} rounds, {time.monotonic() - began:.0f} s")
                if found:
                    return found
        tell(_figures(run, store))
    return found


def _figures(run, store):
    history = run.history
    reasons = Counter(history.failed.values())
    longest = max(history.recoveries, default=0)
    return f"""\
{store}: killed {_counted(run.killed)}
{store}: {history.evaluations} evaluations of {_MEMBERS:,} members, of which failed: \
{_counted(reasons) or "none"}; {history.imported} imports
{store}: an evaluation went well again within {longest:.1f} s"""
