"""The native module; `turnout.engine` alone imports it."""

from collections.abc import Iterable
from datetime import datetime
from typing import final

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
class Program:
    @staticmethod
    def link(sealed: bytes) -> Program: ...
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
    def status(self) -> SnapshotStatus: ...
    def decide(
        self,
        key: str,
        context: Context,
        now: datetime | None = None,
        default: object = None,
        expected_type: type | None = None,
    ) -> Decision: ...
    def decide_many(
        self, keys: Iterable[str], context: Context, now: datetime | None = None
    ) -> list[Decision | ItemFailure]: ...
    def decide_all(
        self,
        context: Context,
        tag: str | None = None,
        prefix: str | None = None,
        now: datetime | None = None,
    ) -> list[Decision]: ...
    def check_segment(
        self, key: str, context: Context, now: datetime | None = None
    ) -> SegmentCheck: ...
    def check_segments(
        self, keys: Iterable[str], context: Context, now: datetime | None = None
    ) -> list[SegmentCheck | ItemFailure]: ...
    def matching_segments(
        self,
        context: Context,
        tag: str | None = None,
        prefix: str | None = None,
        now: datetime | None = None,
    ) -> MatchingSegments: ...

def check_number(text: str) -> None: ...
def check_regex(pattern: str, case_sensitive: bool = False) -> None: ...
def slot(salt: str, unit_id: str) -> int: ...
