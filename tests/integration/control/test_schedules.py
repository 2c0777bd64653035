"""What is scheduled through real stubs, refused or taken, and carried out when it is due."""

from datetime import UTC, datetime, timedelta

import pytest
from making import make_experiment, make_flag, make_holdout, make_layer, make_segment, move

from servers.waiting import wait_until
from turnout.control.scheduling.due import Due
from turnout.control.scheduling.timekeeper import Timekeeper
from turnout.control.v1 import (
    audit_pb2,
    experiment_pb2,
    flag_pb2,
    release_pb2,
    segment_pb2,
    token_pb2,
)
from turnout.control.v1 import schedule_pb2 as pb
from turnout.store import Act, Unavailable

HOUR = timedelta(hours=1)
SPLIT = [
    {"name": "rollout", "split": [{"variant": "on", "share": "10%"},
                                  {"variant": "off", "share": "90%"}]},
    {"name": "rest", "serve": "off"},
]  # fmt: skip


class Clock:
    """The real one, and what a test adds to it."""

    def __init__(self):
        self.ahead = timedelta()

    def __call__(self):
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def due(plane, clock):
    """Carries out, in this thread, everything that is due after some hours."""

    def carry_out(hours, of=plane):
        clock.ahead = hours * HOUR + timedelta(minutes=1)
        work = Due(of.store, of.released, clock)
        while (first := work.next()) is not None and first.due_at <= clock():
            work.carry_out(first)

    return carry_out


def scheduled(item, hours=1, **fields):
    given = {"skip_publish": False} | fields
    change = pb.ScheduledChange(item=item, **given)
    change.change_time.FromDatetime(datetime.now(UTC) + hours * HOUR)
    return change


def verb(name, **fields):
    return {"verb": f"SCHEDULED_VERB_{name}", **fields}


def schedule(plane, item, hours=1, **fields):
    change = scheduled(item, hours, **fields)
    request = pb.CreateScheduledChangeRequest(scheduled_change=change)
    return plane.schedules.CreateScheduledChange(request)


def get(plane, change):
    return plane.schedules.GetScheduledChange(pb.GetScheduledChangeRequest(name=change.name))


def state(plane, change):
    name = pb.ScheduledChangeState.Name(get(plane, change).state)
    return name.removeprefix("SCHEDULED_CHANGE_STATE_")


def cancel(plane, change):
    return plane.schedules.CancelScheduledChange(pb.CancelScheduledChangeRequest(name=change.name))


def experiment(plane, key="e"):
    request = experiment_pb2.GetExperimentRequest(name=f"experiments/{key}")
    return plane.experiments.GetExperiment(request)


def status(plane, key="e"):
    name = experiment_pb2.ExperimentStatus.Name(experiment(plane, key).status)
    return name.removeprefix("EXPERIMENT_STATUS_")


def revisions(plane):
    found = plane.releases.ListSnapshots(release_pb2.ListSnapshotsRequest()).snapshots
    return [one.revision for one in found]


def events(plane, filter_):
    request = audit_pb2.ListAuditEventsRequest(filter=filter_)
    return plane.audit.ListAuditEvents(request).audit_events


def make_token(admin, name, role="ROLE_PUBLISHER", **fields):
    token = token_pb2.Token(role=role, **fields)
    request = token_pb2.CreateTokenRequest(token=token, token_id=name)
    return admin.tokens.CreateToken(request).secret


