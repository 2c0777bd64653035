"""The databases that queries may ask, as the operator declares them.

```yaml
connections:
  events: {kind: duckdb, folders: [/data/events], attach: {crm: /data/crm.duckdb}, threads: 4}
  main: {kind: postgresql, url: {env: MAIN_DATABASE_URL}}
  clicks: {kind: clickhouse, arguments: {host: ch.internal, password: {file: /run/secrets/ch}}}
```
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Self

from turnout.documents.builder import Builder, DocumentRefused, Marks
from turnout.documents.problem import Fault, Mark, Problem, clip, describe
from turnout.segments.credentials import Reference
from turnout.segments.declared import (
    Connection,
    DuckdbConnection,
    PostgresqlConnection,
    ReferenceForm,
    absolute,
    read_connection,
)
from turnout.segments.failures import BadConnections, UnknownConnection
from turnout.segments.runner import Runner

DEFAULT_CONNECTION = "duckdb"
_SECTION = "connections"


class Connections:
    """All connections by name.

    Args:
        declared: As written.
        folder: Where relative paths begin.
        spill: Where DuckDB puts what does not fit into memory.
    """

    def __init__(
        self, declared: Mapping[str, Connection], folder: Path, spill: Path | None = None
    ) -> None:
        self._declared = dict(declared)
        self._spill = spill
        self._folder = folder

    def __repr__(self) -> str:
        """Names and kinds only."""
        kinds = {name: connection.kind for name, connection in self._declared.items()}
        return f"Connections({kinds})"

    @classmethod
    def load(
        cls, path: Path | None, folders: Iterable[Path | str] = (), spill: Path | None = None
    ) -> Self:
        """Reads the file of connections.

        Args:
            path: A YAML file; None for none.
            folders: What the connection `duckdb` may read, which is there with them.
            spill: Where DuckDB puts what does not fit into memory; whoever owns the folder empties
                it when they start. None: the folder of temporary files.

        Raises:
            BadConnections: With every mistake as `file:line:column: message`.
        """
        declared = _read(path) if path is not None else {}
        readable = [str(Path(one).absolute()) for one in folders]
        if readable and DEFAULT_CONNECTION in declared:
            raise BadConnections(
                f"{path} declares `{DEFAULT_CONNECTION}`: write its folders there too"
            )
        if readable:
            declared[DEFAULT_CONNECTION] = DuckdbConnection(kind="duckdb", folders=readable)
        folder = path.absolute().parent if path is not None else Path.cwd()
        return cls(declared, folder, spill)

    @property
    def kinds(self) -> dict[str, str]:
        """The kind of each connection by its name."""
        return {name: connection.kind for name, connection in sorted(self._declared.items())}

    def runner(self, name: str) -> Runner:
        """Gives what runs queries on a connection; nothing is connected yet.

        Raises:
            UnknownConnection: There is none of this name.
        """
        connection = self._declared.get(name)
        if connection is None:
            raise UnknownConnection(name, sorted(self._declared))
        # Each by itself, so that none has to be there for another.
        if isinstance(connection, DuckdbConnection):
            from turnout.segments.duckdb_runner import DuckdbRunner  # noqa: PLC0415

            return DuckdbRunner(
                folders=[absolute(one, self._folder) for one in connection.folders],
                attach={
                    database: absolute(one, self._folder)
                    for database, one in connection.attach.items()
                },
                memory_limit=connection.memory_limit,
                threads=connection.threads,
                spill=self._spill,
            )
        if isinstance(connection, PostgresqlConnection):
            from turnout.segments.postgresql_runner import PostgresqlRunner  # noqa: PLC0415

            return PostgresqlRunner(self._reference(connection.url))
        from turnout.segments.ibis_runner import IbisRunner  # noqa: PLC0415

        backend = "pyspark" if connection.kind == "spark" else connection.kind
        arguments = {
            name: self._reference(value) if isinstance(value, ReferenceForm) else value
            for name, value in connection.arguments.items()
        }
        return IbisRunner(backend, arguments)

    def _reference(self, form: ReferenceForm) -> Reference:
        if form.file is not None:
            return Reference(file=absolute(form.file, self._folder))
        return Reference(env=form.env)


def _read(path: Path) -> dict[str, Connection]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror or "" if isinstance(error, OSError) else "no UTF-8"
        raise BadConnections(f"{path} cannot be read: {why.lower()}") from None
    marks = Marks()
    builder = Builder(text, marks)
    try:
        builder.build()
    except DocumentRefused as error:
        raise BadConnections(_line(path, error.message, error.mark)) from None
    faults = list(builder.faults)
    connections: dict[str, Connection] = {}
    for name, written in _entries(builder.value, faults).items():
        connection, wrong = read_connection(name, written)
        faults += [fault._replace(path=(_SECTION, *fault.path)) for fault in wrong]
        if connection is not None:
            connections[name] = connection
    if faults:
        lines = (_line(path, fault.message, _mark(marks, fault)) for fault in faults)
        raise BadConnections("\n".join(lines))
    return connections


def _entries(value: object, faults: list[Fault]) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        faults.append(Fault((), f"a file of connections is a mapping, not {describe(value)}"))
        return {}
    for name in value.keys() - {_SECTION}:
        message = f"unknown field `{clip(name)}`: there is `{_SECTION}`"
        faults.append(Fault((name,), message, at_key=True))
    entries = value.get(_SECTION)
    if entries is None or isinstance(entries, dict):
        return entries or {}
    message = f"`{_SECTION}` is a mapping from names, not {describe(entries)}"
    faults.append(Fault((_SECTION,), message))
    return {}


def _mark(marks: Marks, fault: Fault) -> Mark:
    if fault.mark is not None:
        return fault.mark
    path = fault.path
    if fault.at_key and (mark := marks.keys.get(path)):
        return mark
    while path not in marks.values and path:
        path = path[:-1]
    return marks.values.get(path, Mark(1, 1))


def _line(path: Path, message: str, mark: Mark) -> str:
    """Without the line as written: it may hold what should not stand there."""
    return Problem("file", "", str(path), mark.line, mark.column, message).render()
