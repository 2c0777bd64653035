"""Experiments, layers and holdouts: what verbs do beside the status, and what is fixed."""

import pytest
from making import make_experiment, make_flag, make_holdout, make_layer, move

from turnout.control.v1 import experiment_pb2 as pb
from turnout.control.v1 import holdout_pb2, layer_pb2


def status(message):
    return pb.ExperimentStatus.Name(message.status).removeprefix("EXPERIMENT_STATUS_")


def act(plane, verb, **fields):
    return move(plane.experiments, f"{verb}Experiment", "experiments/e", **fields)


def update(plane, mask=(), **fields):
    given = pb.Experiment(name="experiments/e", **fields)
    return plane.experiments.UpdateExperiment(
        pb.UpdateExperimentRequest(experiment=given, update_mask={"paths": mask})
    )


def test_a_whole_life(plane):
    made = make_experiment(plane)
    assert (status(made), made.epoch, made.traffic) == ("DRAFT", 1, "100%")
    for verb, expected in [
        ("Start", "RUNNING"),
        ("StopEnrolment", "ENROLMENT_STOPPED"),
        ("Pause", "PAUSED"),
        ("Resume", "ENROLMENT_STOPPED"),
        ("ResumeEnrolment", "RUNNING"),
        ("Pause", "PAUSED"),
        ("Resume", "RUNNING"),
        ("Conclude", "CONCLUDED"),
        ("Archive", "ARCHIVED"),
        ("Restore", "CONCLUDED"),
    ]:
        assert status(act(plane, verb)) == expected


def test_one_that_never_ran_comes_back_as_a_draft(plane):
    make_experiment(plane)
    act(plane, "Archive")
    assert status(act(plane, "Restore")) == "DRAFT"


def test_a_kill_stands_beside_the_status_and_may_be_repeated(plane):
    make_experiment(plane)
    act(plane, "Start")
    act(plane, "StopEnrolment")
    act(plane, "Pause")
    killed = act(plane, "Kill")
    assert (status(killed), killed.killed) == ("PAUSED", True)
    assert act(plane, "Kill").etag == killed.etag
    assert status(act(plane, "Resume")) == "ENROLMENT_STOPPED"
    act(plane, "Conclude")
    assert act(plane, "Kill").killed
    assert not act(plane, "Revive").killed


def test_the_winner_may_be_changed_and_taken_back(plane, refused):
    make_experiment(plane)
    act(plane, "Start")
    won = act(plane, "Conclude", winner="green", winner_for="WINNER_FOR_EVERYONE")
    assert (won.winner, won.winner_for) == ("green", pb.WINNER_FOR_EVERYONE)
    won = act(plane, "Conclude", winner="control")
    assert (won.winner, won.winner_for) == ("control", pb.WINNER_FOR_UNSPECIFIED)
    assert not act(plane, "Conclude").winner
    with refused("INVALID_ARGUMENT", "UNKNOWN_VARIANT") as told:
        act(plane, "Conclude", winner="grean")
    assert told[0].fields == {"winner": "unknown variant `grean`, did you mean `green`?"}
    with refused("INVALID_ARGUMENT") as told:
        act(plane, "Conclude", winner_for="WINNER_FOR_EVERYONE")
    assert "winner_for" in told[0].fields


def test_a_new_epoch_may_block_the_older_ones(plane):
    make_experiment(plane)
    act(plane, "Start")
    bumped = act(plane, "BumpEpoch")
    assert (bumped.epoch, bumped.min_epoch) == (2, 0)
    bumped = act(plane, "BumpEpoch", block_older=True)
    assert (bumped.epoch, bumped.min_epoch) == (3, 3)


def test_an_epoch_is_brought_along_and_then_changed_by_its_verb_only(plane, refused):
    assert make_experiment(plane, epoch=7, min_epoch=3).epoch == 7
    assert update(plane, description="d", epoch=1).epoch == 7
    with refused("INVALID_ARGUMENT", "BAD_MASK"):
        update(plane, ["epoch"], epoch=1)


@pytest.mark.parametrize(
    ("field", "given"),
    [("unit", "company"), ("salt", "another"), ("control", "green"), ("layer", "l")],
)
def test_what_decides_who_gets_what_is_fixed_once_started(plane, refused, field, given):
    make_experiment(plane)
    act(plane, "Start")
    act(plane, "Conclude")
    with refused("FAILED_PRECONDITION", "FIXED") as told:
        update(plane, **{field: given})
    assert told[0].parts["fields"] == field
    assert f"experiment.{field}" in told[0].subjects