class TestCarriedOut:
    def test_an_experiment_starts_ends_and_rolls_its_winner_out(self, plane, due):
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
    def test_every_verb_does_what_its_own_rpc_does(self, plane, due, make, before, move_, after):
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
    def test_a_switch_beside_the_status(self, plane, due, name, fields, after):
        make_experiment(plane)
        schedule(plane, "experiments/e", move=verb(name, **fields))
        due(1)
        found = experiment(plane)
        assert {field: getattr(found, field) for field in after} == after
        if name == "KILL":
            schedule(plane, "experiments/e", 3, move=verb("REVIVE"))
            due(3)
            assert not experiment(plane).killed

    def test_a_ramp_of_traffic_in_steps(self, plane, due):
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

    def test_weights_and_the_split_of_a_rule_move_the_fewest_units(self, plane, due):
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

    def test_what_was_missed_is_done_in_its_order_and_once(self, plane, due):
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

    def test_without_publishing_only_the_store_changes(self, plane, due):
        make_experiment(plane)
        change = schedule(plane, "experiments/e", move=verb("START"), skip_publish=True)
        due(1)
        assert (status(plane), revisions(plane), state(plane, change)) == ("RUNNING", [], "DONE")
        assert not get(plane, change).snapshot

    def test_it_is_done_to_what_is_there_by_then(self, plane, due):
        make_experiment(plane)
        change = schedule(plane, "experiments/e", move=verb("START"))
        given = experiment_pb2.Experiment(name="experiments/e", description="other")
        plane.experiments.UpdateExperiment(experiment_pb2.UpdateExperimentRequest(experiment=given))
        due(1)
        assert state(plane, change) == "DONE"
        assert experiment(plane).description == "other"

    def test_those_who_follow_hear_of_it(self, plane, due):
        heard = []
        plane.released.listen(lambda: heard.append(1))
        make_flag(plane)
        schedule(plane, "flags/f", move=verb("ENABLE"))
        assert not heard
        due(1)
        assert heard == [1]

    def test_the_log_tells_of_each_step(self, plane, due):
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


class TestFailed:
    def failed(self, plane, change):
        found = get(plane, change)
        assert pb.ScheduledChangeState.Name(found.state) == "SCHEDULED_CHANGE_STATE_FAILED"
        assert found.failure_message
        assert found.HasField("end_time")
        return found

    def test_a_move_that_is_not_allowed_any_more(self, plane, due):
        make_experiment(plane)
        change = schedule(plane, "experiments/e", move=verb("START"))
        move(plane.experiments, "StartExperiment", "experiments/e")
        due(1)
        found = self.failed(plane, change)
        assert found.failure_reason == "FORBIDDEN_MOVE"
        assert "is running, which does not allow `Start`" in found.failure_message
        assert not found.HasField("apply_time")
        assert revisions(plane) == []
        count = len(events(plane, ""))
        due(2)
        assert len(events(plane, "")) == count

    def test_an_item_that_is_gone_and_one_that_took_its_key(self, plane, due):
        for key in ("f", "g"):
            make_flag(plane, key)
        gone, other = (schedule(plane, f"flags/{key}", move=verb("ENABLE")) for key in "fg")
        for key in "fg":
            plane.flags.DeleteFlag(flag_pb2.DeleteFlagRequest(name=f"flags/{key}"))
        make_flag(plane, "g")
        due(1)
        assert self.failed(plane, gone).failure_reason == "FLAG_NOT_FOUND"
        assert self.failed(plane, other).failure_reason == "ANOTHER_ITEM"

    def test_a_variant_and_a_rule_that_are_gone(self, plane, due):
        make_flag(plane, rules=SPLIT)
        split = [{"variant": "on", "share": "100%"}]
        change = schedule(plane, "flags/f", split={"rule": "rollout", "split": split})
        given = flag_pb2.Flag(name="flags/f", rules=SPLIT[1:])
        request = flag_pb2.UpdateFlagRequest(flag=given, update_mask={"paths": ["rules"]})
        plane.flags.UpdateFlag(request)
        due(1)
        assert self.failed(plane, change).failure_reason == "UNKNOWN_RULE"

    def test_the_others_go_on(self, plane, due):
        make_flag(plane, "f")
        make_flag(plane, "g")
        bad = schedule(plane, "flags/f", 1, move=verb("ENABLE"))
        good = schedule(plane, "flags/g", 2, move=verb("ENABLE"))
        move(plane.flags, "EnableFlag", "flags/f")
        due(3)
        assert (state(plane, bad), state(plane, good)) == ("FAILED", "DONE")

    def test_a_store_that_cannot_be_published_stays_changed(self, plane, due):
        make_flag(plane)
        make_segment(plane, status="SEGMENT_STATUS_ACTIVE")
        with plane.store.write(Act("test", "UpdateSegment")) as tx:
            item = tx.items.get("segment", "s")
            tx.items.change(item, body={**item.body, "match": {"segment": "none"}})
        change = schedule(plane, "flags/f", move=verb("ENABLE"))
        due(1)
        found = self.failed(plane, change)
        assert found.failure_reason == "HAS_PROBLEMS"
        assert found.failure_message.startswith("it is in the store, and was not published: ")
        assert found.HasField("apply_time")
        flag = plane.flags.GetFlag(flag_pb2.GetFlagRequest(name="flags/f"))
        assert flag.status == flag_pb2.FLAG_STATUS_ENABLED

    def test_a_bug_is_told_and_does_not_come_again(self, plane, due, monkeypatch, caplog):
        make_flag(plane)
        change = schedule(plane, "flags/f", move=verb("ENABLE"))

        def broken(*_):
            raise ZeroDivisionError

        monkeypatch.setattr("turnout.control.scheduling.doing.do_action", broken)
        due(1)
        assert self.failed(plane, change).failure_reason == "BUG"
        assert "this is a bug of turnout" in caplog.text


