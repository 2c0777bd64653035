"""Documents into the store and out of it: merged with what others changed, all of it or nothing."""

import json
from pathlib import Path

import grpc
import pytest

from turnout.control.lifecycle import DELETABLE
from turnout.control.v1 import audit_pb2 as audit
from turnout.control.v1 import document_pb2 as documents
from turnout.control.v1 import experiment_pb2 as experiments
from turnout.control.v1 import flag_pb2 as flags
from turnout.control.v1 import holdout_pb2 as holdouts
from turnout.control.v1 import release_pb2 as releases
from turnout.control.v1 import segment_pb2 as segments
from turnout.control.v1 import token_pb2 as tokens
from turnout.documents import read_paths
from turnout.store import Act

SHOP = Path(__file__).parents[3] / "examples" / "shop"
FLAG = {"variants": {"on": True, "off": False}, "default": "off"}
EXPERIMENT = {
    "status": "running",
    "variants": {
        "control": {"weight": "50%", "value": False},
        "green": {"weight": "50%", "value": True},
    },
}
ADDED = releases.CHANGE_KIND_ADDED
CHANGED = releases.CHANGE_KIND_CHANGED
REMOVED = releases.CHANGE_KIND_REMOVED


def apply(plane, written, **options):
    request = documents.ApplyDocumentsRequest(documents=json.dumps(written), **options)
    return plane.documents.ApplyDocuments(request)


def changes(answer):
    return {one.name: one.kind for one in answer.changes}


def export(plane, **options):
    answer = plane.documents.ExportDocuments(documents.ExportDocumentsRequest(**options))
    return json.loads(answer.documents)


def shop():
    """The files of the example as one document."""
    whole = {}
    for file in read_paths(SHOP).files:
        document = file.document
        if document.workspace:
            whole["workspace"] = document.workspace
        if document.attributes:
            whole["attributes"] = document.attributes
        for (kind, key), item in document.items.items():
            whole.setdefault(f"{kind}s", {})[key] = item.raw
    return whole


def test_a_whole_folder_is_applied_published_and_changes_nothing_the_second_time(plane):
    written = shop()
    count = sum(len(written[name]) for name in written if name not in ("workspace", "attributes"))
    answer = apply(plane, written)
    assert len(answer.changes) == count + 1
    assert not answer.conflicts
    plane.released.publish(Act("anna", "Publish"))
    assert not apply(plane, written).changes
    plan = plane.released.plan()
    assert not plan.changes
    assert not plan.problems


def test_what_is_exported_changes_nothing_when_it_is_applied(plane):
    apply(plane, shop())
    assert not apply(plane, export(plane), document_set="exported").changes


def test_a_look_ahead_says_the_same_and_does_nothing(plane):
    ahead = apply(plane, {"flags": {"f": FLAG}}, validate_only=True)
    assert changes(ahead) == {"flags/f": ADDED}
    assert "flags" not in export(plane)
    assert changes(apply(plane, {"flags": {"f": FLAG}})) == {"flags/f": ADDED}


def test_what_others_changed_stays_and_what_both_changed_is_refused(plane, refused):
    apply(plane, {"flags": {"f": FLAG}})
    theirs = flags.Flag(name="flags/f", description="theirs")
    plane.flags.UpdateFlag(flags.UpdateFlagRequest(flag=theirs))
    answer = apply(plane, {"flags": {"f": {**FLAG, "default": "on"}}})
    assert list(answer.changes[0].differences) == ['default: "off" → "on"']
    assert export(plane)["flags"]["f"]["description"] == "theirs"

    mine = {"flags": {"f": {**FLAG, "default": "on", "description": "mine"}}}
    with refused() as told:
        apply(plane, mine)
    [refusal] = told
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "CONFLICTS")
    assert list(refusal.subjects) == ["flags/f description"]
    [conflict] = apply(plane, mine, validate_only=True).conflicts
    assert (conflict.in_documents, conflict.in_store) == ('"mine"', '"theirs"')
    apply(plane, mine, force=True)
    assert export(plane)["flags"]["f"]["description"] == "mine"


def test_what_left_the_documents_is_removed_unless_it_is_kept(plane):
    apply(plane, {"flags": {"f": FLAG, "g": {**FLAG, "status": "draft"}}})
    assert changes(apply(plane, {"flags": {"f": FLAG}}, keep_missing=True)) == {}
    removed = apply(plane, {"flags": {"f": FLAG}})
    assert changes(removed) == {"flags/g": REMOVED}
    assert list(removed.changes[0].differences) == ["it is draft"]
    assert list(export(plane)["flags"]) == ["f"]


