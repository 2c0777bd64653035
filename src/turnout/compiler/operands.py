"""What may stand behind an operator, by the type that it compares."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from turnout.compiler.literals import number_fault, regex_fault
from turnout.compiler.text import is_text
from turnout.documents.problem import describe
from turnout.snapshot.v1 import snapshot_pb2 as pb

_EXACT = 2**53
_INT64 = 2**63
_SMALLEST_PLAIN = 1e-5


Bound = TypeVar("Bound")


class OperandRefused(ValueError):  # noqa: N818 - named for its situation
    """An operand does not fit; `at` leads to it from the operator's own value."""

    def __init__(self, message: str, *at: int | str) -> None:
        super().__init__(message)
        self.at = at


class Options(NamedTuple):
    """What stands beside an operator and says how its operands are read."""

    case_sensitive: bool = False
    zone: str | None = "UTC"
    """Where dates without an offset are read; None for the unit's own."""
    rolling: bool = False


NO_OPTIONS = Options()

OperandReader = Callable[[str, Any, Options], list[pb.Operand]]
"""Takes the operator's name, what is written, and what stands beside it."""


def nothing(name: str, written: object, _options: Options = NO_OPTIONS) -> list[pb.Operand]:
    """Reads the `true` of an operator without an operand."""
    if written is not True:
        raise OperandRefused(f"`{name}` takes no operand: write `{name}: true`")
    return []


def texts(name: str, written: object, _options: Options = NO_OPTIONS) -> list[pb.Operand]:
    """Reads one or several texts to compare with the whole."""
    return each(name, written, lambda one: pb.Operand(text=text(name, one)))


def needles(name: str, written: object, _options: Options = NO_OPTIONS) -> list[pb.Operand]:
    """Reads one or several texts to look for; an empty one is in every text."""

    def read(one: object) -> pb.Operand:
        if one == "":
            raise OperandRefused(f'`{name}` is true of every text with `""`: remove it')
        return pb.Operand(text=text(name, one))

    return each(name, written, read)


def elements(name: str, written: object, _options: Options = NO_OPTIONS) -> list[pb.Operand]:
    """Reads one or several elements of a list."""
    return each(name, written, lambda one: pb.Operand(text=render(one)))


def parts(name: str, written: object, _options: Options = NO_OPTIONS) -> list[pb.Operand]:
    """Reads what `contains` looks for: a text in a text, or an element of a list."""

    def read(one: object) -> pb.Operand:
        if one == "":
            raise OperandRefused(f'`{name}` is true of every text with `""`: remove it')
        return pb.Operand(text=render(one))

    return each(name, written, read)


def patterns(name: str, written: object, options: Options = NO_OPTIONS) -> list[pb.Operand]:
    """Reads one or several regular expressions."""

    def read(one: object) -> pb.Operand:
        pattern = text(name, one)
        if not pattern:
            raise OperandRefused(f'`{name}` is true of every text with `""`: remove it')
        if fault := regex_fault(pattern, options.case_sensitive):
            raise OperandRefused(fault)
        return pb.Operand(text=pattern)

    return each(name, written, read)


def numbers(name: str, written: object, _options: Options = NO_OPTIONS) -> list[pb.Operand]:
    """Reads one or several numbers."""
    return each(name, written, lambda one: pb.Operand(number=number(name, one)))


def one_number(name: str, written: object, _options: Options = NO_OPTIONS) -> list[pb.Operand]:
    """Reads the one number of an ordering operator."""
    if isinstance(written, list):
        raise OperandRefused(f"`{name}` takes one number, not a list")
    return [pb.Operand(number=number(name, written))]


def booleans(name: str, written: object, _options: Options = NO_OPTIONS) -> list[pb.Operand]:
    """Reads one or several booleans."""

    def read(one: object) -> pb.Operand:
        if not isinstance(one, bool):
            raise OperandRefused(
                f"`{name}` takes `true` or `false` here, not {describe(one)}: the attribute is "
                "compared as a boolean"
            )
        return pb.Operand(boolean=one)

    return each(name, written, read)


def whole_lists(name: str, written: object, _options: Options = NO_OPTIONS) -> list[pb.Operand]:
    """Reads a list, compared as a set, or several lists."""
    if not isinstance(written, list):
        raise OperandRefused(
            f"`{name}` compares a whole list here: write `[{shown(written)}]`, or use `contains`"
        )
    if not written:
        raise OperandRefused(f"`{name}` has no operands: use `is_empty` for the empty list")
    several = [isinstance(one, list) for one in written]
    if not any(several):
        return [_whole_list(name, written)]
    if not all(several):
        at = several.index(False)
        raise OperandRefused(f"`{name}` takes one list, or a list of lists, not a mixture", at)
    return [located(lambda one: _whole_list(name, one), one, at) for at, one in enumerate(written)]


def intervals(name: str, written: object, _options: Options = NO_OPTIONS) -> list[pb.Operand]:
    """Reads a pair of numbers, or several pairs."""

    def read(pair: list[Any]) -> pb.Operand:
        low, high = (bound(lambda one: number(name, one), pair, at) for at in (0, 1))
        if pair[0] > pair[1]:
            raise reversed_bounds(name, pair)
        return pb.Operand(interval=pb.Interval(low=low, high=high))

    return pairs(name, written, read)


