"""Puts this folder on the path, so that the runners share modules, and starts data planes."""

import sys
from pathlib import Path

import grpc
import pytest

from turnout.engine import DataPlane
from turnout.v1.decision_pb2_grpc import DecisionServiceStub

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def serve():
    """Serves a sealed snapshot on a free port, and gives a stub that asks it."""
    running = []

    def start(sealed):
        plane = DataPlane(
            grpc_address="127.0.0.1:0", unix_socket=None, admin_address=None, threads=1
        )
        addresses = plane.start()
        channel = grpc.insecure_channel(addresses.grpc)
        running.append((plane, channel))
        plane.load(sealed)
        return DecisionServiceStub(channel)

    yield start
    for plane, channel in running:
        channel.close()
        plane.drain(1.0)
