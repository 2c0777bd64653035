"""Segments whose members are sets beside the snapshot, in the process and behind a data plane."""

from datetime import UTC, datetime, timedelta

import pytest

from turnout.client import Client
from turnout.embedded import Engine
from turnout.engine import (
    DataPlane,
    MemberSetBuilder,
    Program,
    member_segments,
    named_member_sets,
)
from turnout.results import Context, SnapshotRefused
from turnout.snapshot.v1 import snapshot_pb2 as pb

EVALUATED = datetime(2026, 1, 1, 12, tzinfo=UTC)
NOW = EVALUATED + timedelta(days=1, hours=2, microseconds=5)
VISITOR = Context("u-1")


def build(folder, ids):
    """A set of ids in a folder, by its name."""
    folder.mkdir(exist_ok=True)
    builder = MemberSetBuilder(bytes(16))
    builder.add(ids)
    summary = builder.finish(folder / "new")
    (folder / "new").rename(folder / f"{summary.sha256}.set")
    return summary


@pytest.fixture(scope="session")
def snapshot(seal_content):
    """A snapshot with a segment for each set: `s0`, `s1`, ..."""

    def make(*summaries, max_age=None, revision=3):
        content = pb.Content(semantics_version=1, unit_kinds=["user"])
        for number, summary in enumerate(summaries):
            segment = content.segments.add(key=f"s{number}", status=pb.SEGMENT_STATUS_ACTIVE)
            named = segment.members.set
            named.sha256, named.size = bytes.fromhex(summary.sha256), summary.size
            named.count = summary.count
            named.evaluated_at.FromDatetime(EVALUATED)
            if max_age is not None:
                named.max_age.FromTimedelta(max_age)
        return seal_content(content, revision)

    return make


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "members"


@pytest.fixture
def plane(tmp_path):
    served = DataPlane(unix_socket=tmp_path / "turnout.sock")
    served.start()
    yield served
    served.drain(1.0)


@pytest.fixture
def client(tmp_path):
    with Client(f"unix:{tmp_path}/turnout.sock") as asked:
        yield asked


def doors(sealed, folder, plane, client):
    """The process and the data plane, both serving a snapshot."""
    plane.load(sealed, members=folder)
    return Program(sealed, folder), client


def test_a_check_tells_membership_and_age(snapshot, folder, plane, client):
    sealed = snapshot(build(folder, ["u-1"]))
    for door in doors(sealed, folder, plane, client):
        check = door.check_segment("s0", VISITOR, now=NOW)
        assert (check.state, check.reason) == ("TRUE", "MEMBER")
        assert check.member_age == NOW - EVALUATED
        (other,) = door.check_segments(["s0"], Context("u-2"), now=NOW)
        assert (other.reason, other.member_age) == ("NOT_MEMBER", NOW - EVALUATED)
        assert list(door.matching_segments(VISITOR, now=NOW)) == ["s0"]


def test_an_explanation_tells_count_and_age(snapshot, folder, plane, client):
    sealed = snapshot(build(folder, ["u-1", "u-2"]))
    for door in doors(sealed, folder, plane, client):
        explanation = door.explain_segment("s0", VISITOR, now=NOW)
        (step,) = explanation.steps
        assert (step.kind, step.member_count, step.member_age) == ("SEGMENT", 2, NOW - EVALUATED)
        assert explanation.answer.member_age == step.member_age


def test_members_that_are_too_old_or_missing_are_unknown(snapshot, folder, plane, client):
    here = build(folder, ["u-1"])
    old = snapshot(here, max_age=timedelta(days=1))
    for door in doors(old, folder, plane, client):
        check = door.check_segment("s0", VISITOR, now=NOW)
        assert (check.state, check.reason) == ("UNKNOWN", "MEMBERS_TOO_OLD")
        assert door.check_segment("s0", VISITOR, now=EVALUATED).reason == "MEMBER"
    away = build(folder, ["u-3"])
    (folder / f"{away.sha256}.set").unlink()
    for door in doors(snapshot(here, away), folder, plane, client):
        missing = door.check_segment("s1", VISITOR, now=NOW)
        assert (missing.state, missing.reason) == ("UNKNOWN", "MEMBERS_MISSING")
        assert missing.unknown_attributes == ("s1",)
        assert missing.member_age == NOW - EVALUATED
        assert door.check_segment("s0", VISITOR, now=NOW).reason == "MEMBER"
    counted = plane.stats()
    assert (counted["member_sets"], counted["members"]) == (1, 1)
    assert (counted["member_bytes"], counted["member_sets_missing"]) == (here.size, 1)


