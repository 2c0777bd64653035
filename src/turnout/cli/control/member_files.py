"""Reads unit ids from files: lines, CSV, JSON lines and Parquet."""

import csv
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import IO, Any, NamedTuple

from turnout.cli.failures import usage
from turnout.cli.output import counted

STDIN = "-"
USUAL_COLUMNS = ("unit_id", "user_id", "id")
"""What the column of ids is called where nobody says so."""

_AT_ONCE = 10_000
_SURELY_SHORT = 500
"""Characters of an id that is short enough."""
_TEXT = "VARCHAR"
_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")


class Form(StrEnum):
    """How a file holds ids."""

    LINES = "lines"
    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


_BY_SUFFIX = {
    ".csv": Form.CSV,
    ".jsonl": Form.JSONL,
    ".ndjson": Form.JSONL,
    ".parquet": Form.PARQUET,
}


class Broken(NamedTuple):
    """A row that holds no id."""

    line: int
    """From 1, where it begins; of a Parquet file the row."""
    why: str
    last_line: int = 0
    """Where it ends, if that is another line: what is between may be rows of their own."""


class _Found(NamedTuple):
    """What may be an id."""

    line: int
    unit_id: str
    last_line: int = 0


Row = str | Broken


def form_of(path: str, form: Form | None) -> Form:
    """How a file holds ids: as was said, else by its name."""
    return form or _BY_SUFFIX.get(Path(path).suffix.lower(), Form.LINES)


