"""Of `SegmentService`: members in streams, as many as there are."""

import hashlib
import struct
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from google.protobuf.message import Message

from turnout.control.calls import Answer, Call, read_request_id
from turnout.control.evaluating.changing import append, replace
from turnout.control.evaluating.starting import require_kind
from turnout.control.failures import FailedPrecondition, InvalidArgument
from turnout.control.services.evaluations import static_segment
from turnout.control.services.items import Handler
from turnout.control.services.resources import key_of
from turnout.control.v1 import evaluation_pb2 as pb
from turnout.engine import MemberSet
from turnout.releases.succession import bring
from turnout.store import Item, Membership, Store, Transaction

MOST_IDS = 100_000
"""Of one message."""
_ONE_MESSAGE_BYTES = 2 * 1024 * 1024
_AT_ONCE = 50_000
_LENGTH = struct.Struct("<I")
_LISTABLE = ("integers", "sparse_integers", "texts")


class BulkMembers:
    """Takes and gives members in streams.

    Args:
        store: Where they are.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def handlers(self) -> dict[str, Handler]:
        """The handler of each RPC, by its name."""
        return {"ImportMembers": self._import, "ExportMembers": self._export}

    def _import(self, call: Call, requests: Iterator[pb.ImportMembersRequest]) -> Answer:
        first = next(requests, None)
        if first is None:
            text = "the stream is empty: the first message says which segment"
            raise InvalidArgument("name", text)
        # Before anything is read that may be long.
        with self._store.read() as tx:
            static_segment(tx, call, first.name)
        coming = _Coming(call, first, requests)
        dry = first.validate_only
        request_id = "" if dry else read_request_id(first.request_id)
        change = replace if first.mode == pb.MEMBERS_MODE_REPLACE else append
        with self._store.write_with(call.act, coming, validate_only=dry) as (tx, staged):
            if request_id:
                kept = tx.requests.answer(request_id, call.method, coming.digest)
                if kept is not None:
                    return bytes(kept)
            segment = static_segment(tx, call, first.name)
            counts = change(tx, segment.key, staged)
            answer = pb.ImportMembersResponse(
                given_count=coming.count, added_count=counts.added,
                removed_count=counts.removed, member_count=counts.count,
            ).SerializeToString(deterministic=True)  # fmt: skip
            if request_id:
                tx.requests.keep(request_id, call.method, coming.digest, answer)
            call.check()
            return answer

    def _export(self, call: Call, request: pb.ExportMembersRequest) -> Any:  # noqa: ANN401 - a stream of answers
        call.check()
        with tempfile.TemporaryDirectory(prefix="turnout-export-") as folder:
            path = Path(folder, "members")
            with self._store.read() as tx:
                segment = tx.items.get("segment", key_of("segment", request.name))
                require_kind(segment, ("static", "dynamic"), "exported")
                is_static = segment.body.get("kind") == "static"
                if is_static:
                    _put_aside(call, _of_static(tx, segment), path)
                else:
                    bring(tx, _listable(segment, tx.memberships.of(segment.key)), path)
            # Who takes them slowly holds no connection to the store.
            yield from _put(path) if is_static else _of_set(path)


class _Coming:
    """The ids of an import, checked and counted on their way.

    Args:
        call: That brings them.
        first: The message that says which segment.
        rest: Those behind it.
    """

    def __init__(
        self,
        call: Call,
        first: pb.ImportMembersRequest,
        rest: Iterator[pb.ImportMembersRequest],
    ) -> None:
        self._call, self._first, self._rest = call, first, rest
        said = pb.ImportMembersRequest(name=first.name, mode=first.mode)
        self._digest = hashlib.sha256(said.SerializeToString(deterministic=True))
        self.count = 0

    @property
    def digest(self) -> str:
        """Tells what came apart from anything else."""
        return self._digest.hexdigest()

    def __iter__(self) -> Iterator[Sequence[str]]:
        yield from self._checked(self._first)
        for message in self._rest:
            if message.name not in ("", self._first.name):
                text = "a stream is for one segment: only its first message names it"
                raise InvalidArgument("name", text)
            yield from self._checked(message)

    def _checked(self, message: pb.ImportMembersRequest) -> Iterator[Sequence[str]]:
        self._call.check()
        ids = list(message.unit_ids)
        if len(ids) > MOST_IDS:
            text = f"a message has at most {MOST_IDS:,} unit ids, not {len(ids):,}"
            raise InvalidArgument("unit_ids", text)
        if "" in ids:
            at = self.count + ids.index("")
            raise InvalidArgument(f"unit_ids[{at}]", "a unit id is not empty")
        if ids:
            self.count += len(ids)
            # Lengths between the ids: what they are does not depend on how they are cut.
            self._digest.update("".join(f"{len(one)}:{one}" for one in ids).encode())
            yield ids


def _of_static(tx: Transaction, segment: Item) -> Iterator[Message]:
    count, empty = tx.members.count(segment.key), True
    for batch in tx.members.batches(segment.key, size=_AT_ONCE):
        for ids in _fitting(batch):
            empty = False
            yield pb.ExportMembersResponse(unit_ids=ids, member_count=count)
    if empty:
        yield pb.ExportMembersResponse()


def _put_aside(call: Call, messages: Iterable[Message], path: Path) -> None:
    """Writes messages into a file, each behind its length.

    Raises:
        OutOfTime: Nobody waits for them any more.
    """
    with path.open("wb") as file:
        for message in messages:
            call.check()
            written = message.SerializeToString()
            file.write(_LENGTH.pack(len(written)) + written)


def _put(path: Path) -> Iterator[bytes]:
    """The messages of a file, as they are written."""
    with path.open("rb") as file:
        while length := file.read(_LENGTH.size):
            yield file.read(*_LENGTH.unpack(length))


def _of_set(path: Path) -> Iterator[Message]:
    members = MemberSet.open(path)
    if not len(members):
        yield pb.ExportMembersResponse()
    for start in range(0, len(members), _AT_ONCE):
        for ids in _fitting(members.ids(start, _AT_ONCE)):
            yield pb.ExportMembersResponse(unit_ids=ids, member_count=len(members))


def _fitting(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Ids in messages that clients take."""
    begin, size = 0, 0
    for at, one in enumerate(ids):
        length = len(one.encode()) + 6
        if at > begin and size + length > _ONE_MESSAGE_BYTES:
            yield ids[begin:at]
            begin, size = at, 0
        size += length
    if begin < len(ids):
        yield ids[begin:]


def _listable(segment: Item, membership: Membership | None) -> Membership:
    """The set of a segment, which keeps its ids.

    Raises:
        FailedPrecondition: There is none, or it does not.
    """
    if membership is None:
        text = f"segment `{segment.key}` has no members yet: evaluate it first"
        raise FailedPrecondition("NOT_EVALUATED", text, name=segment.name)
    if membership.shards:
        text = (
            f"members of segment `{segment.key}` are in redis, and are not listed: run its query"
            " yourself"
        )
        raise FailedPrecondition("NOT_LISTABLE", text, name=segment.name, kind=membership.kind)
    if membership.kind not in _LISTABLE:
        raise FailedPrecondition(
            "NOT_LISTABLE",
            f"members of segment `{segment.key}` are kept as hashes, which cannot be turned back:"
            " set `exact_ids` and evaluate it again, or run its query yourself",
            name=segment.name,
            kind=membership.kind,
        )
    return membership
