"""Versions as operands: what they mean is the engine's to say."""

from typing import Any

from turnout.compiler.literals import compare_versions, version_fault
from turnout.compiler.operands import (
    NO_OPTIONS,
    OperandRefused,
    Options,
    bound,
    each,
    pairs,
    reversed_bounds,
    text,
)
from turnout.documents.problem import describe
from turnout.snapshot.v1 import snapshot_pb2 as pb


def one_version(name: str, written: object, options: Options = NO_OPTIONS) -> list[pb.Operand]:
    """Reads the one version of an ordering operator."""
    if isinstance(written, list):
        raise OperandRefused(f"`{name}` takes one version, not a list")
    return versions(name, written, options)


def versions(name: str, written: object, _options: Options = NO_OPTIONS) -> list[pb.Operand]:
    """Reads one or several versions."""
    return each(name, written, lambda one: pb.Operand(text=_version(name, one)))


def version_intervals(
    name: str, written: object, _options: Options = NO_OPTIONS
) -> list[pb.Operand]:
    """Reads a pair of versions, or several pairs."""

    def read(pair: list[Any]) -> pb.Operand:
        low, high = (bound(lambda one: _version(name, one), pair, at) for at in (0, 1))
        if compare_versions(low, high) > 0:
            raise reversed_bounds(name, pair)
        return pb.Operand(versions=pb.TextInterval(low=low, high=high))

    return pairs(name, written, read)


def is_version(written: str) -> bool:
    """Whether a text is a version."""
    return version_fault(written) is None


def _version(name: str, written: object) -> str:
    if isinstance(written, float):
        raise OperandRefused(
            f"{describe(written)} is no version: write it in quotes, for 5.10 without them is 5.1"
        )
    if isinstance(written, int) and not isinstance(written, bool):
        written = str(written)
    found = text(name, written)
    if fault := version_fault(found):
        raise OperandRefused(fault)
    return found
