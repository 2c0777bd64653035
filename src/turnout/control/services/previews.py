"""Of `QueryService`: a query is tried, and nothing is changed."""

from typing import Any

from google.protobuf.message import Message

from turnout.control.calls import Call
from turnout.control.conversion.structs import from_struct
from turnout.control.conversion.unreadable import Unreadable
from turnout.control.evaluating.means import Means, connection_of
from turnout.control.failures import FailedPrecondition, InvalidArgument
from turnout.control.services.items import Handler
from turnout.control.services.resources import body_of, key_of
from turnout.control.v1 import query_pb2 as pb
from turnout.segments.evaluating import preview
from turnout.segments.failures import BadQuery, QueryFailed, UnknownConnection
from turnout.segments.query import statement_of
from turnout.store import Store

LASTING = frozenset({"PreviewQuery"})
"""It takes as long as the query."""
MOST_SAMPLE = 1000
_SAMPLE = 10


class Previews:
    """Tries queries.

    Args:
        store: Where queries are.
        means: What runs them.
    """

    def __init__(self, store: Store, means: Means) -> None:
        self._store, self._means = store, means

    def handlers(self) -> dict[str, Handler]:
        """The handler of each RPC, by its name."""
        return {"PreviewQuery": self._preview}

    def _preview(self, call: Call, request: pb.PreviewQueryRequest) -> Message:
        if not 0 <= request.sample_size <= MOST_SAMPLE:
            text = f"a sample has at most {MOST_SAMPLE:,} ids, not `{request.sample_size}`"
            raise InvalidArgument("sample_size", text)
        body, field = self._asked(call, request)
        try:
            given = from_struct(request.parameters)
            statement = statement_of(body, given)
            runner = self._means.connections.runner(connection_of(body))
            size = request.sample_size or _SAMPLE
            found = preview(runner, statement, size, lambda _: call.is_awaited())
        except Unreadable as error:
            raise InvalidArgument(f"parameters{error.field}", error.message) from None
        except BadQuery as error:
            place = f"{field}.{error.field}".strip(".")
            raise InvalidArgument(place, error.message, reason="BAD_QUERY") from None
        except UnknownConnection as error:
            raise FailedPrecondition("UNKNOWN_CONNECTION", str(error), name=error.name) from None
        except QueryFailed:
            call.check()
            raise
        return pb.PreviewQueryResponse(count=found.count, sample=found.sample)

    def _asked(self, call: Call, request: pb.PreviewQueryRequest) -> tuple[dict[str, Any], str]:
        """The query as a document, and the field of the request that it is in."""
        which = request.WhichOneof("which")
        if which is None:
            raise InvalidArgument("name", "which query is missing: `name` or `query`")
        if which == "query":
            return body_of("query", request.query), "query"
        call.check()
        with self._store.read() as tx:
            return tx.items.get("query", key_of("query", request.name)).body, ""
