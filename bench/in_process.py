"""Times evaluations from Python: `python -m bench.in_process SNAPSHOT`, one JSON line of rounds.

A thousand users take turns, on all sides the same, each with four attributes.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from bench.catalogue import ATTRIBUTES, MEASURED_FLAG
from bench.figure import interleave
from bench.rivals import Eppo, LaunchDarkly
from turnout import Context, Engine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ROUNDS = 15
A_ROUND_S = 0.1
USERS = [(f"user-{index:015}", ATTRIBUTES) for index in range(1_000)]


def main(snapshot: str) -> None:
    """Prints microseconds an evaluation, by name a list of rounds."""
    engine = Engine.from_snapshot(Path(snapshot).read_bytes())
    contexts = [Context(id_, dict(attributes)) for id_, attributes in USERS]
    eppo, launchdarkly = Eppo(), LaunchDarkly()
    check("turnout", (engine.decide(MEASURED_FLAG, context).variant for context in contexts))
    check("eppo", map(eppo.decide, USERS))
    check("launchdarkly", map(launchdarkly.decide, USERS))
    decide = engine.decide

    def ready() -> None:
        for context in contexts:
            decide(MEASURED_FLAG, context)

    def built() -> None:
        for id_, attributes in USERS:
            decide(MEASURED_FLAG, Context(id_, attributes))

    taken = interleave(
        ROUNDS,
        {
            "turnout": timer(ready),
            "turnout, context built": timer(built),
            "eppo": timer(eppo.evaluations(USERS)),
            "launchdarkly": timer(launchdarkly.evaluations(USERS)),
        },
    )
    launchdarkly.close()
    print(json.dumps(taken))


def check(name: str, variants: Iterable[str | None]) -> None:
    """Makes sure that a side evaluates the split: about half of the users each."""
    seen = Counter(variants)
    if set(seen) != {"classic", "compact"} or min(seen.values()) < 400:
        raise SystemExit(f"{name} does not split the measured flag: {dict(seen)}")


def timer(run: Callable[[], None]) -> Callable[[], float]:
    """A measure that repeats `run` for a round and gives microseconds a user."""

    def measure() -> float:
        began, runs = time.perf_counter(), 0
        while (took := time.perf_counter() - began) < A_ROUND_S:
            run()
            runs += 1
        return took * 1e6 / (runs * len(USERS))

    return measure


if __name__ == "__main__":
    main(sys.argv[1])
