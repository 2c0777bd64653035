"""One text as read: its items by key, its faults, and where everything stands."""

import hashlib
import re
from functools import cached_property
from typing import Any

from turnout.documents import limits
from turnout.documents.builder import Builder, DocumentRefused, Marks
from turnout.documents.names import ITEM_KINDS, LATER_SECTIONS, SECTIONS, nearest
from turnout.documents.problem import Fault, Mark, clip, describe

_NO_MARK = Mark(0, 0)
_START = Mark(1, 1)
_PAIR = re.compile(
    r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})"
)
# JSON allows these in a text as they are; YAML refuses some and takes others for line breaks.
_ODD = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


class WrittenItem:
    """An item as written, before anything is checked."""

    __slots__ = ("compiled", "copied", "faults", "key", "kind", "raw")

    def __init__(self, kind: str, key: str, raw: object) -> None:
        self.kind = kind
        """For example `segment`."""
        self.key = key
        self.raw = raw
        """Plain values, as JSON has them."""
        self.faults: list[Fault] = []
        """What was wrong already while reading; paths from the item."""
        self.compiled: Any = None
        """What the compiler keeps with an unchanged item."""
        self.copied: WrittenItem | None = None
        """A copy of another item, written out by the compiler."""


class Document:
    """What one text says. Two files with the same bytes share one.

    Args:
        value: The plain value of the whole document.
        text: What it was read from; None when it never was a text.
        faults: What is wrong; paths from the top.
    """

    def __init__(self, value: object, text: str | None, faults: list[Fault]) -> None:
        self._text = text
        self.broken = False
        """The document as a whole cannot be trusted to hold all of its items."""
        self.faults: list[Fault] = []
        """Those of no item; paths from the top."""
        self.items: dict[tuple[str, str], WrittenItem] = {}
        """By kind and key."""
        self.workspace: dict[str, Any] | None = None
        self.attributes: dict[str, Any] = {}
        self._take(value)
        for fault in faults:
            self._blame(fault)

    def _take(self, value: object) -> None:
        if value is None:
            return
        if not isinstance(value, dict):
            self._break(Fault((), f"a document is a mapping with sections, not {describe(value)}"))
            return
        for name, section in value.items():
            if name not in SECTIONS:
                self._break(Fault((name,), _unknown_section(name), at_key=True))
            elif section is not None and not isinstance(section, dict):
                message = f"`{name}` must be a mapping, not {describe(section)}"
                self._break(Fault((name,), message))
            elif section is not None:
                self._take_section(name, section)

    def _take_section(self, name: str, section: dict[str, Any]) -> None:
        if name == "workspace":
            self.workspace = section
        elif name == "attributes":
            self.attributes = section
        else:
            kind = ITEM_KINDS[name]
            for key, raw in section.items():
                self.items[kind, key] = WrittenItem(kind, key, raw)

    def _blame(self, fault: Fault) -> None:
        section = fault.path[0] if fault.path else None
        item = None
        if section in ITEM_KINDS and len(fault.path) > 1:
            item = self.items.get((ITEM_KINDS[str(section)], str(fault.path[1])))
        if item is None:
            self._break(fault)
        else:
            item.faults.append(fault._replace(path=fault.path[2:]))

    def _break(self, fault: Fault) -> None:
        self.broken = True
        self.faults.append(fault)

    def locate(self, fault: Fault) -> Mark:
        """Where a fault stands: its own mark, its path, or the nearest path around it."""
        if fault.mark is not None:
            return fault.mark
        if self._text is None:
            return _NO_MARK
        if fault.at_key and (mark := self._marks.keys.get(fault.path)):
            return mark
        path = fault.path
        while path not in self._marks.values and path:
            path = path[:-1]
        return self._marks.values.get(path, _START)

    def line(self, number: int) -> str:
        """The text of a line, counted from 1."""
        if self._text is None or number < 1:
            return ""
        return self._lines[number - 1] if number <= len(self._lines) else ""

    @property
    def is_text(self) -> bool:
        """Whether problems have lines and columns."""
        return self._text is not None

    # Both are wanted only where there is a problem, so nothing is kept for good documents.
    @cached_property
    def _marks(self) -> Marks:
        marks = Marks()
        try:
            Builder(self._text or "", marks).build()
        except DocumentRefused:
            return marks
        return marks

    @cached_property
    def _lines(self) -> list[str]:
        # The breaks by which libyaml counts lines.
        return re.split(r"\r\n|[\r\n\x85\u2028\u2029]", self._text or "")


def _unknown_section(name: str) -> str:
    if name in LATER_SECTIONS:
        return f"`{name}` is not built yet"
    listed = ", ".join(f"`{section}`" for section in SECTIONS)
    return f"unknown section `{clip(name)}`" + (nearest(name, SECTIONS) or f": there are {listed}")


def read_document(content: bytes, *, json: bool = False) -> Document:
    """Reads one file. Never raises for what it may hold: what is wrong is in `faults`.

    Args:
        content: The bytes of the file.
        json: It claims to be JSON, where a tab may stand between values.
    """
    if len(content) > limits.MAX_FILE_BYTES:
        return refused(f"larger than {limits.MAX_FILE_BYTES // 1024**2} MiB: split the file")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig")
        mark = Mark(before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
        return refused("not UTF-8: save the file in this encoding", mark, before)
    readable = as_yaml(text) if json else text
    builder = Builder(readable)
    try:
        builder.build()
    except DocumentRefused as error:
        return refused(error.message, error.mark, text)
    return Document(builder.value, readable, builder.faults)


def refused(message: str, mark: Mark = _START, text: str = "") -> Document:
    """A document of which nothing could be read."""
    return Document(None, text, [Fault((), message, mark=mark)])


def digest(content: bytes) -> str:
    """Tells contents apart."""
    return hashlib.sha256(content).hexdigest()


def as_yaml(text: str) -> str:
    """JSON as YAML reads it; columns stay where nothing odd stands before them."""
    spaced = text.replace("\t", " ")
    return _ODD.sub(lambda match: f"\\u{ord(match[0]):04x}", _PAIR.sub(_join_pair, spaced))


def same_places(text: str) -> str:
    """JSON as YAML reads it, with every character where it was: what odd ones say is lost."""
    plain = _ODD.sub("?", text.replace("\t", " "))
    return _PAIR.sub(lambda match: f"{match[1]}\\ufffd\\ufffd", plain)


def _join_pair(match: re.Match[str]) -> str:
    high, low = int(match[2], 16), int(match[3], 16)
    return f"{match[1]}\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08X}"
