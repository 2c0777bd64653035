"""`QueryService`."""

from collections.abc import Sequence

from google.protobuf.message import Message

from turnout.control.services.items import ItemService
from turnout.control.services.resources import message_of
from turnout.control.v1 import query_pb2
from turnout.documents.names import SECTION_OF
from turnout.store import Item, Transaction


class Queries(ItemService):
    """Queries have no status, and tell whose members they find."""

    kind = "query"
    output_only = ("segments",)

    def tell_all(self, tx: Transaction, items: Sequence[Item]) -> list[Message]:  # noqa: ARG002 - as of all kinds
        """With the segments that take up what is written at their next evaluation."""
        users = self.releases.all_referrers(self.kind, [item.key for item in items])
        section = SECTION_OF["segment"]
        found: list[Message] = []
        for item in items:
            message = message_of(item)
            if isinstance(message, query_pb2.Query):
                message.segments.extend(
                    f"{section}/{one.key}" for one in users[item.key] if one.kind == "segment"
                )
            found.append(message)
        return found
