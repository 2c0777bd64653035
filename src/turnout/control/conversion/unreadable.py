"""A message that cannot be read as a document."""

from turnout.documents.problem import Path


class Unreadable(ValueError):  # noqa: N818 - named for its situation
    """Something in a message that no document can say.

    Args:
        path: From the value that is read to what is wrong, in the words of documents.
        message: For people.
    """

    def __init__(self, path: Path, message: str) -> None:
        self.path = path
        self.message = message
        super().__init__(message)