def pairs(name: str, written: object, read: Callable[[list[Any]], pb.Operand]) -> list[pb.Operand]:
    """Reads a pair of bounds, or several pairs, each by `read`."""
    if not isinstance(written, list) or not written:
        raise OperandRefused(f"`{name}` takes a pair: write `{name}: [low, high]`")

    def one_pair(pair: object) -> pb.Operand:
        if not isinstance(pair, list) or len(pair) != 2:
            raise OperandRefused(f"`{name}` takes pairs: write `{name}: [low, high]`")
        return read(pair)

    if not any(isinstance(one, list) for one in written):
        return [one_pair(written)]
    return [located(one_pair, one, at) for at, one in enumerate(written)]


def bound(read: Callable[[Any], Bound], pair: list[Any], at: int) -> Bound:
    """Reads one end of a pair."""
    try:
        return read(pair[at])
    except OperandRefused as error:
        raise OperandRefused(str(error), at) from None


def reversed_bounds(name: str, pair: list[Any]) -> OperandRefused:
    """Says that a pair is the wrong way round."""
    low, high = shown(pair[1]), shown(pair[0])
    return OperandRefused(f"the bounds of `{name}` are reversed: write `[{low}, {high}]`")


def modulos(name: str, written: object, _options: Options = NO_OPTIONS) -> list[pb.Operand]:
    """Reads `{divisor, remainder}`, or several."""
    return each(name, written, lambda one: pb.Operand(modulo=_modulo(name, one)))


def number(name: str, written: object) -> str:
    """Writes a number as the literal that the engine reads."""
    if isinstance(written, bool) or not isinstance(written, int | float):
        hint = ": write it without quotes" if looks_numeric(written) else ""
        raise OperandRefused(f"`{name}` takes a number here, not {describe(written)}{hint}")
    if isinstance(written, float) and not math.isfinite(written):
        raise OperandRefused(f"`{name}` takes a finite number, not `{written}`")
    literal = repr(written)
    if abs(written) >= _INT64 and (fault := number_fault(literal)):
        raise OperandRefused(fault)
    return literal


def render(written: object) -> str:
    """Writes a scalar as the text that an attribute of that value is compared as."""
    if isinstance(written, str):
        return _unicode(written)
    if isinstance(written, bool):
        return "true" if written else "false"
    if isinstance(written, int):
        return str(written)
    if isinstance(written, float) and math.isfinite(written):
        if written.is_integer() and abs(written) < _EXACT:
            return str(int(written))
        if _SMALLEST_PLAIN <= abs(written) < _EXACT:
            return repr(written)
        raise OperandRefused(f"{describe(written)} has more than one notation: write it in quotes")
    raise OperandRefused(f"text, a number or a boolean is compared here, not {describe(written)}")


def each(name: str, written: object, read: Callable[[Any], pb.Operand]) -> list[pb.Operand]:
    """Reads one operand, or several of a list."""
    if not isinstance(written, list):
        return [read(written)]
    if not written:
        raise OperandRefused(f"`{name}` has no operands: give at least one")
    return [located(read, one, at) for at, one in enumerate(written)]


def located(read: Callable[[Any], pb.Operand], one: object, at: int) -> pb.Operand:
    """Reads an operand of a list; what is wrong is told at its place."""
    try:
        return read(one)
    except OperandRefused as error:
        raise OperandRefused(str(error), at, *error.at) from None


def text(name: str, written: object) -> str:
    """Reads a text."""
    if not isinstance(written, str):
        scalar = isinstance(written, bool | int | float)
        hint = ": write it in quotes" if scalar else ""
        raise OperandRefused(f"`{name}` takes text here, not {describe(written)}{hint}")
    return _unicode(written)


def _unicode(written: str) -> str:
    if not is_text(written):
        raise OperandRefused("must be text that UTF-8 can hold")
    return written


def _whole_list(name: str, written: list[Any]) -> pb.Operand:
    if not written:
        raise OperandRefused(f"`{name}` has an empty list: use `is_empty`")
    rendered: list[str] = []
    for at, one in enumerate(written):
        try:
            rendered.append(render(one))
        except OperandRefused as error:
            raise OperandRefused(str(error), at) from None
    return pb.Operand(list=pb.TextList(texts=rendered))


def _modulo(name: str, written: object) -> pb.Modulo:
    shape = f"`{name}: {{divisor: 10, remainder: 3}}`"
    if not isinstance(written, dict):
        raise OperandRefused(f"`{name}` takes a divisor and a remainder: write {shape}")
    for field in ("divisor", "remainder"):
        if field not in written:
            raise OperandRefused(f"`{field}` is missing: write {shape}")
        if isinstance(written[field], bool) or not isinstance(written[field], int):
            message = f"`{field}` must be a whole number, not {describe(written[field])}"
            raise OperandRefused(message, field)
    if unknown := set(written) - {"divisor", "remainder"}:
        raise OperandRefused(f"unknown field `{min(unknown)}`: write {shape}", min(unknown))
    divisor, remainder = written["divisor"], written["remainder"]
    if not 1 <= divisor < _INT64:
        raise OperandRefused(f"`divisor` must be at least 1, not `{divisor}`", "divisor")
    if not 0 <= remainder < divisor:
        message = f"`remainder` must be from 0 to {divisor - 1}, not `{remainder}`"
        raise OperandRefused(message, "remainder")
    return pb.Modulo(divisor=str(divisor), remainder=str(remainder))


def looks_numeric(written: object) -> bool:
    """Whether a text would be a number without its quotes."""
    return isinstance(written, str) and written.strip().lstrip("+-").replace(".", "", 1).isdecimal()


def shown(written: object) -> str:
    """Writes a scalar as a document does."""
    if looks_numeric(written):
        return f'"{written}"'
    return str(written).lower() if isinstance(written, bool) else str(written)
