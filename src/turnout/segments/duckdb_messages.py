"""What DuckDB says of a query, in words that lead on."""

import re
from collections.abc import Sequence

import duckdb

from turnout.segments.failures import QueryFailed, Reason

_SYNTAX = (
    duckdb.ParserException,
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.SyntaxException,
)
_FORBIDDEN = "file system operations are disabled by configuration"
_NO_FILES = "No files found that match"
_PATH_AS_TABLE = re.compile(r"Table with name (\S*[/*]\S*|\S+\.\w+) does not exist")
_OWN_TABLE = re.compile(
    r'^Did you mean "(?:pg_|sqlite_|duckdb_|information_schema).*\n?', re.MULTILINE
)


def failed(
    error: duckdb.Error, reason: Reason | None = None, folders: Sequence[str] = ()
) -> QueryFailed:
    """What to raise for an error.

    Args:
        error: Of DuckDB.
        reason: Which kind of failure, if it is known.
        folders: What the connection may read.
    """
    if reason is None:
        reason = Reason.SYNTAX if isinstance(error, _SYNTAX) else Reason.FAILED
        if isinstance(error, duckdb.InterruptException):
            reason = Reason.CANCELLED
    return QueryFailed(reason, told(str(error), folders))


def told(text: str, folders: Sequence[str] = ()) -> str:
    """As DuckDB says it, with the line and the mark under it; of files with where they may be.

    Args:
        text: Of an error.
        folders: What the connection may read.
    """
    kind, colon, rest = text.partition(": ")
    said = f"{kind.lower()}: {rest}" if colon else text
    # Tables of its own are never meant.
    said = _OWN_TABLE.sub("", said).strip()
    if _FORBIDDEN in said or _NO_FILES in said or _PATH_AS_TABLE.search(said):
        return f"{said}\n{_where(folders)}"
    return said


def _where(folders: Sequence[str]) -> str:
    if not folders:
        return "the connection may read no files: its `folders` say which"
    listed = ", ".join(f"`{one.rstrip('/') or '/'}`" for one in folders)
    return f"a path is absolute, and inside the folders of the connection: {listed}"
