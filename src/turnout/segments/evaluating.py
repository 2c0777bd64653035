"""From a query to the members that it finds."""

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from turnout.engine import IdBatch, MemberSet, MemberSetBuilder
from turnout.segments import id_column, watch
from turnout.segments.failures import QueryFailed, Reason
from turnout.segments.query import Statement
from turnout.segments.runner import Batch, Runner
from turnout.segments.watch import Progress


@dataclass(frozen=True)
class Target:
    """Where a member set is written, and what kind."""

    path: Path
    hash_key: bytes
    """16 bytes, the same for all sets of a segment."""
    exact: bool = False
    """Texts, which can be listed, instead of hashes."""
    former: Path | None = None
    """The set before, which is compared with and whose directory is kept while it serves."""


@dataclass(frozen=True)
class Evaluated:
    """What a query found."""

    rows: int
    count: int
    """How many members."""
    added: int | None
    """How many of them the former set had not; None without one, or when nobody can know."""
    removed: int | None
    duplicates: int
    """How many rows had an id that came before."""
    size: int
    """Of the file, in bytes."""
    sha256: str
    kind: str
    bound: float
    """How probable it is at most that an id which is no member is taken for one."""


@dataclass(frozen=True)
class Preview:
    """How many ids a query finds, each once, and some of them."""

    count: int
    sample: list[str]


def evaluate(
    runner: Runner, statement: Statement, target: Target, progress: Progress = lambda _: True
) -> Evaluated:
    """Runs a query and writes the set of what it finds; the file is there only when all went well.

    Args:
        runner: Of the connection.
        statement: The query.
        target: Where the set goes.
        progress: Is told how many rows came, on this thread and some times a second; False ends
            the query.

    Raises:
        QueryFailed: There are no new members, for the reason that it tells.
        OSError: The set cannot be written.
    """
    former = MemberSet.open(target.former) if target.former is not None else None
    builder = MemberSetBuilder(target.hash_key, exact=target.exact, succeeding=former)
    rows = _fill(builder, watch.batches(runner, statement, progress), statement)
    try:
        summary = builder.finish(target.path)
    except ValueError as error:
        raise QueryFailed(Reason.FAILED, str(error)) from None
    written = MemberSet.open(target.path)
    if written.contains(""):
        target.path.unlink()
        raise id_column.empty_id()
    changed = former.difference_counts(written) if former is not None else None
    added, removed = changed if changed is not None else (None, None)
    return Evaluated(
        rows, summary.count, added, removed, summary.duplicates, summary.size, summary.sha256,
        summary.kind, summary.bound,
    )  # fmt: skip


def unit_ids(
    runner: Runner, statement: Statement, progress: Progress = lambda _: True
) -> Iterator[list[str]]:
    """Gives the ids that a query finds, in lists of some thousands, as often as they come.

    What came before an error is of no use: the error may be about a row behind it.

    Args:
        runner: Of the connection.
        statement: The query.
        progress: As for `evaluate`.

    Raises:
        QueryFailed: As for `evaluate`, at any list.
    """
    checked = _Checked(statement)
    with closing(watch.batches(runner, statement, progress)) as batches:
        for batch in batches:
            ids = _texts(batch)
            checked.take(len(batch), len(batch) - len(ids))
            if "" in ids:
                raise id_column.empty_id()
            if ids:
                yield ids
    checked.end()


def preview(
    runner: Runner, statement: Statement, sample: int = 10, progress: Progress = lambda _: True
) -> Preview:
    """Runs a query and tells what it finds, without keeping anything.

    Args:
        runner: Of the connection.
        statement: The query.
        sample: How many ids are shown at most, those that come first.
        progress: As for `evaluate`.

    Raises:
        QueryFailed: As for `evaluate`.
    """
    builder, shown = MemberSetBuilder(bytes(16)), dict[str, None]()
    batches = watch.batches(runner, statement, progress)
    _fill(builder, _showing(batches, shown, sample), statement)
    with TemporaryDirectory(prefix="turnout-preview-") as folder:
        path = Path(folder, "set")
        summary = builder.finish(path)
        if MemberSet.open(path).contains(""):
            raise id_column.empty_id()
    return Preview(summary.count, list(shown))


def _showing(batches: Generator[Batch], shown: dict[str, None], sample: int) -> Generator[Batch]:
    with closing(batches):
        for batch in batches:
            if len(shown) < sample:
                some = dict.fromkeys(_texts(batch))
                shown.update(
                    islice(((one, None) for one in some if one not in shown), sample - len(shown))
                )
            yield batch


def _fill(builder: MemberSetBuilder, batches: Generator[Batch], statement: Statement) -> int:
    """Gives all ids to the builder; gives how many rows there were."""
    checked = _Checked(statement)
    with closing(batches):
        for batch in batches:
            checked.take(len(batch), _add(builder, batch))
    checked.end()
    return checked.rows


class _Checked:
    """Counts rows, and refuses too many of them and those without an id.

    Args:
        statement: With its limit.
    """

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self.rows = 0
        """How many came, those without an id included."""
        self._nulls = 0

    def take(self, rows: int, nulls: int) -> None:
        """Counts a batch."""
        self.rows += rows
        self._nulls += nulls
        if self.rows > self._statement.limit:
            raise id_column.too_many(self._statement.limit)

    def end(self) -> None:
        """After the last batch, when all can be told."""
        if self._nulls:
            raise id_column.null_ids(self._nulls, self.rows, self._statement.id_column)


def _add(builder: MemberSetBuilder, batch: Batch) -> int:
    """Gives a batch to the builder, and says how many of its rows had no id."""
    if isinstance(batch, IdBatch):
        return builder.add_batch(batch)
    ids = _texts(batch)
    builder.add(ids)
    return len(batch) - len(ids)


def _texts(batch: Batch) -> list[str]:
    """The ids without the rows that have none."""
    return (
        batch.texts() if isinstance(batch, IdBatch) else [one for one in batch if one is not None]
    )