def test_a_whole_replacement_keeps_what_the_server_gave(plane):
    made = make_experiment(plane, control="control", description="old", traffic="50%")
    act(plane, "Start")
    changed = update(plane, ["*"], variants=made.variants, control="control")
    assert (changed.salt, changed.description, changed.traffic) == (made.salt, "", "100%")
    assert status(changed) == "RUNNING"
    assert changed.ranges


def test_weights_of_a_running_one_move_the_fewest_slots(plane):
    make_experiment(plane)
    assert not plane.experiments.GetExperiment(pb.GetExperimentRequest(name="experiments/e")).ranges
    started = act(plane, "Start")
    owned = {one.owner: list(one.ranges) for one in started.ranges}
    assert owned == {"control": ["0%-50%"], "green": ["50%-100%"]}
    variants = [
        {"name": "control", "value": {"boolean": False}, "weight": "40%"},
        {"name": "green", "value": {"boolean": True}, "weight": "60%"},
    ]
    changed = update(plane, variants=variants)
    owned = {one.owner: list(one.ranges) for one in changed.ranges}
    assert owned == {"control": ["0%-40%"], "green": ["40%-100%"]}


def test_one_that_a_flag_hands_over_to_is_not_archived(plane, refused):
    make_experiment(plane)
    flag = make_flag(plane, rules=[{"experiment": "e"}])
    with refused("FAILED_PRECONDITION", "IN_USE") as told:
        act(plane, "Archive")
    assert set(told[0].subjects) == {"flags/f"}
    move(plane.flags, "ArchiveFlag", flag.name)
    assert status(act(plane, "Archive")) == "ARCHIVED"
    with refused("FAILED_PRECONDITION", "IN_USE"):
        act(plane, "Delete")


def test_an_experiment_gets_slots_in_a_layer_before_it_starts(plane, refused):
    make_layer(plane)
    make_experiment(plane, layer="l")
    with refused("FAILED_PRECONDITION", "HAS_PROBLEMS") as told:
        act(plane, "Start")
    assert "layer `l` has no slots for `e`" in told[0].subjects["experiments/e layer"]
    slots = layer_pb2.Layer(
        name="layers/l", allocations=[{"owner": "e", "ranges": ["0%-30%", "40%-50%"]}]
    )
    plane.layers.UpdateLayer(layer_pb2.UpdateLayerRequest(layer=slots))
    assert status(act(plane, "Start")) == "RUNNING"
    slots.allocations[0].ranges[:] = ["0%-20%"]
    with refused("INVALID_ARGUMENT", "INVALID_DOCUMENT") as told:
        plane.layers.UpdateLayer(layer_pb2.UpdateLayerRequest(layer=slots))
    assert "may only grow" in told[0].message
    with refused("FAILED_PRECONDITION", "IN_USE") as told:
        move(plane.layers, "DeleteLayer", "layers/l")
    assert "experiments/e" in told[0].subjects


def test_a_layer_without_experiments_is_deleted(plane):
    name = make_layer(plane).name
    move(plane.layers, "DeleteLayer", name)
    assert not plane.layers.ListLayers(layer_pb2.ListLayersRequest()).layers


def test_the_share_of_a_holdout_is_fixed_once_it_runs(plane, refused):
    name = make_holdout(plane, scope_tags=["checkout"]).name
    given = holdout_pb2.Holdout(name=name, share="6%")
    request = holdout_pb2.UpdateHoldoutRequest(holdout=given)
    assert plane.holdouts.UpdateHoldout(request).share == "6%"
    move(plane.holdouts, "StartHoldout", name)
    request.holdout.share = "7%"
    with refused("FAILED_PRECONDITION", "FIXED"):
        plane.holdouts.UpdateHoldout(request)
    ended = move(plane.holdouts, "EndHoldout", name)
    assert ended.status == holdout_pb2.HOLDOUT_STATUS_ENDED
    with refused("FAILED_PRECONDITION", "FORBIDDEN_MOVE") as told:
        move(plane.holdouts, "StartHoldout", name)
    assert "nothing is done to it any more" in told[0].message
