"""Members in streams: any number of them, all or nothing."""

import threading

import grpc
import pytest
from evaluating import evaluate, listed, make_dynamic, make_query, make_static, users
from making import make_segment, move
from scheduling import make_token

from servers.waiting import wait_until
from turnout.control import streams
from turnout.control.calls import Call
from turnout.control.identity import LOOPBACK
from turnout.control.services.bulk_members import BulkMembers
from turnout.control.v1 import evaluation_pb2 as pb

ID = "6f1c1c1e-9f0a-4c1b-8a53-0d6a7c1f2b3d"


def messages(*chunks, key="s", **fields):
    yield pb.ImportMembersRequest(name=f"segments/{key}", **fields)
    for chunk in chunks:
        yield pb.ImportMembersRequest(unit_ids=chunk)


def bring(plane, *chunks, **fields):
    return plane.segments.ImportMembers(messages(*chunks, **fields))


def take(plane, key="s"):
    return list(plane.segments.ExportMembers(pb.ExportMembersRequest(name=f"segments/{key}")))


def ids_of(answers):
    return [one for answer in answers for one in answer.unit_ids]


def counts(answer):
    return answer.given_count, answer.added_count, answer.removed_count, answer.member_count


@pytest.fixture
def segment(plane):
    return make_static(plane, ids=["a", "b"])


@pytest.mark.usefixtures("segment")
def test_they_are_added(plane):
    answer = bring(plane, ["b", "c"], [], [*users(25_000), "c", "ünï", " c"])
    assert counts(answer) == (25_005, 25_003, 0, 25_005)
    assert set(listed(plane)[:3]) == {" c", "a", "b"}


@pytest.mark.usefixtures("segment")
def test_they_take_the_place_of_others(plane):
    answer = bring(plane, ["b", "c"], ["d"], mode=pb.MEMBERS_MODE_REPLACE)
    assert counts(answer) == (3, 2, 1, 3)
    assert listed(plane) == ["b", "c", "d"]


@pytest.mark.usefixtures("segment")
def test_the_first_message_may_carry_ids_too(plane):
    first = pb.ImportMembersRequest(name="segments/s", unit_ids=["x"])
    assert counts(plane.segments.ImportMembers(iter([first]))) == (1, 1, 0, 3)


@pytest.mark.parametrize(
    ("chunks", "field"),
    [([["x"], ["y", ""]], "unit_ids[2]"), ([["x"], users(100_001)], "unit_ids"),
     ([["x"], ["y\0"]], None)],
)  # fmt: skip
@pytest.mark.usefixtures("segment")
def test_one_that_cannot_be_meant_leaves_all_as_they_were(plane, refused, chunks, field):
    with refused("INVALID_ARGUMENT") as told:
        bring(plane, *chunks)
    assert field is None or field in told[0].fields
    assert listed(plane) == ["a", "b"]


@pytest.mark.usefixtures("segment")
def test_another_segment_in_the_same_stream_is_refused(plane, refused):
    def stream():
        yield from messages(["x"])
        yield pb.ImportMembersRequest(name="segments/t", unit_ids=["y"])

    with refused("INVALID_ARGUMENT") as told:
        plane.segments.ImportMembers(stream())
    assert "a stream is for one segment" in told[0].fields["name"]
    assert listed(plane) == ["a", "b"]


def test_an_empty_stream_is_refused(plane, refused):
    with refused("INVALID_ARGUMENT"):
        plane.segments.ImportMembers(iter(()))


@pytest.mark.usefixtures("segment")
def test_a_stream_that_breaks_off_changes_nothing(plane):
    going, sent = threading.Event(), threading.Event()

    def stream():
        yield from messages(users(5000))
        sent.set()
        going.wait(20)
        yield pb.ImportMembersRequest(unit_ids=["last"])

    stub = plane.segments._stub
    call = stub.ImportMembers.future(stream())
    assert sent.wait(20)
    call.cancel()
    going.set()
    with pytest.raises(grpc.FutureCancelledError):
        call.result()
    assert counts(bring(plane, ["c"])) == (1, 1, 0, 3)
    assert listed(plane) == ["a", "b", "c"]


@pytest.mark.parametrize("chunks", [(), (users(5000),)])
@pytest.mark.usefixtures("segment")
def test_a_stream_that_falls_silent_is_given_up_and_changes_nothing(
    plane, refused, monkeypatch, chunks
):
    monkeypatch.setattr(streams, "SILENCE_S", 0.3)
    over = threading.Event()

    def stream():
        yield from messages(*chunks)
        over.wait(20)

    with refused("DEADLINE_EXCEEDED", "SILENT") as told:
        plane.segments.ImportMembers(stream())
    over.set()
    assert told[0].message.startswith("nothing came for 0.3 s, and nothing was written")
    assert listed(plane) == ["a", "b"]
    assert bring(plane, ["c"]).member_count == 3


@pytest.mark.usefixtures("segment")
def test_others_write_while_a_stream_is_under_way(plane):
    going, sent = threading.Event(), threading.Event()

    def stream():
        yield from messages(users(3))
        sent.set()
        going.wait(20)
        yield pb.ImportMembersRequest(unit_ids=["last"])

    call = plane.segments._stub.ImportMembers.future(stream())
    assert sent.wait(20)
    make_segment(plane, "t")
    bring(plane, ["user-1"])
    going.set()
    assert counts(call.result(20)) == (4, 3, 0, 6)