def test_what_is_live_leaves_the_store_only_when_that_is_said(plane, refused):
    live = {"segments": {"s": {"kind": "everyone"}}, "experiments": {"e": EXPERIMENT}}
    ended = {"share": "5%", "scope": "all", "status": "ended"}
    dead = {"holdouts": {"h": ended}, "layers": {"l": {"allocations": {}}}}
    kept = {"flags": {"f": FLAG}}
    apply(plane, {**kept, **live, **dead, "flags": {"f": FLAG, "g": FLAG}})
    with refused("FAILED_PRECONDITION", "LIVE") as told:
        apply(plane, kept)
    assert told[0].subjects == {
        "experiments/e": "is running, which allows `StopEnrolment`, `Pause`, `Conclude`, `Kill`,"
        " `Revive`, `BumpEpoch`",
        "flags/g": "is enabled, which allows `Disable`",
        "segments/s": "is active, which allows `Pause`, `Archive`",
    }
    assert told[0].parts == {"live_count": "3"}
    ahead = apply(plane, kept, validate_only=True)
    assert list(ahead.live) == ["experiments/e", "flags/g", "segments/s"]
    assert changes(ahead)["flags/g"] == REMOVED
    assert set(export(plane)) >= {"segments", "experiments", "holdouts", "layers"}
    with refused("INVALID_ARGUMENT"):
        apply(plane, kept, prune=True, keep_missing=True)
    assert list(apply(plane, kept, prune=True).live) == list(ahead.live)
    assert set(export(plane)) == {"workspace", "flags"}


@pytest.mark.parametrize(
    ("kind", "written", "status"),
    [("segment", {"kind": "everyone"}, status) for status in ("draft", "active", "paused")]
    + [("flag", FLAG, status) for status in ("draft", "enabled", "disabled")]
    + [
        ("experiment", EXPERIMENT, status)
        for status in ("draft", "running", "enrolment_stopped", "paused", "concluded")
    ]
    + [
        ("holdout", {"share": "5%", "scope": "all"}, status)
        for status in ("draft", "running", "ended")
    ],
)
def test_documents_remove_what_a_delete_removes(plane, kind, written, status):
    apply(plane, {f"{kind}s": {"x": {**written, "status": status}}})
    service = getattr(plane, f"{kind}s")
    delete = {
        "segment": segments.DeleteSegmentRequest,
        "flag": flags.DeleteFlagRequest,
        "experiment": experiments.DeleteExperimentRequest,
        "holdout": holdouts.DeleteHoldoutRequest,
    }[kind](name=f"{kind}s/x", validate_only=True)
    outcomes = []
    for remove in (lambda: getattr(service, f"Delete{kind.capitalize()}")(delete),
                   lambda: apply(plane, {})):  # fmt: skip
        try:
            outcomes.append(remove() is not None)
        except grpc.RpcError:
            outcomes.append(False)
    assert outcomes == [status in DELETABLE[kind]] * 2


def test_an_export_without_what_is_archived_removes_nothing(plane):
    apply(plane, {"flags": {"f": FLAG, "g": FLAG}})
    plane.flags.DisableFlag(flags.DisableFlagRequest(name="flags/f"))
    plane.flags.ArchiveFlag(flags.ArchiveFlagRequest(name="flags/f"))
    assert not apply(plane, export(plane)).changes
    # From then on it is nobody's: who restores it does so for good.
    plane.flags.RestoreFlag(flags.RestoreFlagRequest(name="flags/f"))
    assert not apply(plane, {"flags": {"g": FLAG}}).changes
    assert set(export(plane)["flags"]) == {"f", "g"}


def test_what_is_kept_is_no_conflict_whatever_others_made_of_it(plane):
    apply(plane, {"flags": {"f": FLAG, "g": FLAG}})
    apply(plane, {"flags": {"g": {**FLAG, "default": "on"}}}, document_set="two", force=True)
    assert not apply(plane, {"flags": {"f": FLAG}}, keep_missing=True).conflicts
    assert apply(plane, {"flags": {"f": FLAG}}, validate_only=True).conflicts


