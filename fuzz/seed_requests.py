"""Writes the golden cases as requests into `fuzz/corpus/request/`, for the fuzzer to begin with.

PYTHONPATH=src:tests/conformance python fuzz/seed_requests.py
"""

from pathlib import Path

import golden
import wire

from turnout.v1 import decision_pb2 as pb

DECIDE, CHECK_SEGMENT = 0, 3
"""Calls by their number in the data plane."""


def main() -> None:
    """Writes one file a case: the call, the snapshot and the request."""
    folder = Path(__file__).parent / "corpus" / "request"
    folder.mkdir(parents=True, exist_ok=True)
    files = golden.decision_files()
    for number, case in enumerate(golden.cases()):
        fields, snapshot = case.fields, files.index(case.file)
        context = wire.context(case.context())
        if "segment" in fields:
            call = CHECK_SEGMENT
            request = pb.CheckSegmentRequest(key=fields["segment"], context=context)
        else:
            call = DECIDE
            request = pb.DecideRequest(key=fields["key"], context=context)
        written = bytes([call, snapshot]) + request.SerializeToString()
        (folder / f"golden-{number:04}").write_bytes(written)


if __name__ == "__main__":
    main()
