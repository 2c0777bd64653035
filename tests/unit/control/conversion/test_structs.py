"""Numbers keep their digits in a Struct, and fields their order."""

import pytest
from google.protobuf import json_format, struct_pb2

from turnout.control.conversion.structs import from_struct, to_struct
from turnout.control.conversion.unreadable import Unreadable


@pytest.mark.parametrize(
    ("number", "carried"),
    [
        (5, 5),
        (-3, -3),
        (0.25, 0.25),
        (2**53, 2**53),
        (2**53 + 1, {"$number": "9007199254740993"}),
        (-(2**63), {"$number": "-9223372036854775808"}),
        (1e300, {"$number": "1e+300"}),
        (True, True),
    ],
)
def test_a_number_comes_back_as_it_was(number, carried):
    struct = to_struct({"is": number})
    assert json_format.MessageToDict(struct) == {"is": carried}
    back = from_struct(struct_pb2.Struct.FromString(struct.SerializeToString()))
    assert (back, type(back["is"])) == ({"is": number}, type(number))


@pytest.mark.parametrize(
    ("written", "path", "message"),
    [
        ({"all": [{"is": 2.0**54}]}, ("all", 0, "is"), "may have lost digits"),
        ({"is": float("nan")}, ("is",), "no finite number"),
        ({"is": {"$number": "many"}}, ("is",), "not `many`"),
        ({"is": {"$number": ""}}, ("is",), "holds a number"),
        ({"is": {"$number": "true"}}, ("is",), "not `true`"),
        ({"is": {"$number": ".inf"}}, ("is",), "no finite number"),
        ({"is": {"$number": "1" * 500}}, ("is",), "at most 400 characters"),
    ],
)
def test_a_number_that_no_document_has_is_refused_at_its_place(written, path, message):
    struct = struct_pb2.Struct()
    struct.update(written)
    with pytest.raises(Unreadable, match=message) as refused:
        from_struct(struct)
    assert refused.value.path == path


def test_fields_come_back_in_the_order_in_which_people_write_them():
    written = {
        "on_unset": "match",
        "is_at_least": 3,
        "event": {"window": "last 30 days", "where": {"b": 1, "a": None}, "count": "order"},
    }
    found = from_struct(to_struct(written))
    assert found == written
    assert list(found) == ["is_at_least", "on_unset", "event"]
    assert list(found["event"]) == ["count", "where", "window"]
    assert list(found["event"]["where"]) == ["a", "b"]
