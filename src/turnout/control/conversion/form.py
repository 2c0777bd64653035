"""What a row of a table of conversion can do."""

from dataclasses import dataclass
from typing import Any, Final

from turnout.documents.problem import Path

Message = Any
"""A protobuf message whose type the table knows."""
Body = dict[str, Any]
"""An item, or a part of one, as documents write it."""


class _Absent:
    """No such field: in a document that is not the same as null."""


ABSENT: Final = _Absent()


@dataclass(frozen=True)
class Form:
    """One field of a document, and the field of a message that says the same."""

    body: str
    """The name in the document."""
    proto: str
    """The name in the message."""

    def read(self, message: Message) -> object:
        """The value for the document; ABSENT when the message says what a document leaves out.

        Raises:
            Unreadable: With the path from the value.
        """
        raise NotImplementedError

    def write(self, value: Any, message: Message) -> None:  # noqa: ANN401 - as documents have it
        """Writes the value of a document; ABSENT too, if that has a meaning of its own."""
        raise NotImplementedError

    def path(self, value: object, rest: Path) -> str:  # noqa: ARG002 - some forms look at it
        """Where a path from the value leads in the message: `.rules[0].serve`."""
        return f".{self.proto}{steps(rest)}"


def steps(path: Path) -> str:
    """A path inside a part that has one shape in both: `.all[0].is`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
