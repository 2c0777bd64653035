"""A snapshot in object storage: S3, Google Cloud Storage or Azure, and what speaks as they do.

It is read and written by obstore, an optional dependency that is imported when it is first needed.
The serving process imports this, when its snapshots come from there.
"""

# ruff: noqa: PLC0415 - obstore is some 15 MB that others have no use for

import contextlib
import os
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from turnout.serving.fetched import (
    MEMBERS_BESIDE,
    FailureKind,
    Fetched,
    Overtaken,
    RefreshFailed,
)
from turnout.serving.landing import Landing

if TYPE_CHECKING:
    from obstore import GetOptions
    from obstore.store import ObjectStore

OBJECT_SCHEMES = {"s3": "AWS_", "gs": "GOOGLE_", "az": "AZURE_"}
"""Where objects are, and how the environment's variables for it begin."""

_CONNECT_S = 5.0
_SILENCE_S = 10.0
_WHOLE_S = 120.0
# What lies beside the snapshot comes in pieces, each of which has all of the time.
_PIECE_BYTES = 1 << 22
_SLOWEST_BYTES_S = 1 << 20
_ATTRIBUTES = {"Content-Type": "application/octet-stream", "Cache-Control": "no-cache"}
_IMMUTABLE = _ATTRIBUTES | {"Cache-Control": "private, max-age=31536000, immutable"}
_STATUS = re.compile(r"Status \{\s+status: (\d{3})")
_NO_CREDENTIALS = "the environment holds no credentials, and the machine gives none"
# obstore has classes for some failures only, and tells the others apart in what it shows of their
# source. Its text is never repeated: it holds URLs, which may be signed, and the server's words.
_SIGNS: tuple[tuple[str, FailureKind, str], ...] = (
    ("/latest/api/token", "credentials", _NO_CREDENTIALS),
    ("/latest/meta-data/", "credentials", _NO_CREDENTIALS),
    ("InvalidCertificate", "tls", "its certificate is not trusted"),
    ("kind: Timeout,", "timeout", "it took too long to answer"),
    ("kind: Connect,", "unreachable", "it cannot be reached"),
    ("kind: Interrupted,", "incomplete", "it ended before its answer was whole"),
    ("IncompleteMessage", "incomplete", "it ended before its answer was whole"),
)


