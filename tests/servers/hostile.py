"""A server of snapshots, over real sockets, that does what it is told: also what none should."""

import contextlib
import socket
import threading
import time


class HostileServer:
    """Answers each connection by the script of its path; counts who came.

    A script takes the socket and the head of the request, and writes what it wants.
    """

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/v1/snapshot"
        self.snapshot = answer(404)
        self.events = answer(404)
        self.members = {}
        self.asked = []
        self._open = set()
        self._ended = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._ended.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.drop()

    def drop(self):
        """Cuts every connection."""
        for one in list(self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def heads(self, path="/v1/snapshot"):
        """The requests for a path."""
        return [head for head in self.asked if head.startswith(f"GET {path} ")]

    def _accept(self):
        while not self._ended.is_set():
            try:
                connected, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=[connected], daemon=True).start()

    def _answer(self, connected):
        self._open.add(connected)
        with contextlib.suppress(OSError), connected:
            head = b""
            while b"\r\n\r\n" not in head:
                chunk = connected.recv(4096)
                if not chunk:
                    return
                head += chunk
            head = head.decode()
            self.asked.append(head)
            self._script(head)(connected, head)
        self._open.discard(connected)

    def _script(self, head):
        path = head.split(" ")[1]
        if path.startswith("/v1/members/"):
            return self.members.get(path.rpartition("/")[2], answer(404))
        return self.events if path.endswith("/events") else self.snapshot


def head(status=200, length=None, **headers):
    """The head of an answer; underscores in names of headers are dashes."""
    lines = [f"HTTP/1.1 {status} Words", "Connection: close"]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def answer(status=200, body=b"", *, length=None, **headers):
    """Answers at once; `length` is what it says of the body."""
    whole = head(status, len(body) if length is None else length, **headers) + body
    return raw(whole)


def raw(content):
    return lambda connected, _head: connected.sendall(content)


def snapshot(sealed, etag='"e"'):
    """Answers as a good server does, 304 included."""

    def script(connected, asked):
        unchanged = f"If-None-Match: {etag}" in asked
        connected.sendall(head(304, ETag=etag) if unchanged else b"")
        if not unchanged:
            connected.sendall(head(200, len(sealed), ETag=etag) + sealed)

    return script


def ranged(content):
    """Answers as a good server of immutable files does, parts included."""

    def script(connected, asked):
        _, wanted, rest = asked.partition("Range: bytes=")
        at = int(rest.partition("-")[0]) if wanted else 0
        if at and at >= len(content):
            connected.sendall(head(416, 0))
            return
        part = {"Content_Range": f"bytes {at}-{len(content) - 1}/{len(content)}"} if at else {}
        connected.sendall(head(206 if at else 200, len(content) - at, **part) + content[at:])

    return script


def dripping(content, pause_s=0.05):
    """A byte at a time."""

    def script(connected, _head):
        for at in range(len(content)):
            connected.sendall(content[at : at + 1])
            time.sleep(pause_s)

    return script


def silent(content=b""):
    """Says so much, then nothing, and stays."""

    def script(connected, _head):
        connected.sendall(content)
        while connected.recv(1):
            pass

    return script


STREAM = head(200, Content_Type="text/event-stream")


def event(sealed_like):
    """The event that names a snapshot."""
    told = f'{{"revision": {sealed_like.revision}, "seal": "{sealed_like.seal}"}}'
    return f"event: snapshot\ndata: {told}\n\n".encode()
