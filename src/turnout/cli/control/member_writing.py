"""Writes unit ids into files: lines, CSV, JSON lines and Parquet."""

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from turnout.cli.control.member_files import STDIN, Form
from turnout.cli.failures import usage

COLUMN = "unit_id"
"""What the column of ids is called."""
_BOM = "\ufeff"
"""At the beginning of a file it is no part of it."""
_SPECIAL = re.compile(rf"[\s\"',;{_BOM}]")
"""What is for some reader of CSV no part of an id that is not in quotes."""


def write_ids(batches: Iterable[Sequence[str]], path: str, form: Form) -> None:
    """Writes ids; a file is there whole, or as it was before.

    Args:
        batches: Of ids.
        path: Of the file; `-` is standard output.
        form: How it shall hold them.

    Raises:
        Failed: It cannot hold an id.
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
        file.write(f"{COLUMN}\n")
        for ids in batches:
            file.writelines(f"{_cell(one)}\n" for one in ids)
        return
    for ids in batches:
        if form is Form.JSONL:
            ids = [json.dumps({COLUMN: one}, ensure_ascii=False) for one in ids]  # noqa: PLW2901 - the same as text
        else:
            _require_lines(ids)
        file.writelines(f"{one}\n" for one in ids)


def _cell(unit_id: str) -> str:
    # Not by the module csv: which ids it puts in quotes differs between versions of Python.
    if _SPECIAL.search(unit_id) is None:
        return unit_id
    return '"' + unit_id.replace('"', '""') + '"'


def _require_lines(ids: Sequence[str]) -> None:
    """Lets ids through that are one line each.

    Raises:
        Failed: One is not.
    """
    for one in ids:
        if "\n" in one or "\r" in one or one.startswith(_BOM):
            text = f"the unit id {json.dumps(one)} cannot be written as a line"
            raise usage(f"{text}: use `--format csv` or `--format jsonl`")


def _write_parquet(batches: Iterable[Sequence[str]], path: Path) -> None:
    """By DuckDB, which reads them as JSON lines."""
    import duckdb  # noqa: PLC0415 - heavy

    between = path.with_name(f"{path.name}.jsonl")
    try:
        with between.open("w", encoding="ascii", newline="") as file:
            for ids in batches:
                # All escaped: DuckDB would guess what a line ends with.
                file.writelines(f"{json.dumps({COLUMN: one})}\n" for one in ids)
        source, target = (str(one).replace("'", "''") for one in (between, path))
        with duckdb.connect() as database:
            database.execute(
                f"COPY (FROM read_json('{source}', format='newline_delimited', auto_detect=false,"
                f" columns={{'{COLUMN}': 'VARCHAR'}})) TO '{target}' (FORMAT parquet)"
            )
    finally:
        between.unlink(missing_ok=True)
