"""A message that cannot be read as a document."""

from turnout.documents.problem import Path


class Unreadable(ValueError):  # noqa: N818 - named for its situation
    """Something in a message that no document can say.

    Args:
        path: From the value that is read to what is wrong, in the words of documents.
        message: For people.
        field: The same place in the message, from the part that is read, as `.variants[1].value`;
            empty where it is that of the path.
    """

    def __init__(self, path: Path, message: str, field: str = "") -> None:
        self.path = path
        self.message = message
        self.field = field
        super().__init__(message)
