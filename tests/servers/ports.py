"""Ports of loopback that nobody listens on now."""

import socket


def free_port() -> int:
    """A free port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]
