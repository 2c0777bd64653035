"""`WorkspaceService`."""

from typing import Any

from google.protobuf.message import Message

from turnout.control.calls import Answer, Call, write
from turnout.control.failures import InvalidArgument, InvalidDocument, Violation
from turnout.control.masks import fields_to_take, take
from turnout.control.reach import require_no_limits
from turnout.control.services.items import Handler
from turnout.control.v1 import workspace_pb2 as pb
from turnout.documents.problem import clip
from turnout.releases.releases import Releases
from turnout.store import Conflict, Store, Transaction, WorkspaceRow

NAME = "workspace"


class Workspace:
    """What all items share.

    Args:
        store: Where it is.
        releases: What says what a change of it would break.
    """

    def __init__(self, store: Store, releases: Releases) -> None:
        self._store = store
        self._releases = releases

    def handlers(self) -> dict[str, Handler]:
        """The handler of each RPC, by its name."""
        return {"GetWorkspace": self._get, "UpdateWorkspace": self._update}

    def _get(self, call: Call, request: pb.GetWorkspaceRequest) -> Message:
        _check_name(request.name, "name")
        call.check()
        with self._store.read() as tx:
            return _message_of(tx.workspace.get())

    def _update(self, call: Call, request: pb.UpdateWorkspaceRequest) -> Answer:
        require_no_limits(call.caller, NAME)
        given = request.workspace
        _check_name(given.name, "workspace.name")

        def update(tx: Transaction) -> Message:
            row = tx.workspace.get()
            if given.etag and given.etag != row.etag:
                raise Conflict(NAME, str(row.body.get("key", "")), row.etag)
            message = _message_of(row)
            fields = fields_to_take(request.update_mask, given, NAME, output_only=["update_time"])
            take(fields, given, message)
            body = _body_of(message)
            self._check(body)
            return _message_of(tx.workspace.change(row, body))

        return write(self._store, call, request, update)

    def _check(self, body: dict[str, Any]) -> None:
        found = self._releases.check([], body)
        if found:
            violations = [
                Violation(_field(body, one.path), one.message)
                if one.name == NAME
                else Violation(NAME, f"{one.name} {one.field}: {one.message}")
                for one in found
            ]
            raise InvalidDocument(NAME, violations)


def _check_name(name: str, field: str) -> None:
    if name not in ("", NAME):
        text = f"`{clip(name)}` is no name of a workspace: write `{NAME}`, there is only one"
        raise InvalidArgument(field, text, reason="BAD_NAME")


def _field(body: dict[str, Any], path: tuple[str | int, ...]) -> str:
    match path:
        case ("attributes", str(name), *rest) if name in body["attributes"]:
            at = list(body["attributes"]).index(name)
            return ".".join([f"workspace.attributes[{at}]", *map(str, rest)])
    return ".".join([NAME, *map(str, path)])


def _body_of(message: pb.Workspace) -> dict[str, Any]:
    attributes: dict[str, Any] = {}
    for at, one in enumerate(message.attributes):
        field = f"workspace.attributes[{at}].name"
        if not one.name:
            raise InvalidArgument(field, "the name of an attribute is not empty")
        if one.name in attributes:
            raise InvalidArgument(field, f"`{clip(one.name)}` is given twice")
        attributes[one.name] = _attribute(one)
    return {
        "key": message.key or "default",
        "timezone": message.timezone or "UTC",
        "attributes": attributes,
    }


def _attribute(message: pb.Attribute) -> dict[str, Any]:
    written: dict[str, Any] = {"type": message.type}
    if message.description:
        written["description"] = message.description
    if message.sensitive:
        written["sensitive"] = True
    return written


def _message_of(row: WorkspaceRow) -> pb.Workspace:
    message = pb.Workspace(
        name=NAME,
        etag=row.etag,
        update_time=row.updated_at,
        key=row.body.get("key", "default"),
        timezone=row.body.get("timezone", "UTC"),
    )
    for name, written in row.body.get("attributes", {}).items():
        known = {"type": written} if isinstance(written, str) else written
        message.attributes.add(name=name, **known)
    return message
