import os
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self, final

from turnout.results import (
    Context,
    Decision,
    Explanation,
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
        sticky_file: str | os.PathLike[str] | None = None,
        sticky_redis: str | None = None,
        sticky_budget_s: float | None = None,
        sticky_most: int | None = None,
        sticky_keep_s: float = 0.0,
    ) -> DataPlane: ...
    def start(self) -> Addresses: ...
    def load(self, sealed: bytes, *, confirmed: bool = True, age_s: float = 0.0) -> None: ...
    def confirm(self) -> None: ...
    def refresh_failed(self, kind: str, times: int = 1) -> None: ...
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
    def explain(
        self,
        key: str,
        context: Context | None = None,
        *,
        now: datetime | None = None,
        default: object = None,
    ) -> Explanation: ...
    def explain_segment(
        self, key: str, context: Context | None = None, *, now: datetime | None = None
    ) -> Explanation: ...
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
def moment(text: str, *, zone: str | None, rolling: bool) -> bytes: ...
def check_moments(low: bytes, high: bytes) -> str | None: ...
def check_zone(name: str) -> None: ...
def text_form(text: str, case_sensitive: bool = False) -> str: ...
def tzdata_version() -> str: ...
def check_version(text: str) -> None: ...
def compare_numbers(left: str, right: str) -> int: ...
def compare_versions(left: str, right: str) -> int: ...
def check_cidr(text: str) -> None: ...
def slot(salt: str, unit_id: str) -> int: ...
