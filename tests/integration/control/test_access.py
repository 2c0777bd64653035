"""Who may, through a real server: tokens, roles, limits, and what is never told."""

import json
import logging

import grpc
import pytest
from making import make_experiment, make_flag, make_holdout, move

from turnout.control.v1 import (
    audit_pb2,
    document_pb2,
    flag_pb2,
    holdout_pb2,
    release_pb2,
    token_pb2,
    workspace_pb2,
)

DAY_S = 86_400


@pytest.fixture
def guarded(start):
    """A control plane that asks everybody who they are."""
    return start(authentication=True)


@pytest.fixture
def admin(guarded):
    """Its first admin."""
    return guarded.as_token(guarded.server.first_token)


def make_token(admin, name="anna", role="ROLE_EDITOR", **fields):
    given = token_pb2.Token(role=role, **fields)
    return admin.tokens.CreateToken(token_pb2.CreateTokenRequest(token=given, token_id=name))


def list_flags(plane):
    return plane.flags.ListFlags(flag_pb2.ListFlagsRequest())


def test_the_first_admin_is_made_once(start):
    first = start(authentication=True).server.first_token
    assert first.startswith("turnout_admin_")
    assert start(authentication=True).server.first_token is None
    again = start(authentication=True)
    admin = again.as_token(first)
    admin.tokens.RevokeToken(token_pb2.RevokeTokenRequest(name="tokens/admin"))
    assert start(authentication=True).server.first_token.startswith("turnout_admin-2_")


def test_without_authentication_there_is_no_first_admin(plane):
    assert plane.server.first_token is None
    made = make_flag(plane)
    events = plane.audit.ListAuditEvents(audit_pb2.ListAuditEventsRequest()).audit_events
    assert [(one.actor, one.method, one.resource) for one in events] == [
        ("loopback", "CreateFlag", made.name)
    ]
    assert events[0].peer.startswith("ipv4:127.0.0.1:")


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer turnout_admin_0000",
        "Bearer turnout_nobody_0000",
        "Bearer turnout__0000",
        "Bearer 0000",
        "Basic YWRtaW46YWRtaW4=",
        "Bearer turnout_admin_" + "0" * 600,
    ],
)
def test_whoever_does_not_say_who_they_are_is_turned_away(guarded, refused, header):
    metadata = () if header is None else (("authorization", header),)
    with refused("UNAUTHENTICATED", "UNAUTHENTICATED") as told:
        guarded.flags.ListFlags(flag_pb2.ListFlagsRequest(), metadata=metadata)
    assert "admin" not in told[0].message
    assert not told[0].parts


def test_two_tokens_at_once_are_none(guarded, refused):
    header = ("authorization", f"Bearer {guarded.server.first_token}")
    with refused("UNAUTHENTICATED"):
        guarded.flags.ListFlags(flag_pb2.ListFlagsRequest(), metadata=(header, header))


def test_a_wrong_token_is_no_loopback(plane, refused):
    with refused("UNAUTHENTICATED"):
        list_flags(plane.as_token("turnout_admin_0000"))


def test_a_token_is_shown_once_and_acts_under_its_name(admin, guarded):
    made = make_token(admin)
    anna = guarded.as_token(made.secret)
    make_flag(anna)
    shown = admin.tokens.GetToken(token_pb2.GetTokenRequest(name=made.token.name))
    assert made.secret not in str(shown)
    assert shown == made.token
    lifetime = shown.expire_time.seconds - shown.create_time.seconds
    assert abs(lifetime - 365 * DAY_S) <= 1
    events = admin.audit.ListAuditEvents(audit_pb2.ListAuditEventsRequest(filter="actor = anna"))
    assert [one.method for one in events.audit_events] == ["CreateFlag"]
    whole = admin.audit.ListAuditEvents(audit_pb2.ListAuditEventsRequest())
    assert made.secret.rpartition("_")[2] not in str(whole)


def test_a_revoked_token_is_worthless_at_once(admin, guarded, refused):
    made = make_token(admin)
    anna = guarded.as_token(made.secret)
    list_flags(anna)
    admin.tokens.RevokeToken(token_pb2.RevokeTokenRequest(name=made.token.name))
    with refused("UNAUTHENTICATED"):
        list_flags(anna)
    good = admin.tokens.ListTokens(token_pb2.ListTokensRequest()).tokens
    assert [one.name for one in good] == ["tokens/admin"]
    every = admin.tokens.ListTokens(token_pb2.ListTokensRequest(show_expired=True)).tokens
    assert [one.name for one in every] == ["tokens/admin", "tokens/anna"]
    assert every[1].HasField("revoke_time")


