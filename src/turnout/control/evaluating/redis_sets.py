"""Sets of members in Redis, while they are written and when they are replaced."""

import logging
import secrets
import time
from collections.abc import Sequence
from typing import Final

from turnout.control.evaluating.means import Means
from turnout.control.evaluating.run import NotTaken
from turnout.engine import RedisMembers
from turnout.releases.sealed import content_of, read_published
from turnout.snapshot.v1 import snapshot_pb2 as pb
from turnout.store import Membership, Unavailable

NO_REDIS: Final = "NO_REDIS"
"""Members are to be looked up in Redis, and the control plane knows none."""
REDIS_FAILED: Final = "REDIS_FAILED"
"""Redis is gone, or refuses."""

KEEP_S: Final = 3600
"""How long a set is there that nobody writes any more, or that another one has replaced: servers
that are behind look up what they know of."""
_BEAT_S: Final = 600.0
_A_SHARD: Final = 50_000
_MOST_SHARDS: Final = 16_384
_NAME_BYTES = 32

_log = logging.getLogger("turnout.control")


def shards_for(expected: int) -> int:
    """Over how many keys a set is spread that has about so many members."""
    return min(max(1, -(-expected // _A_SHARD)), _MOST_SHARDS)


class FreshSet:
    """A set that is being written; it goes by itself when nobody ends it.

    Args:
        address: Of Redis; empty: there is none.
        expected: About how many members it will have.

    Raises:
        NotTaken: There is no Redis, or it is gone.
    """

    def __init__(self, address: str, expected: int) -> None:
        self.name = secrets.token_bytes(_NAME_BYTES)
        self.shards = shards_for(expected)
        self.count = 0
        """Of its members, each once."""
        if not address:
            text = (
                "members are to be looked up in redis, and this control plane was given none:"
                " start it with `--members-redis`"
            )
            raise NotTaken(NO_REDIS, text)
        try:
            self._redis = RedisMembers(address)
            self._redis.begin(self.name, self.shards, KEEP_S)
        except OSError as error:
            raise _failed(error) from None
        self._beat_at = time.monotonic() + _BEAT_S

    def add(self, ids: Sequence[str]) -> None:
        """Adds ids, also such as it has.

        Raises:
            NotTaken: Redis is gone, or refuses.
        """
        try:
            self.count += self._redis.add(self.name, self.shards, list(ids))
            if time.monotonic() >= self._beat_at:
                self._redis.expire(self.name, self.shards, KEEP_S)
                self._beat_at = time.monotonic() + _BEAT_S
        except OSError as error:
            raise _failed(error) from None

    def keep(self) -> None:
        """Lets it stay.

        Raises:
            NotTaken: Redis is gone or refuses, or has not all of it.
        """
        try:
            self._redis.keep(self.name, self.shards, self.count)
        except OSError as error:
            raise _failed(error) from None

    def remove(self) -> None:
        """Removes it; where that fails it goes by itself, unless it was to stay."""
        try:
            self._redis.remove(self.name, self.shards)
        except OSError as error:
            _log.warning("`%s` is left in redis: %s", self.name.hex(), error)


def let_go(means: Means, replaced: Membership) -> None:
    """Has a set that was replaced go after a while, unless what is current still names it."""
    name, address = replaced.sha256, means.members_redis
    try:
        if _is_current(means, name):
            _log.info("members `%s` stay in redis: what found the new ones is not published", name)
            return
    except Unavailable as error:
        _log.warning("members `%s` are left in redis: %s", name, error)
        return
    if not address:
        _log.warning("members `%s` are left in redis, which is not known any more", name)
        return
    try:
        RedisMembers(address).expire(bytes.fromhex(name), replaced.shards, KEEP_S)
    except OSError as error:
        _log.warning("members `%s` are left in redis: %s", name, error)


def _is_current(means: Means, name: str) -> bool:
    with means.store.read() as tx:
        current = tx.snapshots.current()
        if current is None:
            return False
        content = content_of(read_published(tx, current))
    segments = pb.Content.FromString(content).segments
    return any(one.members.in_redis.name.hex() == name for one in segments)


def _failed(error: OSError) -> NotTaken:
    return NotTaken(REDIS_FAILED, f"{error}: the members stay as they are")