class ObjectPlace:
    """One object of a bucket, by a URL such as `s3://bucket/key`.

    Where the bucket is and who asks is in the environment, under the names that the tools of each
    cloud have for it.

    Args:
        url: Of the object; `addresses` has checked it.
        most_bytes: A larger one is refused.
        silence_s: How long one wait for bytes may take.
        whole_s: How long all of an answer may take.
        store: The bucket; None: what the URL says.
    """

    def __init__(
        self,
        url: str,
        *,
        most_bytes: int,
        silence_s: float = _SILENCE_S,
        whole_s: float = _WHOLE_S,
        store: "ObjectStore | None" = None,
    ) -> None:
        parts = urlsplit(url)
        self.place = url
        self._scheme, self._bucket = parts.scheme, parts.netloc
        self._key = unquote(parts.path).lstrip("/")
        self._most_bytes = most_bytes
        self._silence_s = silence_s
        self._whole_s = whole_s
        self._opened = store
        self._version: tuple[str | None, str | None] = (None, None)

    def fetch(self, etag: str | None) -> Fetched | None:
        """Asks for the object; None when it is still that of `etag`.

        Raises:
            RefreshFailed: There is none, it may not be read, or it does not come whole in time.
        """
        import obstore
        from obstore.exceptions import NotModifiedError

        condition: GetOptions = {"if_none_match": etag} if etag else {}
        with _named_faults():
            try:
                got = obstore.get(self._store(), self._key, options=condition)
            except NotModifiedError:
                return None
            if got.meta["size"] > self._most_bytes:
                raise RefreshFailed("too_large", f"it is larger than {self._most_bytes} bytes")
            sealed = bytes(got.bytes())
        found = got.meta["e_tag"]
        self._version = (found, got.meta["version"])
        return Fetched(sealed, found)

    def fetch_beside(self, name: str, to: Path, most_bytes: int) -> None:
        """Asks for an object of the folder `members` beside this one, after what `to` has of it.

        Raises:
            RefreshFailed: There is none, it may not be read, it does not come whole in time, or it
                cannot be written.
        """
        import obstore

        until = time.monotonic() + self._whole_s + most_bytes / _SLOWEST_BYTES_S
        with Landing(to, most_bytes) as landing:
            size = landing.at + 1
            while landing.at < size:
                if time.monotonic() > until:
                    raise RefreshFailed("timeout", "it takes too long")
                part: GetOptions = {"range": (landing.at, landing.at + _PIECE_BYTES)}
                with _named_faults():
                    got = obstore.get(self._store(), self._beside(name), options=part)
                    size = got.meta["size"]
                    landing.expect(size - landing.at)
                    landing.write(memoryview(got.bytes()))

    def has_beside(self, name: str, size: int) -> bool:
        """Whether an object of that size lies in the folder `members` beside this one.

        Raises:
            RefreshFailed: Nobody can say.
        """
        import obstore

        with _named_faults():
            try:
                return bool(obstore.head(self._store(), self._beside(name))["size"] == size)
            except FileNotFoundError:
                return False

    def put_beside(self, name: str, path: Path) -> None:
        """Writes a file to the folder `members` beside this object; it comes whole or not at all.

        Raises:
            RefreshFailed: It could not be written.
            OSError: The file cannot be read.
        """
        import obstore

        with path.open("rb") as file, _named_faults():
            obstore.put(self._store(), self._beside(name), file, attributes=_IMMUTABLE)

    def _beside(self, name: str) -> str:
        folder, slash, _ = self._key.rpartition("/")
        return f"{folder}{slash}{MEMBERS_BESIDE}/{name}"

    def replace(self, sealed: bytes, seen: str | None) -> str | None:
        """Writes the object if it is still that of `seen`; gives its new ETag.

        Args:
            sealed: The new content.
            seen: What was fetched or written last; None: there was none.

        Raises:
            Overtaken: Somebody else has written it since.
            RefreshFailed: It could not be written.
        """
        import obstore
        from obstore.exceptions import AlreadyExistsError, PreconditionError

        with _named_faults():
            try:
                written = obstore.put(
                    self._store(),
                    self._key,
                    sealed,
                    attributes=_ATTRIBUTES,
                    mode="create" if seen is None else self._only_over(seen),
                    use_multipart=False,  # only a single request has conditions
                )
            except (AlreadyExistsError, PreconditionError):
                raise Overtaken from None
        self._version = (written["e_tag"], written["version"])
        return written["e_tag"]

    def _only_over(self, seen: str) -> Any:  # noqa: ANN401 - obstore's type is for stubs only
        etag, version = self._version
        # Google goes by its own number of a version, the others by the ETag.
        return {"e_tag": seen} | ({"version": version} if version and etag == seen else {})

    def _store(self) -> "ObjectStore":
        if self._opened is None:
            self._opened = self._open()
        return self._opened

    def _open(self) -> "ObjectStore":
        from obstore import store
        from obstore.exceptions import BaseError

        kinds: dict[str, Any] = {"s3": store.S3Store, "gs": store.GCSStore, "az": store.AzureStore}
        prefix = OBJECT_SCHEMES[self._scheme]
        try:
            opened: ObjectStore = kinds[self._scheme](
                self._bucket,
                client_options={
                    "allow_http": _is_plain(prefix),
                    "connect_timeout": timedelta(seconds=_CONNECT_S),
                    "read_timeout": timedelta(seconds=self._silence_s),
                    "timeout": timedelta(seconds=self._whole_s),
                },
                # Who asks knows when to ask again.
                retry_config={"max_retries": 0},
            )
        except (BaseError, OSError, ValueError):
            # What it says may repeat a secret.
            raise RefreshFailed(
                "credentials",
                f"the environment lacks what `{self._scheme}://` needs, or it is malformed: look"
                f" at the variables {prefix}…",
            ) from None
        return opened


def has_obstore() -> bool:
    """Whether the extra that brings obstore is installed."""
    from importlib.util import find_spec

    return find_spec("obstore") is not None


def _is_plain(prefix: str) -> bool:
    """Whether the operator has named an address without TLS."""
    return any("http://" in value for name, value in os.environ.items() if name.startswith(prefix))


@contextlib.contextmanager
def _named_faults() -> Iterator[None]:
    try:
        yield
    except (RefreshFailed, Overtaken):
        raise
    except BaseException as error:
        # A panic within obstore is none of `Exception`, and must not end the thread either.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise _named(error) from None
        raise


def _named(error: BaseException) -> RefreshFailed:
    if isinstance(error, FileNotFoundError):
        return RefreshFailed("missing", "there is no such object, or no such bucket")
    if isinstance(error, NotImplementedError):
        return RefreshFailed("refused", "it cannot be written under a condition, so it is not")
    if type(error).__name__ in {"PermissionDeniedError", "UnauthenticatedError"}:
        return RefreshFailed(
            "denied",
            "these credentials may not do that, or there is no such object and they may not list"
            " the bucket",
        )
    text = str(error)
    for sign, kind, words in _SIGNS:
        if sign in text:
            return RefreshFailed(kind, words)
    if status := _STATUS.search(text):
        return RefreshFailed("status", f"it answers {status[1]}")
    return RefreshFailed("garbled", "it answers what no object storage does")
