"""Dynamic segments and queries: what a snapshot holds of them, and what gives way."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from turnout.compiler import CompileFailed, compile_documents
from turnout.documents import read_mapping
from turnout.snapshot.v1 import snapshot_pb2 as pb

SHA = "ab" * 32
BEGUN = datetime(2026, 3, 1, 9, tzinfo=UTC)


def membership(count=3, sha256=SHA, evaluated_at=BEGUN, shards=0):
    return SimpleNamespace(
        sha256=sha256, size=100 + count, count=count, evaluated_at=evaluated_at, shards=shards
    )


def documents(segment=None, query=None, **sections):
    dynamic = {"kind": "dynamic", "query": "buyers", **(segment or {})}
    buyers = {"sql": "select unit_id from t", **(query or {})}
    if named := buyers.get("parameters"):
        buyers["sql"] += " where true" + "".join(f" and {name} > :{name}" for name in named)
    return {"segments": {"a": dynamic}, "queries": {"buyers": buyers}, **sections}


def content(written, memberships=None, history=None):
    compiled = compile_documents(read_mapping(written), history, memberships)
    return pb.Content.FromString(compiled.content)


def test_without_members_nobody_knows_who_is_in():
    found = content(documents())
    assert found.segments[0].WhichOneof("definition") == "unevaluated"


def test_the_newest_set_is_named_with_its_age():
    found = content(documents({"max_age": "2 days"}), {"a": membership()}).segments[0]
    assert found.members.unit_ids == []
    named = found.members.set
    assert (named.sha256.hex(), named.size, named.count) == (SHA, 103, 3)
    assert named.evaluated_at.ToDatetime(UTC) == BEGUN
    assert named.max_age.seconds == 2 * 86_400


def test_members_without_a_limit_never_are_too_old():
    assert not content(documents(), {"a": membership()}).segments[0].members.set.HasField("max_age")


def test_a_set_in_redis_is_named_with_its_shards_and_its_age():
    written = documents({"lookup": "redis", "max_age": "2 days"})
    found = content(written, {"a": membership(shards=16)}).segments[0].members
    assert not found.HasField("set")
    named = found.in_redis
    assert (named.name.hex(), named.count, named.shards) == (SHA, 3, 16)
    assert named.evaluated_at.ToDatetime(UTC) == BEGUN
    assert named.max_age.seconds == 2 * 86_400


def test_where_members_are_is_said_of_dynamic_segments_alone():
    with pytest.raises(CompileFailed, match="`exact_ids` has no place with `lookup: redis`"):
        content(documents({"lookup": "redis", "exact_ids": True}))
    with pytest.raises(CompileFailed, match="`lookup` has no place in a segment of kind `static`"):
        content({"segments": {"a": {"kind": "static", "members": [], "lookup": "redis"}}})


def test_included_and_excluded_units_stand_beside_members():
    found = content(documents({"include_units": ["u-2", "u-1"]}), {"a": membership()}).segments[0]
    assert found.include_units == ["u-1", "u-2"]


def test_an_unchanged_document_takes_newer_members():
    catalogue = read_mapping(documents())

    def compiled(memberships):
        return compile_documents(catalogue, None, memberships)

    first, second = compiled({"a": membership(3)}), compiled({"a": membership(4, "cd" * 32)})
    gone, again = compiled({}), compiled({"a": membership(3)})
    assert len({first.id, second.id, gone.id}) == 3
    assert again.content == first.content


def test_a_static_segment_may_have_its_members_in_a_set():
    written = {"segments": {"a": {"kind": "static", "members": []}}}
    found = content(written, {"a": membership(evaluated_at=None)}).segments[0]
    assert found.members.set.count == 3
    assert not found.members.set.HasField("evaluated_at")


def test_a_rule_takes_no_members_of_its_key():
    written = {"segments": {"a": {"include_units": ["u-1"], "match": {"share": "1%"}}}}
    assert content(written, {"a": membership()}).segments[0].HasField("rule")


def test_a_query_is_no_part_of_the_snapshot():
    one = compile_documents(read_mapping(documents()))
    other = compile_documents(
        read_mapping(documents(query={"sql": "select 2", "description": "others"}))
    )
    assert one.content == other.content


def test_what_a_segment_gives_is_no_part_of_the_snapshot():
    given = {"parameters": {"days": 3}, "schedule": "0 3 * * *", "jitter": "1 hour"}
    one = compile_documents(read_mapping(documents(query={"parameters": {"days": 1}})))
    other = compile_documents(read_mapping(documents(given, {"parameters": {"days": 1}})))
    assert one.content == other.content


def test_documents_alone_evaluate_nothing_and_say_so():
    catalogue = read_mapping(documents())
    [warning] = compile_documents(catalogue).warnings
    assert warning.message.startswith("segments.a.query: documents alone give nobody")
    assert compile_documents(catalogue, None, {}).warnings == ()


def test_a_query_that_broke_goes_on_as_it_was():
    good = compile_documents(read_mapping(documents()), {})
    broken = documents(query={"limit": 0})
    compiled = compile_documents(read_mapping(broken), good.history)
    assert [one.key for one in compiled.problems] == ["buyers"]
    assert compiled.problems[0].serving_last_good
    assert compiled.content == good.content


def test_a_query_that_never_was_good_harms_no_segment():
    compiled = compile_documents(read_mapping(documents(query={"limit": 0})), {})
    assert [one.key for one in compiled.problems] == ["buyers"]
    [segment] = pb.Content.FromString(compiled.content).segments
    assert segment.HasField("unevaluated")


def test_a_query_that_is_gone_breaks_its_segment():
    compiled = compile_documents(read_mapping({"segments": documents()["segments"]}), {})
    [problem] = compiled.problems
    assert problem.message == "segments.a.query: unknown query `buyers`: no document has it"
    assert pb.Content.FromString(compiled.content).segments[0].HasField("quarantined")


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({}, "segment `a` gives parameter `days`: keep it, or change that first"),
        ({"days": 1, "most": None}, "segment `a` gives no `most`: write a value, or change"),
    ],
)
def test_a_changed_query_gives_way_to_a_segment_that_nobody_touched(parameters, message):
    segment = {"parameters": {"days": 3}}
    good = compile_documents(
        read_mapping(documents(segment, {"parameters": {"days": 1}})), history={}
    )
    changed = documents(segment, {"parameters": parameters})
    compiled = compile_documents(read_mapping(changed), good.history)
    [problem] = compiled.problems
    assert (problem.kind, problem.key) == ("query", "buyers")
    assert message in problem.message
    assert problem.serving_last_good


def test_a_template_says_its_parameters():
    written = documents({"parameters": {"days": 3, "table": "events"}})
    written["queries"]["buyers"] = {"template": "active"}
    assert compile_documents(read_mapping(written), {}).problems == ()
    written["segments"]["a"]["parameters"] = {"days": 3}
    [problem] = compile_documents(read_mapping(written), {}).problems
    assert "query `buyers` needs a value for `table`" in problem.message
