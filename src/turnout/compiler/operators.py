"""The table of operators: adding one is one row."""

from dataclasses import dataclass
from typing import Any

from turnout.compiler import moments, operands, places, versions
from turnout.compiler.operands import OperandReader
from turnout.snapshot.v1 import snapshot_pb2 as pb


@dataclass(frozen=True, slots=True)
class OperatorRow:
    """How one operator is written."""

    operator: pb.Operator
    readers: dict[str, OperandReader]
    """What its operand is, by the type that is compared."""
    untyped: OperandReader | None = None
    """What its operand is when no type is declared, for an operator that looks at the value."""
    typeless: bool = False
    """It is used without a type, whatever is declared."""
    negative: bool = False
    """It says "everything except": TRUE of an attribute that is not set."""

    def reader(self, kind: str | None) -> OperandReader:
        """Reads the operand for a type that `resolve_type` gave."""
        found = self.readers[kind] if kind else self.untyped
        if found is None:
            raise KeyError(kind)
        return found


def _row(
    name: str,
    *,
    alias_of: str = "",
    untyped: OperandReader | None = None,
    typeless: bool = False,
    negative: bool = False,
    **readers: OperandReader,
) -> tuple[str, OperatorRow]:
    operator: Any = pb.Operator.Value(f"OPERATOR_{(alias_of or name).upper()}")
    return name, OperatorRow(operator, readers, untyped, typeless, negative)


_o, _m, _v, _p = operands, moments, versions, places

OPERATORS: dict[str, OperatorRow] = dict([
    _row("is_any", untyped=_o.nothing, typeless=True),
    _row("is_set", untyped=_o.nothing, typeless=True),
    _row("is_not_set", untyped=_o.nothing, typeless=True),
    _row("is_empty", untyped=_o.nothing,
         string=_o.nothing, number=_o.nothing, boolean=_o.nothing, list=_o.nothing),
    _row("is_not_empty", untyped=_o.nothing,
         string=_o.nothing, number=_o.nothing, boolean=_o.nothing, list=_o.nothing),
    _row("is", string=_o.texts, number=_o.numbers, boolean=_o.booleans, version=_v.versions,
         list=_o.whole_lists),
    _row("is_not", string=_o.texts, number=_o.numbers, boolean=_o.booleans, version=_v.versions,
         list=_o.whole_lists, negative=True),
    _row("contains", string=_o.needles, list=_o.elements, untyped=_o.parts),
    _row("does_not_contain", string=_o.needles, list=_o.elements, untyped=_o.parts, negative=True),
    _row("contains_any", list=_o.elements),
    _row("contains_all", list=_o.elements),
    _row("contains_none", list=_o.elements, negative=True),
    _row("starts_with", string=_o.needles),
    _row("does_not_start_with", string=_o.needles, negative=True),
    _row("ends_with", string=_o.needles),
    _row("does_not_end_with", string=_o.needles, negative=True),
    _row("matches", string=_o.patterns),
    _row("does_not_match", string=_o.patterns, negative=True),
    _row("is_greater_than", number=_o.one_number, version=_v.one_version),
    _row("is_less_than", number=_o.one_number, version=_v.one_version),
    _row("is_at_least", number=_o.one_number, version=_v.one_version),
    _row("is_at_most", number=_o.one_number, version=_v.one_version),
    _row("is_between", number=_o.intervals, datetime=_m.moment_intervals,
         version=_v.version_intervals),
    _row("is_not_between", number=_o.intervals, datetime=_m.moment_intervals,
         version=_v.version_intervals, negative=True),
    _row("is_on", boolean=_o.nothing),
    _row("is_off", boolean=_o.nothing),
    _row("modulo", number=_o.modulos),
    _row("is_after", datetime=_m.one_moment),
    _row("is_before", datetime=_m.one_moment),
    _row("is_since", datetime=_m.one_moment),
    _row("is_until", datetime=_m.one_moment),
    _row("is_not_after", datetime=_m.one_moment),
    _row("is_not_before", datetime=_m.one_moment),
    _row("is_past", alias_of="is_after", datetime=_m.one_moment),
    _row("is_prior_to", alias_of="is_before", datetime=_m.one_moment),
    _row("is_on_date", datetime=_m.days),
    _row("is_in_cidr", ip=_p.networks),
    _row("is_not_in_cidr", ip=_p.networks, negative=True),
    _row("is_within", geo=_p.circles),
])  # fmt: skip
"""Every operator on an attribute, by its name in a document."""
