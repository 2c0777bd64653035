"""Whom an experiment or a holdout is for."""

from dataclasses import dataclass
from typing import Any

from turnout.control.conversion.form import ABSENT, Body, Form, Message, steps
from turnout.control.conversion.forms import number_of, word_of
from turnout.control.conversion.structs import from_struct, to_struct
from turnout.control.conversion.unreadable import Unreadable
from turnout.control.v1 import rule_pb2
from turnout.documents.problem import Path

_MODE = rule_pb2.DESCRIPTOR.enum_types_by_name["AudienceMode"]
_LISTS = ("include", "exclude")


@dataclass(frozen=True)
class Audience(Form):
    """A condition, or lists of segments, in one mapping of documents."""

    def read(self, message: Message) -> object:
        """The mapping, also an empty one, if there is an audience."""
        if not message.HasField(self.proto):
            return ABSENT
        audience: rule_pb2.Audience = getattr(message, self.proto)
        body: Body = from_struct(audience.condition)
        for name in _LISTS:
            if name in body:
                text = f"`{name}` has its own field beside `condition`"
                raise Unreadable((name,), text, f".{self.proto}.condition.{name}")
        if audience.include or audience.mode:
            mode = _mode(audience)
            named = {"mode": mode} if mode else {}
            body["include"] = {**named, "segments": list(audience.include)}
        if audience.exclude:
            body["exclude"] = list(audience.exclude)
        return body

    def write(self, value: Any, message: Message) -> None:  # noqa: ANN401 - as documents have it
        """Writes the mapping."""
        if value is ABSENT:
            return
        audience: rule_pb2.Audience = getattr(message, self.proto)
        audience.SetInParent()
        condition = {name: part for name, part in value.items() if name not in _LISTS}
        if condition:
            audience.condition.CopyFrom(to_struct(condition))
        if "include" in value:
            audience.include.extend(value["include"]["segments"])
            mode: Any = number_of(_MODE, value["include"]["mode"])
            audience.mode = mode
        audience.exclude.extend(value.get("exclude", ()))

    def path(self, value: object, rest: Path) -> str:  # noqa: ARG002 - as all forms
        """A segment of a list, the mode, or a place in the condition."""
        match rest:
            case ():
                return f".{self.proto}"
            case ("include", "mode"):
                return f".{self.proto}.mode"
            case ("include", "segments", *inner) | ("include", *inner):
                return f".{self.proto}.include{steps(tuple(inner))}"
            case ("exclude", *inner):
                return f".{self.proto}.exclude{steps(tuple(inner))}"
        return f".{self.proto}.condition{steps(rest)}"


def _mode(audience: rule_pb2.Audience) -> str:
    try:
        return word_of(_MODE, audience.mode)
    except Unreadable as error:
        raise Unreadable(("include", "mode"), error.message) from None


@dataclass(frozen=True)
class Scope(Form):
    """Which experiments a holdout is for: two lists in messages, of which one is filled."""

    def read(self, message: Message) -> object:
        """`all`, or what is listed."""
        lists = {
            "experiments": list(message.scope_experiments),
            "tags": list(message.scope_tags),
        }
        return {name: several for name, several in lists.items() if several} or "all"

    def write(self, value: Any, message: Message) -> None:  # noqa: ANN401 - as documents have it
        """Fills the list that is named."""
        listed = value if isinstance(value, dict) else {}
        message.scope_experiments.extend(listed.get("experiments", ()))
        message.scope_tags.extend(listed.get("tags", ()))

    def path(self, value: object, rest: Path) -> str:  # noqa: ARG002 - as all forms
        """One of a list."""
        name = str(rest[0]) if rest else "experiments"
        return f".{self.proto}_{name}{steps(rest[1:])}"
