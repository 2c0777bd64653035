"""Where every part of a YAML text begins and ends, from its events."""

from dataclasses import dataclass, field
from typing import Literal

import yaml
from yaml._yaml import CParser


@dataclass
class Node:
    """A part of a text, from `start` up to `end`, in characters.

    The end of a block mapping or list is not told: it is that of the last part in it.
    """

    kind: Literal["mapping", "list", "scalar", "alias"]
    start: int
    end: int = -1
    is_flow: bool = True
    """Written between brackets, or no mapping or list at all."""
    text: str = ""
    """Of a scalar, as its value."""
    parts: list["Node"] = field(default_factory=list)
    """Of a list, or of a mapping: each key with its value behind it."""

    def entries(self) -> list[tuple["Node", "Node"]]:
        """Keys and values of a mapping."""
        return list(zip(self.parts[::2], self.parts[1::2], strict=True))

    def entry(self, name: str) -> tuple["Node", "Node"] | None:
        """The key and the value of a field, if the mapping has it."""
        return next((entry for entry in self.entries() if entry[0].text == name), None)


def locate(text: str) -> Node | None:
    """Reads the places of a document that was read without faults; None for an empty one."""
    root: Node | None = None
    stack: list[Node] = []
    parser = CParser(text)
    try:
        while (event := parser.get_event()) is not None:
            if isinstance(event, yaml.CollectionEndEvent):
                stack.pop().end = _end(event)
                continue
            node = _node(event)
            if node is None:
                continue
            if stack:
                stack[-1].parts.append(node)
            else:
                root = node
            if isinstance(event, yaml.CollectionStartEvent):
                stack.append(node)
    finally:
        parser.dispose()
    return root


def _node(event: yaml.Event) -> Node | None:
    match event:
        case yaml.MappingStartEvent():
            return Node("mapping", _start(event), is_flow=bool(event.flow_style))
        case yaml.SequenceStartEvent():
            return Node("list", _start(event), is_flow=bool(event.flow_style))
        case yaml.ScalarEvent():
            return Node("scalar", _start(event), _end(event), text=event.value)
        case yaml.AliasEvent():
            return Node("alias", _start(event), _end(event))
    return None


def _start(event: yaml.Event) -> int:
    return event.start_mark.index if event.start_mark else 0


def _end(event: yaml.Event) -> int:
    return event.end_mark.index if event.end_mark else 0
