"""The engine in this process: documents or a snapshot in, decisions out."""

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any, Self

from turnout.engine import Program


class Engine(Program):
    """Decides in this process, with the calls and the results of `Client`.

    Immutable and without threads: threads share it, and forked processes go on deciding with the
    one that they inherit. Make one with `from_documents` or `from_snapshot`.

    The calls are native, for a wrapper would cost a fifth of a decision:

    * `decide(key, context, *, now, default, expected_type)` gives a `Decision`.
    * `decide_many(keys, context, *, now)` gives a list of `Decision` or `ItemFailure`.
    * `decide_all(context, *, tag, prefix, now)` gives a list of `Decision`, sorted by key.
    * `check_segment(key, context, *, now)` gives a `SegmentCheck`.
    * `check_segments(keys, context, *, now)` gives a list of `SegmentCheck` or `ItemFailure`.
    * `matching_segments(context, *, tag, prefix, now)` gives `MatchingSegments`.
    * `explain(key, context, *, now, default)` and `explain_segment(key, context, *, now)` give an
      `Explanation`: the same answer with the way to it.
    * `snapshot` is the `SnapshotRef` that answers carry; its age is 0, for an engine has no source
      that could be ahead of it. `snapshot_status()` describes the snapshot.

    A value that cannot be used is refused only if a condition looks at its attribute: what nothing
    looks at is not converted.
    """

    __slots__ = ()

    @classmethod
    def from_documents(cls, documents: str | Path | Mapping[str, Any]) -> Self:
        """Compiles documents and links them.

        Args:
            documents: A folder, a file, or a mapping: what one document says, or several by file
                name.

        Raises:
            CompileFailed: A document has a problem; the exception names all of them.
            OSError: The path is not there or may not be read.
        """
        # Deferred: whoever links a snapshot needs no compiler.
        from turnout.compiler import compile_documents  # noqa: PLC0415
        from turnout.documents import read_mapping, read_paths  # noqa: PLC0415

        if isinstance(documents, Mapping):
            catalogue = read_mapping(documents)
        else:
            catalogue = read_paths(documents)
        return cls(compile_documents(catalogue).seal(published_by="embedded"))

    @classmethod
    def from_snapshot(
        cls,
        snapshot: bytes | bytearray | memoryview | str | PathLike[str],
        *,
        members: str | PathLike[str] | None = None,
    ) -> Self:
        """Links a sealed snapshot.

        Args:
            snapshot: The bytes, or the path of their file.
            members: The folder of the member sets that it names, each `<sha256>.set`; by default
                the folder `members` beside the file, and none for bytes. Sets are mapped: a file
                may be replaced or unlinked, and must not be written to. A set that is not there,
                or damaged, makes its segments UNKNOWN, `MEMBERS_MISSING`.

        Raises:
            SnapshotRefused: The bytes are no snapshot, or a damaged one, or of a newer version.
            OSError: The file is not there or may not be read.
        """
        if isinstance(snapshot, str | PathLike):
            file = Path(snapshot)
            return cls(file.read_bytes(), file.parent / "members" if members is None else members)
        return cls(bytes(snapshot), members)

    def __repr__(self) -> str:
        """Which snapshot it decides by."""
        return f"<Engine of snapshot {self.id[:12]}, revision {self.revision}>"
