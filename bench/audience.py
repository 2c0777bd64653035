"""Users and what they did, in Parquet: public-shaped, made here, the same at every run.

`python -m bench.audience FOLDER [--users 1000000] [--events 10000000]` writes

* `FOLDER/users/*.parquet`: `user_id` (text, `u-` and ten hexadecimal digits), `number` (the user
  as an integer, from 0), `signed_up_at`, `country`, `plan`, `platform`;
* `FOLDER/events/*.parquet`: `user_id`, `number`, `event` (`visit`, `view_pricing`, `add_to_cart`,
  `start_trial`, `purchase`, `cancel`), `occurred_at`, `page`, `amount` (of a purchase, else null).

Moments are in UTC, without an offset, and none is later than `--until`. A few users do much and
most little; who signed up does things until they lapse; everybody signs up before they do anything.
The templates of queries fit with `table: "'FOLDER/events/*.parquet'"` and their defaults.
`--postgresql URL` copies the files into the tables `users` and `events` of a database as well.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path

import duckdb
import psycopg

AT_ONCE = 5_000_000
"""Rows of a file."""
DEFAULT_UNTIL = "2026-11-01"
DAYS = 730
"""How far back the first users go."""

# Bits of a hash of a row and a salt stand for chance: they are the same on every machine that has
# the same DuckDB, in any order of rows and on any number of threads.
_MACROS = """
CREATE MACRO chance(i, salt) AS (hash(i, salt, {seed}) >> 11) / 9007199254740992.0;
CREATE MACRO user_id(u) AS 'u-' || format('{{:010x}}', (u * 2654435761) % 1099511627776);
CREATE MACRO days(n) AS to_microseconds(CAST(n * 86400e6 AS BIGINT));
CREATE MACRO signed_up(u) AS
    TIMESTAMP '{until}' - days({days} * pow(chance(u, 1), 0.8));
CREATE MACRO stays(u) AS
    CASE WHEN chance(u, 2) < 0.35 THEN {days} ELSE 1 + 120 * pow(chance(u, 3), 2) END;
CREATE MACRO one_of(words, r) AS words[1 + CAST(floor(len(words) * r) AS BIGINT)];
"""

_USERS = """
SELECT user_id(u) AS user_id, u AS number, date_trunc('second', signed_up(u)) AS signed_up_at,
    one_of(['US', 'US', 'DE', 'GB', 'FR', 'BR', 'IN', 'JP', 'CA', 'ES'], chance(u, 4)) AS country,
    one_of(['free', 'free', 'free', 'trial', 'pro', 'team'], chance(u, 5)) AS plan,
    one_of(['web', 'web', 'ios', 'android'], chance(u, 6)) AS platform
FROM range({first}, {last}) AS users(u)
"""

# The square makes a tenth of the users do a third of all.
_EVENTS = """
WITH drawn AS (
    SELECT i, CAST(floor({users} * pow(chance(i, 7), 2)) AS BIGINT) AS u, chance(i, 8) AS what
    FROM range({first}, {last}) AS events(i)
), named AS (
    SELECT i, u, CASE
        WHEN what < 0.72 THEN 'visit' WHEN what < 0.82 THEN 'view_pricing'
        WHEN what < 0.92 THEN 'add_to_cart' WHEN what < 0.95 THEN 'start_trial'
        WHEN what < 0.99 THEN 'purchase' ELSE 'cancel' END AS event
    FROM drawn
)
SELECT user_id(u) AS user_id, u AS number, event,
    date_trunc('second', signed_up(u) + days(chance(i, 9) * least(
        stays(u), date_diff('second', signed_up(u), TIMESTAMP '{until}') / 86400.0
    ))) AS occurred_at,
    '/' || one_of(['', 'pricing', 'docs', 'blog', 'cart', 'account'], chance(i, 10)) AS page,
    CASE WHEN event = 'purchase' THEN round(5 + 195 * chance(i, 11), 2) END AS amount
FROM named
"""

_TABLES = {
    "users": "user_id text PRIMARY KEY, number bigint, signed_up_at timestamp, country text,"
    " plan text, platform text",
    "events": "user_id text, number bigint, event text, occurred_at timestamp, page text,"
    " amount double precision",
}


def write(
    folder: Path, users: int, events: int, *, until: str = DEFAULT_UNTIL, seed: int = 1
) -> None:
    """Writes the files; what was in the folder before is replaced file by file.

    Args:
        folder: Of `users/` and `events/`.
        users: How many.
        events: How many, of all users together.
        until: A date, in UTC, that nothing is later than.
        seed: Another one gives other people.
    """
    with closing(duckdb.connect()) as connection:
        connection.execute(_MACROS.format(seed=int(seed), until=until, days=DAYS))
        for name, count, query in (("users", users, _USERS), ("events", events, _EVENTS)):
            into = folder / name
            into.mkdir(parents=True, exist_ok=True)
            for part, first in enumerate(range(0, count, AT_ONCE)):
                last = min(count, first + AT_ONCE)
                rows = query.format(first=first, last=last, users=users, until=until)
                path = into / f"part-{part:04}.parquet"
                connection.execute(f"COPY ({rows}) TO '{path}' (COMPRESSION zstd)")


def copy(folder: Path, url: str) -> None:
    """Copies the files into the tables `users` and `events`, which are made anew."""
    with psycopg.connect(url) as connection:
        for name, columns in _TABLES.items():
            connection.execute(f"DROP TABLE IF EXISTS {name}")
            connection.execute(f"CREATE UNLOGGED TABLE {name} ({columns})")
            _stream(connection, name, folder / name / "*.parquet")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE INDEX ON events (occurred_at)")
        connection.execute("VACUUM ANALYZE")


def _stream(connection: psycopg.Connection, table: str, files: Path) -> None:
    """From DuckDB's CSV writer through a pipe into COPY: no row is a Python object."""
    with tempfile.TemporaryDirectory() as folder:
        pipe = Path(folder, "rows.csv")
        os.mkfifo(pipe)
        query = f"COPY (FROM '{files}') TO '{pipe}' (FORMAT csv, HEADER false)"
        writer = threading.Thread(target=duckdb.connect().execute, args=[query])
        writer.start()
        into = connection.cursor().copy(f"COPY {table} FROM STDIN (FORMAT csv)")
        with into as copied, pipe.open("rb") as read:
            while block := read.read(1 << 20):
                copied.write(block)
        writer.join()


def main() -> int:
    """Writes what the command line asks for, and says how long it took and how large it is."""
    parser = argparse.ArgumentParser(prog="python -m bench.audience", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--until", default=DEFAULT_UNTIL)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgresql", metavar="URL")
    options = parser.parse_args()
    began = time.monotonic()
    write(options.folder, options.users, options.events, until=options.until, seed=options.seed)
    size = sum(file.stat().st_size for file in options.folder.glob("*/*.parquet"))
    print(f"written in {time.monotonic() - began:,.1f} s: {size / 1e6:,.0f} MB")
    if options.postgresql:
        began = time.monotonic()
        copy(options.folder, options.postgresql)
        print(f"copied into PostgreSQL in {time.monotonic() - began:,.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