@pytest.mark.usefixtures("segment")
def test_a_repetition_is_answered_as_the_first_was(plane, refused):
    first = bring(plane, ["c", "d"], request_id=ID)
    assert bring(plane, ["c"], ["d"], request_id=ID) == first
    assert first.added_count == 2
    with refused("INVALID_ARGUMENT", "REQUEST_ID_REUSED"):
        bring(plane, ["cd"], request_id=ID)
    with refused("INVALID_ARGUMENT", "REQUEST_ID_REUSED"):
        bring(plane, ["c", "d"], request_id=ID, mode=pb.MEMBERS_MODE_REPLACE)


@pytest.mark.usefixtures("segment")
def test_validating_counts_and_changes_nothing(plane):
    assert counts(bring(plane, ["b", "c"], validate_only=True)) == (2, 1, 0, 3)
    assert listed(plane) == ["a", "b"]


@pytest.mark.usefixtures("database")
def test_only_a_static_one_takes_them(plane, segment, refused):
    make_query(plane)
    make_dynamic(plane, "d")
    with refused("FAILED_PRECONDITION", "NOT_STATIC"):
        bring(plane, ["x"], key="d")
    with refused("NOT_FOUND", "SEGMENT_NOT_FOUND"):
        bring(plane, ["x"], key="nobody")
    move(plane.segments, "ArchiveSegment", segment.name)
    with refused("FAILED_PRECONDITION", "ARCHIVED"):
        bring(plane, ["x"])


@pytest.mark.usefixtures("segment")
def test_they_are_exported_in_their_order(plane):
    bring(
        plane,
        users(60_000),
        users(60_000, 60_000),
        [*(f"{number}-{'x' * 900}" for number in range(5000))],
    )
    answers = take(plane)
    found = ids_of(answers)
    assert len(found) == len(set(found)) == 125_002
    assert found == sorted(found, key=str.encode)
    assert {one.member_count for one in answers} == {125_002}
    assert max(one.ByteSize() for one in answers) < 4 * 1024 * 1024


def test_an_empty_one_is_exported_as_one_message_of_nothing(plane):
    make_static(plane)
    assert [list(one.unit_ids) for one in take(plane)] == [[]]


def test_integers_and_texts_of_a_dynamic_one_are_exported_and_hashes_are_not(
    plane, database, refused
):
    make_query(plane)
    make_dynamic(plane, "texts", exact_ids=True)
    make_dynamic(plane, "numbers")
    make_dynamic(plane, "hashes")
    with refused("FAILED_PRECONDITION", "NOT_EVALUATED"):
        take(plane, "texts")
    database.ids = ["b", "a", "ü"]
    evaluate(plane, "texts")
    evaluate(plane, "hashes")
    assert ids_of(take(plane, "texts")) == ["a", "b", "ü"]
    with refused("FAILED_PRECONDITION", "NOT_LISTABLE") as told:
        take(plane, "hashes")
    assert "set `exact_ids` and evaluate it again" in told[0].message
    database.ids = [str(number) for number in range(100, 200)]
    evaluate(plane, "numbers")
    assert sorted(map(int, ids_of(take(plane, "numbers")))) == list(range(100, 200))


@pytest.mark.usefixtures("segment")
def test_callers_who_take_them_slowly_hold_no_connection_to_the_store(plane, monkeypatch):
    monkeypatch.setattr("turnout.control.services.bulk_members._AT_ONCE", 1)
    call = Call("ExportMembers", LOOPBACK, "")
    request = pb.ExportMembersRequest(name="segments/s")
    export = BulkMembers(plane.store).handlers()["ExportMembers"]
    slow = [export(call, request) for _ in range(20)]  # more than there are connections
    begun = [next(one) for one in slow]
    assert listed(plane) == ["a", "b"]
    bring(plane, ["c"])
    for first, rest in zip(begun, slow, strict=True):
        found = [pb.ExportMembersResponse.FromString(one) for one in (first, *rest)]
        assert [list(one.unit_ids) for one in found] == [["a"], ["b"]]
        assert {one.member_count for one in found} == {2}


@pytest.mark.usefixtures("segment")
def test_a_caller_who_leaves_in_the_middle_harms_nobody(plane):
    bring(plane, users(100_000), users(100_000, 100_000))
    stub = plane.segments._stub
    for _ in range(20):  # more than there are threads for it
        call = stub.ExportMembers(pb.ExportMembersRequest(name="segments/s"))
        next(call)
        call.cancel()
    wait_until(lambda: len(ids_of(take(plane))) == 200_002, "there is room again")


def test_a_token_with_limits_brings_them_where_it_may(start, refused):
    plane = start(authentication=False)
    make_static(plane, "mine-1")
    make_static(plane, "other")
    secret = make_token(plane, "ben", "ROLE_EDITOR", key_prefixes=["mine-"])
    ben = plane.as_token(secret)
    assert bring(ben, ["x"], key="mine-1").added_count == 1
    with refused("PERMISSION_DENIED", "OUT_OF_REACH"):
        bring(ben, ["x"], key="other")
    viewer = plane.as_token(make_token(plane, "vera", "ROLE_VIEWER"))
    with refused("PERMISSION_DENIED", "ROLE_TOO_SMALL"):
        bring(viewer, ["x"], key="mine-1")
    assert ids_of(take(viewer, "mine-1")) == ["x"]
