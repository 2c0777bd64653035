"""A bucket on loopback that speaks as S3 does, as far as objects are read and written whole."""

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY_ID = "AKTEST"
SECRET = "not-to-be-told"


class Bucket:
    """Keeps objects by their path; knows one key, and refuses what it is told to.

    It answers `refuses` (a status) to everything while that is set, sends no more than so many
    bytes of a body in all before it cuts connections, if that is set, and calls `between` once,
    before it takes the next object: what somebody else does meanwhile.
    """

    def __init__(self, ssl_context=None):
        self.objects = {}
        self.written = []
        self.asked = []
        self.refuses = 0
        self.sends_at_most = None
        self.between = None
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # callers may leave as they like
        if ssl_context:
            listener = self._server.socket
            self._server.socket = ssl_context.wrap_socket(
                listener, server_side=True, do_handshake_on_connect=False
            )
        scheme = "https" if ssl_context else "http"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=[0.01], daemon=True).start()

    @property
    def environment(self):
        """How programs are told of it, and who they are."""
        return environment(self.url)

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def count(self, method):
        return [one for one, _ in self.asked].count(method)

    def get(self, path, condition):
        """Status, ETag and body of an answer."""
        if path not in self.objects:
            return 404, "", b"<Error><Code>NoSuchKey</Code></Error>"
        body = self.objects[path]
        return (304, tag(body), b"") if condition == tag(body) else (200, tag(body), body)

    def put(self, path, body, if_match, if_none_match):
        """Writes an object if its conditions hold."""
        if self.between:
            between, self.between = self.between, None
            between()
        with self._lock:
            there = self.objects.get(path)
            if if_none_match == "*" and there is not None:
                return 412, "", b"<Error><Code>PreconditionFailed</Code></Error>"
            if if_match and there is None:
                return 404, "", b"<Error><Code>NoSuchKey</Code></Error>"
            if if_match and if_match != tag(there):
                return 412, "", b"<Error><Code>PreconditionFailed</Code></Error>"
            self.objects[path] = body
            self.written.append(body)
        return 200, tag(body), b""

    def sent(self, body):
        """As much of a body as is sent before the connection is cut."""
        if self.sends_at_most is None:
            return body
        sent = body[: self.sends_at_most]
        self.sends_at_most -= len(sent)
        return sent

    def _handler(bucket):  # noqa: N805 - of the class below, `self` is the request
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                self.answer("GET", lambda: bucket.get(self.path, self.headers["If-None-Match"]))

            def do_HEAD(self):
                self.answer("HEAD", lambda: bucket.get(self.path, self.headers["If-None-Match"]))

            def do_PUT(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                match, none_match = self.headers["If-Match"], self.headers["If-None-Match"]
                self.answer("PUT", lambda: bucket.put(self.path, body, match, none_match))

            def answer(self, method, answered):
                bucket.asked.append((method, self.path))
                is_known = f"Credential={KEY_ID}/" in self.headers.get("Authorization", "")
                if bucket.refuses or not is_known:
                    status, etag, body = bucket.refuses or 403, "", b"<Error/>"
                else:
                    status, etag, body = answered()
                status, body, placed = part_of(status, body, self.headers.get("Range"))
                self.send_response(status)
                if etag:
                    self.send_header("ETag", etag)
                self.send_header("Last-Modified", "Wed, 21 Oct 2015 07:28:00 GMT")
                if status != 304:
                    self.send_header("Content-Length", str(len(body)))
                for name, value in placed.items():
                    self.send_header(name, value)
                self.end_headers()
                sent = body if method == "HEAD" else bucket.sent(body)
                self.wfile.write(b"" if method == "HEAD" else sent)
                self.close_connection = len(sent) < len(body)

        return Handler


def part_of(status, body, wanted):
    """The status, body and header fields of an answer to somebody who wants a part of it."""
    if status != 200 or not wanted:
        return status, body, {}
    first, _, last = wanted.removeprefix("bytes=").partition("-")
    end = min(int(last) + 1, len(body))
    placed = {"Content-Range": f"bytes {first}-{end - 1}/{len(body)}"}
    return 206, body[int(first) : end], placed


def environment(url):
    """What tells programs of a server that speaks as S3 does."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": "test-1",
    }


def tag(body):
    """The ETag of an object, as S3 makes them."""
    return f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
