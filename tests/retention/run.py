"""The whole way of a dynamic segment, on much data: `make retention [USERS=…] [EVENTS=…]`.

Makes users and events (`bench.audience`) in Parquet and in a PostgreSQL of its own, starts a
control plane with a schedule and a sidecar, and asks the sidecar over gRPC who is in the segments
that were evaluated at their time. What it answers for many ids, some of which are nobody's, is held
against what the databases say of each when they are asked directly. Fails at the first difference.
"""

import argparse
import contextlib
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import grpc
import psycopg
from rich.console import Console
from rich.table import Table

from bench import audience, servers
from servers.postgres import PostgresServer
from turnout.control.v1 import evaluation_pb2, segment_pb2_grpc
from turnout.v1 import decision_pb2, decision_pb2_grpc

SEEDS = """
SELECT user_id AS unit_id FROM {events}
WHERE occurred_at >= CAST(:until AS timestamp) - INTERVAL '30 days'
GROUP BY user_id
HAVING COUNT(CASE WHEN event = 'visit' THEN 1 END) >= :visits
   AND COUNT(CASE WHEN event IN ('purchase', 'cancel') THEN 1 END) = 0
"""
"""Whom to win for good: they came again and again of late, and neither bought nor left."""

# The same, asked of one id after the other, and put another way.
_RECENT = "occurred_at >= CAST('{until}' AS timestamp) - INTERVAL '30 days'"
TRUTH = """
SELECT a.id FROM asked a
WHERE (SELECT COUNT(*) FROM recent r WHERE r.user_id = a.id AND r.event = 'visit') >= {visits}
  AND NOT EXISTS (SELECT 1 FROM recent r
                  WHERE r.user_id = a.id AND (r.event = 'purchase' OR r.event = 'cancel'))
"""
VISITS = 2
PATIENCE_S = 900.0

_console = Console()


