"""Items through real stubs: created, read, listed, changed, moved and removed."""

import time

import pytest
from making import make_experiment, move

from turnout.control.v1 import experiment_pb2 as experiments
from turnout.control.v1 import flag_pb2 as flags
from turnout.control.v1 import schedule_pb2
from turnout.control.v1 import segment_pb2 as segments

ON_OFF = [
    {"name": "on", "value": {"boolean": True}},
    {"name": "off", "value": {"boolean": False}},
]


def flag(**fields):
    return flags.Flag(**{"variants": ON_OFF, "default_variant": "off"} | fields)


def create_flag(plane, key, **fields):
    return plane.flags.CreateFlag(flags.CreateFlagRequest(flag=flag(**fields), flag_id=key))


def create_segment(plane, key, **fields):
    given = segments.Segment(**{"match": {"attribute": "plan", "is": "pro"}} | fields)
    request = segments.CreateSegmentRequest(segment=given, segment_id=key)
    return plane.segments.CreateSegment(request)


def test_a_flag_is_created_as_a_draft_with_a_salt_of_its_own(plane):
    made = create_flag(plane, "new-checkout", description="One page", tags=["checkout"])
    assert made.name == "flags/new-checkout"
    assert made.status == flags.FLAG_STATUS_DRAFT
    assert made.salt not in ("", "new-checkout")
    assert made.create_time == made.update_time
    assert plane.flags.GetFlag(flags.GetFlagRequest(name=made.name)) == made


def test_a_flag_goes_through_its_life(plane):
    name = create_flag(plane, "f").name
    status = plane.flags.EnableFlag(flags.EnableFlagRequest(name=name)).status
    assert status == flags.FLAG_STATUS_ENABLED
    plane.flags.DisableFlag(flags.DisableFlagRequest(name=name))
    status = plane.flags.ArchiveFlag(flags.ArchiveFlagRequest(name=name)).status
    assert status == flags.FLAG_STATUS_ARCHIVED
    assert not plane.flags.ListFlags(flags.ListFlagsRequest()).flags
    status = plane.flags.RestoreFlag(flags.RestoreFlagRequest(name=name)).status
    assert status == flags.FLAG_STATUS_DISABLED


def test_a_move_that_is_not_allowed_names_those_that_are(plane, refused):
    name = create_flag(plane, "f").name
    with refused("FAILED_PRECONDITION", "FORBIDDEN_MOVE") as told:
        plane.flags.DisableFlag(flags.DisableFlagRequest(name=name))
    assert told[0].parts["allowed_verbs"] == "Enable,Archive"
    assert "`Enable`" in told[0].message


def test_what_is_wrong_in_an_item_is_told_by_field(plane, refused):
    rules = [
        {"when": {"all": [{"segment": "nobody"}]}, "serve": "on"},
        {"serve": "onn"},
    ]
    with refused("INVALID_ARGUMENT", "INVALID_DOCUMENT") as told:
        create_flag(plane, "f", rules=rules)
    fields = told[0].fields
    assert "unknown segment `nobody`" in fields["flag.rules[0].when.all[0].segment"]
    assert "`onn`" in fields["flag.rules[1].serve"]
    assert not plane.flags.ListFlags(flags.ListFlagsRequest()).flags


def test_an_update_takes_the_fields_of_its_mask(plane):
    made = create_flag(plane, "f", description="old", tags=["a"])
    given = flags.Flag(name=made.name, etag=made.etag, description="new", tags=["b"])
    changed = plane.flags.UpdateFlag(
        flags.UpdateFlagRequest(flag=given, update_mask={"paths": ["description"]})
    )
    assert (changed.description, list(changed.tags)) == ("new", ["a"])
    assert changed.etag != made.etag
    assert changed.variants == made.variants


def test_an_etag_of_before_is_refused_with_the_current_one(plane, refused):
    made = create_flag(plane, "f")
    given = flags.Flag(name=made.name, etag=made.etag, description="one")
    changed = plane.flags.UpdateFlag(flags.UpdateFlagRequest(flag=given))
    with refused("ABORTED", "ETAG_MISMATCH") as told:
        plane.flags.UpdateFlag(flags.UpdateFlagRequest(flag=given))
    assert told[0].parts["etag"] == changed.etag


def test_conditions_keep_their_numbers_through_an_update_of_something_else(plane):
    big = {"attribute": "id", "is": {"$number": "9007199254740993"}}
    made = create_segment(plane, "s", match=big)
    given = segments.Segment(name=made.name, description="d")
    changed = plane.segments.UpdateSegment(segments.UpdateSegmentRequest(segment=given))
    assert changed.match == made.match
    with plane.store.read() as tx:
        assert tx.items.get("segment", "s").body["match"]["is"] == 9007199254740993


