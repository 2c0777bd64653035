"""HTTP/1.1, as much as one Connect call needs, without input or output."""

from typing import NamedTuple

MAX_HEAD = 65_536
"""Bytes; a longer head is no answer of a sidecar."""

MAX_KNOWN = 64
"""Heads that a connection remembers."""


_new = tuple.__new__


class Unreadable(Exception):  # noqa: N818 - named for the situation
    """The bytes are no HTTP/1.1 answer."""


class Head(NamedTuple):
    """What the head of an answer says about the rest."""

    status: int
    content_type: str
    length: int | None
    chunked: bool
    keep_alive: bool


class Reply(NamedTuple):
    """A whole answer."""

    status: int
    content_type: str
    body: bytes
    keep_alive: bool


def request_head(
    method: str, host: str, timeout: float | None, *, streaming: bool = False
) -> bytes:
    """The head of a call of `method`, up to the number that Content-Length wants."""
    kind = "application/connect+proto" if streaming else "application/proto"
    deadline = "" if timeout is None else f"Connect-Timeout-Ms: {max(1, round(timeout * 1000))}\r\n"
    return (
        f"POST /turnout.v1.DecisionService/{method} HTTP/1.1\r\n"
        f"Host: {host}\r\n"
        f"Content-Type: {kind}\r\n"
        "Connect-Protocol-Version: 1\r\n"
        f"{deadline}"
        "Content-Length: "
    ).encode("ascii")


def read_head(head: bytes) -> Head:
    """Reads a status line and header fields, without the empty line behind them.

    Raises:
        Unreadable: It is not the head of an HTTP/1.1 answer.
    """
    lines = head.decode("latin-1").split("\r\n")
    version, _, rest = lines[0].partition(" ")
    code = rest[:3]
    if version not in {"HTTP/1.1", "HTTP/1.0"} or not (code.isascii() and code.isdigit()):
        raise Unreadable(f"answer starts with `{lines[0][:80]}`")
    fields = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in lines[1:])
    }
    length = fields.get("content-length")
    if length is not None and not (length.isascii() and length.isdigit()):
        raise Unreadable(f"content-length is `{length[:80]}`")
    return Head(
        status=int(code),
        content_type=fields.get("content-type", "").partition(";")[0].strip().lower(),
        length=None if length is None else int(length),
        chunked=fields.get("transfer-encoding", "").lower().endswith("chunked"),
        keep_alive=version == "HTTP/1.1" and fields.get("connection", "").lower() != "close",
    )


class ReplyReader:
    """Puts answers together from packets, one answer after the other on one connection.

    After a `Reply` came out it is ready for the next answer.
    """

    __slots__ = ("_body", "_head", "_known", "_packets")

    def __init__(self) -> None:
        self._packets = b""
        self._head: Head | None = None
        self._body = Chunks()
        # By the length of a whole answer in one packet: its head, up to the body. Most heads
        # come again, and one that does says the same.
        self._known: dict[int, tuple[bytes, Head]] = {}

    @property
    def started(self) -> bool:
        """Something of an answer was received."""
        return bool(self._packets) or self._head is not None

    def feed(self, packet: bytes) -> Reply | None:
        """Takes what was received; gives the answer once it is whole.

        Raises:
            Unreadable: It is no HTTP/1.1 answer.
        """
        if self._packets:
            packet = self._packets + packet
        if self._head is None:
            known = self._known.get(len(packet))
            if known is not None and packet.startswith(known[0]):
                self._packets = b""
                start, head = known
                body = packet[len(start) :]
                return _new(Reply, (head.status, head.content_type, body, head.keep_alive))
            end = packet.find(b"\r\n\r\n")
            if end < 0:
                self._keep_head(packet)
                return None
            start, packet = packet[: end + 4], packet[end + 4 :]
            head = read_head(start[:-4])
            if head.status < 200:
                self._packets = b""
                return self.feed(packet)
            if head.length == len(packet) and not head.chunked:
                self._packets = b""
                self._remember(start, head, len(start) + len(packet))
                return Reply(head.status, head.content_type, packet, head.keep_alive)
            self._head = head
        return self._feed_body(self._head, packet)

    def feed_end(self) -> Reply:
        """The other side closed: gives the answer, if that is how its body ends.

        Raises:
            Unreadable: The answer was cut.
        """
        head = self._head
        if head is None or head.chunked or head.length is not None:
            raise Unreadable("connection was closed before the end of the answer")
        return self._finish(head, self._packets, keep_alive=False)

    def _remember(self, start: bytes, head: Head, length: int) -> None:
        if len(self._known) >= MAX_KNOWN:
            self._known.clear()
        self._known[length] = start, head

    def _keep_head(self, packet: bytes) -> None:
        if len(packet) > MAX_HEAD:
            raise Unreadable("head of the answer is too long")
        self._packets = packet

    def _feed_body(self, head: Head, packet: bytes) -> Reply | None:
        if head.chunked:
            self._packets = self._body.feed(packet)
            if not self._body.ended:
                return None
            rest, self._packets = self._packets, b""
            return self._finish(head, self._body.take(), keep_alive=head.keep_alive and not rest)
        self._packets = packet
        if head.length is None or len(packet) < head.length:
            return None
        keep_alive = head.keep_alive and len(packet) == head.length
        return self._finish(head, packet[: head.length], keep_alive=keep_alive)

    def _finish(self, head: Head, body: bytes, *, keep_alive: bool) -> Reply:
        self._head = None
        self._packets = b""
        self._body = Chunks()
        return Reply(head.status, head.content_type, body, keep_alive)


class Chunks:
    """Undoes the chunked transfer coding.

    Attributes:
        ended: The last chunk, and the trailers behind it, were seen.
    """

    __slots__ = ("_parts", "ended")

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.ended = False

    def take(self) -> bytes:
        """What was decoded since the last time."""
        decoded = b"".join(self._parts)
        self._parts.clear()
        return decoded

    def feed(self, packet: bytes) -> bytes:
        """Decodes what is whole; gives back the rest, to be fed again with more behind it.

        Raises:
            Unreadable: A size is no hexadecimal number.
        """
        while not self.ended:
            line_end = packet.find(b"\r\n")
            if line_end < 0:
                break
            size = _chunk_size(packet[:line_end])
            start = line_end + 2
            if size == 0:
                return self._feed_trailers(packet, start)
            if len(packet) < start + size + 2:
                break
            self._parts.append(packet[start : start + size])
            packet = packet[start + size + 2 :]
        return packet

    def _feed_trailers(self, packet: bytes, start: int) -> bytes:
        if packet.startswith(b"\r\n", start):
            self.ended = True
            return packet[start + 2 :]
        end = packet.find(b"\r\n\r\n", start)
        if end < 0:
            return packet
        self.ended = True
        return packet[end + 4 :]


def _chunk_size(line: bytes) -> int:
    digits = line.partition(b";")[0].strip()
    if not digits or digits.strip(b"0123456789abcdefABCDEF"):
        raise Unreadable(f"chunk size is `{line[:80].decode('latin-1')}`")
    return int(digits, 16)