def test_a_name_of_a_token_is_never_used_again(admin, refused):
    make_token(admin)
    admin.tokens.RevokeToken(token_pb2.RevokeTokenRequest(name="tokens/anna"))
    with refused("ALREADY_EXISTS", "KEY_TAKEN"):
        make_token(admin)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"role": "ROLE_UNSPECIFIED"}, "token.role"),
        ({"role": 99}, "token.role"),
        ({"expire_time": {"seconds": 1}}, "token.expire_time"),
        ({"key_prefixes": ["a", "ä"]}, "token.key_prefixes[1]"),
        ({"tags": [""]}, "token.tags[0]"),
        ({"tags": [str(at) for at in range(101)]}, "token.tags"),
        ({"name": "a b"}, "token_id"),
        ({"name": "loopback"}, "token_id"),
        ({"name": "turnout"}, "token_id"),
    ],
)
def test_a_token_that_cannot_be_meant_is_refused(admin, refused, fields, field):
    with refused("INVALID_ARGUMENT") as told:
        make_token(admin, **fields)
    assert list(told[0].fields) == [field]


def test_no_token_is_taken_for_somebody_else_in_the_log(start, refused):
    plane = start(certificates={"ci.example": "publisher"})
    with refused("INVALID_ARGUMENT", "RESERVED_NAME") as told:
        make_token(plane, "ci.example")
    assert told[0].parts == {"field": "token_id", "name": "ci.example"}
    make_token(plane, "ci")


def test_too_small_a_role_is_told_which_one_is_needed(admin, guarded, refused):
    viewer = guarded.as_token(make_token(admin, "v", "ROLE_VIEWER").secret)
    list_flags(viewer)
    with refused("PERMISSION_DENIED", "ROLE_TOO_SMALL") as told:
        make_flag(viewer)
    assert told[0].parts == {
        "method": "CreateFlag", "needed": "editor", "role": "viewer", "actor": "v",
    }  # fmt: skip
    editor = guarded.as_token(make_token(admin, "e").secret)
    make_flag(editor)
    with refused("PERMISSION_DENIED", "ROLE_TOO_SMALL"):
        editor.releases.Publish(release_pb2.PublishRequest())
    publisher = guarded.as_token(make_token(admin, "p", "ROLE_PUBLISHER").secret)
    assert publisher.releases.Publish(release_pb2.PublishRequest()).publisher == "p"
    with refused("PERMISSION_DENIED", "ROLE_TOO_SMALL"):
        make_token(publisher, "x")


def test_a_limited_token_writes_what_it_reaches_and_reads_all(admin, guarded, refused):
    make_flag(admin, "hero")
    secret = make_token(admin, key_prefixes=["till-"], tags=["checkout"]).secret
    anna = guarded.as_token(secret)
    make_flag(anna, "till-button")
    make_flag(anna, "express", tags=["checkout"])
    assert len(list_flags(anna).flags) == 3
    with refused("PERMISSION_DENIED", "OUT_OF_REACH") as told:
        move(anna.flags, "EnableFlag", "flags/hero")
    assert told[0].parts["name"] == "flags/hero"
    with refused("PERMISSION_DENIED", "OUT_OF_REACH"):
        make_flag(anna, "other")
    given = flag_pb2.Flag(name="flags/express")
    request = flag_pb2.UpdateFlagRequest(flag=given, update_mask={"paths": ["tags"]})
    with refused("PERMISSION_DENIED", "OUT_OF_REACH"):
        anna.flags.UpdateFlag(request)


def test_a_limited_token_releases_only_what_it_reaches(admin, guarded, refused):
    secret = make_token(admin, "p", "ROLE_PUBLISHER", key_prefixes=["till-"]).secret
    limited = guarded.as_token(secret)
    make_flag(limited, "till-button", status="FLAG_STATUS_ENABLED")
    admin.releases.Publish(release_pb2.PublishRequest())
    make_flag(limited, "till-basket", status="FLAG_STATUS_ENABLED")
    assert limited.releases.Publish(release_pb2.PublishRequest()).revision == 2
    make_flag(admin, "hero", status="FLAG_STATUS_ENABLED")
    with refused("PERMISSION_DENIED", "OUT_OF_REACH") as told:
        limited.releases.Publish(release_pb2.PublishRequest())
    assert told[0].parts["name"] == "flags/hero"
    current = admin.releases.GetSnapshot(release_pb2.GetSnapshotRequest(name="snapshots/current"))
    assert current.revision == 2


def test_a_limited_token_releases_the_removal_of_what_it_could_write(admin, guarded, refused):
    limited = guarded.as_token(make_token(admin, "p", "ROLE_PUBLISHER", tags=["checkout"]).secret)
    for key, tags in (("express", ["checkout"]), ("basket", ["checkout"]), ("hero", [])):
        make_flag(admin, key, tags=tags)
    admin.releases.Publish(release_pb2.PublishRequest())
    limited.flags.DeleteFlag(flag_pb2.DeleteFlagRequest(name="flags/express"))
    published = limited.releases.Publish(release_pb2.PublishRequest())
    assert list(published.changed) == ["flags/express"]
    admin.flags.DeleteFlag(flag_pb2.DeleteFlagRequest(name="flags/hero"))
    with refused("PERMISSION_DENIED", "OUT_OF_REACH") as told:
        limited.releases.Publish(release_pb2.PublishRequest())
    assert told[0].parts["name"] == "flags/hero"
    admin.releases.Publish(release_pb2.PublishRequest())
    with refused("PERMISSION_DENIED", "OUT_OF_REACH"):
        limited.releases.Rollback(release_pb2.RollbackRequest(name="snapshots/2"))
    # Who takes the tag away takes the item out of the others' reach, and releases that.
    flag = flag_pb2.Flag(name="flags/basket", tags=["other"])
    request = flag_pb2.UpdateFlagRequest(flag=flag, update_mask={"paths": ["tags"]})
    admin.flags.UpdateFlag(request)
    with refused("PERMISSION_DENIED", "OUT_OF_REACH"):
        limited.releases.Publish(release_pb2.PublishRequest())


