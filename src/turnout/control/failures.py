"""What a call may be refused for, beside what the store itself says."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Violation(NamedTuple):
    """What is wrong with one field of a request."""

    field: str
    """For example `flag.rules[0].when.segment`; empty for the request as a whole."""
    message: str


class InvalidArgument(Exception):  # noqa: N818 - named for its situation
    """A request that cannot be meant.

    Args:
        field: Of the request.
        message: For people: lower case, no full stop.
        reason: For programs.
        **parts: The dynamic parts of the message.
    """

    def __init__(
        self, field: str, message: str, *, reason: str = "BAD_VALUE", **parts: str
    ) -> None:
        self.violations: Sequence[Violation] = [Violation(field, message)]
        self.reason = reason
        self.parts: Mapping[str, str] = {"field": field, **parts}
        super().__init__(message)


class InvalidDocument(InvalidArgument):
    """An item that does not compile; one violation for each problem."""

    def __init__(self, name: str, violations: Sequence[Violation]) -> None:
        first = violations[0]
        more = f" (and {len(violations) - 1} more)" if len(violations) > 1 else ""
        super().__init__(first.field, f"{first.message}{more}", reason="INVALID_DOCUMENT")
        self.violations = violations
        self.parts = {"name": name, "problem_count": str(len(violations))}


class FailedPrecondition(Exception):  # noqa: N818 - named for its situation
    """A request that would be right at another time.

    Args:
        reason: For programs.
        message: For people.
        subjects: What stands in the way, by name, each with why.
        **parts: The dynamic parts of the message.
    """

    def __init__(
        self, reason: str, message: str, subjects: Sequence[Violation] = (), **parts: str
    ) -> None:
        self.reason = reason
        self.subjects = subjects
        self.parts: Mapping[str, str] = parts
        super().__init__(message)


class Unauthenticated(Exception):  # noqa: N818 - named for its situation
    """Nobody knows who calls. It never says whether a token exists."""


class PermissionDenied(Exception):  # noqa: N818 - named for its situation
    """The caller is known and may not.

    Args:
        reason: For programs.
        message: For people.
        **parts: The dynamic parts of the message.
    """

    def __init__(self, reason: str, message: str, **parts: str) -> None:
        self.reason = reason
        self.parts: Mapping[str, str] = parts
        super().__init__(message)


class OutOfTime(Exception):  # noqa: N818 - named for its situation
    """The caller has stopped waiting; nothing was written."""


class Silent(Exception):  # noqa: N818 - named for its situation
    """The caller of a stream sends nothing for too long; nothing was written.

    Args:
        seconds: How long nothing came.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = f"{seconds:g}"
        text = f"nothing came for {self.seconds} s, and nothing was written"
        super().__init__(f"{text}: send all of it once more, without such a pause")
