"""What a running server lets documents change, and what not."""

import copy
import json

import pytest
from snapshots import messages

from turnout.compiler import compile_documents
from turnout.documents import read_mapping
from turnout.engine import Program
from turnout.snapshot.v1 import snapshot_pb2 as pb

VARIANTS = {
    "control": {"weight": "50%", "value": 1},
    "b": {"weight": "30%", "value": 2},
    "c": {"weight": "20%", "value": 3},
}


def run(*steps):
    """Compiles one mapping after the other, each with the history of the one before."""
    history, result = {}, None
    for step in steps:
        result = compile_documents(read_mapping(step), json.loads(json.dumps(history)))
        history = result.history
        Program(result.seal())
    return result


def of(result):
    return pb.Content.FromString(result.content)


def experiment(status="running", **fields):
    return {"status": status, "variants": VARIANTS, **fields}


def changed(documents, section, key, **fields):
    """Documents with some fields of an item changed; None removes one."""
    whole = copy.deepcopy(documents)
    item = whole[section][key]
    item.update(fields)
    for field in [name for name, value in item.items() if value is None]:
        del item[field]
    return whole


ONE = {"experiments": {"e": experiment()}}
FIXED = [
    ({"unit": "company"}, "`unit` is fixed once started: it was `user`"),
    ({"salt": "other"}, "`salt` is fixed once started: it was `e`"),
    ({"control": "b"}, "`control` is fixed once started: it was `control`"),
]


@pytest.mark.parametrize(("fields", "said"), FIXED)
@pytest.mark.parametrize("status", ["running", "enrolment_stopped", "paused", "concluded"])
def test_what_is_fixed_once_an_experiment_has_started(status, fields, said):
    before = changed(ONE, "experiments", "e", status=status)
    result = run(before, changed(before, "experiments", "e", **fields))
    (problem,) = result.problems
    assert said in problem.message
    assert problem.serving_last_good
    assert of(result) == of(run(before))


@pytest.mark.parametrize("status", ["running", "enrolment_stopped", "paused", "concluded"])
@pytest.mark.parametrize("epoch", [2, 1, None])
def test_the_epoch_of_an_experiment_that_has_started_only_rises(status, epoch):
    before = changed(ONE, "experiments", "e", status=status, epoch=3)
    result = run(before, changed(before, "experiments", "e", epoch=epoch))
    (problem,) = result.problems
    assert "`epoch` only rises once started: it was `3`, write that or" in problem.message
    assert of(result) == of(run(before))
    for higher in (3, 4):
        assert not run(before, changed(before, "experiments", "e", epoch=higher)).problems
    draft = changed(before, "experiments", "e", status="draft")
    assert not run(draft, changed(draft, "experiments", "e", epoch=epoch)).problems


@pytest.mark.parametrize(("fields", "_said"), FIXED)
def test_draft_changes_freely(fields, _said):
    draft = changed(ONE, "experiments", "e", status="draft")
    assert not run(draft, changed(draft, "experiments", "e", **fields)).problems
    assert not run(draft, changed(ONE, "experiments", "e", **fields)).problems


def test_what_is_fixed_may_be_written_out():
    written = changed(ONE, "experiments", "e", unit="user", salt="e", control="control")
    assert not run(ONE, written).problems
    assert not run(written, ONE).problems


def test_audience_traffic_and_weights_may_change():
    other = changed(ONE, "experiments", "e", traffic="10%", audience={"attribute": "a", "is": 1})
    assert not run(ONE, other).problems


def test_without_history_nothing_is_fixed():
    result = compile_documents(read_mapping(changed(ONE, "experiments", "e", unit="company")), {})
    assert not result.problems


LAYER = {
    "layers": {"l": {"allocations": {"a": ["0%-30%"], "b": ["30%-50%"]}}},
    "experiments": {"a": experiment(layer="l"), "b": experiment(layer="l")},
}


def allocated(**allocations):
    return changed(LAYER, "layers", "l", allocations=allocations)