def test_a_set_removes_nothing_of_another(plane):
    apply(plane, {"flags": {"f": FLAG}}, document_set="one")
    assert changes(apply(plane, {"flags": {"g": FLAG}}, document_set="two")) == {"flags/g": ADDED}


def test_a_segment_that_others_name_cannot_leave_without_them(plane, refused):
    rule = {"when": {"segment": "s"}, "serve": "on"}
    both = {"segments": {"s": {"match": {"attribute": "a", "is": "b"}}}}
    both["flags"] = {"f": {**FLAG, "rules": [rule]}}
    apply(plane, both)
    with refused() as told:
        apply(plane, {"flags": both["flags"]}, prune=True)
    [refusal] = told
    assert refusal.reason == "IN_USE"
    assert list(refusal.subjects) == ["flags/f"]
    assert changes(apply(plane, {"flags": {"f": FLAG}}, prune=True)) == {
        "flags/f": CHANGED,
        "segments/s": REMOVED,
    }


def test_nothing_is_written_when_one_item_is_wrong(plane, refused):
    wrong = {**FLAG, "rules": [{"when": {"segment": "nowhere"}, "serve": "on"}]}
    with refused() as told:
        apply(plane, {"flags": {"f": FLAG, "g": wrong}})
    [refusal] = told
    assert (refusal.code, refusal.reason) == (
        grpc.StatusCode.INVALID_ARGUMENT,
        "INVALID_DOCUMENT",
    )
    assert list(refusal.fields) == ["flags/g rules[0].when.segment"]
    assert "flags" not in export(plane)


def test_a_status_that_documents_give_is_reached_by_moves(plane, refused):
    apply(plane, {"experiments": {"e": EXPERIMENT}})
    experiment = experiments.GetExperimentRequest(name="experiments/e")
    running = plane.experiments.GetExperiment(experiment)
    assert running.status == experiments.EXPERIMENT_STATUS_RUNNING
    assert [one.owner for one in running.ranges] == ["control", "green"]
    apply(plane, {"experiments": {"e": {**EXPERIMENT, "status": "paused"}}})
    resume = experiments.ResumeExperimentRequest(name="experiments/e")
    assert plane.experiments.ResumeExperiment(resume).status == running.status
    draft = {"experiments": {"e": {**EXPERIMENT, "status": "draft"}}}
    with refused() as told:
        apply(plane, draft, force=True)
    [refusal] = told
    assert refusal.reason == "FORBIDDEN_MOVE"


def test_a_draft_that_is_paused_goes_on_with_what_the_documents_say(plane):
    draft = {"status": "draft", "match": {"attribute": "plan", "is": "old"}}
    apply(plane, {"segments": {"s": draft}})
    apply(
        plane, {"segments": {"s": {"status": "paused", "match": {**draft["match"], "is": "new"}}}}
    )
    published = plane.released.publish(Act("anna", "Publish"))
    with plane.store.read() as tx:
        items = tx.snapshots.history(published.revision)["items"]
    assert items["segments/s"]["match"]["is"] == "new"


def test_documents_pause_a_segment_that_goes_on_as_it_was_published(plane, refused):
    match = {"attribute": "plan", "is": "old"}
    other = {"other": {"match": match}}
    apply(plane, {"segments": {"s": {"match": {"segment": "other"}}, **other}})
    plane.released.publish(Act("anna", "Publish"))
    new = {"match": {**match, "is": "new"}}
    paused = {"segments": {"s": {"status": "paused", **new}}}
    with refused("FAILED_PRECONDITION", "HAS_PROBLEMS") as told:
        apply(plane, paused, prune=True)
    assert "unknown segment `other`" in told[0].message
    apply(plane, {"segments": {**paused["segments"], **other}})
    published = plane.released.publish(Act("anna", "Publish"))
    assert published.changed == ["segments/s"]
    assert plane.released.published("segments/s")["match"] == {"segment": "other"}
    assert export(plane)["segments"]["s"]["match"] == new["match"]


def test_segments_that_are_paused_together_are_judged_as_they_go_on_together(plane):
    match = {"attribute": "plan", "is": "old"}
    apply(plane, {"segments": {"a": {"match": {"segment": "b"}}, "b": {"match": match}}})
    plane.released.publish(Act("anna", "Publish"))
    # As they are written none is wrong, nor as they go on; one so and one so is a cycle.
    turned = {"a": {"match": match}, "b": {"match": {"segment": "a"}}}
    paused = {key: {"status": "paused", **written} for key, written in turned.items()}
    assert len(apply(plane, {"segments": paused}).changes) == 2
    assert not plane.released.plan().problems


