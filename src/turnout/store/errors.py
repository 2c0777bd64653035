"""What may go wrong with the store. Each error has a message for people and its parts."""

from turnout.documents.names import with_article


class StoreError(Exception):
    """What all of them are.

    Args:
        message: For people: what is wrong and what to do.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFound(StoreError):  # noqa: N818 - named for its situation
    """There is no such thing.

    Args:
        kind: `flag`, `snapshot`, `token` and so on.
        key: The key, the revision or the name.
    """

    def __init__(self, kind: str, key: str) -> None:
        super().__init__(f"there is no {kind} `{key}`")
        self.kind = kind
        self.key = key


class AlreadyExists(StoreError):  # noqa: N818 - named for its situation
    """The key is taken.

    Args:
        kind: Of what was to be added.
        key: The key that is taken.
        by: The kind of what has it: an experiment may have the key that a flag wants.
    """

    def __init__(self, kind: str, key: str, *, by: str = "") -> None:
        by = by or kind
        super().__init__(f"there is {with_article(by)} `{key}` already: choose another key")
        self.kind = kind
        self.key = key
        self.by = by


class Conflict(StoreError):  # noqa: N818 - named for its situation
    """Somebody else was faster.

    Args:
        kind: Of what was to be changed.
        key: Its key.
        etag: The current one.
    """

    def __init__(self, kind: str, key: str, etag: str) -> None:
        super().__init__(f"{kind} `{key}` was changed meanwhile: read it again and repeat")
        self.kind = kind
        self.key = key
        self.etag = etag


class Invalid(StoreError):  # noqa: N818 - named for its situation
    """What was given cannot be kept.

    Args:
        field: Of the request, as far as the store knows its name.
        message: What is wrong with it.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class InvalidRequestId(Invalid):
    """The request id was used for another request."""

    def __init__(self, request_id: str) -> None:
        super().__init__(
            "request_id",
            f"request id `{request_id}` was used for another request: send a fresh one",
        )
        self.request_id = request_id


class Unavailable(StoreError):  # noqa: N818 - named for its situation
    """The database is gone, busy for too long, or cannot be written.

    Args:
        message: What the database said.
        outcome_unknown: The connection broke during the commit: either all of the write
            happened or none. With a request id it may be repeated safely.
    """

    def __init__(self, message: str, *, outcome_unknown: bool = False) -> None:
        super().__init__(message)
        self.outcome_unknown = outcome_unknown


class Damaged(StoreError):  # noqa: N818 - named for its situation
    """What the database holds is not what was written to it.

    Args:
        kind: `snapshot`.
        key: The revision.
    """

    def __init__(self, kind: str, key: str) -> None:
        super().__init__(f"{kind} `{key}` is damaged in the database: restore it from a backup")
        self.kind = kind
        self.key = key


class NewerStore(StoreError):  # noqa: N818 - named for its situation
    """The tables were made by a later version of turnout."""


class EvaluationRunning(StoreError):  # noqa: N818 - named for its situation
    """An evaluation of the segment runs: two never do at once.

    Args:
        key: Of the segment.
        number: Of the evaluation that runs.
    """

    def __init__(self, key: str, number: int) -> None:
        super().__init__(
            f"segment `{key}` is evaluated already, by `evaluations/{number}`: "
            "wait for its end, or cancel it"
        )
        self.key = key
        self.number = number


class EvaluationEnded(StoreError):  # noqa: N818 - named for its situation
    """An evaluation is over that somebody took for a running one.

    Args:
        key: Of the segment.
        number: Of the evaluation.
        reason: Why it failed; empty when it did not.
    """

    def __init__(self, key: str, number: int, reason: str) -> None:
        why = f" (`{reason}`)" if reason else ""
        super().__init__(
            f"`evaluations/{number}` of segment `{key}` is over{why}: its result is not taken"
        )
        self.key = key
        self.number = number
        self.reason = reason
