"""Who may not any more when what they scheduled is due: it fails and says why, the rest goes on."""

from datetime import UTC, datetime

import pytest
from making import make_flag
from scheduling import HOUR, events, get, make_token, schedule, verb

from turnout.control.identity import Identities
from turnout.control.settings import ControlSettings
from turnout.control.v1 import schedule_pb2 as pb
from turnout.control.v1 import token_pb2


@pytest.fixture
def guarded(start):
    return start(authentication=True, releasing={"require_second_person": False})


@pytest.fixture
def admin(guarded):
    return guarded.as_token(guarded.server.first_token)


def failed(plane, change):
    """Why it failed, as the list and the log tell it."""
    asked = pb.ListScheduledChangesRequest(show_ended=True)
    listed = {
        one.name: one for one in plane.schedules.ListScheduledChanges(asked).scheduled_changes
    }
    found = listed[change.name]
    assert found.state == pb.SCHEDULED_CHANGE_STATE_FAILED
    last = events(plane, f'resource = "{change.name}"')[0]
    assert last.after["failure_reason"] == found.failure_reason
    assert last.after["failure_message"] == found.failure_message
    return found


def test_a_token_that_is_over_schedules_nothing_for_later(guarded, admin, refused):
    make_flag(admin)
    until = datetime.now(UTC) + 2 * HOUR
    anna = guarded.as_token(make_token(admin, "anna", expire_time=until))
    schedule(anna, "flags/f", 1, move=verb("ENABLE"))
    with refused("PERMISSION_DENIED", "TOKEN_EXPIRED") as told:
        schedule(anna, "flags/f", 3, move=verb("DISABLE"))
    assert "and does nothing after it" in told[0].message
    late = schedule(admin, "flags/f", 3, move=verb("DISABLE"))
    with refused("PERMISSION_DENIED", "TOKEN_EXPIRED"):
        anna.schedules.ApproveScheduledChange(pb.ApproveScheduledChangeRequest(name=late.name))


def test_what_was_missed_is_not_done_by_a_token_that_is_over_by_then(guarded, admin, due):
    for key in "fg":
        make_flag(admin, key)
    until = datetime.now(UTC) + 2 * HOUR
    anna = guarded.as_token(make_token(admin, "anna", expire_time=until))
    change = schedule(anna, "flags/f", 1, move=verb("ENABLE"))
    other = schedule(admin, "flags/g", 1, move=verb("ENABLE"))
    due(5, guarded)
    found = failed(admin, change)
    assert found.failure_reason == "TOKEN_EXPIRED"
    assert not found.HasField("apply_time")
    assert get(admin, other).state == pb.SCHEDULED_CHANGE_STATE_DONE


@pytest.mark.parametrize("by", ["creator", "approver"])
def test_a_token_that_is_revoked_before_it_is_published_publishes_nothing(
    guarded, admin, due, by, monkeypatch
):
    make_flag(admin)
    people = {who: guarded.as_token(make_token(admin, who)) for who in ("creator", "approver")}
    change = schedule(people["creator"], "flags/f", move=verb("ENABLE"))
    request = pb.ApproveScheduledChangeRequest(name=change.name)
    people["approver"].schedules.ApproveScheduledChange(request)

    def revoked():
        admin.tokens.RevokeToken(token_pb2.RevokeTokenRequest(name=f"tokens/{by}"))

    monkeypatch.setattr(guarded.released, "prepare", revoked)
    due(1, guarded)
    found = failed(admin, change)
    assert found.failure_reason == "TOKEN_REVOKED"
    assert found.failure_message.startswith("it is in the store, and was not published: ")
    assert f"the token of `{by}` was revoked" in found.failure_message


@pytest.mark.parametrize(
    ("roles", "reason"),
    [
        ({"ci": "publisher"}, ""),
        ({"ci": "admin"}, ""),
        ({"ci": "editor"}, "ROLE_TOO_SMALL"),
        ({}, "ROLE_LOST"),
    ],
)
def test_a_certificate_that_lost_its_role(plane, due, roles, reason):
    make_flag(plane)
    change = schedule(plane, "flags/f", move=verb("ENABLE"))
    with plane.store._database.writing() as connection, connection.begin():
        connection.exec_driver_sql("UPDATE scheduled_changes SET creator = 'ci'")
    settings = ControlSettings(authentication=True, certificates=roles)
    plane.identities = Identities(plane.store, settings)
    due(1)
    if reason:
        assert failed(plane, change).failure_reason == reason
    else:
        assert get(plane, change).state == pb.SCHEDULED_CHANGE_STATE_DONE


def test_whoever_came_by_the_loopback_is_nobody_once_everybody_says_who_they_are(plane, due):
    make_flag(plane)
    change = schedule(plane, "flags/f", move=verb("ENABLE"))
    plane.identities = Identities(plane.store, ControlSettings(authentication=True))
    due(1)
    found = failed(plane, change)
    assert found.failure_reason == "ROLE_LOST"
    assert "nobody is called `loopback` any more" in found.failure_message
