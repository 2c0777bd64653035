"""D1: bytes a member, of sets of ten million."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.figure import Number

if TYPE_CHECKING:
    from bench.in_engine import BuiltSet
    from bench.workbench import Workbench

TITLE = "bytes a member among 10,000,000"


def measure(bench: Workbench) -> list[Number]:
    """The length of the artifacts, which are what is mapped."""
    times = bench.members
    return [
        _number("random text ids", times.hashed, "<= 7.6"),
        _number("dense integers, every second one", times.dense, "<= 2.5"),
        _number("random integers of 64 bits", times.sparse, None),
        Number(
            "an id that is no member is taken for one",
            times.hashed.bound,
            "<= 1e-15",
            "probability",
            "members ÷ 2^(bits of the directory + 56); the other sets are exact",
        ),
        Number(
            "a set of random text ids is built",
            times.hashed.members / times.hashed.build_s / 1e6,
            None,
            "million members/s",
            "from ids in memory to a synced file, one core, once",
        ),
    ]


def _number(what: str, built: BuiltSet, target: str | None) -> Number:
    how = f"the whole artifact ÷ {built.members:,} members; kind `{built.kind}`"
    return Number(f"bytes a member: {what}", built.bytes / built.members, target, "bytes", how)
