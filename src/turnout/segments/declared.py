"""The shape of connections as an operator declares them in a file."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from turnout.documents.names import KEY_PATTERN, nearest
from turnout.documents.problem import Fault, clip, describe

_BY_REFERENCE = "write `{env: NAME}` or `{file: PATH}`"
_SECRET = ("password", "passwd", "secret", "token", "credential", "private_key", "api_key", "dsn")

Kind = Literal["duckdb", "postgresql", "clickhouse", "trino", "spark", "bigquery", "snowflake"]
KINDS: tuple[str, ...] = Kind.__args__  # type: ignore[attr-defined] # what a Literal has

NonEmpty = Annotated[str, Field(min_length=1)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,62}$")]


class _Declared(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)


class ReferenceForm(_Declared):
    """Where a value stands."""

    env: NonEmpty | None = None
    """The name of an environment variable."""
    file: NonEmpty | None = None
    """A path, from the folder of the file of connections."""


def _only_reference(written: object) -> object:
    """Refuses a value itself, without saying it: it may be a password."""
    if isinstance(written, dict) and len(written) == 1 and written.keys() <= {"env", "file"}:
        return written
    raise PydanticCustomError("told", f"a secret is never written here: {_BY_REFERENCE}")


ByReference = Annotated[ReferenceForm, BeforeValidator(_only_reference)]


def _value(written: object) -> object:
    if isinstance(written, dict):
        return _only_reference(written)
    if written is None or isinstance(written, list):
        raise PydanticCustomError(
            "told", f"must be text, a number or a boolean, or {_BY_REFERENCE}"
        )
    return written


Argument = Annotated[bool | int | float | str | ReferenceForm, BeforeValidator(_value)]


class DuckdbConnection(_Declared):
    """DuckDB in this process, over files."""

    kind: Literal["duckdb"]
    folders: list[NonEmpty] = Field(default_factory=list)
    """What queries may read, with the folders in them."""
    attach: dict[Name, NonEmpty] = Field(default_factory=dict)
    """Databases of DuckDB by the name that queries know them by; they are only read."""
    memory_limit: Annotated[str, Field(pattern=r"^[0-9]{1,6} ?[KMGT]i?B$")] | None = None
    """As in `4GB`; without it four fifths of the machine's."""
    threads: Annotated[int, Field(ge=1, le=1024)] | None = None
    """Without it one a core."""


class PostgresqlConnection(_Declared):
    """A PostgreSQL server."""

    kind: Literal["postgresql"]
    url: ByReference
    """`postgresql://…`"""


class WarehouseConnection(_Declared):
    """Another database, through Ibis."""

    kind: Literal["clickhouse", "trino", "spark", "bigquery", "snowflake"]
    arguments: dict[NonEmpty, Argument] = Field(default_factory=dict)
    """What `ibis.KIND.connect` takes."""


Connection = DuckdbConnection | PostgresqlConnection | WarehouseConnection

_MODELS: dict[str, type[Connection]] = {
    "duckdb": DuckdbConnection,
    "postgresql": PostgresqlConnection,
    **dict.fromkeys(KINDS[2:], WarehouseConnection),
}
_KEY = TypeAdapter(Annotated[str, Field(pattern=KEY_PATTERN)])
_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
}


def read_connection(name: str, written: object) -> tuple[Connection | None, list[Fault]]:
    """Reads one connection.

    Returns:
        The connection, or None with all that is wrong with it; paths begin with its name.
    """
    try:
        _KEY.validate_python(name)
    except ValidationError:
        message = f"`{clip(name)}` is no name: letters, digits, `.`, `_` and `-`, at most 96"
        return None, [Fault((name,), message, at_key=True)]
    if not isinstance(written, dict):
        message = f"a connection is a mapping with a `kind`, not {describe(written)}"
        return None, [Fault((name,), message)]
    kind = written.get("kind")
    model = _MODELS.get(kind) if isinstance(kind, str) else None
    if model is None:
        return None, [_wrong_kind(name, kind)]
    try:
        connection = model.model_validate(written)
    except ValidationError as error:
        faults = (_fault(name, model, one) for one in error.errors(include_url=False))
        return None, list(faults)
    return connection, _inline_secrets(name, connection)


def _wrong_kind(name: str, kind: object) -> Fault:
    listed = ", ".join(f"`{one}`" for one in KINDS)
    if kind is None:
        return Fault((name,), f"`kind` is missing: one of {listed}")
    hint = nearest(kind, KINDS) if isinstance(kind, str) else ""
    return Fault((name, "kind"), f"{describe(kind)} is not one of {listed}{hint}")


def _fault(name: str, model: type[BaseModel], error: object) -> Fault:
    assert isinstance(error, dict)  # noqa: S101 - of pydantic
    path = (name, *(step for step in error["loc"] if step not in _STEPS))
    field = f"`{clip(str(path[-1]))}`"
    match error["type"]:
        case "extra_forbidden":
            near = nearest(str(path[-1]), model.model_fields)
            listed = ", ".join(f"`{one}`" for one in model.model_fields)
            message = f"unknown field {field}" + (near or f": there are {listed}")
            return Fault(path, message, at_key=True)
        case "missing":
            return Fault(path[:-1], f"{field} is missing")
        case "told":
            return Fault(path, f"{field}: {error['msg']}")
    if (expected := _EXPECTED.get(error["type"])) is not None:
        return Fault(path, f"{field} must be {expected}")
    # Without what was given: nobody knows what stands in the wrong place.
    message = f"{field} cannot be read: {error['msg'][:1].lower()}{error['msg'][1:]}"
    return Fault(path, message, at_key="[key]" in error["loc"])


_STEPS = frozenset({"[key]", "bool", "int", "float", "str", "ReferenceForm"})
"""Of pydantic's own, in the places that it names."""


def _inline_secrets(name: str, connection: Connection) -> list[Fault]:
    if not isinstance(connection, WarehouseConnection):
        return []
    return [
        Fault(
            (name, "arguments", argument),
            f"`{argument}`: a secret is never written here: {_BY_REFERENCE}",
        )
        for argument, value in connection.arguments.items()
        if not isinstance(value, ReferenceForm)
        and any(word in argument.lower() for word in _SECRET)
    ]


def absolute(path: str, folder: Path) -> Path:
    """A path as written, from a folder; `~` is the home of who runs this."""
    return (folder / Path(path).expanduser()).absolute()