def test_a_limited_token_releases_no_workspace_whatever_its_prefix(admin, guarded, refused):
    secret = make_token(admin, "p", "ROLE_PUBLISHER", key_prefixes=["work"]).secret
    limited = guarded.as_token(secret)
    make_flag(limited, "work-flag")
    assert limited.releases.Publish(release_pb2.PublishRequest()).revision == 1
    given = {"timezone": "Europe/Berlin"}
    admin.workspace.UpdateWorkspace(workspace_pb2.UpdateWorkspaceRequest(workspace=given))
    with refused("PERMISSION_DENIED", "OUT_OF_REACH") as told:
        limited.releases.Publish(release_pb2.PublishRequest())
    assert told[0].parts["name"] == "workspace"


def test_a_limited_token_holds_no_units_out_of_experiments_of_others(admin, guarded, refused):
    secret = make_token(admin, "p", "ROLE_PUBLISHER", key_prefixes=["till-"]).secret
    limited = guarded.as_token(secret)
    for key in ("till-e", "hero"):
        make_experiment(admin, key)
    make_holdout(admin, "till-all")
    for scope in ({}, {"scope_experiments": ["hero"]}, {"scope_tags": ["till-"]}):
        with refused("PERMISSION_DENIED", "OUT_OF_REACH") as told:
            make_holdout(limited, "till-h", **scope)
        assert "name experiments within the limits" in told[0].message
    make_holdout(limited, "till-h", scope_experiments=["till-e"])
    wider = holdout_pb2.Holdout(name="holdouts/till-h", scope_experiments=["till-e", "hero"])
    with refused("PERMISSION_DENIED", "OUT_OF_REACH"):
        limited.holdouts.UpdateHoldout(holdout_pb2.UpdateHoldoutRequest(holdout=wider))
    move(limited.holdouts, "StartHoldout", "holdouts/till-h")
    with refused("PERMISSION_DENIED", "OUT_OF_REACH"):
        move(limited.holdouts, "StartHoldout", "holdouts/till-all")
    # What others wrote, it does not release either.
    make_flag(limited, "till-flag")
    with refused("PERMISSION_DENIED", "OUT_OF_REACH"):
        limited.releases.Publish(release_pb2.PublishRequest())


def test_documents_of_a_limited_token_hold_no_units_out_of_others(admin, guarded, refused):
    limited = guarded.as_token(make_token(admin, tags=["checkout"]).secret)
    variants = {
        "control": {"weight": "50%", "value": False},
        "green": {"weight": "50%", "value": True},
    }
    mine = {"tags": ["checkout"], "variants": variants}
    held = {"tags": ["checkout"], "share": "5%"}

    def apply(scope):
        documents = {"experiments": {"e": mine}, "holdouts": {"h": {**held, "scope": scope}}}
        request = document_pb2.ApplyDocumentsRequest(documents=json.dumps(documents))
        return limited.documents.ApplyDocuments(request)

    with refused("PERMISSION_DENIED", "OUT_OF_REACH"):
        apply("all")
    assert len(apply({"experiments": ["e"]}).changes) == 2
    assert len(apply({"tags": ["checkout"]}).changes) == 1


def test_a_limited_admin_makes_no_unlimited_one(admin, guarded, refused):
    secret = make_token(admin, "a", "ROLE_ADMIN", tags=["checkout"]).secret
    limited = guarded.as_token(secret)
    with refused("PERMISSION_DENIED", "OUT_OF_REACH"):
        make_token(limited, "b", "ROLE_ADMIN")
    with refused("PERMISSION_DENIED", "OUT_OF_REACH"):
        limited.workspace.UpdateWorkspace(
            workspace_pb2.UpdateWorkspaceRequest(workspace={"timezone": "Europe/Berlin"})
        )


def test_no_secret_comes_into_the_log(admin, guarded, caplog):
    caplog.set_level(logging.DEBUG)
    made = make_token(admin)
    list_flags(guarded.as_token(made.secret))
    with pytest.raises(grpc.RpcError):
        list_flags(guarded.as_token(f"{made.secret}x"))
    assert "refused" in caplog.text
    assert made.secret.rpartition("_")[2] not in caplog.text
    assert guarded.server.first_token.rpartition("_")[2] not in caplog.text
