"""Writes the golden sets and deltas into `fuzz/corpus/members/`, for the fuzzer to begin with.

python fuzz/seed_members.py
"""

import json
from pathlib import Path

GOLDEN = Path(__file__).parent.parent / "conformance" / "members.json"
CHECKSUM_LENGTH = 8


def main() -> None:
    """Writes one file a set: its length, the set, and a delta from it if there is one."""
    folder = Path(__file__).parent / "corpus" / "members"
    folder.mkdir(parents=True, exist_ok=True)
    golden = json.loads(GOLDEN.read_text())
    deltas = {delta["from"]: bytes.fromhex(delta["delta"]) for delta in golden["deltas"]}
    for number, case in enumerate(golden["sets"]):
        artifact = bytes.fromhex(case["artifact"])
        delta = deltas.get(case["name"], b"")[:-CHECKSUM_LENGTH]
        written = len(artifact).to_bytes(2, "little") + artifact + delta
        (folder / f"golden-{number:02}").write_bytes(written)


if __name__ == "__main__":
    main()
