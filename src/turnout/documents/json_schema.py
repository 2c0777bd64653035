"""The JSON Schema of the documents, for editors."""

from typing import Any

from pydantic import ConfigDict, Field, create_model

from turnout.documents.conditions import NonEmpty
from turnout.documents.models import (
    AttributeDocument,
    AttributeType,
    ExperimentDocument,
    FlagDocument,
    HoldoutDocument,
    LayerDocument,
    QueryDocument,
    SegmentDocument,
    WorkspaceDocument,
)
from turnout.documents.names import ITEM_KINDS, KEY_PATTERN


def schema() -> dict[str, Any]:
    """Describes a whole document as JSON Schema, draft 2020-12."""
    whole: Any = create_model(
        "Documents",
        __config__=ConfigDict(extra="forbid", title="turnout documents"),
        workspace=(WorkspaceDocument, Field(default_factory=WorkspaceDocument)),
        attributes=(dict[NonEmpty, AttributeType | AttributeDocument], Field(default_factory=dict)),
        segments=(dict[str, SegmentDocument], Field(default_factory=dict)),
        flags=(dict[str, FlagDocument], Field(default_factory=dict)),
        experiments=(dict[str, ExperimentDocument], Field(default_factory=dict)),
        layers=(dict[str, LayerDocument], Field(default_factory=dict)),
        holdouts=(dict[str, HoldoutDocument], Field(default_factory=dict)),
        queries=(dict[str, QueryDocument], Field(default_factory=dict)),
    )
    found: dict[str, Any] = whole.model_json_schema()
    found["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    found["description"] = "What turnout decides by: flags, experiments and who they are for."
    for section in ITEM_KINDS:
        found["properties"][section]["propertyNames"] = {"pattern": KEY_PATTERN}
    return found