def main():
    """Runs it; 0 when every answer was the databases' own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=10_000_000)
    parser.add_argument("--events", type=int, default=100_000_000)
    parser.add_argument("--sample", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, help="of Parquet that was made before")
    parser.add_argument("--until", default=audience.DEFAULT_UNTIL)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="turnout-retention-") as scratch:
        return Run(options, Path(scratch)).run()


class Run:
    """One run.

    Args:
        options: Of the command line.
        scratch: A folder for everything that it writes.
    """

    def __init__(self, options, scratch):
        self._options = options
        self._scratch = scratch
        self._folder = options.folder or scratch / "data"
        self._rows = []

    def run(self):
        """Does all of it, and shows what it took."""
        if not self._options.folder:
            with self._timed("users and events written"):
                audience.write(
                    self._folder,
                    self._options.users,
                    self._options.events,
                    until=self._options.until,
                )
        postgres = PostgresServer("fsync=off", "max_wal_size=8GB", "shared_buffers=1GB")
        try:
            with self._timed("copied into PostgreSQL"):
                audience.copy(self._folder, postgres.url())
            return self._held_against(postgres.url())
        finally:
            postgres.close()

    def _held_against(self, url):
        with self._planes(url) as (control, sidecar):
            with self._timed("both evaluated at their time"):
                self._wait_for_schedule(control)
            sample = self._sample()
            with self._timed(f"{len(sample):,} ids asked over gRPC"):
                answers = _ask(sidecar, sample)
        wrong = 0
        for key, ask in (
            ("seeds-duckdb", self._truth_of_duckdb),
            ("seeds-postgresql", lambda ids: self._truth_of_postgres(url, ids)),
        ):
            with self._timed(f"{key}: the databases' own answer"):
                truth = ask(sample)
            differing = answers[key] ^ truth
            wrong += len(differing)
            self._rows.append((f"{key}: in the sample", f"{len(truth):,}"))
            self._rows.append((f"{key}: answered otherwise", f"{len(differing):,}"))
        self._show()
        return 1 if wrong else 0

    @contextlib.contextmanager
    def _planes(self, url):
        """A control plane and a sidecar of it, with the segments published; their addresses."""
        control, snapshots, decisions = (f"127.0.0.1:{servers.free_port()}" for _ in range(3))
        connections = {
            "lake": {"kind": "duckdb", "folders": [str(self._folder)]},
            "shop": {"kind": "postgresql", "url": {"file": str(self._write("url", url))}},
        }
        declared = self._write("connections.yaml", json.dumps({"connections": connections}))
        plane = [
            *("--role", "control", "--store", f"sqlite:///{self._scratch}/store.db"),
            *("--control-listen", control, "--snapshots-listen", snapshots),
            *("--admin-listen", "none", "--connections", str(declared)),
        ]
        sidecar = [
            *("--role", "sidecar", "--from", f"http://{snapshots}", "--listen", decisions),
            *("--unix-socket", "none", "--admin-listen", "none"),
        ]
        with self._serving("control", plane, control):
            self._write("shop.yaml", json.dumps(self._documents()))
            _turnout("apply", str(self._scratch / "shop.yaml"), "--yes", "--control", control)
            _turnout("publish", "--yes", "--control", control)
            with self._serving("sidecar", sidecar, decisions):
                yield control, decisions

    @contextlib.contextmanager
    def _serving(self, name, options, tcp):
        folder = self._scratch / name
        folder.mkdir()
        command = [sys.executable, "-m", "turnout.cli", "serve", "--state-dir", str(folder)]
        unix = folder / "no.sock"
        with servers.running([*command, *options], folder=folder, tcp=tcp, unix=unix, core=None):
            yield

    def _documents(self):
        parameters = {"until": self._options.until, "visits": VISITS}
        files = f"'{self._folder}/events/*.parquet'"
        return {
            "queries": {
                "recent-files": {
                    "connection": "lake",
                    "sql": SEEDS.format(events=files),
                    "parameters": parameters,
                },
                "recent-table": {
                    "connection": "shop",
                    "sql": SEEDS.format(events="events"),
                    "parameters": parameters,
                },
            },
            "segments": {
                "seeds-duckdb": self._segment("recent-files"),
                "seeds-postgresql": self._segment("recent-table"),
            },
        }

    @staticmethod
    def _segment(query):
        return {"kind": "dynamic", "query": query, "schedule": "* * * * *", "max_age": "1 day"}

    def _wait_for_schedule(self, control: str):
        with grpc.insecure_channel(control) as channel:
            segments = segment_pb2_grpc.SegmentServiceStub(channel)
            for key in ("seeds-duckdb", "seeds-postgresql"):
                done = _first_done(segments, key)
                took = done.end_time.ToDatetime() - done.start_time.ToDatetime()
                told = f"{done.member_count:,} members in {took.total_seconds():.1f} s"
                self._rows.append((f"{key}: evaluated", told))
                self._rows.append((f"{key}: member set", f"{done.size_bytes:,} bytes"))

    def _sample(self):
        """Ids of users, and a tenth that nobody has."""
        drawn = random.Random(7)
        strangers = self._options.sample // 10
        query = f"SELECT user_id FROM '{self._folder}/users/*.parquet' USING SAMPLE reservoir(?)"
        query = query.replace("?", f"{self._options.sample - strangers} ROWS") + " REPEATABLE (7)"
        ids = [row[0] for row in duckdb.execute(query).fetchall()]
        return [*ids, *(f"u-{drawn.getrandbits(40):010x}?" for _ in range(strangers))]

    def _truth_of_duckdb(self, ids):
        with duckdb.connect() as connection:
            recent = _RECENT.format(until=self._options.until)
            connection.execute(
                "CREATE TABLE asked AS SELECT unnest(CAST(? AS VARCHAR[])) AS id", [ids]
            )
            connection.execute(
                "CREATE TABLE recent AS SELECT user_id, event"
                f" FROM '{self._folder}/events/*.parquet'"
                f" WHERE {recent} AND user_id IN (SELECT id FROM asked)"
            )
            return {row[0] for row in connection.execute(TRUTH.format(visits=VISITS)).fetchall()}

    def _truth_of_postgres(self, url, ids):
        recent = _RECENT.format(until=self._options.until)
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TEMP TABLE asked (id text PRIMARY KEY)")
            with connection.cursor().copy("COPY asked FROM STDIN") as copied:
                for one in ids:
                    copied.write_row([one])
            connection.execute(
                "CREATE TEMP TABLE recent AS SELECT user_id, event FROM events"
                f" WHERE {recent} AND user_id IN (SELECT id FROM asked)"
            )
            connection.execute("CREATE INDEX ON recent (user_id)")
            connection.execute("ANALYZE recent")
            return {row[0] for row in connection.execute(TRUTH.format(visits=VISITS)).fetchall()}

    def _write(self, name, text):
        path = self._scratch / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return path

    @contextlib.contextmanager
    def _timed(self, what):
        began = time.monotonic()
        with _console.status(what):
            yield
        self._rows.append((what, f"{time.monotonic() - began:,.1f} s"))

    def _show(self):
        table = Table("what", "value", title="retention seeds")
        for row in self._rows:
            table.add_row(*row)
        _console.print(table)


def _first_done(segments, key):
    request = evaluation_pb2.ListEvaluationsRequest(parent=f"segments/{key}")

    def done():
        for one in segments.ListEvaluations(request, timeout=30).evaluations:
            if one.state == evaluation_pb2.EVALUATION_STATE_FAILED:
                raise SystemExit(f"{key}: {one.failure_message}")
            if one.state == evaluation_pb2.EVALUATION_STATE_SUCCEEDED and one.scheduled:
                return one
        return None

    return _until(done, f"a scheduled evaluation of {key}")


def _ask(address, ids):
    """Who of them is in each segment, asked one by one over gRPC."""
    keys = ["seeds-duckdb", "seeds-postgresql"]
    found = {key: set() for key in keys}
    with grpc.insecure_channel(address) as channel:
        decisions = decision_pb2_grpc.DecisionServiceStub(channel)

        def both_there():
            return all(one.check.HasField("member_age") for one in _check(decisions, keys, "x"))

        _until(both_there, "both member sets in the sidecar")
        for one in ids:
            for result in _check(decisions, keys, one):
                state = result.check.state
                assert state != decision_pb2.SEGMENT_STATE_UNKNOWN, result
                if state == decision_pb2.SEGMENT_STATE_TRUE:
                    found[result.check.key].add(one)
    return found


def _check(decisions, keys, one):
    context = decision_pb2.Context(targeting_key=one)
    request = decision_pb2.BatchCheckSegmentsRequest(keys=keys, context=context)
    return decisions.BatchCheckSegments(request, timeout=30).results


def _until(condition, what):
    last = time.monotonic() + PATIENCE_S
    while not (found := condition()):
        if time.monotonic() > last:
            raise SystemExit(f"waited in vain for {what}")
        time.sleep(0.2)
    return found


def _turnout(*words):
    subprocess.run([sys.executable, "-m", "turnout.cli", *words], check=True)


if __name__ == "__main__":
    sys.exit(main())
