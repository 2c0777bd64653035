"""Members from a query to a set that can be mapped, and into a store; in a process of its own.

`python -m bench.evaluation evaluate FOLDER` and `… import FOLDER` print rounds as JSON.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bench import audience
from bench.builds import ROOT
from bench.imports import import_members
from turnout.engine import MemberSet
from turnout.segments.duckdb_runner import DuckdbRunner
from turnout.segments.evaluating import Target, evaluate
from turnout.segments.query import Statement, statement_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.workbench import Workbench

MEMBERS = 10_000_000
EVENTS = 10_000_000
IMPORTED = 1_000_000
ROUNDS = 5
IMPORT_ROUNDS = 3
_KEY = bytes(range(16))


class Evaluations(NamedTuple):
    """Seconds of each round."""

    all_users: list[float]
    """Every user of a file, read as it is: what turnout itself costs."""
    active: list[float]
    """The template `active` over the events, where most is DuckDB's own work."""
    active_members: int


class Imports(NamedTuple):
    """Rows a second of each round."""

    sqlite: list[float]
    postgresql: list[float]
    """Empty without a PostgreSQL on the machine."""


def time_evaluations(bench: Workbench, folder: Path) -> Evaluations:
    """Evaluates in a fresh process on all cores, as a worker does."""
    return Evaluations(*json.loads(_run(bench, "evaluate", folder)))


def time_imports(bench: Workbench, folder: Path) -> Imports:
    """Imports into fresh stores of both kinds, in turns."""
    return Imports(*json.loads(_run(bench, "import", folder)))


def _run(bench: Workbench, what: str, folder: Path) -> str:
    if not (folder / "users").exists():
        bench.say("writing users and events …")
        audience.write(folder, MEMBERS, EVENTS)
    return bench.python("bench.evaluation", what, str(folder), core="0-63")


def _evaluate(folder: Path) -> Evaluations:
    runner = DuckdbRunner(folders=[folder])
    users = Statement(f"SELECT user_id AS unit_id FROM '{folder}/users/*.parquet'")
    events = {"table": f"'{folder}/events/*.parquet'", "now": audience.DEFAULT_UNTIL}
    active = statement_of({"template": "active", "parameters": events})
    rounds: dict[str, list[float]] = {"users": [], "active": []}
    found = 0
    for _ in range(ROUNDS):
        for name, statement in (("users", users), ("active", active)):
            path = folder / f"{name}.set"
            began = time.perf_counter()
            found = evaluate(runner, statement, Target(path, _KEY)).count
            MemberSet.open(path).contains("u-0000000000")
            rounds[name].append(time.perf_counter() - began)
    return Evaluations(rounds["users"], rounds["active"], found)


def _import(_: Path) -> Imports:
    sqlite: list[float] = []
    postgresql: list[float] = []
    with tempfile.TemporaryDirectory() as scratch, _postgres() as server:
        for index in range(IMPORT_ROUNDS):
            sqlite.append(import_members(f"sqlite:///{scratch}/{index}.db", IMPORTED).rows_s)
            if server is not None:
                url = server.new_database()
                postgresql.append(import_members(url, IMPORTED).rows_s)
                server.drop(url)
    return Imports(sqlite, postgresql)


@contextlib.contextmanager
def _postgres() -> Iterator[PostgresServer | None]:
    """One with the settings that it comes with, fsync included; None where there is none."""
    sys.path.insert(0, str(ROOT / "tests"))
    of_tests = importlib.import_module("servers.postgres")
    if not of_tests.installed():
        yield None
        return
    server: PostgresServer = of_tests.PostgresServer()
    with contextlib.closing(server):
        yield server


if TYPE_CHECKING:
    from typing import Protocol

    class PostgresServer(Protocol):
        """What the tests start."""

        def new_database(self) -> str:
            """Makes a database; gives its URL."""

        def drop(self, url: str) -> None:
            """Removes it."""

        def close(self) -> None:
            """Ends it."""


if __name__ == "__main__":
    measures = {"evaluate": _evaluate, "import": _import}
    print(json.dumps(measures[sys.argv[1]](Path(sys.argv[2]))))
