"""The JSON Schema says what the compiler says, as far as a schema can."""

import json

from turnout.documents import names, schema


def test_schema_describes_every_section():
    found = schema()
    assert set(found["properties"]) == set(names.SECTIONS)
    assert found["additionalProperties"] is False
    assert json.loads(json.dumps(found)) == found


def test_every_reference_leads_somewhere():
    found = schema()

    def references(node):
        if isinstance(node, dict):
            if "$ref" in node:
                yield node["$ref"]
            for inner in node.values():
                yield from references(inner)
        elif isinstance(node, list):
            for inner in node:
                yield from references(inner)

    for reference in references(found):
        assert reference.removeprefix("#/$defs/") in found["$defs"]


def test_conditions_know_every_operator_and_nothing_else():
    condition = schema()["$defs"]["ConditionDocument"]
    assert set(names.OPERATORS) < set(condition["properties"])
    assert condition["additionalProperties"] is False
    assert condition["properties"]["type"]["enum"] == list(names.SCHEMA_TYPES)
    assert condition["properties"]["all"]["items"] == {"$ref": "#/$defs/ConditionDocument"}


def test_shapes_of_items():
    definitions = schema()["$defs"]
    assert definitions["FlagDocument"]["required"] == ["variants", "default"]
    assert definitions["SegmentDocument"]["properties"]["status"]["default"] == "active"
    assert "pattern" in definitions["VariantDocument"]["properties"]["weight"]
