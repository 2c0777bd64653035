"""What is scheduled is carried out when it is due: once, in order, as its own RPC would."""

import pytest
from making import make_experiment, make_flag, make_holdout, make_segment, move
from scheduling import (
    SPLIT,
    events,
    experiment,
    get,
    revisions,
    schedule,
    scheduled,
    state,
    status,
    verb,
)

from turnout.control.v1 import audit_pb2, experiment_pb2, flag_pb2, release_pb2, segment_pb2
from turnout.control.v1 import schedule_pb2 as pb


def test_an_experiment_starts_ends_and_rolls_its_winner_out(plane, due):
    make_experiment(plane)
    start = schedule(plane, "experiments/e", 1, move=verb("START"), comment="sale")
    won = {"winner": "green", "winner_for": "WINNER_FOR_EVERYONE"}
    end = schedule(plane, "experiments/e", 2, move=verb("CONCLUDE", **won))
    assert state(plane, start) == "PENDING"
    due(0)
    assert status(plane) == "DRAFT"
    due(1)
    assert (status(plane), revisions(plane)) == ("RUNNING", [1])
    done = get(plane, start)
    assert (done.snapshot, state(plane, end)) == ("snapshots/1", "PENDING")
    assert done.HasField("apply_time")
    assert done.HasField("end_time")
    due(2)
    concluded = experiment(plane)
    assert (concluded.winner, concluded.winner_for) == ("green", 2)
    current = release_pb2.GetSnapshotRequest(name="snapshots/1")
    assert plane.releases.GetSnapshot(current).comment == "sale"
    assert [state(plane, one) for one in (start, end)] == ["DONE", "DONE"]


@pytest.mark.parametrize(
    ("make", "before", "move_", "after"),
    [
        (make_flag, [], verb("ENABLE"), "ENABLED"),
        (make_flag, ["EnableFlag"], verb("DISABLE"), "DISABLED"),
        (make_flag, [], verb("ARCHIVE"), "ARCHIVED"),
        (make_flag, ["ArchiveFlag"], verb("RESTORE"), "DISABLED"),
        (make_segment, [], verb("ACTIVATE"), "ACTIVE"),
        (make_segment, ["ActivateSegment"], verb("PAUSE"), "PAUSED"),
        (make_segment, [], verb("ARCHIVE", force=True), "ARCHIVED"),
        (make_segment, ["ArchiveSegment"], verb("RESTORE", to_draft=True), "DRAFT"),
        (make_experiment, ["StartExperiment"], verb("STOP_ENROLMENT"), "ENROLMENT_STOPPED"),
        (
            make_experiment,
            ["StartExperiment", "StopEnrolmentExperiment"],
            verb("RESUME_ENROLMENT"),
            "RUNNING",
        ),
        (make_experiment, ["StartExperiment"], verb("PAUSE"), "PAUSED"),
        (make_experiment, ["StartExperiment", "PauseExperiment"], verb("RESUME"), "RUNNING"),
        (make_holdout, [], verb("START"), "RUNNING"),
        (make_holdout, ["StartHoldout"], verb("END"), "ENDED"),
    ],
)
def test_every_verb_does_what_its_own_rpc_does(plane, due, make, before, move_, after):
    item = make(plane)
    kind = type(item).__name__
    service = getattr(plane, f"{kind.lower()}s")
    for rpc in before:
        move(service, rpc, item.name)
    change = schedule(plane, item.name, move=move_)
    assert change.move == pb.ScheduledMove(**move_)
    due(1)
    assert state(plane, change) == "DONE", get(plane, change).failure_message
    modules = {"Flag": flag_pb2, "Segment": segment_pb2, "Experiment": experiment_pb2}
    if kind in modules:
        found = getattr(service, f"Get{kind}")(
            getattr(modules[kind], f"Get{kind}Request")(name=item.name)
        )
        enum = getattr(modules[kind], f"{kind}Status")
        assert enum.Name(found.status).endswith(f"STATUS_{after}")
    else:
        with plane.store.read() as tx:
            assert tx.items.get("holdout", "h").status == after.lower()


@pytest.mark.parametrize(
    ("name", "fields", "after"),
    [
        ("KILL", {}, {"killed": True}),
        ("BUMP_EPOCH", {"block_older": True}, {"epoch": 2, "min_epoch": 2}),
    ],
)
def test_a_switch_beside_the_status(plane, due, name, fields, after):
    make_experiment(plane)
    schedule(plane, "experiments/e", move=verb(name, **fields))
    due(1)
    found = experiment(plane)
    assert {field: getattr(found, field) for field in after} == after
    if name == "KILL":
        schedule(plane, "experiments/e", 3, move=verb("REVIVE"))
        due(3)
        assert not experiment(plane).killed