def test_flags_and_experiments_share_one_space_of_keys(plane, refused):
    create_flag(plane, "k")
    given = experiments.Experiment(variants=[])
    with refused("ALREADY_EXISTS", "KEY_TAKEN") as told:
        plane.experiments.CreateExperiment(
            experiments.CreateExperimentRequest(experiment=given, experiment_id="k")
        )
    assert told[0].parts == {"kind": "experiment", "key": "k", "taken_by": "flag"}


@pytest.mark.parametrize("key", ["", "ä", "a b", "x" * 97, "a/b"])
def test_a_key_that_is_none_is_refused(plane, refused, key):
    with refused("INVALID_ARGUMENT", "BAD_KEY") as told:
        create_flag(plane, key)
    assert "flag_id" in told[0].fields


def test_what_is_not_there_is_not_found(plane, refused):
    with refused("NOT_FOUND", "FLAG_NOT_FOUND") as told:
        plane.flags.GetFlag(flags.GetFlagRequest(name="flags/none"))
    assert told[0].parts == {"kind": "flag", "key": "none"}


def test_pages_hold_all_once(plane, refused):
    for at in range(5):
        create_flag(plane, f"f-{at}", tags=["odd"] if at % 2 else [])
    seen, token = [], ""
    while True:
        page = plane.flags.ListFlags(flags.ListFlagsRequest(page_size=2, page_token=token))
        seen += [one.name for one in page.flags]
        token = page.next_page_token
        if not token:
            break
    assert seen == [f"flags/f-{at}" for at in range(5)]
    first = plane.flags.ListFlags(flags.ListFlagsRequest(page_size=2))
    with refused("INVALID_ARGUMENT", "BAD_PAGE_TOKEN"):
        plane.flags.ListFlags(
            flags.ListFlagsRequest(page_token=first.next_page_token, filter="tags:odd")
        )


def test_a_request_id_answers_in_the_same_bytes_and_does_nothing_twice(plane, refused):
    request_id = "6f1c1c1e-9f0a-4c1b-8a53-0d6a7c1f2b3d"
    request = flags.CreateFlagRequest(flag=flag(), flag_id="f", request_id=request_id)
    first = plane.flags.CreateFlag(request)
    second = plane.flags.CreateFlag(request)
    assert second.SerializeToString() == first.SerializeToString()
    request.flag_id = "other"
    with refused("INVALID_ARGUMENT", "REQUEST_ID_REUSED") as told:
        plane.flags.CreateFlag(request)
    assert "request_id" in told[0].fields


def test_validate_only_changes_nothing(plane, refused):
    request = flags.CreateFlagRequest(flag=flag(), flag_id="f", validate_only=True)
    assert plane.flags.CreateFlag(request).name == "flags/f"
    assert not plane.flags.ListFlags(flags.ListFlagsRequest()).flags
    request.flag.default_variant = "zzz"
    with refused("INVALID_ARGUMENT", "INVALID_DOCUMENT"):
        plane.flags.CreateFlag(request)


def test_what_no_document_can_say_is_told_by_its_place_in_the_request(plane, refused):
    variants = [
        {"name": "on", "value": {"boolean": True}},
        {"name": "off", "value": {"double": float("nan")}},
    ]
    with refused("INVALID_ARGUMENT") as told:
        create_flag(plane, "f", variants=variants)
    assert told[0].fields == {"flag.variants[1].value": "`nan` is no finite number"}
    with refused("INVALID_ARGUMENT") as told:
        create_flag(plane, "f", status=99)
    words = "`DRAFT`, `ENABLED`, `DISABLED`, `ARCHIVED`"
    assert told[0].fields == {"flag.status": f"the number `99` is not one of {words}"}


def test_a_choice_that_is_none_is_told_where_it_stands(plane, refused):
    make_experiment(plane)
    move(plane.experiments, "StartExperiment", "experiments/e")
    request = experiments.ConcludeExperimentRequest(
        name="experiments/e", winner="green", winner_for=9
    )
    expected = "the number `9` is not one of `AUDIENCE`, `EVERYONE`"
    with refused("INVALID_ARGUMENT") as told:
        plane.experiments.ConcludeExperiment(request)
    assert told[0].fields == {"winner_for": expected}
    conclude = {"verb": "SCHEDULED_VERB_CONCLUDE", "winner": "green", "winner_for": 9}
    change = schedule_pb2.ScheduledChange(item="experiments/e", move=conclude)
    change.change_time.FromNanoseconds(time.time_ns() + 3_600_000_000_000)
    scheduled = schedule_pb2.CreateScheduledChangeRequest(scheduled_change=change)
    with refused("INVALID_ARGUMENT") as told:
        plane.schedules.CreateScheduledChange(scheduled)
    assert told[0].fields == {"scheduled_change.move.winner_for": expected}
