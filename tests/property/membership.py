"""Member sets for the dynamic segments of random documents."""

import json
import random
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from generators.words import UNITS, a_few

from reference.question import NANOS, Members
from turnout.engine import MemberSetBuilder

AGES = [0, 3_600, 86_399, 86_400, 86_401, 30 * 86_400, -60]


class Given(NamedTuple):
    """A set as the compiler takes it and as the model does."""

    sha256: str
    size: int
    count: int
    evaluated_at: object
    """A datetime."""
    read: Members
    shards: int = 0


def memberships(documents, now, moment):
    """The sets of dynamic segments; some were never evaluated, some are nowhere.

    Args:
        documents: Whatever a segment says decides what its set holds.
        now: Nanoseconds of the epoch, that the sets are some time older than.
        moment: From nanoseconds to a datetime.
    """
    found = {}
    for key, written in documents["segments"].items():
        if written.get("kind") != "dynamic":
            continue
        rng = random.Random(key + json.dumps(written, sort_keys=True))
        state = rng.choice(["there"] * 4 + ["missing", "never"])
        ids = frozenset(a_few(rng, UNITS, 8))
        built, artifact = set_of(ids, written.get("exact_ids", False))
        evaluated_at = now // 1000 * 1000 - rng.choice(AGES) * NANOS
        read = Members(None if state == "missing" else artifact, evaluated_at)
        if state == "missing":  # of its own name, which no other segment has
            built = (key.encode().hex().ljust(64, "0"), *built[1:])
        if state != "never":
            found[key] = Given(*built, moment(evaluated_at), read)
    return found


def write(folder, given):
    """Writes the sets that are there where an engine looks for them."""
    for one in given.values():
        file = Path(folder) / f"{one.sha256}.set"
        if one.read.artifact is not None and not file.exists():
            file.write_bytes(one.read.artifact)


@cache
def set_of(ids, exact):
    """(SHA-256, size, count) of the set of these ids, and its bytes."""
    builder = MemberSetBuilder(bytes(16), exact=exact)
    builder.add(sorted(ids))
    with TemporaryDirectory() as folder:
        built = builder.finish(Path(folder) / "set")
        return (built.sha256, built.size, built.count), (Path(folder) / "set").read_bytes()
