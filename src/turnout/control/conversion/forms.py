"""The forms of single fields: text, numbers, choices, lists, conditions."""

from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import EnumDescriptor

from turnout.control.conversion.form import ABSENT, Form, Message, steps
from turnout.control.conversion.structs import from_struct, to_struct
from turnout.control.conversion.unreadable import Unreadable
from turnout.control.conversion.values import fill_value, read_value
from turnout.documents.problem import Path


@dataclass(frozen=True)
class Plain(Form):
    """Text or a whole number; what documents leave out is the default in messages."""

    default: str | int = ""

    def read(self, message: Message) -> object:
        """The value, unless it is the default or not said."""
        value = getattr(message, self.proto)
        if message.DESCRIPTOR.fields_by_name[self.proto].has_presence:
            unsaid = not message.HasField(self.proto)
        else:
            unsaid = not value
        return ABSENT if unsaid or value == self.default else value

    def write(self, value: Any, message: Message) -> None:  # noqa: ANN401 - as documents have it
        """Writes the value or the default."""
        setattr(message, self.proto, self.default if value is ABSENT else value)


@dataclass(frozen=True)
class Switch(Form):
    """True or false."""

    default: bool = False

    def read(self, message: Message) -> object:
        """What is said, unless it is the default."""
        if self.default and not message.HasField(self.proto):
            return ABSENT
        value = getattr(message, self.proto)
        return ABSENT if value == self.default else value

    def write(self, value: Any, message: Message) -> None:  # noqa: ANN401 - as documents have it
        """Writes what is said or the default."""
        setattr(message, self.proto, self.default if value is ABSENT else value)


@dataclass(frozen=True)
class Texts(Form):
    """A list of texts."""

    def read(self, message: Message) -> object:
        """The list, unless it is empty."""
        return list(getattr(message, self.proto)) or ABSENT

    def write(self, value: Any, message: Message) -> None:  # noqa: ANN401 - as documents have it
        """Writes the list."""
        if value is not ABSENT:
            getattr(message, self.proto).extend(value)


@dataclass(frozen=True)
class OneOrMore(Texts):
    """A text or a list of them; one is written without a list."""

    def read(self, message: Message) -> object:
        """A text if there is one, a list if there are several."""
        several = list(getattr(message, self.proto))
        return several[0] if len(several) == 1 else several or ABSENT

    def write(self, value: Any, message: Message) -> None:  # noqa: ANN401 - as documents have it
        """Writes all of them."""
        super().write([value] if isinstance(value, str) else value, message)

    def path(self, value: object, rest: Path) -> str:
        """One of them."""
        return f".{self.proto}{steps((0,) if isinstance(value, str) else rest)}"


@dataclass(frozen=True)
class Choice(Form):
    """One of some words, an enum in messages."""

    enum: EnumDescriptor
    default: str = ""

    def read(self, message: Message) -> object:
        """The word, unless it is the default or not said."""
        word = word_of(self.enum, getattr(message, self.proto))
        return ABSENT if word in ("", self.default) else word

    def write(self, value: Any, message: Message) -> None:  # noqa: ANN401 - as documents have it
        """Writes the word or the default."""
        word = self.default if value is ABSENT else value
        setattr(message, self.proto, number_of(self.enum, word))


@dataclass(frozen=True)
class Shape(Form):
    """A part in the shape of the documents, a Struct in messages."""

    def read(self, message: Message) -> object:
        """The part, also an empty one, if there is any."""
        if not message.HasField(self.proto):
            return ABSENT
        return from_struct(getattr(message, self.proto))

    def write(self, value: Any, message: Message) -> None:  # noqa: ANN401 - as documents have it
        """Writes the part."""
        if value is not ABSENT:
            getattr(message, self.proto).CopyFrom(to_struct(value))


@dataclass(frozen=True)
class Buckets(Shape):
    """The buckets of another system."""

    several: str
    """The list of variants beside them, whose order is that of everything said by variant."""
    name: str
    """The field that holds the name of one."""

    def read(self, message: Message) -> object:
        """The part, if there is any."""
        found = super().read(message)
        if isinstance(found, dict):
            names = [getattr(variant, self.name) for variant in getattr(message, self.several)]
            for parameter, value in found.items():
                if isinstance(value, dict) and value.keys() == set(names):
                    # Where shards overlap the first variant counts, and a Struct has no order.
                    found[parameter] = {name: value[name] for name in names}
        return found


@dataclass(frozen=True)
class Carried(Form):
    """The value of a variant."""

    def read(self, message: Message) -> object:
        """The value, if there is any."""
        if not message.HasField(self.proto):
            return ABSENT
        return read_value(getattr(message, self.proto))

    def write(self, value: Any, message: Message) -> None:  # noqa: ANN401 - as documents have it
        """Writes the value."""
        if value is not ABSENT:
            fill_value(getattr(message, self.proto), value)


def word_of(enum: EnumDescriptor, number: int) -> str:
    """What documents call a value of an enum; empty for the unspecified one.

    Raises:
        Unreadable: A number that this version does not know.
    """
    found = enum.values_by_number.get(number)
    if found is None:
        words = (str(one.name).removeprefix(_prefix(enum)) for one in enum.values if one.number)
        listed = ", ".join(f"`{word}`" for word in words)
        raise Unreadable((), f"the number `{number}` is not one of {listed}")
    return str(found.name).removeprefix(_prefix(enum)).lower() if number else ""


def number_of(enum: EnumDescriptor, word: str) -> int:
    """The value of an enum by the word of documents; the unspecified one for the empty word."""
    return int(enum.values_by_name[_prefix(enum) + word.upper()].number) if word else 0


def _prefix(enum: EnumDescriptor) -> str:
    return str(enum.values_by_number[0].name).removesuffix("UNSPECIFIED")