class TestRefused:
    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"item": "flags"}, "scheduled_change.item"),
            ({"item": "tokens/x"}, "scheduled_change.item"),
            ({"hours": -1}, "scheduled_change.change_time"),
            ({"move": {}}, "scheduled_change.move.verb"),
            ({"move": {"verb": 99}}, "scheduled_change.move.verb"),
            ({"move": verb("START")}, "scheduled_change.move.verb"),
            ({"move": verb("ENABLE", winner="x")}, "scheduled_change.move.winner"),
            ({"move": verb("ENABLE", block_older=True)}, "scheduled_change.move.block_older"),
            ({"traffic": "5%"}, "scheduled_change.traffic"),
            ({"weights": {}}, "scheduled_change.weights"),
            ({"split": {"rule": "r"}}, "scheduled_change.split.split"),
            ({"split": {"rule": "x", "split": [{"variant": "on"}]}}, "scheduled_change"),
            (
                {"split": {"rule": "rest", "split": [{"variant": "on", "share": "100%"}]}},
                "scheduled_change",
            ),
            (
                {"split": {"rule": "rollout", "split": [{"variant": "on", "share": "90%"}]}},
                "scheduled_change",
            ),
            (
                {"split": {"rule": "rollout", "split": [{"variant": "on"}, {"variant": "on"}]}},
                "scheduled_change.split.split[1].variant",
            ),
            ({"step": "x" * 1001}, "scheduled_change.step"),
            ({"comment": "x" * 1001}, "scheduled_change.comment"),
        ],
    )
    def test_what_cannot_be_meant_for_a_flag(self, plane, refused, fields, field):
        make_flag(plane, rules=SPLIT)
        actions = {"move", "traffic", "weights", "split"}
        given = {"item": "flags/f", "hours": 1} | fields
        if not actions & fields.keys():
            given["move"] = verb("ENABLE")
        with refused("INVALID_ARGUMENT") as told:
            schedule(plane, given.pop("item"), given.pop("hours"), **given)
        assert list(told[0].fields) == [field]

    @pytest.mark.parametrize(
        "fields",
        [
            {"traffic": "200%"},
            {"weights": {"weights": [{"variant": "gren", "share": "5%"}]}},
            {"weights": {"weights": [{"variant": "green", "share": "95%"}]}},
            {"move": verb("CONCLUDE", winner="gren")},
            {"move": verb("CONCLUDE", winner_for="WINNER_FOR_EVERYONE")},
        ],
    )
    def test_what_an_experiment_could_not_be(self, plane, refused, fields):
        make_experiment(plane)
        move(plane.experiments, "StartExperiment", "experiments/e")
        with refused("INVALID_ARGUMENT"):
            schedule(plane, "experiments/e", **fields)
        listed = plane.schedules.ListScheduledChanges(pb.ListScheduledChangesRequest())
        assert not listed.scheduled_changes

    def test_nothing_to_do_no_time_no_item(self, plane, refused):
        make_flag(plane)
        make_layer(plane)
        with refused("INVALID_ARGUMENT") as told:
            schedule(plane, "flags/f")
        assert list(told[0].fields) == ["scheduled_change"]
        with refused("INVALID_ARGUMENT"):
            schedule(plane, "layers/l", move=verb("START"))
        with refused("NOT_FOUND", "FLAG_NOT_FOUND"):
            schedule(plane, "flags/g", move=verb("ENABLE"))
        with refused("INVALID_ARGUMENT") as told:
            plane.schedules.CreateScheduledChange(pb.CreateScheduledChangeRequest())
        assert list(told[0].fields) == ["scheduled_change"]
        timeless = pb.ScheduledChange(item="flags/f", move=verb("ENABLE"))
        with refused("INVALID_ARGUMENT") as told:
            plane.schedules.CreateScheduledChange(
                pb.CreateScheduledChangeRequest(scheduled_change=timeless)
            )
        assert list(told[0].fields) == ["scheduled_change.change_time"]

    def test_a_move_from_the_status_that_it_will_have(self, plane, refused):
        make_experiment(plane)
        with refused("FAILED_PRECONDITION", "FORBIDDEN_MOVE"):
            schedule(plane, "experiments/e", 2, move=verb("PAUSE"))
        schedule(plane, "experiments/e", 1, move=verb("START"))
        pause = schedule(plane, "experiments/e", 3, move=verb("PAUSE"))
        with refused("FAILED_PRECONDITION", "FORBIDDEN_MOVE"):
            schedule(plane, "experiments/e", 2, move=verb("RESUME"))
        with refused("FAILED_PRECONDITION", "LATER_CHANGE") as told:
            schedule(plane, "experiments/e", 2, move=verb("CONCLUDE"))
        assert list(told[0].subjects) == [pause.name]
        assert status(plane) == "DRAFT"

    def test_what_fails_anyway_is_in_nobodys_way(self, plane):
        make_experiment(plane)
        schedule(plane, "experiments/e", 2, move=verb("START"))
        move(plane.experiments, "StartExperiment", "experiments/e")
        schedule(plane, "experiments/e", 1, move=verb("PAUSE"))

    def test_several_are_scheduled_all_or_none(self, plane, refused):
        make_flag(plane)
        steps = [scheduled("flags/f", move=verb("ENABLE")), scheduled("flags/g", move=verb("END"))]
        request = pb.BatchCreateScheduledChangesRequest(scheduled_changes=steps)
        with refused("INVALID_ARGUMENT"):
            plane.schedules.BatchCreateScheduledChanges(request)
        with refused("INVALID_ARGUMENT"):
            plane.schedules.BatchCreateScheduledChanges(pb.BatchCreateScheduledChangesRequest())
        listed = plane.schedules.ListScheduledChanges(pb.ListScheduledChangesRequest())
        assert not listed.scheduled_changes

    def test_more_than_an_item_may_have(self, plane, refused):
        make_experiment(plane)
        move(plane.experiments, "StartExperiment", "experiments/e")
        many = [scheduled("experiments/e", at, traffic="5%") for at in range(1, 51)]
        request = pb.BatchCreateScheduledChangesRequest(scheduled_changes=many)
        plane.schedules.BatchCreateScheduledChanges(request)
        with refused("FAILED_PRECONDITION", "TOO_MANY_PENDING"):
            schedule(plane, "experiments/e", traffic="6%")

    def test_validating_schedules_nothing(self, plane):
        make_flag(plane)
        change = scheduled("flags/f", move=verb("ENABLE"))
        request = pb.CreateScheduledChangeRequest(scheduled_change=change, validate_only=True)
        assert plane.schedules.CreateScheduledChange(request).item == "flags/f"
        listed = plane.schedules.ListScheduledChanges(pb.ListScheduledChangesRequest())
        assert not listed.scheduled_changes


