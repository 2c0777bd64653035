"""What is scheduled and then fails, and what is refused from the start."""

import pytest
from making import make_experiment, make_flag, make_layer, make_segment, move
from scheduling import SPLIT, events, get, revisions, schedule, scheduled, state, status, verb

from turnout.control.v1 import flag_pb2
from turnout.control.v1 import schedule_pb2 as pb
from turnout.store import Act, Unavailable
from turnout.store.audit import Audit


def gone(*_):
    raise Unavailable("gone before the commit")


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

    @pytest.mark.parametrize(
        ("allowed", "told"),
        [(True, "did what was scheduled"), (False, "what was scheduled cannot be done")],
    )
    def test_it_is_told_once_it_is_committed(self, plane, due, monkeypatch, caplog, allowed, told):
        make_flag(plane)
        change = schedule(plane, "flags/f", move=verb("ENABLE"))
        if not allowed:
            move(plane.flags, "EnableFlag", "flags/f")
        caplog.set_level("INFO")
        with monkeypatch.context() as patch:
            patch.setattr(Audit, "finish", gone)
            with pytest.raises(Unavailable):
                due(1)
        assert state(plane, change) == "PENDING"
        assert told not in caplog.text
        due(1)
        assert caplog.text.count(told) == 1


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