def test_a_ramp_of_traffic_in_steps(plane, due):
    make_experiment(plane, traffic="1%")
    move(plane.experiments, "StartExperiment", "experiments/e")
    steps = [
        scheduled("experiments/e", at, traffic=share, step=share)
        for at, share in ((1, "10%"), (2, "50%"), (3, "100%"))
    ]
    request = pb.BatchCreateScheduledChangesRequest(scheduled_changes=steps)
    made = plane.schedules.BatchCreateScheduledChanges(request).scheduled_changes
    assert [one.step for one in made] == ["10%", "50%", "100%"]
    seen = []
    for hours in (1, 2, 3):
        due(hours)
        seen.append(experiment(plane).traffic)
    assert seen == ["10%", "50%", "100%"]
    assert revisions(plane) == [3, 2, 1]


def test_weights_and_the_split_of_a_rule_move_the_fewest_units(plane, due):
    make_experiment(plane)
    move(plane.experiments, "StartExperiment", "experiments/e")
    weights = [{"variant": "green", "share": "20%"}]
    change = schedule(plane, "experiments/e", weights={"weights": weights})
    assert change.weights.weights[0].share == "20%"
    make_flag(plane, status="FLAG_STATUS_ENABLED", rules=SPLIT)
    wider = [{"variant": "on", "share": "30%"}, {"variant": "off", "share": "70%"}]
    split = schedule(plane, "flags/f", split={"rule": "rollout", "split": wider})
    assert split.split.rule == "rollout"
    due(1)
    found = experiment(plane)
    assert {one.name: one.weight for one in found.variants} == {
        "control": "50%", "green": "20%",
    }  # fmt: skip
    ranges = {one.owner: list(one.ranges) for one in found.ranges}
    assert ranges == {"control": ["0%-50%"], "green": ["50%-70%"]}
    rule = plane.flags.GetFlag(flag_pb2.GetFlagRequest(name="flags/f")).rules[0]
    assert {one.variant: one.share for one in rule.split} == {"on": "30%", "off": "70%"}
    owned = {one.owner: list(one.ranges) for one in rule.ranges}
    assert owned["on"][0].startswith("0%-")


def test_what_was_missed_is_done_in_its_order_and_once(plane, due):
    make_experiment(plane)
    move(plane.experiments, "StartExperiment", "experiments/e")
    for hours, name in ((3, "CONCLUDE"), (1, "STOP_ENROLMENT"), (2, "PAUSE")):
        schedule(plane, "experiments/e", hours, move=verb(name))
    due(9)
    assert status(plane) == "CONCLUDED"
    told = events(plane, 'method = CarryOutScheduledChange AND resource = "experiments/e"')
    assert [one.after["status"] for one in told] == [
        "concluded", "paused", "enrolment_stopped",
    ]  # fmt: skip
    count = len(events(plane, ""))
    due(10)
    assert len(events(plane, "")) == count


def test_without_publishing_only_the_store_changes(plane, due):
    make_experiment(plane)
    change = schedule(plane, "experiments/e", move=verb("START"), skip_publish=True)
    due(1)
    assert (status(plane), revisions(plane), state(plane, change)) == ("RUNNING", [], "DONE")
    assert not get(plane, change).snapshot


def test_it_is_done_to_what_is_there_by_then(plane, due):
    make_experiment(plane)
    change = schedule(plane, "experiments/e", move=verb("START"))
    given = experiment_pb2.Experiment(name="experiments/e", description="other")
    plane.experiments.UpdateExperiment(experiment_pb2.UpdateExperimentRequest(experiment=given))
    due(1)
    assert state(plane, change) == "DONE"
    assert experiment(plane).description == "other"


def test_the_log_tells_of_each_step(plane, due):
    make_flag(plane)
    change = schedule(plane, "flags/f", move=verb("ENABLE"))
    due(1)
    told = [(one.method, one.resource) for one in events(plane, "")][::-1]
    assert told[1:] == [
        ("CreateScheduledChange", change.name),
        ("CarryOutScheduledChange", "flags/f"),
        ("CarryOutScheduledChange", change.name),
        ("CarryOutScheduledChange", "snapshots/1"),
        ("CarryOutScheduledChange", change.name),
    ]
    verdict = plane.audit.VerifyAuditEvents(audit_pb2.VerifyAuditEventsRequest())
    assert verdict.intact