class TestListed:
    def test_in_pages_by_time(self, plane, refused):
        make_flag(plane, "f")
        make_flag(plane, "g")
        late = schedule(plane, "flags/f", 5, move=verb("ENABLE"))
        soon = schedule(plane, "flags/g", 1, move=verb("ENABLE"))
        ask = plane.schedules.ListScheduledChanges
        page = ask(pb.ListScheduledChangesRequest(page_size=1))
        assert [one.name for one in page.scheduled_changes] == [soon.name]
        rest = ask(pb.ListScheduledChangesRequest(page_size=1, page_token=page.next_page_token))
        assert [one.name for one in rest.scheduled_changes] == [late.name]
        assert not rest.next_page_token
        of_f = ask(pb.ListScheduledChangesRequest(filter='item = "flags/f" creator = loopback'))
        assert [one.name for one in of_f.scheduled_changes] == [late.name]
        with refused("INVALID_ARGUMENT", "BAD_FILTER"):
            ask(pb.ListScheduledChangesRequest(filter="state = PENDING"))
        with refused("INVALID_ARGUMENT", "BAD_PAGE_TOKEN"):
            ask(pb.ListScheduledChangesRequest(page_token="x"))

    def test_one_is_taken_back_once(self, plane, due, refused):
        make_flag(plane)
        change = schedule(plane, "flags/f", move=verb("ENABLE"))
        assert cancel(plane, change).state == pb.SCHEDULED_CHANGE_STATE_CANCELLED
        due(2)
        flag = plane.flags.GetFlag(flag_pb2.GetFlagRequest(name="flags/f"))
        assert flag.status == flag_pb2.FLAG_STATUS_DRAFT
        with refused("FAILED_PRECONDITION", "NOT_PENDING"):
            cancel(plane, change)
        ask = plane.schedules.ListScheduledChanges
        assert not ask(pb.ListScheduledChangesRequest()).scheduled_changes
        assert len(ask(pb.ListScheduledChangesRequest(show_ended=True)).scheduled_changes) == 1
        with refused("NOT_FOUND", "SCHEDULED_CHANGE_NOT_FOUND"):
            cancel(plane, pb.ScheduledChange(name="scheduledChanges/999"))
        with refused("INVALID_ARGUMENT", "BAD_NAME"):
            cancel(plane, pb.ScheduledChange(name="flags/f"))


