"""Compiles a folder of documents: `python -m bench.seal FOLDER OUT` prints the seconds it took."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from turnout.compiler import compile_documents
from turnout.documents import read_paths


def main(folder: str, out: str) -> None:
    """Writes the sealed snapshot; any problem of the documents is an error."""
    began = time.perf_counter()
    compiled = compile_documents(read_paths(folder))
    if compiled.problems:
        raise SystemExit("\n".join(problem.render() for problem in compiled.problems[:5]))
    sealed = compiled.seal(revision=1, published_at=datetime.now(UTC), published_by="bench")
    print(time.perf_counter() - began)
    Path(out).write_bytes(sealed)


if __name__ == "__main__":
    main(*sys.argv[1:])
