"""What a place of snapshots is to a sidecar: it gives the current one, or says why not.

Standard library only: the serving process imports this.
"""

from pathlib import Path
from typing import Literal, NamedTuple, Protocol

FailureKind = Literal[
    "unreachable",
    "timeout",
    "tls",
    "denied",
    "missing",
    "redirected",
    "status",
    "garbled",
    "incomplete",
    "too_large",
    "damaged",
    "older_revision",
    "behind",
    "refused",
    "credentials",
    "state_folder",
    "members",
    "bug",
]
"""Why a refresh failed; the label of a metric."""


class RefreshFailed(Exception):  # noqa: N818 - named for its situation
    """A refresh came to nothing: what is served stays, and its age grows.

    Attributes:
        kind: One of a closed set, for programs.
        message: For people; the same words for the same failure, so that it is said once.
    """

    def __init__(self, kind: FailureKind, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


class Overtaken(Exception):  # noqa: N818 - named for its situation
    """What was to be replaced is another by now: it was left as it is."""


class Fetched(NamedTuple):
    """A snapshot as it came, not looked at yet."""

    sealed: bytes
    etag: str | None
    """What to give `fetch` once this snapshot is served; None when there is no such thing."""


class Origin(Protocol):
    """A place where sealed snapshots come from."""

    @property
    def place(self) -> str:
        """Tells it from other places; holds no secret."""

    def fetch(self, etag: str | None) -> Fetched | None:
        """Gives the current snapshot; None when it is still the one of `etag`.

        Raises:
            RefreshFailed: There was none to be had.
        """

    def fetch_beside(self, name: str, to: Path, most_bytes: int) -> None:
        """Brings an immutable file that lies beside the snapshot, in bounded memory.

        Args:
            name: Of the file, in the folder `members`.
            to: Where it is written, after what is there of it from a former try.
            most_bytes: It is no longer.

        Raises:
            RefreshFailed: It is not there (`missing`), or does not come whole in time; what came is
                in `to`.
        """


MEMBERS_BESIDE = "members"
"""The folder beside a snapshot in which the member sets are that it names."""


class Place(Origin, Protocol):
    """An origin that can be written too."""

    def has_beside(self, name: str, size: int) -> bool:
        """Whether a file of that size lies in the folder `members` beside the snapshot.

        Raises:
            RefreshFailed: Nobody can say.
        """

    def put_beside(self, name: str, path: Path) -> None:
        """Writes a copy of a file to the folder `members` beside the snapshot; whole or not at all.

        Raises:
            RefreshFailed: It could not be written.
            OSError: The file cannot be read.
        """

    def replace(self, sealed: bytes, seen: str | None) -> str | None:
        """Makes a snapshot the current one if the one there is still that of `seen`.

        Args:
            sealed: The snapshot.
            seen: The ETag of what was fetched or written last; None: there was none.

        Returns:
            The ETag of what was written.

        Raises:
            Overtaken: Somebody else has written since.
            RefreshFailed: It could not be written.
        """
