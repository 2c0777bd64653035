"""The engine in this process: documents or a snapshot in, decisions out."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from turnout.engine import Program
from turnout.results import (
    Context,
    Decision,
    ItemFailure,
    MatchingSegments,
    SegmentCheck,
    SnapshotRef,
    SnapshotStatus,
)

ANYONE = Context()
"""The context of someone of whom nothing is known."""


class Engine:
    """Decides in this process, with the calls and the results of `Client`.

    Immutable and without threads: threads share it, and forked processes go on deciding with the
    one that they inherit. Make one with `from_documents` or `from_snapshot`.

    An unsupported value of an attribute is refused only if a condition looks at the attribute:
    what nothing looks at is not converted.
    """

    __slots__ = ("_program",)

    def __init__(self, program: Program) -> None:
        self._program = program

    @classmethod
    def from_documents(cls, documents: str | Path | Mapping[str, Any]) -> Self:
        """Compiles documents and links them.

        Args:
            documents: A folder, a file, or a mapping of what one document says.

        Raises:
            CompileFailed: A document has a problem; the exception names all of them.
        """
        # Deferred: whoever links a snapshot needs no compiler.
        from turnout.compiler import compile_documents  # noqa: PLC0415
        from turnout.documents import read_mapping, read_paths  # noqa: PLC0415

        if isinstance(documents, Mapping):
            catalogue = read_mapping(documents)
        else:
            catalogue = read_paths(documents)
        compiled = compile_documents(catalogue)
        return cls.from_snapshot(compiled.seal(revision=1, published_by="embedded"))

    @classmethod
    def from_snapshot(cls, sealed: bytes) -> Self:
        """Links a sealed snapshot.

        Raises:
            SnapshotRefused: The bytes are no snapshot, or a damaged one, or of a newer version.
        """
        return cls(Program.link(bytes(sealed)))

    def __repr__(self) -> str:
        """Which snapshot it decides by."""
        return f"<Engine of snapshot {self._program.id[:12]}, revision {self._program.revision}>"

    def decide(
        self,
        key: str,
        context: Context = ANYONE,
        *,
        now: datetime | None = None,
        default: object = None,
        expected_type: type | None = None,
    ) -> Decision:
        """Decides one flag or experiment.

        Args:
            key: The flag's or experiment's key.
            context: For whom.
            now: The instant to decide at; by default the system's clock.
            default: The decision's value when it has no variant.
            expected_type: `bool`, `str`, `int`, `float` or `dict`.

        Raises:
            FlagNotFound: No flag or experiment has this key.
            TypeMismatch: Its values are not of the expected type.
            InvalidArgument: The context, or another argument, cannot be used.
        """
        return self._program.decide(key, context, now, default, expected_type)

    def decide_many(
        self, keys: Iterable[str], context: Context = ANYONE, *, now: datetime | None = None
    ) -> list[Decision | ItemFailure]:
        """Decides several keys at one `now`, in the order asked."""
        return self._program.decide_many(keys, context, now)

    def decide_all(
        self,
        context: Context = ANYONE,
        *,
        tag: str | None = None,
        prefix: str | None = None,
        now: datetime | None = None,
    ) -> list[Decision]:
        """Decides every flag and experiment, or those of a tag or a key prefix, sorted by key."""
        return self._program.decide_all(context, tag, prefix, now)

    def check_segment(
        self, key: str, context: Context = ANYONE, *, now: datetime | None = None
    ) -> SegmentCheck:
        """Tells whether a context is in a segment.

        Raises:
            SegmentNotFound: No segment has this key.
        """
        return self._program.check_segment(key, context, now)

    def check_segments(
        self, keys: Iterable[str], context: Context = ANYONE, *, now: datetime | None = None
    ) -> list[SegmentCheck | ItemFailure]:
        """Checks several segments at one `now`, in the order asked."""
        return self._program.check_segments(keys, context, now)

    def matching_segments(
        self,
        context: Context = ANYONE,
        *,
        tag: str | None = None,
        prefix: str | None = None,
        now: datetime | None = None,
    ) -> MatchingSegments:
        """Lists the segments that a context is in, or those of them with a tag or key prefix."""
        return self._program.matching_segments(context, tag, prefix, now)

    def snapshot_status(self) -> SnapshotStatus:
        """Describes the snapshot."""
        return self._program.status()

    @property
    def snapshot(self) -> SnapshotRef:
        """The snapshot that answers; its age is 0, for it has no source that could be ahead."""
        return self._program.snapshot
