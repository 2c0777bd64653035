"""Times the Python client and a grpcio stub: `python -m bench.over_socket SOCKET`."""

from __future__ import annotations

import json
import statistics
import sys
import time
from typing import TYPE_CHECKING

import grpc

from bench import messages
from bench.catalogue import ATTRIBUTES, MEASURED_FLAG, UNIT_ID
from bench.figure import interleave
from turnout import Client, Context
from turnout.v1 import decision_pb2

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    Call: TypeAlias = grpc.UnaryUnaryMultiCallable[
        decision_pb2.DecideRequest, decision_pb2.DecideResponse
    ]

ROUNDS = 9
CALLS = 3_000


def main(socket: str) -> None:
    """Prints the medians in microseconds, by name a list of rounds."""
    client = Client(f"unix:{socket}")
    options = [("grpc.default_authority", "localhost")]
    with grpc.insecure_channel(f"unix:{socket}", options) as channel:
        # What a generated stub holds.
        decide: Call = channel.unary_unary(
            messages.DECIDE,
            request_serializer=decision_pb2.DecideRequest.SerializeToString,
            response_deserializer=decision_pb2.DecideResponse.FromString,
        )

        def ours() -> object:
            return client.decide(MEASURED_FLAG, Context(UNIT_ID, ATTRIBUTES))

        def grpcio() -> object:
            return decide(messages.decide())

        decided = client.decide(MEASURED_FLAG, Context(UNIT_ID, ATTRIBUTES))
        assert decided.variant == decide(messages.decide()).decision.variant
        ready = messages.decide()
        taken = interleave(
            ROUNDS,
            {
                "client": median_of(ours),
                "grpcio": median_of(grpcio),
                "grpcio, request ready": median_of(lambda: decide(ready)),
            },
        )
    client.close()
    print(json.dumps(taken))


def median_of(call: Callable[[], object]) -> Callable[[], float]:
    """A measure that calls one after the other and gives the median in microseconds."""

    def measure() -> float:
        latencies = []
        for _ in range(CALLS):
            began = time.perf_counter_ns()
            call()
            latencies.append(time.perf_counter_ns() - began)
        return statistics.median(latencies) / 1e3

    return measure


if __name__ == "__main__":
    main(sys.argv[1])
