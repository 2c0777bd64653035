"""Pages of lists: how many at a time, and tokens that belong to one query."""

import base64
import binascii
import hashlib
import json
from typing import NamedTuple

from google.protobuf.message import Message

from turnout.control.failures import InvalidArgument

DEFAULT_SIZE = 100
MOST = 1000

# What a 64-bit number holds.
_MOST_DIGITS = 18
_BESIDE_THE_QUERY = ("page_size", "page_token")


class Page(NamedTuple):
    """What is asked for."""

    size: int
    after: str
    """Where the page before ended; empty at the first one."""
    query: str
    """Tells queries apart."""

    @property
    def after_number(self) -> int:
        """Where the page before ended in a list of numbered things; 0 at the first one.

        Raises:
            InvalidArgument: The token never was of such a list.
        """
        if not self.after:
            return 0
        if not (self.after.isascii() and self.after.isdigit() and len(self.after) <= _MOST_DIGITS):
            raise _refused("it is no `next_page_token` of a list")
        return int(self.after)

    def token(self, last: str) -> str:
        """The token of the page behind an entry."""
        written = json.dumps([self.query, last]).encode()
        return base64.urlsafe_b64encode(written).decode().rstrip("=")


def read_page(request: Message, *, default: int = DEFAULT_SIZE, most: int = MOST) -> Page:
    """Reads `page_size` and `page_token` of a request.

    Args:
        request: Its other fields are the query that a token belongs to.
        default: The size when none is asked for.
        most: The greatest size.

    Raises:
        InvalidArgument: A size that is negative or too large, or a token of another query.
    """
    size: int = request.page_size  # type: ignore[attr-defined]
    token: str = request.page_token  # type: ignore[attr-defined]
    if not 0 <= size <= most:
        message = f"a page has 1 to {most:,} entries, not `{size}`"
        raise InvalidArgument("page_size", message, reason="BAD_PAGE_SIZE", most=str(most))
    query = _query(request)
    return Page(size or default, _after(token, query) if token else "", query)


def _query(request: Message) -> str:
    asked = type(request)()
    asked.CopyFrom(request)
    for name in _BESIDE_THE_QUERY:
        asked.ClearField(name)
    named = f"{request.DESCRIPTOR.full_name}:".encode()
    return hashlib.sha256(named + asked.SerializeToString(deterministic=True)).hexdigest()[:16]


def _after(token: str, query: str) -> str:
    try:
        padded = token + "=" * (-len(token) % 4)
        of, after = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, TypeError):
        of, after = None, ""
    if of is None or not isinstance(after, str):
        raise _refused("it is no `next_page_token` of a list")
    if of != query:
        raise _refused("it is of another query: ask for the first page again, without a token")
    return after


def _refused(why: str) -> InvalidArgument:
    return InvalidArgument(
        "page_token", f"the page token is refused: {why}", reason="BAD_PAGE_TOKEN"
    )
