"""The JSON Schema for editors agrees with the compiler, as far as a schema can."""

from pathlib import Path

import editor
import golden
import pytest

from turnout.documents import read_paths, schema
from turnout.documents.document import read_document

SCHEMA = schema()
SHOP = Path(__file__).parents[2] / "examples" / "shop"
# Those whose shape alone is wrong; what the others say needs a compiler.
SHAPES = [
    pytest.param(case, id=name)
    for name, case in golden.refused_documents()
    if name.startswith("fields: an unknown") or "a field that is not known" in name
]


def plain(document):
    """What a file says, as JSON has it."""
    whole = {"workspace": document.workspace or {}, "attributes": document.attributes}
    for (kind, key), item in document.items.items():
        whole.setdefault(f"{kind}s", {})[key] = item.raw
    return whole


@pytest.mark.parametrize("file", golden.decision_files())
def test_golden_documents_fit(file):
    assert editor.faults(golden.documents(file), SCHEMA, SCHEMA) == []


def test_the_documents_of_golden_rows_fit():
    for row in golden.rows(refused=False):
        assert editor.faults(row.documents(), SCHEMA, SCHEMA) == [], row.fields


def test_the_shop_fits():
    for file in read_paths(SHOP).files:
        assert editor.faults(plain(file.document), SCHEMA, SCHEMA) == []


@pytest.mark.parametrize("case", SHAPES)
def test_what_has_no_such_field_does_not_fit(case):
    document = read_document("\n".join(case["yaml"]).encode())
    assert editor.faults(plain(document), SCHEMA, SCHEMA) or document.faults