def owners(result):
    content = of(result)
    return {
        (one.start // 10_000, one.end // 10_000, content.experiments[one.experiment].key)
        for one in content.layers[0].allocations
    }


def test_slots_of_a_live_experiment_grow_into_free_ones():
    result = run(LAYER, allocated(a=["0%-30%", "60%-70%"], b=["30%-60%"]))
    assert not result.problems
    assert owners(result) == {(0, 30, "a"), (60, 70, "a"), (30, 60, "b")}


@pytest.mark.parametrize(
    ("allocations", "said"),
    [
        ({"a": ["0%-20%"], "b": ["30%-50%"]}, "`a` is live, and its slots may only grow"),
        ({"a": ["5%-10%", "12%-25%"], "b": ["30%-50%"]}, "`0%-5%`, `10%-12%`, `25%-30%`"),
        ({"a": ["0%-20%"], "b": ["20%-50%"]}, "give back `20%-30%`, or conclude it first"),
        ({"a": ["60%-90%"], "b": ["30%-50%"]}, "give back `0%-30%`"),
        ({"b": ["0%-50%"]}, "`a` is live"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("status", ["running", "paused", "enrolment_stopped"])
def test_slots_of_a_live_experiment_are_not_taken_away(allocations, said, status):
    before = changed(LAYER, "experiments", "a", status=status)
    after = changed(before, "layers", "l", allocations=allocations)
    result = run(before, after)
    (problem,) = result.problems
    assert said in problem.message
    assert (problem.kind, problem.key, problem.serving_last_good) == ("layer", "l", True)
    assert owners(result) == {(0, 30, "a"), (30, 50, "b")}
    assert not any(one.quarantined for one in of(result).experiments)


@pytest.mark.parametrize("status", ["concluded", "archived", "draft"])
def test_slots_of_an_experiment_that_is_not_live_are_free(status):
    before = changed(LAYER, "experiments", "a", status=status)
    after = changed(before, "layers", "l", allocations={"a": ["90%-99%"], "b": ["0%-50%"]})
    assert not run(before, after).problems
    # Concluding and handing over may come in one step.
    assert not run(LAYER, after).problems


def test_slots_of_an_experiment_that_goes_on_in_its_last_good_version_stay():
    after = allocated(a=["0%-10%"], b=["10%-50%"])
    for broken in ({"control": "b"}, {"audience": {"segment": "nobody"}}, {"traffic": 3}):
        over = changed(after, "experiments", "a", status="concluded", **broken)
        result = run(LAYER, over)
        assert {one.key for one in result.problems} == {"a", "l"}
        assert owners(result) == {(0, 30, "a"), (30, 50, "b")}


def test_layer_keeps_salt_and_unit_while_one_of_it_is_live():
    for field in ("salt", "unit"):
        after = changed(LAYER, "layers", "l", **{field: "other"})
        assert f"`{field}` is fixed while `a` is live" in messages(run(LAYER, after))[0]
    draft = changed(
        changed(LAYER, "experiments", "a", status="draft"), "experiments", "b", status="draft"
    )
    assert not run(draft, changed(draft, "layers", "l", salt="other")).problems


def test_layer_is_fixed_once_an_experiment_has_started():
    result = run(LAYER, changed(LAYER, "experiments", "a", layer=None))
    assert "`layer` is fixed once started: it was `l`" in messages(result)[0]
    assert of(result).experiments[0].HasField("layer")
    free = {"experiments": {"a": experiment()}}
    result = run(free, {**allocated(a=["0%-1%"]), "experiments": {"a": experiment(layer="l")}})
    assert "`layer` is fixed once started: it had none" in messages(result)[0]


def test_overlap_leaves_the_layer_as_it_was_and_newcomers_without_slots():
    after = allocated(a=["0%-30%"], b=["30%-50%"], c=["10%-20%"])
    after["experiments"]["c"] = experiment(layer="l")
    result = run(LAYER, after)
    assert {problem.key for problem in result.problems} == {"l"}
    assert owners(result) == {(0, 30, "a"), (30, 50, "b")}
    assert not of(result).layers[0].quarantined
    assert not any(one.quarantined for one in of(result).experiments)


def test_layer_that_never_was_good_is_quarantined_and_its_experiments_are_not():
    result = run(allocated(a=["0%-30%"], b=["20%-50%"]))
    assert of(result).layers[0].quarantined
    assert not any(one.quarantined for one in of(result).experiments)


def test_deleted_experiment_leaves_the_others_their_slots():
    after = copy.deepcopy(LAYER)
    del after["experiments"]["a"]
    result = run(LAYER, after)
    (problem,) = result.problems
    assert "unknown experiment `a`" in problem.message
    assert problem.serving_last_good
    assert owners(result) == {(30, 50, "b")}
    again = run(LAYER, after, changed(after, "layers", "l", allocations={"b": ["0%-50%"]}))
    assert not again.problems


def test_draft_that_leaves_its_layer_is_the_one_that_gives_way():
    before = changed(LAYER, "experiments", "a", status="draft")
    result = run(before, changed(before, "experiments", "a", layer=None))
    assert [(one.kind, one.key) for one in result.problems] == [("experiment", "a")]


def test_a_layer_may_take_its_slots_from_a_draft():
    before = changed(LAYER, "experiments", "a", status="draft")
    result = run(before, changed(before, "layers", "l", allocations={"b": ["30%-50%"]}))
    assert not result.problems


HOLDOUT = {
    "holdouts": {"h": {"share": "5%", "scope": "all", "status": "running"}},
    "experiments": {"e": experiment()},
}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"share": "6%"}, "`share` is fixed once running: it was `5%`"),
        ({"unit": "company"}, "`unit` is fixed once running: it was `user`"),
        ({"salt": "other"}, "`salt` is fixed once running: it was `h`"),
    ],
)
def test_what_is_fixed_once_a_holdout_runs(fields, said):
    result = run(HOLDOUT, changed(HOLDOUT, "holdouts", "h", **fields))
    assert said in messages(result)[0]
    assert of(result).holdouts[0].share == 50_000
    assert not run(HOLDOUT, changed(HOLDOUT, "holdouts", "h", share="5.0%")).problems
    draft = changed(HOLDOUT, "holdouts", "h", status="draft")
    assert not run(draft, changed(HOLDOUT, "holdouts", "h", **fields)).problems
    assert not run(
        HOLDOUT, changed(HOLDOUT, "holdouts", "h", scope={"experiments": ["e"]})
    ).problems


def test_holdout_goes_on_without_an_experiment_that_is_gone():
    before = changed(HOLDOUT, "holdouts", "h", scope={"experiments": ["e", "f"]})
    before["experiments"]["f"] = experiment()
    after = copy.deepcopy(before)
    del after["experiments"]["f"]
    result = run(before, after)
    assert "unknown experiment `f`" in messages(result)[0]
    assert not of(result).holdouts[0].quarantined
    assert list(of(result).experiments[0].holdouts) == [0]


def test_broken_holdout_goes_on_as_it_was():
    result = run(HOLDOUT, changed(HOLDOUT, "holdouts", "h", share="five"))
    assert of(result).holdouts[0].share == 50_000
    assert of(run(changed(HOLDOUT, "holdouts", "h", share="five"))).holdouts[0].quarantined
