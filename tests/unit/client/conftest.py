"""A server on a real socket that answers whatever a test wants."""

import socket
import threading

import pytest

from turnout.v1 import decision_pb2


class FakeServer:
    """Plays one script a connection: bytes to send after a request, or a function of the socket.

    Attributes:
        requests: What was received, one entry a request.
    """

    def __init__(self, path):
        self.address = f"unix:{path}"
        self.requests = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._scripts = []
        self._threads = []

    def play(self, *scripts):
        """Each script is a list of steps for one connection, in the order of connections."""
        self._scripts = list(scripts)
        thread = threading.Thread(target=self._serve, daemon=True)
        thread.start()
        self._threads.append(thread)

    def close(self):
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    def _serve(self):
        for steps in self._scripts:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                for step in steps:
                    self.requests.append(receive(connection))
                    if callable(step):
                        step(connection)
                    else:
                        connection.sendall(step)


def receive(connection):
    """One request: its head, and its body by Content-Length."""
    received = b""
    while b"\r\n\r\n" not in received:
        packet = connection.recv(65536)
        if not packet:
            return received
        received += packet
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def answer(body, *, status="200 OK", kind="application/proto", more=""):
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{more}Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


def chunked(body, *, size=7, kind="application/proto"):
    head = f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ntransfer-encoding: chunked\r\n\r\n".encode()
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return head + b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def decided(variant="on", revision=7):
    """The body of an answer to `Decide`."""
    response = decision_pb2.DecideResponse()
    response.decision.key = "f"
    response.decision.variant = variant
    response.decision.value.string = variant
    response.decision.reason = 24
    response.snapshot.id = "ab" * 32
    response.snapshot.revision = revision
    response.snapshot.age.FromMilliseconds(1500)
    return response.SerializeToString()


@pytest.fixture
def fake(tmp_path):
    server = FakeServer(tmp_path / "fake.sock")
    yield server
    server.close()


@pytest.fixture
def say():
    """The makers of answers, for tests that import nothing from here."""
    return type("Say", (), {k: staticmethod(v) for k, v in _MAKERS.items()})


_MAKERS = {"answer": answer, "chunked": chunked, "decided": decided}
