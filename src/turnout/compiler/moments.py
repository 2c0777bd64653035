"""Dates as operands: what they mean is the engine's to say."""

from typing import Any

from turnout.compiler.date_forms import no_date
from turnout.compiler.literals import moments_fault, read_moment
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


def one_moment(name: str, written: object, options: Options = NO_OPTIONS) -> list[pb.Operand]:
    """Reads the one date of an ordering operator."""
    if isinstance(written, list):
        raise OperandRefused(f"`{name}` takes one date, not a list")
    return moments(name, written, options)


def moments(name: str, written: object, options: Options = NO_OPTIONS) -> list[pb.Operand]:
    """Reads one or several dates."""

    def read(one: object) -> pb.Operand:
        return pb.Operand(moment=pb.Moment.FromString(_moment(name, one, options)))

    return each(name, written, read)


def days(name: str, written: object, options: Options = NO_OPTIONS) -> list[pb.Operand]:
    """Reads one or several days.

    They stay dates: in a zone that skipped a day, its 00:00 is an instant of the next.
    """
    return moments(name, written, options._replace(zone=None))


def moment_intervals(name: str, written: object, options: Options = NO_OPTIONS) -> list[pb.Operand]:
    """Reads a pair of dates, or several pairs."""

    def read(pair: list[Any]) -> pb.Operand:
        low, high = (bound(lambda one: _moment(name, one, options), pair, at) for at in (0, 1))
        if moments_fault(low, high):
            raise reversed_bounds(name, pair)
        low_moment, high_moment = pb.Moment.FromString(low), pb.Moment.FromString(high)
        return pb.Operand(moments=pb.MomentInterval(low=low_moment, high=high_moment))

    return pairs(name, written, read)


def is_moment(written: str) -> bool:
    """Whether a text is a date."""
    try:
        read_moment(written, zone=None, rolling=False)
    except ValueError:
        return False
    return True


def _moment(name: str, written: object, options: Options) -> bytes:
    if isinstance(written, int | float) and not isinstance(written, bool):
        raise OperandRefused(
            f"`{name}` takes a date, not {describe(written)}: write it as in `2026-01-31` or "
            "`3 days ago`"
        )
    literal = text(name, written)
    try:
        return read_moment(literal, zone=options.zone, rolling=options.rolling)
    except ValueError as error:
        raise OperandRefused(no_date(literal) or str(error)) from None
