"""Where answers come from: documents compiled in this process, or a server."""

# ruff: noqa: PLC0415 - what is heavy is imported when it is needed

import os
from datetime import datetime
from pathlib import Path
from typing import Protocol

from turnout.cli.exit_codes import ExitCode
from turnout.cli.failures import Failed, usage
from turnout.results import Context, Decision, Explanation, MatchingSegments, SegmentCheck

ADDRESS_VARIABLE = "TURNOUT_ADDRESS"


class Answers(Protocol):
    """What `turnout.Engine` and `turnout.Client` have in common."""

    def decide(self, key: str, context: Context = ..., *, now: datetime | None = ...) -> Decision:
        """Decides one flag or experiment."""

    def decide_all(self, context: Context = ..., *, now: datetime | None = ...) -> list[Decision]:
        """Decides every flag and experiment, sorted by key."""

    def check_segment(
        self, key: str, context: Context = ..., *, now: datetime | None = ...
    ) -> SegmentCheck:
        """Checks one segment."""

    def explain(
        self, key: str, context: Context = ..., *, now: datetime | None = ...
    ) -> Explanation:
        """Decides one flag or experiment and shows the way."""

    def explain_segment(
        self, key: str, context: Context = ..., *, now: datetime | None = ...
    ) -> Explanation:
        """Checks one segment and shows the way."""

    def matching_segments(
        self,
        context: Context = ...,
        *,
        tag: str | None = ...,
        prefix: str | None = ...,
        now: datetime | None = ...,
    ) -> MatchingSegments:
        """Lists the segments that a context is in."""


def open_answers(documents: Path | None, address: str | None, timeout: float) -> Answers:
    """Opens what the options name.

    Raises:
        Failed: Both are named, the path is not there, or the documents have problems.
    """
    if documents is None:
        from turnout.client import Client

        return Client(address, timeout=timeout)
    # A server that the environment names is the usual one, not a wish of this command.
    if address is not None and address != os.environ.get(ADDRESS_VARIABLE):
        raise usage("`--documents` and `--address` are both given: keep one")
    if not documents.exists():
        raise usage(f"`--documents {documents}` is not there")
    return _compiled(documents)


def _compiled(documents: Path) -> Answers:
    from turnout.compiler import CompileFailed
    from turnout.embedded import Engine

    try:
        return Engine.from_documents(documents)
    except CompileFailed as failed:
        message = f"`{documents}` has problems: nothing is decided from it"
        raise Failed(message, ExitCode.PROBLEMS, failed.problems) from None
