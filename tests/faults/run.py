"""Kills control planes, sidecars and PostgreSQL at random moments, and checks what must hold.

PYTHONPATH=tests python tests/faults/run.py --rounds 200 --only planes

Two control planes share one PostgreSQL; a sidecar follows each. Two writers write at either plane,
a reader decides at each sidecar. A round kills some of the processes with kill -9, lets the others
go on for a moment and starts again what was killed. The run ends with 1 when anything does not
hold; what is printed then names it. Threads and processes make no two runs alike, but `--seed`
repeats what is killed, how and in which order, and what is written.
"""

import argparse
import contextlib
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from faults.actors import WRITERS, Fetcher, Reader, Writer, sighting
from faults.evidence import Reading
from faults.history import RECOVERY_BOUND_S, History, Recovery, violations
from faults.victims import Database, Plane, Sidecar
from servers.waiting import wait_until

_CHECK_EVERY = 20
_SAID_OF_A_BUG = ("this is a bug of turnout", "Traceback (most recent call last)")


class Run:
    """Everything that runs, and what it does in each round.

    Args:
        folder: For states and logs.
        seed: Of all that is drawn.
    """

    def __init__(self, folder: Path, seed: int):
        self._chance = random.Random(f"{seed}/run")
        self.history = History()
        self.killed = Counter()
        self._ends = contextlib.ExitStack()
        with contextlib.ExitStack() as ends:
            self._database = self._ending(ends, Database("shared_buffers=16MB"))
            store = self._database.new_database()
            self._planes = [
                self._ending(ends, Plane(f"plane-{at}", folder / f"plane-{at}", store))
                for at in range(2)
            ]
            self._sidecars = [
                self._ending(ends, self._sidecar(folder, plane, at))
                for at, plane in enumerate(self._planes)
            ]
            self._victims = [self._database, *self._planes, *self._sidecars]
            self._writers = [
                self._ending(ends, Writer(at, self._planes, seed, self.history))
                for at in range(WRITERS)
            ]
            self._begin()
            self._reading = self._ending(ends, Reading(store))
            self._actors = [*self._writers, *self._readers, self._fetcher]
            for actor in self._actors:
                ends.callback(actor.start().stop)
            self._ends = ends.pop_all()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._ends.close()

    def round(self, number):
        """Kills, waits, starts again; mostly waits until decisions are by the newest revision."""
        victims = self._chance.sample(self._victims, self._chance.choice((1, 1, 1, 2, 2, 3, 5)))
        self._wait_for_a_moment()
        for victim in victims:
            way = self._chance.choice(victim.ways)
            self.killed[f"{victim.name} {way}"] += 1
            victim.kill(way)
            self._look_into_state_folders()
        time.sleep(self._chance.uniform(0, 1))
        for victim in self._chance.sample(victims, len(victims)):
            victim.start()
        if self._chance.random() < 0.7:
            self.recover(number)
        self._raise_errors()

    def recover(self, number):
        """Waits until all sidecars decide by a revision that was published after all was started.

        So it takes in the start of control planes and the pauses of writers.
        """
        self._start_all()
        began, before = time.monotonic(), self.history.newest
        self._wait_for(lambda: self.history.newest > before, f"a revision in round {number}")
        self._wait_for_decisions_by(self.history.newest)
        self.history.recoveries.append(Recovery(number, time.monotonic() - began))

    def check(self):
        """What does not hold by now; the actors go on."""
        self._start_all()
        self.history.bugs[:] = self._bugs()
        seen = self.history.seen()
        evidence = self._reading.evidence()
        # What was begun since may be in the evidence already.
        seen.begun = list(self.history.begun)
        return violations(seen, evidence)

    def finish(self, number):
        """Ends the writers after what they are at, waits for the last revision, and checks."""
        self.recover(number)
        for writer in self._writers:
            writer.stop()
        self._wait_for_decisions_by(self.history.newest)
        for sidecar in self._sidecars:
            sidecar.count_complaints()
        self._raise_errors()
        return self.check()

    def _sidecar(self, folder, plane, at):
        return Sidecar(f"sidecar-{at}", folder / f"sidecar-{at}", plane.snapshots, self.history)

    def _begin(self):
        """Starts what is killed later, with a first revision that everybody has."""
        for plane in self._planes:
            plane.start()
        for writer in self._writers:
            writer.make_mark()
        first = self._writers[0].publish_first()
        for writer in self._writers:
            writer.revisions[:] = [first]
        for sidecar in self._sidecars:
            sidecar.start()
        self._readers = [Reader(sidecar, self.history) for sidecar in self._sidecars]
        self._fetcher = Fetcher(self._planes, self.history)

    @staticmethod
    def _ending(ends, made):
        ends.callback(made.close)
        return made

    def _wait_for_a_moment(self):
        """Any moment, or the one at which something is published or has just reached a sidecar."""
        how = self._chance.choice(("any", "any", "acknowledged", "answered"))
        until = time.monotonic() + self._chance.uniform(0.1, 1.2)
        if how == "acknowledged":
            newest = self.history.newest
            self._wait_while(lambda: self.history.newest == newest, until)
        elif how == "answered":
            answered = [reader.revision for reader in self._readers]
            self._wait_while(lambda: [one.revision for one in self._readers] == answered, until)
        else:
            time.sleep(max(0, until - time.monotonic()))

    @staticmethod
    def _wait_while(condition, until):
        while condition() and time.monotonic() < until:
            time.sleep(0.0005)

    def _look_into_state_folders(self):
        for sidecar in self._sidecars:
            with contextlib.suppress(FileNotFoundError):
                seen = sighting(f"{sidecar.name} kept", sidecar.kept.read_bytes())
                self.history.sightings.add(seen)

    def _start_all(self):
        for victim in self._victims:
            victim.start()

    def _wait_for_decisions_by(self, revision):
        def all_have_it():
            return all(reader.revision >= revision for reader in self._readers)

        self._wait_for(all_have_it, f"decisions by revision {revision}")

    def _wait_for(self, condition, what):
        """Waits longer than the bound: the check tells how long it took."""

        def looked():
            self._raise_errors()
            return condition()

        wait_until(looked, what, 3 * RECOVERY_BOUND_S)

    def _raise_errors(self):
        for actor in self._actors:
            if actor.error is not None:
                raise actor.error

    def _bugs(self):
        return [
            f"{victim.name}: {line}"
            for victim in (*self._planes, *self._sidecars)
            for line in victim.log.splitlines()
            if any(said in line for said in _SAID_OF_A_BUG)
        ]


