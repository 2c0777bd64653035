"""Segments that are not active, and what refers to them."""

import pytest
from snapshots import compiled, messages
from test_continuity import changed, experiment, of, run

from turnout.snapshot.v1 import snapshot_pb2 as pb

RULE = {"segments": {"s": {"match": {"attribute": "x", "is": 1}, "tags": ["a"]}}}
EDIT = {"match": {"attribute": "x", "is": 2}, "tags": ["b"]}


def operand(result):
    return of(result).segments[0].rule.condition.operands[0].number


def step(**fields):
    return changed(RULE, "segments", "s", **fields)


def test_edits_of_a_paused_segment_wait_until_it_is_active():
    waiting = run(RULE, step(status="paused"), step(status="paused", **EDIT))
    assert operand(waiting) == "1"
    assert of(waiting).segments[0].status == pb.SEGMENT_STATUS_PAUSED
    assert list(of(waiting).segments[0].tags) == ["b"]
    assert [one.message for one in waiting.warnings] == [
        "segments.s: the edits of a paused segment wait until it is active again"
    ]
    assert operand(run(RULE, step(status="paused", **EDIT))) == "1"
    steps = [RULE, step(status="paused", **EDIT), step(status="archived", **EDIT)]
    assert operand(run(*steps, step(status="paused", **EDIT))) == "1"
    assert operand(run(*steps, step(**EDIT))) == "2"


def test_broken_edit_of_a_paused_segment_leaves_the_active_version():
    result = run(RULE, step(status="paused", **EDIT), step(status="paused", match={"all": []}))
    assert operand(result) == "1"
    assert result.problems[0].serving_last_good


def test_paused_segment_without_a_past_is_as_it_is_written():
    assert operand(run(step(status="paused", **EDIT))) == "2"
    assert operand(run(step(status="draft"), step(status="paused", **EDIT))) == "2"


def test_members_of_a_paused_static_segment_change():
    static = {"segments": {"s": {"members": ["u-1"]}}}
    result = run(static, changed(static, "segments", "s", status="paused", members=["u-2"]))
    assert list(of(result).segments[0].members.unit_ids) == ["u-2"]


def test_archived_segment_is_not_edited():
    result = run(step(status="archived"), step(status="archived", **EDIT))
    assert "an archived segment is not edited" in messages(result)[0]
    assert not run(step(status="archived"), step(**EDIT)).problems
    assert not run(step(status="archived"), step(status="archived", tags=["c"])).problems


def flag(*segments):
    rules = [{"when": {"segment": key}, "serve": "on"} for key in segments]
    return {"variants": {"on": True, "off": False}, "default": "off", "rules": rules}


def documents(status, *segments, **more):
    everyone = {key: {"kind": "everyone"} for key in ("s", "other")}
    everyone["s"] |= {"status": status}
    return {"segments": everyone, "flags": {"f": flag(*segments), **more}}


@pytest.mark.parametrize("status", ["draft", "paused", "archived"])
def test_new_reference_needs_an_active_segment(status):
    result = run(documents(status, "other"), documents(status, "other", "s"))
    (problem,) = result.problems
    assert f"segment `s` is {status}: a new reference needs an active segment" in problem.message
    assert problem.serving_last_good
    new = run(documents(status, "other"), documents(status, "other", g=flag("s")))
    assert [one.key for one in new.problems] == ["g"]


@pytest.mark.parametrize("status", ["draft", "paused", "archived"])
def test_reference_that_was_there_goes_on(status):
    active = documents("active", "s")
    assert not run(active, documents(status, "s")).problems
    assert not run(documents(status, "s"), documents(status, "s", "other")).problems
    assert not run(documents(status, "s")).problems


def test_new_reference_of_experiments_and_holdouts():
    before = documents("archived")
    for section, item in (
        ("experiments", experiment(audience={"segment": "s"})),
        ("holdouts", {"share": "1%", "scope": "all", "audience": {"segment": "s"}}),
    ):
        assert "a new reference needs" in messages(run(before, {**before, section: {"x": item}}))[0]


def warnings(documents):
    return [one.message for one in compiled(documents).warnings]


def test_check_warns_of_references_that_come_to_nothing():
    assert "segment `s` is archived: it is UNKNOWN" in warnings(documents("archived", "s"))[0]
    assert "segment `s` is draft: it is UNKNOWN" in warnings(documents("draft", "s"))[0]
    assert not warnings(documents("paused", "s"))
    gone = flag()
    gone["status"] = "archived"
    gone["rules"] = [{"when": {"segment": "s"}, "serve": "on"}]
    assert not warnings({**documents("archived"), "flags": {"f": gone}})
    needing = flag()
    needing["prerequisites"] = [{"flag": "f", "variant_is": "on"}]
    found = warnings({"flags": {"f": flag() | {"status": "archived"}, "g": needing}})
    assert "flag `f` is archived: it comes out as no variant" in found[0]
    handing = {**flag(), "variants": {"a": 1}, "default": "a", "rules": [{"experiment": "e"}]}
    found = warnings({"experiments": {"e": experiment("archived")}, "flags": {"f": handing}})
    assert "this rule always goes on to the next" in found[0]


def test_check_warns_of_a_holdout_for_nobody():
    held = {"holdouts": {"h": {"share": "1%", "scope": {"tags": ["x"]}}}}
    assert "no experiment has one of these tags" in warnings(held)[0]
    assert not warnings({**held, "experiments": {"e": experiment(tags=["x"])}})
