import os
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self, final

from turnout.results import (
    Context,
    Decision,
    ItemFailure,
    MatchingSegments,
    SegmentCheck,
    SnapshotRef,
    SnapshotStatus,
)

@final
class Addresses:
    @property
    def grpc(self) -> str | None: ...
    @property
    def unix(self) -> str | None: ...
    @property
    def admin(self) -> str | None: ...

@final
class DataPlane:
    def __new__(
        cls,
        *,
        grpc_address: str | None = None,
        unix_socket: str | os.PathLike[str] | None = None,
        admin_address: str | None = None,
        threads: int = 1,
        stale_after_s: float = 0.0,
        ready_max_age_s: float = 0.0,
        max_request_bytes: int | None = None,
        max_batch_keys: int | None = None,
        max_attributes: int | None = None,
        max_list_length: int | None = None,
        max_string_bytes: int | None = None,
        max_depth: int | None = None,
        hand_framed: bool = True,
    ) -> DataPlane: ...
    def start(self) -> Addresses: ...
    def load(self, sealed: bytes, *, confirmed: bool = True, age_s: float = 0.0) -> None: ...
    def confirm(self) -> None: ...
    def drain(self, grace_s: float) -> bool: ...
    def status(self) -> SnapshotStatus | None: ...
    def stats(self) -> dict[str, Any]: ...

class Program:
    def __new__(cls, sealed: bytes) -> Self: ...
    @property
    def id(self) -> str: ...
    @property
    def revision(self) -> int: ...
    @property
    def snapshot(self) -> SnapshotRef: ...
    @property
    def keys(self) -> list[str]: ...
    @property
    def segment_keys(self) -> list[str]: ...
    def snapshot_status(self) -> SnapshotStatus: ...
    def decide(
        self,
        key: str,
        context: Context | None = None,
        *,
        now: datetime | None = None,
        default: object = None,
        expected_type: type | None = None,
    ) -> Decision: ...
    def decide_many(
        self, keys: Iterable[str], context: Context | None = None, *, now: datetime | None = None
    ) -> list[Decision | ItemFailure]: ...
    def decide_all(
        self,
        context: Context | None = None,
        *,
        tag: str | None = None,
        prefix: str | None = None,
        now: datetime | None = None,
    ) -> list[Decision]: ...
    def check_segment(
        self, key: str, context: Context | None = None, *, now: datetime | None = None
    ) -> SegmentCheck: ...
    def check_segments(
        self, keys: Iterable[str], context: Context | None = None, *, now: datetime | None = None
    ) -> list[SegmentCheck | ItemFailure]: ...
    def matching_segments(
        self,
        context: Context | None = None,
        *,
        tag: str | None = None,
        prefix: str | None = None,
        now: datetime | None = None,
    ) -> MatchingSegments: ...

def check_number(text: str) -> None: ...
def check_regex(pattern: str, case_sensitive: bool = False) -> None: ...
def slot(salt: str, unit_id: str) -> int: ...