class MemberFile:
    """The ids of a file.

    Args:
        path: Of the file; `-` is standard input.
        form: How it holds them.
        column: The name of the column; of a CSV file without a header its place, from 1. Empty:
            a usual one.
    """

    def __init__(self, path: str, form: Form, column: str) -> None:
        self._path, self._form, self._column = path, form, column
        self.total = 0
        """Bytes or rows; 0 when nobody knows."""
        self.done = 0
        """Of these."""

    @property
    def name(self) -> str:
        """For messages."""
        return "standard input" if self._path == STDIN else self._path

    def rows(self) -> Iterator[Row]:
        """Gives one id after the other, or what is wrong with its row.

        Raises:
            Failed: The file has no such column, or cannot be read as what it is said to be.
            OSError: It cannot be read.
        """
        if self._form is Form.PARQUET:
            yield from self._parquet()
            return
        read = {Form.LINES: self._lines, Form.CSV: self._csv, Form.JSONL: self._jsonl}[self._form]
        with self._open() as file:
            for row in read(file):
                # What was no UTF-8 came as halves of pairs.
                yield row if isinstance(row, Broken) else self._checked(row)

    @staticmethod
    def _checked(row: _Found) -> Row:
        unit_id = row.unit_id
        if unit_id.isascii() and 0 < len(unit_id) < _SURELY_SHORT and "\0" not in unit_id:
            return unit_id
        from turnout.store.unit_ids import fault_of  # noqa: PLC0415 - heavy, and seldom needed

        fault = fault_of(unit_id)
        return Broken(row.line, f"the unit id {fault}", row.last_line) if fault else unit_id

    @contextmanager
    def _open(self) -> Iterator[IO[str]]:
        how: dict[str, Any] = {
            # A carriage return alone ends no line: it is part of an id.
            "encoding": "utf-8-sig", "errors": "surrogateescape", "newline": "\n",
        }  # fmt: skip
        if self._path == STDIN:
            sys.stdin.reconfigure(**how)  # type: ignore[union-attr] # a text stream
            yield sys.stdin
            return
        path = Path(self._path)
        self.total = path.stat().st_size
        with path.open(**how) as file:
            yield file

    def _counted(self, file: IO[str]) -> Iterator[str]:
        for line in file:
            self.done += len(line)
            yield line

    def _lines(self, file: IO[str]) -> Iterator[Broken | _Found]:
        for number, line in enumerate(self._counted(file), 1):
            unit_id = line.removesuffix("\n").removesuffix("\r")
            if unit_id:
                yield _Found(number, unit_id)

    def _csv(self, file: IO[str]) -> Iterator[Broken | _Found]:
        reader = csv.reader(self._counted(file), strict=True)
        at, width = self._place(reader)
        while True:
            before = reader.line_num
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                line, last = _span(before, reader.line_num)
                yield Broken(line, str(error), last)
                continue
            line, last = _span(before, reader.line_num)
            # Without a header all rows are as wide as the first one.
            width = width or max(len(row), at + 1 if row else 0)
            if len(row) == width and row:
                yield _Found(line, row[at], last)
            elif row:
                yield Broken(line, f"it has {counted(len(row), 'column')}, and not {width}", last)

    def _place(self, reader: Any) -> tuple[int, int]:  # noqa: ANN401 - of the module csv
        """Where the column is, from 0, and how many there are; 0 where no header says it."""
        if self._column.isdigit():
            if self._column == "0":
                raise usage("`--column 0`: columns are counted from 1")
            return int(self._column) - 1, 0
        try:
            header: list[str] = next(reader, [])
        except csv.Error as error:
            raise usage(f"`{self.name}`, the header, from line 1: {error}") from None
        name = self._chosen(header, "or `--column 1` for a file without a header")
        return header.index(name), len(header)

    def _jsonl(self, file: IO[str]) -> Iterator[Broken | _Found]:
        for number, line in enumerate(self._counted(file), 1):
            if not line.strip():
                continue
            try:
                value = json.loads(line)
            except (ValueError, RecursionError):
                yield Broken(number, "it is no JSON")
                continue
            if isinstance(value, dict):
                names = [self._column] if self._column else USUAL_COLUMNS
                name = next((one for one in names if one in value), None)
                if name is None:
                    listed = " or ".join(f"`{one}`" for one in names)
                    yield Broken(number, f"it has no field {listed}")
                    continue
                value = value[name]
            yield _id_of(number, value)

    def _parquet(self) -> Iterator[Row]:
        if self._path == STDIN:
            raise usage("a Parquet file is no stream: give its path")
        import duckdb  # noqa: PLC0415 - heavy

        Path(self._path).open("rb").close()
        escaped = self._path.replace("'", "''")
        try:
            with duckdb.connect() as database:
                yield from self._rows_of(database, f"read_parquet('{escaped}')")
        except duckdb.Error as error:
            text = str(error).partition("\n")[0]
            raise usage(f"`{self._path}` is no Parquet file that can be read: {text}") from None

    def _rows_of(self, database: Any, source: str) -> Iterator[Row]:  # noqa: ANN401 - of DuckDB
        columns = {row[0]: row[1] for row in database.execute(f"DESCRIBE FROM {source}").fetchall()}
        name = self._chosen(list(columns), "")
        if columns[name] != _TEXT and columns[name].removeprefix("U") not in _INTEGERS:
            text = f"column `{name}` of `{self._path}` is `{columns[name]}`"
            raise usage(f"{text}: ids are text or whole numbers")
        quoted = name.replace('"', '""')
        (self.total,) = database.execute(f"SELECT count(*) FROM {source}").fetchone()  # noqa: S608 - quoted
        database.execute(f'SELECT "{quoted}"::VARCHAR FROM {source}')  # noqa: S608 - quoted
        while found := database.fetchmany(_AT_ONCE):
            for (unit_id,) in found:
                self.done += 1
                if unit_id is None:
                    yield Broken(self.done, "the unit id is missing")
                else:
                    yield self._checked(_Found(self.done, unit_id))

    def _chosen(self, header: Sequence[str], remedy: str) -> str:
        """The name of the column of ids.

        Raises:
            Failed: There is none, or several.
        """
        names = [self._column] if self._column else USUAL_COLUMNS
        found = [name for name in names if name in header]
        if found and header.count(found[0]) == 1:
            return found[0]
        if not self._column and len(header) == 1 and self._form is Form.PARQUET:
            return header[0]
        what = "two columns" if found else "no column"
        wanted = " or ".join(f"`{name}`" for name in found[:1] or names)
        listed = ", ".join(f"`{name:.40}`" for name in header[:10])
        say = f"say which with `--column NAME`{f', {remedy}' if remedy else ''}"
        raise usage(f"`{self.name}` has {what} {wanted}, but {listed or 'none'}: {say}")


def _span(before: int, after: int) -> tuple[int, int]:
    """The first line of a row, and the last one where that is another: else 0."""
    return before + 1, after if after > before + 1 else 0


def _id_of(line: int, value: object) -> Broken | _Found:
    if isinstance(value, str):
        return _Found(line, value)
    if isinstance(value, int) and not isinstance(value, bool):
        return _Found(line, str(value))
    return Broken(line, "the unit id is neither text nor a whole number")