def test_of_paused_segments_the_one_that_is_wrong_is_told(plane, refused):
    match = {"attribute": "plan", "is": "old"}
    other = {"other": {"match": match}}
    apply(
        plane, {"segments": {"a": {"match": match}, "s": {"match": {"segment": "other"}}, **other}}
    )
    plane.released.publish(Act("anna", "Publish"))
    new = {"status": "paused", "match": {**match, "is": "new"}}
    with refused("FAILED_PRECONDITION", "HAS_PROBLEMS") as told:
        apply(plane, {"segments": {"a": new, "s": new}}, prune=True)
    assert told[0].message.startswith("segment `s` would not be right as paused: unknown segment")


def test_slots_move_the_least_when_documents_change_weights(plane):
    apply(plane, {"experiments": {"e": EXPERIMENT}})
    variants = {
        "control": {"weight": "40%", "value": False},
        "green": {"weight": "60%", "value": True},
    }
    apply(plane, {"experiments": {"e": {**EXPERIMENT, "variants": variants}}})
    ranges = export(plane)["experiments"]["e"]["ranges"]
    assert ranges == {"control": ["0%-40%"], "green": ["40%-100%"]}


def test_what_is_fixed_by_now_is_refused(plane, refused):
    apply(plane, {"experiments": {"e": EXPERIMENT}})
    other = {"experiments": {"e": {**EXPERIMENT, "unit": "company"}}}
    with refused() as told:
        apply(plane, other)
    [refusal] = told
    assert refusal.reason == "FIXED"


def test_documents_raise_an_epoch_and_never_lower_it(plane, refused):
    apply(plane, {"experiments": {"e": {**EXPERIMENT, "epoch": 2}}})
    apply(plane, {"experiments": {"e": {**EXPERIMENT, "epoch": 3}}})
    for lower in ({"epoch": 2}, {}):
        with refused("INVALID_ARGUMENT", "INVALID_DOCUMENT") as told:
            apply(plane, {"experiments": {"e": {**EXPERIMENT, **lower}}}, force=True)
        assert list(told[0].fields) == [f"experiments/e {''.join(lower)}".strip()]
    # What others raised meanwhile stays, whatever the documents go on to say.
    bump = experiments.BumpEpochExperimentRequest(name="experiments/e")
    plane.experiments.BumpEpochExperiment(bump)
    apply(plane, {"experiments": {"e": {**EXPERIMENT, "epoch": 3, "traffic": "50%"}}})
    assert export(plane)["experiments"]["e"]["epoch"] == 4


def test_what_is_fixed_may_be_said_in_other_words(plane):
    held = {"share": "5%", "scope": "all", "status": "running"}
    written = {
        "experiments": {"e": EXPERIMENT},
        "holdouts": {"h": held},
        "segments": {"s": {"match": {"attribute": "plan", "is": "pro"}}},
    }
    apply(plane, written)
    words = {"unit": "user", "salt": "e", "control": "control"}
    other = {
        "experiments": {"e": {**EXPERIMENT, **words}},
        "holdouts": {"h": {**held, "share": "5.00%", "salt": "h"}},
        "segments": {"s": {"kind": "rule", **written["segments"]["s"]}},
    }
    apply(plane, other)
    assert export(plane)["experiments"]["e"]["unit"] == "user"


def test_members_of_an_archived_segment_are_not_changed(plane, refused):
    archived = {"kind": "static", "status": "archived", "members": ["a"]}
    apply(plane, {"segments": {"s": archived}})
    with refused() as told:
        apply(plane, {"segments": {"s": {**archived, "members": ["b"]}}})
    [refusal] = told
    assert refusal.reason == "ARCHIVED"
    assert export(plane, show_archived=True)["segments"]["s"]["members"] == ["a"]


def test_members_are_merged_with_those_of_others(plane):
    written = {"kind": "static", "members": ["a", "b"]}
    apply(plane, {"segments": {"s": written}})
    added = segments.AddMembersRequest(name="segments/s", unit_ids=["c"])
    plane.segments.AddMembers(added)
    answer = apply(plane, {"segments": {"s": {**written, "members": ["b", "d"]}}})
    assert list(answer.changes[0].differences) == ["members: added `d`", "members: removed `a`"]
    assert export(plane)["segments"]["s"]["members"] == ["b", "c", "d"]


