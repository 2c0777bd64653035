"""Documents of a request: read strictly, refused with what is wrong."""

import pytest

from turnout.control.applying.reading import read_documents
from turnout.control.failures import InvalidArgument, InvalidDocument


def test_items_come_by_kind_and_key_with_their_fields_in_order():
    found = read_documents('{"flags": {"f": {"variants": {"on": 1, "off": 0}, "default": "on"}}}')
    assert found.items == {("flag", "f"): {"variants": {"on": 1, "off": 0}, "default": "on"}}
    assert list(found.items["flag", "f"]["variants"]) == ["on", "off"]


def test_attributes_come_in_their_long_form_with_the_workspace():
    text = '{"workspace": {"timezone": "UTC"}, "attributes": {"a": "string", "b": {"type": "ip"}}}'
    assert read_documents(text).workspace == {
        "timezone": "UTC",
        "attributes": {"a": {"type": "string"}, "b": {"type": "ip"}},
    }


def test_nothing_is_a_document_too():
    assert read_documents("{}") == ({}, {})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no JSON of documents"),
        ("[" * 100_000, "no JSON of documents"),
        ("[]", "a JSON object with sections"),
        ('{"flags": {"f": {}, "f": {}}}', "`f` is written twice"),
        ('{"flags": {"f": {"default": NaN}}}', "`NaN` is no number"),
    ],
)
def test_what_is_no_json_of_documents_is_refused(text, message):
    with pytest.raises(InvalidArgument, match=message):
        read_documents(text)


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ('{"flagz": {}}', "flagz", "unknown section `flagz`"),
        ('{"flags": []}', "flags", "`flags` must be a mapping"),
        ('{"flags": {"f": 1}}', "flags/f", "mapping"),
        ('{"segments": {"s": {"members": 5}}}', "segments/s members", "list"),
        ('{"flags": {"f": ' + '{"a":' * 70 + "1" + "}" * 71 + "}", "flags/f", "deep"),
    ],
)
def test_what_has_no_shape_of_documents_is_refused_at_its_place(text, place, message):
    with pytest.raises(InvalidDocument) as refused:
        read_documents(text)
    [violation] = refused.value.violations
    assert violation.field.startswith(place)
    assert message in violation.message
