"""Compiles each file of `conformance/decisions/` into a sealed snapshot, for other languages.

    python tests/conformance/compile_cases.py

writes `conformance/snapshots/*.snapshot`; `test_snapshots.py` fails when one is not current.
"""

from datetime import UTC, datetime
from pathlib import Path

import golden

from turnout.compiler import compile_documents
from turnout.documents import read_mapping

SNAPSHOTS = golden.ROOT / "snapshots"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def sealed(file: str) -> bytes:
    """The snapshot of one file of `decisions/`; the same bytes at every run."""
    compiled = compile_documents(read_mapping(golden.documents(file)))
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
    for file in golden.decision_files():
        path(file).write_bytes(sealed(file))


if __name__ == "__main__":
    main()
