"""The RPCs of one kind of items, by their names."""

from importlib import import_module
from typing import Any

from turnout.cli.control.kinds import Kind
from turnout.cli.control.plane import ControlPlane
from turnout.documents.names import noun, nouns


class Service:
    """The RPCs of one kind.

    Args:
        kind: Of the table.
    """

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self._messages = import_module(f"turnout.control.v1.{kind.name}_pb2")
        stubs = import_module(f"turnout.control.v1.{kind.name}_pb2_grpc")
        self.noun, self.nouns = noun(kind.name), nouns(kind.name)
        self.stub = getattr(stubs, f"{self.noun}ServiceStub")

    def message(self, name: str, /, **fields: object) -> Any:  # noqa: ANN401 - a message
        """A message, for example `GetFlagRequest`."""
        return getattr(self._messages, name)(**fields)

    def name(self, key: str) -> str:
        """The name of an item whose key was typed, or its name copied."""
        prefix = f"{self.kind.section}/"
        return prefix + key.removeprefix(prefix)

    def ask(self, plane: ControlPlane, verb: str, /, **fields: object) -> Any:  # noqa: ANN401 - a message
        """Calls the RPC of a verb, for example `Get`."""
        method = f"{verb}{self.noun}"
        request = self.message(f"{method}Request", **fields)
        return plane.call(self.stub, method, request, f"asking about the {self.kind.name}")
