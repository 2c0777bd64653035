"""Compiles each file of `conformance/decisions/` into a sealed snapshot, for other languages.

    python tests/conformance/compile_cases.py

writes `conformance/snapshots/*.snapshot`, and the member sets that they name to
`conformance/snapshots/members/`; `test_snapshots.py` fails when one is not current.
"""

from datetime import UTC, datetime
from pathlib import Path

import golden
import member_sets

from turnout.compiler import compile_documents
from turnout.documents import read_mapping

SNAPSHOTS = golden.ROOT / "snapshots"
SETS = SNAPSHOTS / "members"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def sealed(file: str) -> bytes:
    """The snapshot of one file of `decisions/`; the same bytes at every run."""
    memberships = member_sets.of(golden.content(file))
    compiled = compile_documents(read_mapping(golden.documents(file)), memberships=memberships)
    if compiled.problems:
        raise ValueError(f"{file}: {compiled.problems}")
    return compiled.seal(revision=1, published_at=LONG_AGO, published_by="conformance")


def path(file: str) -> Path:
    """Where it is kept."""
    return SNAPSHOTS / f"{file}.snapshot"


def main() -> None:
    """Writes all of them, and removes those that have no file any more."""
    SNAPSHOTS.mkdir(exist_ok=True)
    for old in SNAPSHOTS.glob("*.snapshot"):
        old.unlink()
    SETS.mkdir(exist_ok=True)
    for old in SETS.glob("*.set"):
        old.unlink()
    for file in golden.decision_files():
        path(file).write_bytes(sealed(file))
        for name, artifact in member_sets.files(golden.content(file)).items():
            (SETS / name).write_bytes(artifact)


if __name__ == "__main__":
    main()