def test_a_snapshot_that_was_found_has_its_members(snapshot, folder, plane, client):
    sealed = snapshot(build(folder, ["u-1"]))
    plane.load(sealed, confirmed=False, age_s=5.0, members=str(folder))
    check = client.check_segment("s0", VISITOR, now=NOW)
    assert (check.reason, check.snapshot.stale) == ("MEMBER", True)


def test_a_set_is_swapped_while_the_others_stay(snapshot, folder, plane, client):
    kept, before = build(folder, ["u-1"]), build(folder, ["u-2"])
    plane.load(snapshot(kept, before), members=folder)
    after = build(folder, ["u-1", "u-2"])
    for gone in (kept, before):  # mapped already, or needed no more
        (folder / f"{gone.sha256}.set").unlink()
    plane.load(snapshot(kept, after, revision=4), members=folder)
    assert list(client.matching_segments(VISITOR, now=NOW)) == ["s0", "s1"]


def test_an_engine_finds_members_beside_its_file(snapshot, folder, tmp_path):
    sealed = snapshot(build(folder, ["u-1"]))
    file = tmp_path / "a.snapshot"
    file.write_bytes(sealed)
    for engine in (
        Engine.from_snapshot(file),
        Engine.from_snapshot(str(file)),
        Engine.from_snapshot(sealed, members=folder),
    ):
        assert type(engine) is Engine
        assert engine.check_segment("s0", VISITOR, now=NOW).reason == "MEMBER"
    for engine in (
        Engine.from_snapshot(sealed),
        Engine.from_snapshot(file, members=tmp_path / "none"),
    ):
        assert engine.check_segment("s0", VISITOR, now=NOW).reason == "MEMBERS_MISSING"


def test_the_sets_that_a_snapshot_names_are_told_each_once(snapshot, folder):
    one, two = build(folder, ["u-1"]), build(folder, ["u-2", "u-3"])
    named = named_member_sets(snapshot(one, two, one))
    assert [set_.sha256 for set_ in named] == sorted([one.sha256, two.sha256])
    by_name = {set_.sha256: set_ for set_ in named}
    assert (by_name[two.sha256].size, by_name[two.sha256].count) == (two.size, 2)
    assert len({*named, *named_member_sets(snapshot(one))}) == 2
    assert one.sha256 in repr(by_name[one.sha256])
    assert named_member_sets(snapshot()) == []


def test_of_each_segment_with_members_its_set_is_told(snapshot, folder, seal_content):
    one, two = build(folder, ["u-1"]), build(folder, ["u-2", "u-3"])
    sealed = snapshot(one, two, one)
    by_name = {set_.sha256: set_ for set_ in named_member_sets(sealed)}
    first, second = by_name[one.sha256], by_name[two.sha256]
    assert member_segments(sealed) == {"s0": first, "s1": second, "s2": first}
    content = pb.Content(semantics_version=1, unit_kinds=["user"])
    content.segments.add(key="all").everyone.SetInParent()
    content.segments.add(key="listed").members.unit_ids.append("u-1")
    content.segments.add(key="nobody").members.SetInParent()
    assert member_segments(seal_content(content)) == {"listed": None, "nobody": None}


@pytest.mark.parametrize("told", [member_segments, named_member_sets])
@pytest.mark.parametrize("sealed", [b"", b"TURNOUT\x01", b"x" * 100])
def test_what_is_no_snapshot_names_nothing(sealed, told):
    with pytest.raises(SnapshotRefused):
        told(sealed)


def test_members_that_are_named_and_listed_are_refused(seal_content, folder, plane):
    content = pb.Content(semantics_version=1, unit_kinds=["user"])
    segment = content.segments.add(key="s", status=pb.SEGMENT_STATUS_ACTIVE)
    segment.members.unit_ids.append("u-1")
    segment.members.set.sha256 = bytes(32)
    with pytest.raises(SnapshotRefused, match="segment `s`"):
        plane.load(seal_content(content), members=folder)
