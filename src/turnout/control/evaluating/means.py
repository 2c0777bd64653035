"""What runs work with."""

import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from turnout.control.evaluating.run import NotTaken
from turnout.releases.releases import Releases
from turnout.segments.connections import DEFAULT_CONNECTION, Connections
from turnout.segments.failures import BadQuery, UnknownConnection
from turnout.segments.query import Statement, statement_of
from turnout.segments.runner import Runner
from turnout.store import Item, Store, Unavailable

_TRIES = 10
_RETRY_S = 1.0


class Means(NamedTuple):
    """What runs work with."""

    store: Store
    releases: Releases
    connections: Connections
    members_redis: str = ""
    """The address of the Redis that has members which are looked up there; empty: none."""

    def asking(self, query: Item, given: Mapping[str, Any]) -> tuple[Runner, Statement]:
        """Gives what runs a query, and what it runs.

        Args:
            query: As the store has it.
            given: Values of its parameters that stand over its own.

        Raises:
            NotTaken: It cannot be run, or nobody declared its connection.
        """
        try:
            statement = statement_of(query.body, given)
            return self.connections.runner(connection_of(query.body)), statement
        except BadQuery as error:
            text = f"query `{query.key}`: `{error.field}`: {error.message}"
            raise NotTaken("BAD_QUERY", text) from None
        except UnknownConnection as error:
            raise NotTaken("UNKNOWN_CONNECTION", f"query `{query.key}`: {error}") from None


def connection_of(body: Mapping[str, Any]) -> str:
    """The name of the connection that a query is for."""
    return str(body.get("connection") or DEFAULT_CONNECTION)


def persistently(write: Callable[[], None]) -> None:
    """Does a short write again while the store is gone: what came before it took long.

    Raises:
        Unavailable: It is gone for longer.
    """
    for _ in range(_TRIES):
        try:
            return write()
        except Unavailable:
            time.sleep(_RETRY_S)
    return write()