class TestWhoMay:
    @pytest.fixture
    def guarded(self, start):
        return start(authentication=True)

    @pytest.fixture
    def admin(self, guarded):
        return guarded.as_token(guarded.server.first_token)

    def test_it_takes_a_publisher_whose_limits_count_by_then(self, guarded, admin, due, refused):
        editor = guarded.as_token(make_token(admin, "ed", "ROLE_EDITOR"))
        make_flag(admin, "till")
        admin.releases.Publish(release_pb2.PublishRequest())
        with refused("PERMISSION_DENIED", "ROLE_TOO_SMALL"):
            schedule(editor, "flags/till", move=verb("ENABLE"))
        anna = guarded.as_token(make_token(admin, "anna", key_prefixes=["till"]))
        change = schedule(anna, "flags/till", move=verb("ENABLE"))
        make_flag(admin, "hero", status="FLAG_STATUS_ENABLED")
        with refused("PERMISSION_DENIED", "OUT_OF_REACH"):
            schedule(anna, "flags/hero", move=verb("DISABLE"))
        other = schedule(admin, "flags/hero", 9, move=verb("DISABLE"))
        with refused("PERMISSION_DENIED", "OUT_OF_REACH"):
            cancel(anna, other)
        due(1, guarded)
        found = get(admin, change)
        assert found.failure_reason == "OUT_OF_REACH"
        assert found.failure_message.startswith("it is in the store, and was not published")

    def test_a_revoked_token_does_nothing_any_more(self, guarded, admin, due):
        anna = guarded.as_token(make_token(admin, "anna"))
        make_flag(anna)
        change = schedule(anna, "flags/f", move=verb("ENABLE"))
        admin.tokens.RevokeToken(token_pb2.RevokeTokenRequest(name="tokens/anna"))
        due(1, guarded)
        assert get(admin, change).failure_reason == "TOKEN_REVOKED"

    @pytest.mark.parametrize("edited", ["flags/f", "flags/g"])
    def test_what_nobody_approved_does_not_go_along(self, start, due, edited):
        plane = start(authentication=True, releasing={"require_second_person": True})
        admin = plane.as_token(plane.server.first_token)
        anna, ben = (plane.as_token(make_token(admin, name)) for name in ("anna", "ben"))
        for key in ("f", "g"):
            make_flag(admin, key)
        ben.releases.Publish(release_pb2.PublishRequest())
        change = schedule(anna, "flags/g", move=verb("ENABLE"))
        ben.schedules.ApproveScheduledChange(pb.ApproveScheduledChangeRequest(name=change.name))
        flag = flag_pb2.Flag(name=edited, description="slipped in")
        anna.flags.UpdateFlag(flag_pb2.UpdateFlagRequest(flag=flag))
        due(1, plane)
        failed = get(admin, change)
        assert failed.failure_reason == "NEEDS_SECOND_PERSON"
        assert edited in failed.failure_message

    def test_where_two_have_to_another_one_approves(self, start, due, refused):
        plane = start(authentication=True, releasing={"require_second_person": True})
        admin = plane.as_token(plane.server.first_token)
        anna, ben = (plane.as_token(make_token(admin, name)) for name in ("anna", "ben"))
        for key in ("f", "g"):
            make_flag(admin, key)
        ben.releases.Publish(release_pb2.PublishRequest())
        lone = schedule(anna, "flags/f", move=verb("ENABLE"))
        change = schedule(anna, "flags/g", move=verb("ENABLE"))
        request = pb.ApproveScheduledChangeRequest(name=change.name)
        with refused("PERMISSION_DENIED", "NEEDS_SECOND_PERSON"):
            anna.schedules.ApproveScheduledChange(request)
        assert ben.schedules.ApproveScheduledChange(request).approver == "ben"
        due(1, plane)
        assert get(admin, lone).failure_reason == "NEEDS_SECOND_PERSON"
        assert state(admin, change) == "DONE"
        asked = release_pb2.GetSnapshotRequest(name="snapshots/current")
        published = admin.releases.GetSnapshot(asked)
        assert (published.publisher, list(published.changed)) == ("ben", ["flags/g"])
        with refused("FAILED_PRECONDITION", "NOT_PENDING"):
            ben.schedules.ApproveScheduledChange(request)


