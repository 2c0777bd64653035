"""The floor of gRPC in Python: grpcio, 8 threads, a constant reply.

Usage: `python server.py REPLY_FILE ADDRESS METHOD`. The file holds one message, not framed.
"""

from __future__ import annotations

import sys
from concurrent import futures
from pathlib import Path
from typing import TypeAlias

import grpc

THREADS = 8
Handler: TypeAlias = "grpc.RpcMethodHandler[bytes, bytes]"


class ConstantReply(grpc.GenericRpcHandler):
    """Answers one method with the same bytes, whatever was asked."""

    def __init__(self, method: str, reply: bytes) -> None:
        self._method = method
        self._handler: Handler = grpc.unary_unary_rpc_method_handler(
            lambda _request, _context: reply
        )

    def service(self, details: grpc.HandlerCallDetails) -> Handler | None:
        """The handler of the one method, and None for any other."""
        return self._handler if details.method == self._method else None


def main(reply_file: str, address: str, method: str) -> None:
    """Serves until it is ended."""
    server = grpc.server(futures.ThreadPoolExecutor(THREADS))
    server.add_generic_rpc_handlers((ConstantReply(method, Path(reply_file).read_bytes()),))
    server.add_insecure_port(address)
    server.start()
    print("ready", flush=True)
    server.wait_for_termination()


if __name__ == "__main__":
    main(*sys.argv[1:])