def test_a_copy_takes_over_what_its_source_says_in_the_same_documents(plane):
    match = {"attribute": "a", "is": "b"}
    written = {"segments": {"one": {"match": match}, "two": {"copy_of": "one"}}}
    apply(plane, written)
    assert export(plane)["segments"]["two"]["match"] == match
    assert not apply(plane, written).changes


A_PAIR = {"a": {"match": {"attribute": "p", "is": "x"}}, "b": {"copy_of": "a"}}


@pytest.mark.parametrize(
    ("segment", "field", "said"),
    [
        ({"copy_of": "b"}, "copy_of", "a copy cannot be copied: `c` → `b` → `a`: copy `a` itself"),
        ({"copy_of": "c"}, "copy_of", "a segment cannot copy itself: `c` → `c`"),
        ({"copy_of": "none"}, "copy_of", "unknown segment `none`"),
        ({"copy_of": "a", "match": A_PAIR["a"]["match"]}, "match", "has no place"),
    ],
)
def test_what_cannot_be_a_copy_is_told_by_its_name(plane, refused, segment, field, said):
    for before in ({}, A_PAIR):
        apply(plane, {"segments": before})
        with refused("INVALID_ARGUMENT", "INVALID_DOCUMENT") as told:
            apply(plane, {"segments": {**A_PAIR, "c": segment}})
        assert said in told[0].fields[f"segments/c {field}"]
    assert list(export(plane)["segments"]) == ["a", "b"]


def test_the_workspace_and_conditions_on_its_attributes_come_together(plane, refused):
    written = {
        "attributes": {"plan": "string"},
        "segments": {"s": {"match": {"attribute": "plan", "is": "pro"}}},
    }
    assert changes(apply(plane, written)) == {"segments/s": ADDED, "workspace": CHANGED}
    fewer = {"attributes": {"plan": "number"}, "segments": written["segments"]}
    with refused() as told:
        apply(plane, fewer)
    [refusal] = told
    assert refusal.reason == "INVALID_DOCUMENT"


def test_a_request_id_makes_it_once(plane):
    request_id = "6f1c1c1e-9f0a-4c1b-8a53-0d6a7c1f2b3d"
    first = apply(plane, {"flags": {"f": FLAG}}, request_id=request_id)
    assert apply(plane, {"flags": {"f": FLAG}}, request_id=request_id) == first


def test_each_item_has_its_event(plane):
    apply(plane, {"flags": {"f": FLAG, "g": FLAG}})
    found = plane.audit.ListAuditEvents(audit.ListAuditEventsRequest()).audit_events
    assert [(one.method, one.resource) for one in found] == [
        ("ApplyDocuments", "flags/g"),
        ("ApplyDocuments", "flags/f"),
    ]


def test_a_token_that_is_limited_applies_only_what_it_reaches(start, refused):
    plane = start()
    token = tokens.Token(role=tokens.ROLE_EDITOR, key_prefixes=["mine-"])
    made = plane.tokens.CreateToken(tokens.CreateTokenRequest(token=token, token_id="editor"))
    limited = plane.as_token(made.secret)
    assert changes(apply(limited, {"flags": {"mine-f": FLAG}})) == {"flags/mine-f": ADDED}
    with refused() as told:
        apply(limited, {"flags": {"mine-f": FLAG, "theirs": FLAG}})
    [refusal] = told
    assert refusal.code == grpc.StatusCode.PERMISSION_DENIED
    with refused() as told:
        apply(limited, {"workspace": {"timezone": "Europe/Berlin"}}, keep_missing=True)
    [refusal] = told
    assert refusal.code == grpc.StatusCode.PERMISSION_DENIED


@pytest.mark.parametrize("text", ["", "[]", '{"flags": {"f": {}, "f": {}}}', '{"flagz": {}}'])
def test_what_is_no_document_is_refused(plane, refused, text):
    request = documents.ApplyDocumentsRequest(documents=text)
    with refused() as told:
        plane.documents.ApplyDocuments(request)
    [refusal] = told
    assert refusal.code == grpc.StatusCode.INVALID_ARGUMENT