class TestTimekeeper:
    def test_it_wakes_when_anything_is_scheduled_and_when_it_is_due(self, plane, clock):
        make_flag(plane)
        with Timekeeper(plane.store, plane.released, now=clock) as keeper:
            change = schedule(plane, "flags/f", timedelta(seconds=1) / HOUR, move=verb("ENABLE"))
            wait_until(lambda: state(plane, change) == "DONE", "it is done")
            later = schedule(plane, "flags/f", 5, move=verb("DISABLE"))
            clock.ahead = 6 * HOUR
            keeper.look()
            wait_until(lambda: state(plane, later) == "DONE", "the clock went on")

    def test_what_was_missed_is_done_at_the_start(self, plane, clock):
        make_flag(plane)
        change = schedule(plane, "flags/f", move=verb("ENABLE"))
        clock.ahead = 2 * HOUR
        with Timekeeper(plane.store, plane.released, now=clock):
            wait_until(lambda: state(plane, change) == "DONE", "it is done")

    def test_it_sleeps_until_something_is_due(self, plane, clock):
        make_flag(plane)
        schedule(plane, "flags/f", move=verb("ENABLE"))
        looks = []
        keeper = Timekeeper(plane.store, plane.released, now=clock)
        find = keeper._due.next
        keeper._due.next = lambda: looks.append(1) or find()
        with keeper:
            wait_until(lambda: looks, "it looks")
            assert not keeper._ended.wait(1.5)
        assert len(looks) <= 3

    def test_a_store_that_is_gone_ends_nothing(self, plane, clock, caplog):
        make_flag(plane)
        change = schedule(plane, "flags/f", move=verb("ENABLE"))
        clock.ahead = 2 * HOUR
        keeper = Timekeeper(plane.store, plane.released, now=clock)
        carry_out, tries = keeper._due.carry_out, []

        def once_gone(found):
            tries.append(found)
            if len(tries) == 1:
                raise Unavailable("gone")
            carry_out(found)

        keeper._due.carry_out = once_gone
        with keeper:
            wait_until(lambda: state(plane, change) == "DONE", "it is done after all")
        assert "what is scheduled waits, trying again: gone" in caplog.text

    def test_what_was_changed_and_not_published_is_published_later(self, plane, due, monkeypatch):
        make_flag(plane)
        change = schedule(plane, "flags/f", move=verb("ENABLE"))

        def killed(*_):
            raise SystemExit

        with monkeypatch.context() as patch:
            patch.setattr(plane.released, "prepare", killed)
            with pytest.raises(SystemExit):
                due(1)
        assert (state(plane, change), revisions(plane)) == ("APPLIED", [])
        due(1)
        assert (state(plane, change), revisions(plane)) == ("DONE", [1])
        told = events(plane, 'method = CarryOutScheduledChange AND resource = "flags/f"')
        assert len(told) == 1


