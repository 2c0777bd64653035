"""A segment that is a copy of another."""

import pytest
from snapshots import catalogue, compiled, content, messages

from turnout.compiler import CompileFailed, compile_documents
from turnout.snapshot.v1 import snapshot_pb2 as pb

PLAN = {"attribute": "plan", "is": "pro"}


def segments(**written):
    return {"segments": written}


def problems(**written):
    with pytest.raises(CompileFailed) as failed:
        compiled(segments(**written))
    return messages(failed.value)


def test_copy_is_as_if_it_was_written_out():
    whole = {"match": PLAN, "include_units": ["u-1"], "exclude": ["c"]}
    everyone = {"kind": "everyone"}
    copied = content(segments(a=whole, b={"copy_of": "a", "include_units": ["u-2"]}, c=everyone))
    written = {"match": PLAN, "include_units": ["u-1", "u-2"], "exclude": ["c"]}
    assert copied == content(segments(a=whole, b=written, c=everyone))


def test_copy_has_a_unit_and_a_salt_of_its_own():
    found = content(segments(a={"match": {"share": "10%"}}, b={"copy_of": "a", "unit": "company"}))
    assert found.segments[1].unit == 0
    assert found.segments[1].rule.slot.salt == "b.share"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"b": {"copy_of": "a"}}, "unknown segment `a`"),
        ({"b": {"copy_of": "b"}}, "a segment cannot copy itself: `b` → `b`"),
        ({"b": {"copy_of": "a"}, "a": {"kind": "everyone"}}, "no conditions to copy"),
        ({"b": {"copy_of": "a"}, "a": {"members": ["u"]}}, "no conditions to copy"),
        ({"b": {"copy_of": "a", "match": PLAN}, "a": {"match": PLAN}}, "`match` has no place"),
        ({"b": {"copy_of": 3}}, "`copy_of` must be text"),
        (
            {"a": {"copy_of": "b"}, "b": {"copy_of": "c"}, "c": {"match": PLAN}},
            "a copy cannot be copied: `a` → `b` → `c`: copy `c` itself",
        ),
    ],
)
def test_what_cannot_be_copied(written, said):
    assert any(said in message for message in problems(**written))


def test_cycle_of_copies_is_told_with_its_path():
    told = problems(a={"copy_of": "b"}, b={"copy_of": "a"})
    assert [message.partition("itself: ")[2] for message in told] == [
        "`a` → `b` → `a`",
        "`b` → `a` → `b`",
    ]


def test_copy_follows_the_document_and_outlives_it():
    first = catalogue(
        a="segments: {a: {match: {attribute: x, is: 1}}}", b="segments: {b: {copy_of: a}}"
    )
    result = compile_documents(first, {})
    edited = catalogue(
        a="segments: {a: {match: {attribute: x, is: 2}}}", b="segments: {b: {copy_of: a}}"
    )
    result = compile_documents(edited, result.history)
    assert rule(result, 1) == rule(result, 0)
    gone = compile_documents(catalogue(b="segments: {b: {copy_of: a}}"), result.history)
    assert "unknown segment `a`" in messages(gone)[0]
    assert rule(gone, 0) == rule(result, 1)


def rule(result, at):
    return pb.Content.FromString(result.content).segments[at].rule
