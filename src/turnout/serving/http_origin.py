"""Snapshots from an HTTP server: a control plane, or plain objects behind HTTP.

Standard library only: the serving process imports this.
"""

from http.client import HTTPResponse

from turnout.serving.connection import Connections, check_status
from turnout.serving.fetched import Fetched, RefreshFailed

_SILENCE_S = 10.0
_WHOLE_S = 120.0


class HttpOrigin:
    """The snapshot at a URL, fetched when its ETag is another.

    Args:
        connections: To the server, with the path of the snapshot.
        most_bytes: A larger snapshot is refused.
        silence_s: How long one wait for bytes may take.
        whole_s: How long all of an answer may take.
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

    def _body(self, response: HTTPResponse) -> bytes:
        if response.getheader("Content-Encoding", "identity") != "identity":
            raise RefreshFailed("garbled", "its answer is compressed, which was not asked for")
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