def figures(run):
    """What a run was made of, in lines."""
    history = run.history
    done = history.acknowledged
    by_method = Counter(one.write.method for one in done)
    took = sorted(one.seconds for one in history.recoveries)
    again = sum(one.tries > 1 for one in done)
    return f"""\
killed: {_counted(run.killed)}
writes acknowledged: {len(done)} ({_counted(by_method)}), {again} of them asked for more than once
newest revision: {history.newest}; fetched whole by HTTP: {history.fetched} snapshots
decision calls: {history.decisions} answered, {len(history.failures)} failed while their sidecar \
was killed ({len(history.outages)} times)
refreshes that came to nothing: {_counted(+history.complaints)}
recoveries: {len(took)}, median {statistics.median(took):.2f} s, longest {took[-1]:.2f} s"""


def _counted(counter):
    return ", ".join(f"{name} {count}" for name, count in sorted(counter.items()))


def run_rounds(rounds, seed, folder, tell=print):
    """Runs so many rounds; gives what does not hold."""
    began = time.monotonic()
    with Run(folder, seed) as run:
        for number in range(1, rounds + 1):
            run.round(number)
            if number % _CHECK_EVERY == 0 and number < rounds:
                found = run.check()
                newest = f"revision {run.history.newest}"
                tell(f"{number} rounds, {newest}, {time.monotonic() - began:.0f} s")
                if found:
                    return found
        found = run.finish(rounds)
        tell(figures(run))
    tell(f"{rounds} rounds, seed {seed}, {time.monotonic() - began:.0f} s: {len(found)} violations")
    return found


def _run_all(asked, seed, folder, tell):
    found = []
    if asked.only != "members":
        (folder / "planes").mkdir()
        found += run_rounds(asked.rounds, seed, folder / "planes", tell)
    if asked.only != "planes":
        from faults.member_run import STORES, run_member_rounds  # noqa: PLC0415 - it imports this

        for store in STORES:
            (folder / store).mkdir()
            found += run_member_rounds(asked.rounds // 2, seed, folder / store, store, tell)
    return found


def main():
    """Runs it; what was running is kept when something does not hold."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, help="at random without it")
    parser.add_argument("--only", choices=("planes", "members"), help="both without it")
    asked = parser.parse_args()
    seed = random.SystemRandom().randrange(10**6) if asked.seed is None else asked.seed
    print(f"{asked.rounds} rounds, seed {seed}", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="turnout-faults-"))
    found = [f"not finished; logs are in {folder}"]
    try:
        found = _run_all(asked, seed, folder, lambda line: print(line, flush=True))
    finally:
        print("\n".join(found[:50]), flush=True)
        if not found:
            shutil.rmtree(folder)
        else:
            print(f"states and logs are in {folder}", flush=True)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
