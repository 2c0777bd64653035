"""Snapshots from an HTTP server: a control plane, or plain objects behind HTTP.

Standard library only: the serving process imports this.
"""

from http.client import HTTPResponse
from pathlib import Path

from turnout.serving.connection import Connections, check_status
from turnout.serving.fetched import MEMBERS_BESIDE, Fetched, RefreshFailed
from turnout.serving.landing import PIECE_BYTES, Landing

_SILENCE_S = 10.0
_WHOLE_S = 120.0
# Member sets may be large: they get more time, as much as they need at this rate.
_SLOWEST_BYTES_S = 1 << 20
_NO_SUCH_RANGE = 416


class HttpOrigin:
    """The snapshot at a URL, fetched when its ETag is another.

    Args:
        connections: To the server, with the path of the snapshot.
        most_bytes: A larger snapshot is refused.
        silence_s: How long one wait for bytes may take.
        whole_s: How long all of an answer may take; what lies beside the snapshot gets a second
            more for each MiB that it may have.
    """

    def __init__(
        self,
        connections: Connections,
        *,
        most_bytes: int,
        silence_s: float = _SILENCE_S,
        whole_s: float = _WHOLE_S,
    ) -> None:
        self._connections = connections
        self._most_bytes = most_bytes
        self._silence_s = silence_s
        self._whole_s = whole_s
        self.place = connections.place

    def fetch(self, etag: str | None) -> Fetched | None:
        """Asks for the snapshot; None when the server says that it is still that of `etag`.

        Raises:
            RefreshFailed: The server cannot be reached, refuses, or answers anything but a whole
                body.
        """
        condition = {"If-None-Match": etag} if etag else {}
        with self._connections.get(
            condition, within_s=self._whole_s, silence_s=self._silence_s
        ) as answer:
            response = answer.response
            if response.status == 304 and etag:
                return None
            check_status(response)
            return Fetched(self._body(response), response.getheader("ETag"))

    def fetch_beside(self, name: str, to: Path, most_bytes: int) -> None:
        """Asks for a file of the folder `members` beside the snapshot, after what `to` has of it.

        Raises:
            RefreshFailed: As `fetch`; or it cannot be written.
        """
        with Landing(to, most_bytes) as landing:
            wanted = {"Range": f"bytes={landing.at}-"} if landing.at else {}
            with self._connections.get(
                wanted,
                beside=f"{MEMBERS_BESIDE}/{name}",
                within_s=self._whole_s + most_bytes / _SLOWEST_BYTES_S,
                silence_s=self._silence_s,
            ) as answer:
                _begin(answer.response, landing)
                _land(answer.response, landing)

    def _body(self, response: HTTPResponse) -> bytes:
        _check_encoding(response)
        announced = response.length
        if announced is not None and announced > self._most_bytes:
            raise self._too_large()
        body = response.read(self._most_bytes + 1 if announced is None else announced)
        if announced is not None and len(body) < announced:
            raise RefreshFailed("incomplete", "it ended before its answer was whole")
        if len(body) > self._most_bytes:
            raise self._too_large()
        return body

    def _too_large(self) -> RefreshFailed:
        return RefreshFailed("too_large", f"its answer is larger than {self._most_bytes} bytes")


def _begin(response: HTTPResponse, landing: Landing) -> None:
    """Makes what comes fit what is there: it goes on after that, or is the whole."""
    if response.status != 206 or not landing.at:
        if response.status in {200, _NO_SUCH_RANGE}:
            landing.start_again()
        check_status(response, "such member set")
    elif not response.getheader("Content-Range", "").startswith(f"bytes {landing.at}-"):
        raise RefreshFailed("garbled", "its answer is another part than was asked for")
    _check_encoding(response)
    landing.expect(response.length)


def _land(response: HTTPResponse, landing: Landing) -> None:
    announced, began = response.length, landing.at
    # Each read gives what has come: others would lose it when the next one is in vain.
    while piece := response.read1(PIECE_BYTES):
        landing.write(piece)
    if announced is not None and landing.at - began < announced:
        raise RefreshFailed("incomplete", "it ended before its answer was whole")


def _check_encoding(response: HTTPResponse) -> None:
    if response.getheader("Content-Encoding", "identity") != "identity":
        raise RefreshFailed("garbled", "its answer is compressed, which was not asked for")
