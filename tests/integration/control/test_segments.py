"""Segments: copies, references that keep them, what a paused one goes on with, and members."""

import pytest
from making import make_experiment, make_flag, make_segment, move

from turnout.control.v1 import segment_pb2 as pb
from turnout.store import Act


def stored(plane, key):
    with plane.store.read() as tx:
        return tx.items.get("segment", key)


def update(plane, **fields):
    return plane.segments.UpdateSegment(pb.UpdateSegmentRequest(segment=pb.Segment(**fields)))


def status(message):
    return pb.SegmentStatus.Name(message.status).removeprefix("SEGMENT_STATUS_")


def test_one_may_be_active_from_the_start_and_nothing_else(plane, refused):
    assert status(make_segment(plane, "a", status="SEGMENT_STATUS_ACTIVE")) == "ACTIVE"
    assert status(make_segment(plane, "b")) == "DRAFT"
    with refused("INVALID_ARGUMENT") as told:
        make_segment(plane, "c", status="SEGMENT_STATUS_PAUSED")
    assert "verbs change it later" in told[0].fields["segment.status"]


def test_the_kind_is_fixed_once_it_is_created(plane, refused):
    name = make_segment(plane, kind="SEGMENT_KIND_STATIC").name
    with refused("FAILED_PRECONDITION", "FIXED") as told:
        update(plane, name=name, kind="SEGMENT_KIND_EVERYONE")
    assert told[0].parts["fields"] == "kind"
    changed = plane.segments.UpdateSegment(
        pb.UpdateSegmentRequest(
            segment=pb.Segment(name=name, description="d"), update_mask={"paths": ["*"]}
        )
    )
    assert changed.kind == pb.SEGMENT_KIND_STATIC


def test_a_copy_takes_over_the_conditions_once(plane, refused):
    make_segment(plane, "staff", kind="SEGMENT_KIND_STATIC", status="SEGMENT_STATUS_ACTIVE")
    source = make_segment(plane, "buyers", exclude=["staff"], include_units=["u-1"])
    copy = make_segment(plane, "copy", copy_of="buyers", include_units=["u-2"])
    assert copy.match == source.match
    assert list(copy.include_units) == ["u-1", "u-2"]
    assert list(copy.exclude) == ["staff"]
    assert copy.salt != source.salt
    assert not copy.copy_of
    update(plane, name=source.name, match={"attribute": "p", "is": "another"})
    assert plane.segments.GetSegment(pb.GetSegmentRequest(name=copy.name)).match == source.match
    with refused("INVALID_ARGUMENT") as told:
        make_segment(plane, "c", copy_of="none")
    assert "unknown segment `none`" in told[0].fields["segment.copy_of"]
    with refused("INVALID_ARGUMENT") as told:
        make_segment(plane, "c", copy_of="staff")
    assert "no conditions to copy" in told[0].fields["segment.copy_of"]
    with refused("INVALID_ARGUMENT") as told:
        update(plane, name=copy.name, copy_of="buyers")
    assert "only a new one can be a copy" in told[0].fields["segment.copy_of"]


def test_edits_of_a_paused_one_wait_for_activation(plane):
    made = make_segment(plane, status="SEGMENT_STATUS_ACTIVE")
    first = stored(plane, "s").body
    move(plane.segments, "PauseSegment", made.name)
    changed = update(plane, name=made.name, match={"attribute": "p", "is": "new"})
    assert changed.match["is"] == "new"
    assert stored(plane, "s").active_body == first
    move(plane.segments, "ActivateSegment", made.name)
    assert stored(plane, "s").active_body is None


def test_a_paused_one_goes_on_with_what_was_published_last(plane):
    name = make_segment(plane, status="SEGMENT_STATUS_ACTIVE").name
    plane.released.publish(Act("anna", "Publish"))
    first = stored(plane, "s").body
    update(plane, name=name, match={"attribute": "p", "is": "new"}, description="said anew")
    move(plane.segments, "PauseSegment", name)
    assert stored(plane, "s").active_body == first
    plane.released.publish(Act("anna", "Publish"))
    published = plane.released.published(name)
    assert (published["match"], published["status"]) == (first["match"], "paused")
    assert published["description"] == "said anew"
    # Active again and paused at once, nothing was decided by the edit.
    move(plane.segments, "ActivateSegment", name)
    move(plane.segments, "PauseSegment", name)
    assert stored(plane, "s").active_body["match"] == first["match"]
    move(plane.segments, "ActivateSegment", name)
    plane.released.publish(Act("anna", "Publish"))
    move(plane.segments, "PauseSegment", name)
    assert stored(plane, "s").active_body["match"]["is"] == "new"


def test_an_archived_one_comes_back_with_what_was_published_last(plane):
    name = make_segment(plane, status="SEGMENT_STATUS_ACTIVE").name
    plane.released.publish(Act("anna", "Publish"))
    first = stored(plane, "s").body
    update(plane, name=name, match={"attribute": "p", "is": "new"})
    move(plane.segments, "ArchiveSegment", name)
    plane.released.publish(Act("anna", "Publish"))
    move(plane.segments, "RestoreSegment", name)
    assert stored(plane, "s").active_body == first


