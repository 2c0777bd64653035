"""From the events of a YAML text to plain values.

The event stream of libyaml is the only part of it that is safe for hostile text: its
composer recurses in C. This builder keeps its own stack, so that depth and the size of what
aliases stand for are bounded while reading.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml
from yaml._yaml import CParser

from turnout.documents import limits
from turnout.documents.problem import Fault, Mark, Path, clip
from turnout.documents.scalars import Scalar, resolve

if TYPE_CHECKING:
    from collections.abc import Callable

_NO_KEY = object()


class DocumentRefused(Exception):  # noqa: N818 - named for its situation
    """The text cannot be read as a document at all."""

    def __init__(self, message: str, mark: Mark) -> None:
        super().__init__(message)
        self.message = message
        self.mark = mark


@dataclass
class Marks:
    """Where each value of a document stands, and each name of a field."""

    values: dict[Path, Mark] = field(default_factory=dict)
    keys: dict[Path, Mark] = field(default_factory=dict)


class _Frame:
    """A list or mapping that is not finished."""

    __slots__ = ("anchor", "container", "key", "nodes", "path", "skipped")

    def __init__(
        self, container: dict[str, Any] | list[Any], anchor: str | None, path: Path
    ) -> None:
        self.container: Any = container
        self.anchor = anchor
        self.key: Any = _NO_KEY
        self.nodes = 1
        self.path = path
        self.skipped = False


class Builder:
    """Reads one text.

    Args:
        text: The whole file.
        marks: Filled with the place of everything, when given.
    """

    def __init__(self, text: str, marks: Marks | None = None) -> None:
        self.faults: list[Fault] = []
        """What is wrong at a path while the rest could be read."""
        self.value: Any = None
        """The document; None for an empty one."""
        self._text = text
        self._marks = marks
        self._stack: list[_Frame] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._aliases = 0
        self._aliased_nodes = 0
        self._documents = 0

    def build(self) -> None:
        """Reads the text to its end.

        Raises:
            DocumentRefused: The text is not YAML, or goes over a limit.
        """
        readers: dict[type, Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: lambda event: self._open({}, event),
            yaml.SequenceStartEvent: lambda event: self._open([], event),
            yaml.MappingEndEvent: self._close,
            yaml.SequenceEndEvent: self._close,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._document,
        }
        parser = None
        try:
            parser = CParser(self._text)
            while (event := parser.get_event()) is not None:
                if reader := readers.get(type(event)):
                    reader(event)
        except yaml.MarkedYAMLError as error:
            raise DocumentRefused(*_explain(error)) from None
        except yaml.reader.ReaderError as error:
            raise DocumentRefused(*_explain_character(error, self._text)) from None
        finally:
            if parser is not None:
                parser.dispose()

    def _document(self, event: yaml.DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            raise DocumentRefused(
                "a file holds one document: put the next one into a file of its own", _mark(event)
            )

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        frame = self._stack[-1] if self._stack else None
        if frame and type(frame.container) is dict and frame.key is _NO_KEY:
            self._key(frame, event.value, event)
            return
        if event.tag is not None:
            self._tag(event)
        value = self._resolve(event)
        if event.anchor:
            self._anchors[event.anchor] = (value, 1)
        self._place(value, event, 1)

    def _resolve(self, event: yaml.ScalarEvent) -> Scalar:
        if event.style or not event.implicit[0]:
            return event.value
        try:
            return resolve(event.value)
        except ValueError as error:
            self._fault(event, str(error))
            return 0

    def _key(self, frame: _Frame, text: str, event: yaml.ScalarEvent) -> None:
        if event.anchor:
            self._anchors[event.anchor] = (text, 1)
        frame.key = text
        path = (*frame.path, text)
        if event.tag is not None:
            self._fault(event, f"a tag (`{clip(event.tag)}`) is not read here: remove it", path)
        if text == "<<" and not event.style:
            self._fault(event, "the merge key `<<` is not read here: write the fields out", path)
            frame.skipped = True
        elif text in frame.container:
            self._fault(event, f"`{clip(text)}` is written twice: remove one of them", path)
            frame.skipped = True
        elif self._marks is not None:
            self._marks.keys[path] = _mark(event)

    def _open(
        self, container: dict[str, Any] | list[Any], event: yaml.CollectionStartEvent
    ) -> None:
        if len(self._stack) == limits.MAX_DEPTH:
            raise DocumentRefused(
                f"nested more than {limits.MAX_DEPTH} deep: make it flatter", _mark(event)
            )
        if event.tag is not None:
            self._tag(event)
        path: Path = ()
        if self._stack:
            parent = self._stack[-1]
            if type(parent.container) is dict and parent.key is _NO_KEY:
                raise DocumentRefused("the name of a field must be text", _mark(event))
            path = self._path()
        if self._marks is not None:
            self._marks.values.setdefault(path, _mark(event))
        self._stack.append(_Frame(container, event.anchor, path))

    def _close(self, event: yaml.CollectionEndEvent) -> None:
        frame = self._stack.pop()
        if frame.anchor:
            self._anchors[frame.anchor] = (frame.container, frame.nodes)
        self._place(frame.container, event, frame.nodes, marked=True)

    def _alias(self, event: yaml.AliasEvent) -> None:
        self._aliases += 1
        if self._aliases > limits.MAX_ALIASES:
            raise DocumentRefused(
                f"more than {limits.MAX_ALIASES} aliases: write the values out", _mark(event)
            )
        name = event.anchor
        if name not in self._anchors:
            raise DocumentRefused(
                f"the alias `*{name}` has no finished anchor `&{name}` before it", _mark(event)
            )
        value, nodes = self._anchors[name]
        self._aliased_nodes += nodes
        if self._aliased_nodes > limits.MAX_ALIASED_NODES:
            raise DocumentRefused(
                f"the aliases stand for more than {limits.MAX_ALIASED_NODES} values", _mark(event)
            )
        frame = self._stack[-1] if self._stack else None
        if frame and type(frame.container) is dict and frame.key is _NO_KEY:
            raise DocumentRefused("the name of a field must be text, not an alias", _mark(event))
        self._place(value, event, nodes)

    def _place(self, value: object, event: yaml.Event, nodes: int, *, marked: bool = False) -> None:
        if not self._stack:
            self.value = value
            if self._marks is not None and not marked:
                self._marks.values[()] = _mark(event)
            return
        frame = self._stack[-1]
        frame.nodes += nodes
        if self._marks is not None and not marked:
            self._marks.values.setdefault(self._path(), _mark(event))
        if type(frame.container) is list:
            frame.container.append(value)
            return
        if frame.skipped:
            frame.skipped = False
        else:
            frame.container[frame.key] = value
        frame.key = _NO_KEY

    def _tag(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        self._fault(event, f"a tag (`{clip(event.tag or '')}`) is not read here: remove it")

    def _path(self) -> Path:
        """The path of the value that comes next."""
        if not self._stack:
            return ()
        frame = self._stack[-1]
        if type(frame.container) is list:
            return (*frame.path, len(frame.container))
        return (*frame.path, frame.key)

    def _fault(self, event: yaml.Event, message: str, path: Path | None = None) -> None:
        at = self._path() if path is None else path
        self.faults.append(Fault(at, message, mark=_mark(event)))


def _mark(event: yaml.Event) -> Mark:
    start = event.start_mark
    return Mark(start.line + 1, start.column + 1) if start else Mark(1, 1)


def _explain(error: yaml.MarkedYAMLError) -> tuple[str, Mark]:
    where = error.problem_mark or error.context_mark
    mark = Mark(where.line + 1, where.column + 1) if where else Mark(1, 1)
    message = f"not YAML: {error.problem or 'cannot be read'}"
    if error.context:
        message += f" {error.context}"
        if error.context_mark and error.context_mark.line != mark.line - 1:
            message += f" that starts in line {error.context_mark.line + 1}"
    return message.replace("'\\t'", "a tab"), mark


def _explain_character(error: yaml.reader.ReaderError, text: str) -> tuple[str, Mark]:
    position = text.encode("utf-8", "surrogatepass")[: error.position].decode("utf-8", "ignore")
    line = position.count("\n") + 1
    column = len(position) - (position.rfind("\n") + 1) + 1
    return f"not text: the character U+{error.character:04X} is not allowed", Mark(line, column)
