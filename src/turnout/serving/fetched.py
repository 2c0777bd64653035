"""What a place of snapshots is to a sidecar: it gives the current one, or says why not.

Standard library only: the serving process imports this.
"""

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