def test_one_that_was_published_with_what_is_gone_is_paused_once_it_is_published_anew(
    plane, refused
):
    other = make_segment(plane, "other", status="SEGMENT_STATUS_ACTIVE").name
    third = make_segment(plane, "third", status="SEGMENT_STATUS_ACTIVE").name
    name = make_segment(plane, match={"segment": "other"}, status="SEGMENT_STATUS_ACTIVE").name
    plane.released.publish(Act("anna", "Publish"))
    update(plane, name=name, match={"segment": "third"})
    for verb in ("ArchiveSegment", "DeleteSegment"):
        move(plane.segments, verb, other)
    with refused("FAILED_PRECONDITION", "HAS_PROBLEMS") as told:
        move(plane.segments, "PauseSegment", name)
    assert "unknown segment `other`" in told[0].message
    assert "publish what it says now before" in told[0].message
    plane.released.publish(Act("anna", "Publish"))
    move(plane.segments, "PauseSegment", name)
    # What it goes on with stays, whatever it says by now.
    update(plane, name=name, match={"attribute": "p", "is": "new"})
    with refused("FAILED_PRECONDITION", "IN_USE"):
        move(plane.segments, "ArchiveSegment", third)
    plane.released.publish(Act("anna", "Publish"))
    assert plane.released.published(name)["match"] == {"segment": "third"}


def test_conditions_that_cannot_come_back_are_found_when_restoring(plane, refused):
    other = make_segment(plane, "other", status="SEGMENT_STATUS_ACTIVE").name
    made = make_segment(plane, match={"segment": "other"}, status="SEGMENT_STATUS_ACTIVE").name
    move(plane.segments, "PauseSegment", made)
    update(plane, name=made, match={"attribute": "p", "is": "new"})
    move(plane.segments, "ArchiveSegment", made)
    move(plane.segments, "ArchiveSegment", other)
    move(plane.segments, "DeleteSegment", other)
    with refused("FAILED_PRECONDITION", "HAS_PROBLEMS") as told:
        move(plane.segments, "RestoreSegment", made)
    assert "unknown segment `other`" in told[0].message
    assert "restore it as a draft" in told[0].message
    move(plane.segments, "RestoreSegment", made, to_draft=True)


def test_one_that_comes_back_from_the_archive_goes_on_as_it_was_when_it_was_active(plane):
    made = make_segment(plane, status="SEGMENT_STATUS_ACTIVE")
    first = stored(plane, "s").body
    move(plane.segments, "ArchiveSegment", made.name)
    assert status(move(plane.segments, "RestoreSegment", made.name)) == "PAUSED"
    assert stored(plane, "s").active_body == first


def test_one_in_use_is_not_archived_unless_forced(plane, refused):
    name = make_segment(plane, status="SEGMENT_STATUS_ACTIVE").name
    flag = make_flag(
        plane, status="FLAG_STATUS_ENABLED", rules=[{"when": {"segment": "s"}, "serve": "on"}]
    )
    with refused("FAILED_PRECONDITION", "IN_USE") as told:
        move(plane.segments, "ArchiveSegment", name)
    assert told[0].subjects == {"flags/f": "refers to it in `rules[0].when.segment`"}
    assert told[0].parts["referrers"] == "flags/f"
    assert status(move(plane.segments, "ArchiveSegment", name, force=True)) == "ARCHIVED"
    move(plane.segments, "RestoreSegment", name)
    move(plane.flags, "DisableFlag", flag.name)
    assert status(move(plane.segments, "ArchiveSegment", name)) == "ARCHIVED"


def test_one_that_anything_refers_to_is_no_draft_again_and_not_deleted(plane, refused):
    name = make_segment(plane, status="SEGMENT_STATUS_ACTIVE").name
    make_experiment(plane, audience={"condition": {"segment": "s"}})
    move(plane.segments, "ArchiveSegment", name)
    with refused("FAILED_PRECONDITION", "IN_USE") as told:
        move(plane.segments, "RestoreSegment", name, to_draft=True)
    assert "experiments/e" in told[0].subjects
    with refused("FAILED_PRECONDITION", "IN_USE"):
        move(plane.segments, "DeleteSegment", name)


def test_one_that_nothing_refers_to_is_a_draft_again_and_deleted(plane, refused):
    name = make_segment(plane, status="SEGMENT_STATUS_ACTIVE").name
    with refused("FAILED_PRECONDITION", "FORBIDDEN_MOVE") as told:
        move(plane.segments, "DeleteSegment", name)
    assert told[0].parts["allowed_verbs"] == "Pause,Archive"
    move(plane.segments, "ArchiveSegment", name)
    assert status(move(plane.segments, "RestoreSegment", name, to_draft=True)) == "DRAFT"
    move(plane.segments, "DeleteSegment", name)
    with refused("NOT_FOUND", "SEGMENT_NOT_FOUND"):
        plane.segments.GetSegment(pb.GetSegmentRequest(name=name))
    assert make_segment(plane).name == name


