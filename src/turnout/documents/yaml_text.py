"""Writes plain values as YAML that reads back as the same values, in the style people write."""

from collections.abc import Mapping
from typing import Any

import yaml

from turnout.documents.scalars import resolve

_WIDTH = 96
_UNFOLDED = 2**30
_PREFIX = "tag:yaml.org,2002:"
_BLOCK_LEVELS = 3  # sections, items, and the fields of an item stand on lines of their own


class CannotExport(Exception):  # noqa: N818 - named for its situation
    """A value that no document can hold."""


def yaml_text(value: Mapping[str, Any], *, blocks: int = _BLOCK_LEVELS) -> str:
    """Writes a document.

    Args:
        value: Plain values, as JSON has them.
        blocks: How many levels of mappings are always written below each other; what is deeper
            stands on one line where it fits.

    Raises:
        CannotExport: It holds something that JSON has not.
    """
    node = _Writer(blocks).node(value, 0, 0)
    # Long texts are not folded: a line of a document is a line of a diff.
    text = yaml.serialize(node, Dumper=yaml.CSafeDumper, allow_unicode=True, width=_UNFOLDED)
    return str(text)


class _Writer:
    def __init__(self, blocks: int) -> None:
        self._blocks = blocks

    def node(self, value: object, level: int, column: int) -> yaml.Node:
        """A part of the document.

        Args:
            value: Of the part.
            level: How many mappings and lists it is in.
            column: Where it begins when it stands on one line.
        """
        if isinstance(value, Mapping):
            return self._mapping(value, level, column)
        if isinstance(value, list):
            return self._list(value, level, column)
        return _scalar(value)

    def _mapping(self, value: Mapping[str, Any], level: int, column: int) -> yaml.Node:
        indent = 2 * level
        pairs = [
            (_scalar(name), self.node(part, level + 1, indent + len(name) + 2))
            for name, part in value.items()
        ]
        flat = not value or (level >= self._blocks and _fits(value, column))
        return yaml.MappingNode(f"{_PREFIX}map", pairs, flow_style=flat)

    def _list(self, value: list[Any], level: int, column: int) -> yaml.Node:
        parts = [self.node(part, level + 1, 2 * level + 2) for part in value]
        flat = not value or (all(map(_is_short, value)) and _fits(value, column))
        return yaml.SequenceNode(f"{_PREFIX}seq", parts, flow_style=flat)


def _scalar(value: object) -> yaml.Node:
    if value is None:
        return yaml.ScalarNode(f"{_PREFIX}null", "null")
    if isinstance(value, bool):
        return yaml.ScalarNode(f"{_PREFIX}bool", "true" if value else "false")
    if isinstance(value, int):
        return yaml.ScalarNode(f"{_PREFIX}int", str(value))
    if isinstance(value, float):
        return yaml.ScalarNode(f"{_PREFIX}float", _float(value))
    if isinstance(value, str):
        return _text(value)
    raise CannotExport(f"no document holds {value!r}")


def _float(value: float) -> str:
    text = repr(value)
    if text.lstrip("-") in {"inf", "nan"}:
        raise CannotExport(f"no document holds {text}")
    # Readers of YAML 1.1 want a point before the exponent.
    return text if "." in text else text.replace("e", ".0e")


def _text(value: str) -> yaml.Node:
    if "\n" in value and value.isascii() and not value.startswith((" ", "\n")):
        return yaml.ScalarNode(f"{_PREFIX}str", value, style="|")
    style = '"' if not value.isprintable() else "'" if _is_told_apart(value) else None
    return yaml.ScalarNode(f"{_PREFIX}str", value, style=style)


def _is_told_apart(value: str) -> bool:
    """Whether our reader needs quotes; libyaml sees for itself what those of YAML 1.1 need."""
    try:
        return not isinstance(resolve(value), str)
    except ValueError:  # a number that is too long
        return True


def _is_short(value: object) -> bool:
    return not isinstance(value, Mapping | list) or not value


def _fits(value: object, column: int) -> bool:
    return column + _length(value) <= _WIDTH


def _length(value: object) -> int:
    """About as many characters as it takes on one line."""
    if isinstance(value, Mapping):
        return sum(len(name) + 4 + _length(part) for name, part in value.items())
    if isinstance(value, list):
        return 2 + sum(2 + _length(part) for part in value)
    return len(str(value)) + 1
