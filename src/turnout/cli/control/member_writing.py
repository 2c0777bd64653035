"""Writes unit ids into files: lines, CSV, JSON lines and Parquet."""

import csv
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from turnout.cli.control.member_files import STDIN, Form

COLUMN = "unit_id"
"""What the column of ids is called."""


def write_ids(batches: Iterable[Sequence[str]], path: str, form: Form) -> None:
    """Writes ids; a file is there whole, or as it was before.

    Args:
        batches: Of ids.
        path: Of the file; `-` is standard output.
        form: How it shall hold them.

    Raises:
        OSError: It cannot be written.
    """
    if path == STDIN:
        _write(batches, sys.stdout, form)
        sys.stdout.flush()
        return
    with _beside(Path(path)) as fresh:
        if form is Form.PARQUET:
            _write_parquet(batches, fresh)
            return
        with fresh.open("w", encoding="utf-8", newline="") as file:
            _write(batches, file, form)


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """Gives a file to write, which takes the place of another when all went well."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        yield fresh
        fresh.replace(path)
    finally:
        with suppress(FileNotFoundError):
            fresh.unlink()


def _write(batches: Iterable[Sequence[str]], file: IO[str], form: Form) -> None:
    if form is Form.CSV:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([COLUMN])
        for ids in batches:
            writer.writerows([one] for one in ids)
        return
    for ids in batches:
        if form is Form.JSONL:
            ids = [json.dumps({COLUMN: one}, ensure_ascii=False) for one in ids]  # noqa: PLW2901 - the same as text
        file.writelines(f"{one}\n" for one in ids)


def _write_parquet(batches: Iterable[Sequence[str]], path: Path) -> None:
    """By DuckDB, which reads them as CSV with every id in quotes."""
    import duckdb  # noqa: PLC0415 - heavy

    between = path.with_name(f"{path.name}.csv")
    try:
        with between.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
            for ids in batches:
                writer.writerows([one] for one in ids)
        source, target = (str(one).replace("'", "''") for one in (between, path))
        with duckdb.connect() as database:
            database.execute(
                f"COPY (FROM read_csv('{source}', header=false, auto_detect=false, delim=',',"
                f" quote='\"', escape='\"', columns={{'{COLUMN}': 'VARCHAR'}}))"
                f" TO '{target}' (FORMAT parquet)"
            )
    finally:
        between.unlink(missing_ok=True)
