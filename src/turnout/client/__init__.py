"""Asks a sidecar: Connect unary over a plain socket, protobuf its only dependency.

`Client` has no threads and is safe after a fork; `AsyncClient` is its asyncio twin.
"""

from turnout.client.asynchronous import AsyncClient
from turnout.client.blocking import Client

__all__ = ["AsyncClient", "Client"]
