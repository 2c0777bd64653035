"""Everything that documents may say, and every answer, is described."""

from pathlib import Path

from turnout import Reason
from turnout.documents.conditions import CONDITION_FIELDS, EventDocument
from turnout.documents.models import MODELS, RuleDocument, VariantDocument, WorkspaceDocument
from turnout.documents.names import (
    BUCKETING_ALGORITHMS,
    OPERATORS,
    SCHEMA_TYPES,
    SECTION_OF,
    SECTIONS,
)
from turnout.results import Note

DOCS = Path(__file__).parents[2] / "docs"


def page(*names):
    return "\n".join((DOCS / f"{name}.md").read_text(encoding="utf-8") for name in names)


def missing(words, text):
    return [word for word in words if f"`{word}" not in text and f"{word}:" not in text]


def test_every_operator_has_a_row_or_a_word():
    assert missing(OPERATORS, page("targeting")) == []


def test_every_type_is_named():
    assert missing(SCHEMA_TYPES, page("documents")) == []


def test_every_part_of_a_condition_is_named():
    fields = [field for field in CONDITION_FIELDS if field not in OPERATORS]
    assert missing([*fields, *EventDocument.model_fields], page("documents")) == []


def test_every_field_of_an_item_is_named():
    for kind, model in MODELS.items():
        text = page("experiments") if kind == "experiment" else section(kind)
        assert missing(model.model_fields, text) == [], kind
    for model in (RuleDocument, VariantDocument, WorkspaceDocument):
        assert missing(model.model_fields, page("documents", "experiments")) == []


def section(kind):
    return page("documents").partition(f"\n## {SECTION_OF[kind]}\n")[2].partition("\n## ")[0]


def test_every_section_is_named():
    assert [one for one in SECTIONS if f"\n## {one}\n" not in page("documents")] == []


def test_every_answer_is_named():
    told = page("targeting", "experiments", "stickiness", "errors")
    reasons = [one for one in Reason if one != "UNSPECIFIED"]
    assert missing(reasons, told) == []
    assert missing([one for one in Note if one != "UNSPECIFIED"], page("targeting")) == []


def test_every_algorithm_is_named():
    assert missing(BUCKETING_ALGORITHMS, page("moving")) == []
