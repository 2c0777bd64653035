"""Masks: which fields an update takes over."""

import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from turnout.control.failures import InvalidArgument
from turnout.control.masks import fields_to_take, take
from turnout.control.v1.experiment_pb2 import Experiment
from turnout.control.v1.segment_pb2 import Segment

OUTPUT = ("create_time", "update_time", "member_count")


def fields(paths, given=None):
    return fields_to_take(FieldMask(paths=paths), given or Segment(), "segment", output_only=OUTPUT)


def test_without_a_mask_what_is_set_is_taken():
    given = Segment(name="segments/s", etag="1", member_count=3, description="d", tags=["a"])
    assert fields([], given) == ["description", "tags"]


def test_a_star_takes_everything_that_may_be_written():
    taken = fields(["*"])
    assert {"description", "match", "status", "include_units"} <= set(taken)
    assert not {"name", "etag", *OUTPUT} & set(taken)


def test_named_fields_are_taken_once_and_in_the_order_of_the_resource():
    assert fields(["tags", "description", "tags", "name", "etag"]) == ["description", "tags"]


@pytest.mark.parametrize(
    ("paths", "told"),
    [
        (["*", "tags"], "`*` stands alone"),
        (["descriptoin"], "is no field of a segment, did you mean `description`?"),
        (["zzz"], "`zzz` is no field of a segment"),
        (["match.all"], "name `match`, which is taken over as a whole"),
        (["member_count"], "`member_count` is set by the server"),
        ([""], "`` is no field of a segment"),
    ],
)
def test_a_mask_that_cannot_be_meant_is_refused(paths, told):
    with pytest.raises(InvalidArgument) as refused:
        fields(paths)
    assert told in str(refused.value)
    assert refused.value.violations[0].field == "update_mask"


def test_taking_a_field_that_is_not_set_clears_it():
    into = Experiment(traffic="5%", audience_sticky=False, tags=["a"], audience={"include": ["s"]})
    source = Experiment(description="new", overrides=[{"unit_id": "u", "variant": "v"}])
    take(
        ["description", "traffic", "audience_sticky", "audience", "tags", "overrides"], source, into
    )
    assert into == Experiment(description="new", overrides=[{"unit_id": "u", "variant": "v"}])
    assert not into.HasField("audience_sticky")
    assert not into.HasField("audience")


def test_taking_leaves_other_fields_alone():
    into = Experiment(traffic="5%", description="old")
    take(["traffic", "audience_sticky"], Experiment(traffic="9%", audience_sticky=True), into)
    assert into == Experiment(traffic="9%", description="old", audience_sticky=True)