def test_two_control_planes_do_each_exactly_once(start, postgres, clock):
    url = postgres.new_database()
    planes = [start(url), start(url)]
    make_experiment(planes[0])
    move(planes[0].experiments, "StartExperiment", "experiments/e")
    keepers = [Timekeeper(one.store, one.released, now=clock) for one in planes]
    for keeper in keepers:
        keeper.start()
    # Each of these shows how often it was done.
    changes = [
        schedule(planes[at % 2], "experiments/e", 1 + at / 10, move=verb("BUMP_EPOCH"))
        for at in range(8)
    ]
    clock.ahead = 3 * HOUR
    for keeper in keepers:
        keeper.look()
    wait_until(
        lambda: all(state(planes[0], one) == "DONE" for one in changes), "all of them are done"
    )
    for keeper in keepers:
        keeper.stop()
    assert experiment(planes[1]).epoch == 9
    assert len(revisions(planes[0])) == 8
    carried = events(planes[0], 'method = CarryOutScheduledChange AND resource = "experiments/e"')
    assert [one.after["epoch"] for one in carried] == [9, 8, 7, 6, 5, 4, 3, 2]
    verdict = planes[1].audit.VerifyAuditEvents(audit_pb2.VerifyAuditEventsRequest())
    assert verdict.intact


def test_two_that_both_believe_to_lead_do_it_once(start, postgres, clock):
    url = postgres.new_database()
    planes = [start(url), start(url)]
    make_experiment(planes[0])
    change = schedule(planes[0], "experiments/e", move=verb("BUMP_EPOCH"))
    clock.ahead = 2 * HOUR
    works = [Due(one.store, one.released, clock) for one in planes]
    seen = [work.next() for work in works]
    for work, found in zip(works, seen, strict=True):
        work.carry_out(found)
    assert experiment(planes[0]).epoch == 2
    assert (state(planes[1], change), revisions(planes[1])) == ("DONE", [1])
