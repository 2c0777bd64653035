"""What a compilation gives."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from turnout.documents import Problem
from turnout.snapshot.seal import seal
from turnout.snapshot.v1 import snapshot_pb2 as pb


class CompileFailed(Exception):  # noqa: N818 - named for its situation
    """The documents have problems, and nothing stands in for what is broken.

    Attributes:
        problems: All of them, by file and line.
        warnings: What else was found, in the items that are good.
    """

    def __init__(self, problems: Sequence[Problem], warnings: Sequence[Problem] = ()) -> None:
        self.problems = tuple(problems)
        self.warnings = tuple(warnings)
        super().__init__("\n".join(problem.render() for problem in self.problems))


@dataclass(frozen=True)
class Compiled:
    """Documents compiled, with what was wrong in them."""

    content: bytes
    """A serialised `turnout.snapshot.v1.Content`: the same documents give the same bytes."""
    problems: tuple[Problem, ...]
    """By file and line."""
    history: dict[str, Any] = field(repr=False)
    """The good version of every item, for the next compilation; JSON can hold it."""
    find_warnings: Callable[[], tuple[Problem, ...]] = field(default=tuple, repr=False)
    """Reads the files again for the places of `warnings`."""

    @cached_property
    def warnings(self) -> tuple[Problem, ...]:
        """What compiles, and may not be meant, by file and line; no part of the snapshot."""
        return self.find_warnings()

    @property
    def id(self) -> str:
        """SHA-256 of the content, 64 lower-case hex digits."""
        return hashlib.sha256(self.content).hexdigest()

    def seal(
        self, revision: int = 1, published_at: datetime | None = None, published_by: str = ""
    ) -> bytes:
        """Writes the snapshot in the only form that is stored or loaded.

        Args:
            revision: Counts what was published, from 1.
            published_at: Aware; none is written without it.
            published_by: The name of the source, for example `folder`.
        """
        header = pb.Header(id=self.id, revision=revision, published_by=published_by)
        if published_at is not None:
            header.published_at.FromDatetime(published_at)
        header.problems.extend(_message(problem) for problem in self.problems)
        snapshot = pb.Snapshot(header=header, content=self.content)
        payload = snapshot.SerializeToString(deterministic=True)
        return seal(payload)


def _message(problem: Problem) -> pb.Problem:
    return pb.Problem(
        kind=problem.kind,
        key=problem.key.encode("utf-8", "replace").decode(),
        file=problem.file,
        line=problem.line,
        column=problem.column,
        message=problem.message.encode("utf-8", "replace").decode(),
        serving_last_good=problem.serving_last_good,
    )