@pytest.mark.parametrize("verbs", [(), ("ActivateSegment", "PauseSegment"), ("ArchiveSegment",)])
def test_a_new_reference_needs_an_active_segment(plane, refused, verbs):
    name = make_segment(plane).name
    for verb in verbs:
        move(plane.segments, verb, name)
    with refused("INVALID_ARGUMENT", "INVALID_DOCUMENT") as told:
        make_flag(plane, rules=[{"when": {"segment": "s"}, "serve": "on"}])
    assert "needs an active segment" in told[0].fields["flag.rules[0].when.segment"]


def test_an_archived_one_is_not_edited(plane, refused):
    name = make_segment(plane).name
    move(plane.segments, "ArchiveSegment", name)
    with refused("FAILED_PRECONDITION", "ARCHIVED") as told:
        update(plane, name=name, description="d")
    assert told[0].parts["allowed_verbs"] == "Restore"


class TestMembers:
    @pytest.fixture
    def name(self, plane):
        return make_segment(plane, kind="SEGMENT_KIND_STATIC").name

    def add(self, plane, name, *ids):
        return plane.segments.AddMembers(pb.AddMembersRequest(name=name, unit_ids=ids))

    def test_adding_and_removing_twice_changes_nothing(self, plane, name):
        added = self.add(plane, name, "u-1", "u-2", "u-1")
        assert (added.added_count, added.member_count) == (2, 2)
        assert self.add(plane, name, "u-2").added_count == 0
        request = pb.RemoveMembersRequest(name=name, unit_ids=["u-1", "u-9"])
        removed = plane.segments.RemoveMembers(request)
        assert (removed.removed_count, removed.member_count) == (1, 1)
        assert plane.segments.RemoveMembers(request).removed_count == 0
        found = plane.segments.GetSegment(pb.GetSegmentRequest(name=name))
        assert found.member_count == 1

    def test_they_come_in_pages(self, plane, name):
        self.add(plane, name, *(f"u-{at}" for at in range(5)))
        seen, token = [], ""
        while True:
            page = plane.segments.ListMembers(
                pb.ListMembersRequest(name=name, page_size=2, page_token=token)
            )
            seen += page.unit_ids
            token = page.next_page_token
            if not token:
                break
        assert seen == [f"u-{at}" for at in range(5)]

    def test_a_page_of_long_ids_fits_into_a_message(self, plane, name):
        for part in range(4):
            self.add(plane, name, *(f"{part}-{at:04}-{'x' * 1000}" for at in range(1500)))
        seen, token, pages = 0, "", 0
        while True:
            page = plane.segments.ListMembers(
                pb.ListMembersRequest(name=name, page_size=10_000, page_token=token)
            )
            seen, pages, token = seen + len(page.unit_ids), pages + 1, page.next_page_token
            if not token:
                break
        assert (seen, pages) == (6000, 2)

    @pytest.mark.parametrize(
        ("ids", "field"),
        [([], "unit_ids"), (["u-1", ""], "unit_ids[1]"), (["u"] * 10_001, "unit_ids"),
         (["x" * 1000] * 3000, "unit_ids")],
    )  # fmt: skip
    def test_ids_that_cannot_be_meant_are_refused(self, plane, refused, name, ids, field):
        with refused("INVALID_ARGUMENT") as told:
            self.add(plane, name, *ids)
        assert field in told[0].fields

    def test_only_a_static_segment_has_them(self, plane, refused):
        name = make_segment(plane, "everyone", kind="SEGMENT_KIND_EVERYONE").name
        with refused("FAILED_PRECONDITION", "NOT_STATIC") as told:
            plane.segments.ListMembers(pb.ListMembersRequest(name=name))
        assert told[0].parts["kind"] == "everyone"
        with refused("FAILED_PRECONDITION", "NOT_STATIC"):
            self.add(plane, make_segment(plane, "rule").name, "u-1")

    def test_a_repeated_request_answers_as_the_first_did(self, plane, name):
        request = pb.AddMembersRequest(
            name=name, unit_ids=["u-1"], request_id="6f1c1c1e-9f0a-4c1b-8a53-0d6a7c1f2b3d"
        )
        assert plane.segments.AddMembers(request).added_count == 1
        assert plane.segments.AddMembers(request).added_count == 1

    def test_validating_counts_and_changes_nothing(self, plane, name):
        self.add(plane, name, "u-1")
        asked = {"name": name, "unit_ids": ["u-1", "u-2"], "validate_only": True}
        added = plane.segments.AddMembers(pb.AddMembersRequest(**asked))
        removed = plane.segments.RemoveMembers(pb.RemoveMembersRequest(**asked))
        assert (added.added_count, added.member_count) == (1, 2)
        assert (removed.removed_count, removed.member_count) == (1, 0)
        left = plane.segments.ListMembers(pb.ListMembersRequest(name=name))
        assert list(left.unit_ids) == ["u-1"]

    def test_the_etag_stays_for_those_who_edit_the_definition(self, plane, name):
        etag = plane.segments.GetSegment(pb.GetSegmentRequest(name=name)).etag
        self.add(plane, name, "u-1")
        changed = update(plane, name=name, etag=etag, description="d")
        assert changed.member_count == 1
