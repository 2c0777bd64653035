"""The member sets that files of `decisions/` give to their dynamic segments.

The runners know this as a plain module, the reference model as `conformance.member_sets`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from turnout.engine import MemberSetBuilder

KEY = bytes(range(16))
"""One for all, so that the bytes are the same at every run."""


@dataclass(frozen=True)
class Given:
    """A set, and what a snapshot says of it."""

    sha256: str
    size: int
    count: int
    evaluated_at: datetime | None
    artifact: bytes
    is_missing: bool
    """The snapshot names it, and it is nowhere."""
    shards: int = 0
    """None of them lies in Redis."""


def of(content: dict[str, Any]) -> dict[str, Given]:
    """The sets of the content of one file, by segment."""
    return {key: _build(one) for key, one in content.get("members", {}).items()}


def files(content: dict[str, Any]) -> dict[str, bytes]:
    """The files in which a server looks for them: of all but those that are missing."""
    there = (given for given in of(content).values() if not given.is_missing)
    return {f"{given.sha256}.set": given.artifact for given in there}


def _build(written: dict[str, Any]) -> Given:
    builder = MemberSetBuilder(KEY, exact=written.get("exact", False))
    builder.add([*written.get("ids", ()), *_counted(written.get("each"))])
    with TemporaryDirectory() as folder:
        built = builder.finish(Path(folder) / "set")
        artifact = (Path(folder) / "set").read_bytes()
    evaluated_at = written.get("evaluated_at")
    return Given(
        built.sha256,
        built.size,
        built.count,
        evaluated_at and datetime.fromisoformat(evaluated_at),
        artifact,
        written.get("missing", False),
    )


def _counted(each: dict[str, Any] | None) -> Iterator[str]:
    """`{"prefix": "u-", "times": 3, "count": 4}` is u-0, u-3, u-6, u-9; modulo 2^64."""
    if each is not None:
        for number in range(each["count"]):
            yield f"{each['prefix']}{number * each['times'] % 2**64}"
