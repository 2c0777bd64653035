"""What may be wrong with a query, a connection or a schedule, each by a reason of its own."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a query gave no members."""

    NO_ID_COLUMN = "NO_ID_COLUMN"
    """The result has no column of the name that the query says."""
    AMBIGUOUS_ID_COLUMN = "AMBIGUOUS_ID_COLUMN"
    """It has several of them."""
    NULL_ID = "NULL_ID"
    """A row has no id."""
    MIXED_TYPES = "MIXED_TYPES"
    """The column holds values of several types."""
    BAD_ID = "BAD_ID"
    """Its type is none of ids, or an id is empty."""
    TOO_MANY_ROWS = "TOO_MANY_ROWS"
    """More rows than the limit: none are taken."""
    SYNTAX = "SYNTAX"
    """The database cannot read the query, or does not know a name in it."""
    NOT_READ_ONLY = "NOT_READ_ONLY"
    """It is not one statement that only reads."""
    TIMEOUT = "TIMEOUT"
    CONNECTION_LOST = "CONNECTION_LOST"
    """The database could not be reached, or went away."""
    CANCELLED = "CANCELLED"
    """Whoever asked for it did not want it any more."""
    FAILED = "FAILED"
    """The database gave up for another reason."""


class QueryFailed(Exception):  # noqa: N818 - named for its situation
    """A query ran and gave no members; the old ones stay.

    Args:
        reason: Which kind of failure.
        message: For people, without anything secret.
    """

    def __init__(self, reason: Reason | str, message: str) -> None:
        # What databases say has empty lines in it.
        message = "\n".join(filter(str.strip, message.splitlines()))
        super().__init__(message)
        self.reason = Reason(reason)
        self.message = message


class BadQuery(Exception):  # noqa: N818 - named for its situation
    """A query as written cannot be run at all.

    Args:
        field: Of the query, for example `parameters.days`.
        message: For people.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


class BadSchedule(Exception):  # noqa: N818 - named for its situation
    """A schedule cannot be read, or never comes.

    Args:
        message: For people, with an example.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BadConnections(Exception):  # noqa: N818 - named for its situation
    """The file of connections cannot be used; the message has a line for each mistake."""


class UnknownConnection(Exception):  # noqa: N818 - named for its situation
    """Nobody declared a connection of this name.

    Args:
        name: Which one was asked for.
        known: Those that there are.
    """

    def __init__(self, name: str, known: list[str]) -> None:
        listed = ", ".join(f"`{one}`" for one in known)
        there = f"there are {listed}" if known else "none is declared"
        super().__init__(f"there is no connection `{name}`: {there}")
        self.name = name
        self.known = known
