"""What a worker asks of any source of documents."""

from collections.abc import Iterator
from typing import Protocol

from turnout.documents import Catalogue


class SourceUnreachable(Exception):  # noqa: N818 - named for its situation
    """The source as a whole could not be read: what is served stays, and its age grows.

    A document that is broken is no such failure: the compiler names it.
    """


class Source(Protocol):
    """Documents, and news of their changes."""

    @property
    def name(self) -> str:
        """What a snapshot names as its publisher, for example `folder`."""

    @property
    def place(self) -> str:
        """Tells this source from others of its kind, for example the folder's absolute path."""

    def changes(self) -> Iterator[str]:
        """Yields why to read, each time that there is reason to; the first time at once.

        Ends after `close`.
        """

    def ask(self) -> None:
        """Makes `changes` yield soon. Safe from any thread."""

    def close(self) -> None:
        """Ends `changes` soon. Safe from any thread."""

    def read(self) -> Catalogue:
        """Reads all documents. An equal fingerprint means that nothing changed.

        Raises:
            SourceUnreachable: The source as a whole could not be read.
        """
