"""Which column of a result holds the ids, and what is said when none does."""

from collections.abc import Sequence

from turnout.documents.names import nearest
from turnout.documents.problem import clip
from turnout.segments.failures import QueryFailed, Reason

_MOST_NAMED = 20


def find(columns: Sequence[str], wanted: str) -> int:
    """Gives the place of the column of a name, letter for letter.

    Raises:
        QueryFailed: NO_ID_COLUMN or AMBIGUOUS_ID_COLUMN.
    """
    places = [place for place, name in enumerate(columns) if name == wanted]
    if not places:
        near = nearest(wanted, columns)
        named = ", ".join(f"`{clip(name)}`" for name in columns[:_MOST_NAMED])
        more = ", …" if len(columns) > _MOST_NAMED else ""
        raise QueryFailed(
            Reason.NO_ID_COLUMN,
            f"the result has no column `{clip(wanted)}`{near}: there are {named}{more}",
        )
    if len(places) > 1:
        raise QueryFailed(
            Reason.AMBIGUOUS_ID_COLUMN,
            f"the result has {len(places)} columns `{clip(wanted)}`: rename all but one",
        )
    return places[0]


def refused(column: str, type_: str, *, mixed: bool) -> QueryFailed:
    """Why a column of a type holds no ids."""
    cast = "ids are texts, whole numbers or UUIDs, cast them"
    if mixed:
        message = f"the column `{clip(column)}` may hold values of several types, `{type_}`: {cast}"
        return QueryFailed(Reason.MIXED_TYPES, message)
    return QueryFailed(Reason.BAD_ID, f"the column `{clip(column)}` has the type `{type_}`: {cast}")


def null_ids(nulls: int, rows: int, column: str) -> QueryFailed:
    """Why rows without an id are refused."""
    of = f"{nulls:,} of {rows:,} rows have" if rows > 1 else "the row has"
    text = f"{of} no `{clip(column)}`: leave them out with `WHERE … IS NOT NULL`"
    return QueryFailed(Reason.NULL_ID, text)


def empty_id() -> QueryFailed:
    """Why an empty text is refused."""
    return QueryFailed(Reason.BAD_ID, "an id is an empty text, which nobody has: leave it out")


def too_many(limit: int) -> QueryFailed:
    """Why a long result is refused, rather than cut off."""
    return QueryFailed(
        Reason.TOO_MANY_ROWS, f"the query gave more than {limit:,} rows: none were taken"
    )
