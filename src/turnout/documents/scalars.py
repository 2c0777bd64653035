"""What a plain scalar means: the core schema of YAML 1.2."""

import math
import re

from turnout.documents.limits import MAX_NUMBER_LENGTH

Scalar = str | int | float | bool | None

_WORDS: dict[str, Scalar] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
    ".inf": math.inf, ".Inf": math.inf, ".INF": math.inf,
    "+.inf": math.inf, "+.Inf": math.inf, "+.INF": math.inf,
    "-.inf": -math.inf, "-.Inf": -math.inf, "-.INF": -math.inf,
    ".nan": math.nan, ".NaN": math.nan, ".NAN": math.nan,
}  # fmt: skip
_NUMBER_STARTS = frozenset("0123456789+-.")
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")


def resolve(text: str) -> Scalar:
    """The value of a scalar that was written without quotes.

    `on`, `off`, `yes` and `no` are text.

    Raises:
        ValueError: A number is too long to read.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_STARTS:
        return text
    return _number(text)


def _number(text: str) -> Scalar:
    if not _FLOAT.fullmatch(text):
        if _OCTAL.fullmatch(text):
            return int(_short(text), 0)
        if _HEXADECIMAL.fullmatch(text):
            return int(_short(text), 0)
        return text
    _short(text)
    return int(text) if _INTEGER.fullmatch(text) else float(text)


def _short(text: str) -> str:
    if len(text) > MAX_NUMBER_LENGTH:
        raise ValueError(f"a number has at most {MAX_NUMBER_LENGTH} characters")
    return text
