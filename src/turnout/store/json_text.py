"""JSON as the store keeps it.

ASCII only, so that any text that JSON can say can be kept, even what is no valid UTF-8.
"""

import hashlib
import json

from turnout.store.errors import Invalid

_COMPACT = (",", ":")


def dump(value: object) -> str:
    """Writes a value; fields stay in their order.

    Raises:
        Invalid: It is nothing that JSON can say.
    """
    try:
        return json.dumps(value, separators=_COMPACT, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise Invalid("", f"this cannot be kept as JSON: {error}") from error


def canonical(value: object) -> str:
    """Writes a value; equal values give equal text."""
    return json.dumps(value, separators=_COMPACT, sort_keys=True, default=repr)


def load(text: str) -> object:
    """Reads what `dump` wrote."""
    return json.loads(text)


def fingerprint(text: str) -> str:
    """SHA-256 of a text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def etag_of(name: str, version: int) -> str:
    """A short opaque text that stands for one version of one thing."""
    return fingerprint(f"{name}@{version}")[:16]
