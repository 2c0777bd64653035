"""The slot vectors: by the formula of the specification, and by the engine."""

import hashlib

import golden
import pytest

from turnout.engine import slot

VECTORS = golden.read("slots.json")["vectors"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: f"{v['salt'][:20]}:{v['unit_id'][:20]!a}")
def test_slot(vector):
    salt, unit_id = vector["salt"], vector["unit_id"]
    assert slot(salt, unit_id) == vector["slot"]
    first = hashlib.sha256(f"b1:{salt}:{unit_id}".encode()).digest()[:4]
    assert (int.from_bytes(first, "big") * 1_000_000) >> 32 == vector["slot"]
