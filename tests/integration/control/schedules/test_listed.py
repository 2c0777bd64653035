"""What is scheduled is listed and taken back, by those who may."""

import pytest
from making import make_flag
from scheduling import cancel, get, make_token, schedule, state, verb

from turnout.control.v1 import flag_pb2, release_pb2, token_pb2
from turnout.control.v1 import schedule_pb2 as pb


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
