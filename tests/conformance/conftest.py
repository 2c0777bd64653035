"""Puts this folder on the path, so that the runners share modules, and starts data planes."""

import sys
from pathlib import Path
from typing import NamedTuple

import grpc
import pytest

from turnout.engine import DataPlane
from turnout.v1.decision_pb2_grpc import DecisionServiceStub

sys.path.insert(0, str(Path(__file__).parent))


class Served(NamedTuple):
    """A data plane that serves one snapshot."""

    address: str
    socket: str
    stub: DecisionServiceStub


@pytest.fixture(scope="session")
def serve(tmp_path_factory):
    """Serves a sealed snapshot on a free port and on a Unix socket."""
    folder = tmp_path_factory.mktemp("sockets")
    running = []

    def start(sealed, members=None):
        plane = DataPlane(
            grpc_address="127.0.0.1:0",
            unix_socket=str(folder / f"{len(running)}.sock"),
            admin_address=None,
            threads=1,
        )
        addresses = plane.start()
        channel = grpc.insecure_channel(addresses.grpc)
        running.append((plane, channel))
        plane.load(sealed, members=members)
        socket = f"unix:{addresses.unix}"
        return Served(addresses.grpc, socket, DecisionServiceStub(channel))

    yield start
    for plane, channel in running:
        channel.close()
        plane.drain(1.0)


@pytest.fixture(scope="session")
def served(serve):
    """The data plane of each file of `decisions/`, by its name."""
    # Known only once this folder is on the path.
    import compile_cases  # noqa: PLC0415
    import golden  # noqa: PLC0415

    sealed = {file: compile_cases.sealed(file) for file in golden.decision_files()}
    return {file: serve(one, compile_cases.SETS) for file, one in sealed.items()}
