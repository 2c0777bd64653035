"""The forms of parts with fields of their own: by name, in a list, and what stands in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from turnout.control.conversion.form import ABSENT, Body, Form, Message, steps
from turnout.control.conversion.unreadable import Unreadable
from turnout.control.conversion.values import fill_value, read_value
from turnout.documents.problem import Path, clip


class Inner(Protocol):
    """What a part comes to in a document."""

    def read(self, message: Message) -> object:
        """The value of the part; raises Unreadable with the path from it."""

    def write(self, value: Any, message: Message) -> None:  # noqa: ANN401 - as documents have it
        """Writes the value into the part."""

    def path(self, value: object, rest: Path) -> str:
        """Where a path from the value leads in the part."""


@dataclass(frozen=True)
class Value:
    """The value of a variant, in the field `value`."""

    def read(self, message: Message) -> object:
        """The value; raises Unreadable when there is none."""
        return read_value(message.value)

    def write(self, value: Any, message: Message) -> None:  # noqa: ANN401 - as documents have it
        """Writes the value."""
        fill_value(message.value, value)

    def path(self, value: object, rest: Path) -> str:  # noqa: ARG002 - as all forms
        """Inside of it."""
        return f".value{steps(rest)}"


@dataclass(frozen=True)
class Text:
    """One field that holds a text."""

    proto: str

    def read(self, message: Message) -> object:
        """The text."""
        return getattr(message, self.proto)

    def write(self, value: Any, message: Message) -> None:  # noqa: ANN401 - as documents have it
        """Writes the text."""
        setattr(message, self.proto, value)

    def path(self, value: object, rest: Path) -> str:  # noqa: ARG002 - as all forms
        """The field."""
        return f".{self.proto}"


@dataclass(frozen=True)
class Ranges:
    """The field `ranges` with a list of texts."""

    def read(self, message: Message) -> object:
        """The list."""
        return list(message.ranges)

    def write(self, value: Any, message: Message) -> None:  # noqa: ANN401 - as documents have it
        """Writes the list."""
        message.ranges.extend(value)

    def path(self, value: object, rest: Path) -> str:  # noqa: ARG002 - as all forms
        """One of them."""
        return f".ranges{steps(rest)}"


@dataclass(frozen=True)
class Parts:
    """A part with several fields, by a table; also an item as a whole."""

    forms: Sequence[Form]

    def read(self, message: Message) -> Body:
        """The mapping, with what is said only."""
        body: Body = {}
        for form in self.forms:
            try:
                value = form.read(message)
            except Unreadable as error:
                field = error.field or form.path(None, error.path)
                raise Unreadable((form.body, *error.path), error.message, field) from None
            if value is not ABSENT:
                body[form.body] = value
        return body

    def write(self, value: Any, message: Message) -> None:  # noqa: ANN401 - as documents have it
        """Writes all fields."""
        for form in self.forms:
            form.write(value.get(form.body, ABSENT), message)

    def path(self, value: object, rest: Path) -> str:
        """A field of it, by the name that it has in the message."""
        for form in self.forms:
            if rest and form.body == rest[0]:
                inner = value.get(form.body) if isinstance(value, Mapping) else None
                return form.path(inner, rest[1:])
        return steps(rest)


@dataclass(frozen=True)
class Named(Form):
    """A mapping by name, a list of messages that carry their name."""

    name: str
    """The field that holds the name."""
    inner: Inner
    always: bool = field(default=False, kw_only=True)
    """An empty one is written in documents too."""

    def read(self, message: Message) -> object:
        """The mapping in the order of the list."""
        found: Body = {}
        for at, part in enumerate(getattr(message, self.proto)):
            name, place = getattr(part, self.name), f".{self.proto}[{at}]"
            if name in found:
                text = f"`{clip(name)}` is given twice"
                raise Unreadable((name,), text, f"{place}.{self.name}")
            try:
                found[name] = self.inner.read(part)
            except Unreadable as error:
                field = place + (error.field or self.inner.path(None, error.path))
                raise Unreadable((name, *error.path), error.message, field) from None
        return found if found or self.always else ABSENT

    def write(self, value: Any, message: Message) -> None:  # noqa: ANN401 - as documents have it
        """Writes the list in the order of the mapping."""
        for name, inner in () if value is ABSENT else value.items():
            self.inner.write(inner, getattr(message, self.proto).add(**{self.name: name}))

    def path(self, value: object, rest: Path) -> str:
        """One of them, by its place."""
        if not rest or not isinstance(value, Mapping) or rest[0] not in value:
            return f".{self.proto}"
        place = list(value).index(rest[0])
        return f".{self.proto}[{place}]{self.inner.path(value[str(rest[0])], rest[1:])}"


@dataclass(frozen=True)
class Several(Form):
    """A list of parts."""

    inner: Inner

    def read(self, message: Message) -> object:
        """The list, unless it is empty."""
        found = []
        for at, part in enumerate(getattr(message, self.proto)):
            try:
                found.append(self.inner.read(part))
            except Unreadable as error:
                field = f".{self.proto}[{at}]" + (error.field or self.inner.path(None, error.path))
                raise Unreadable((at, *error.path), error.message, field) from None
        return found or ABSENT

    def write(self, value: Any, message: Message) -> None:  # noqa: ANN401 - as documents have it
        """Writes the list."""
        for one in () if value is ABSENT else value:
            self.inner.write(one, getattr(message, self.proto).add())

    def path(self, value: object, rest: Path) -> str:
        """One of them, by its place."""
        if not isinstance(value, list) or not rest or not isinstance(rest[0], int):
            return f".{self.proto}{steps(rest)}"
        inner = value[rest[0]] if rest[0] < len(value) else None
        return f".{self.proto}[{rest[0]}]{self.inner.path(inner, rest[1:])}"
