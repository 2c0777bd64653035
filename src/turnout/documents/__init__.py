"""What people write: YAML and JSON documents, read with the place of everything.

Reading never fails for what a file holds: each `Document` carries its faults, and the compiler
tells them with those that it finds itself.
"""

from turnout.documents.catalogue import Catalogue, SourceFile
from turnout.documents.document import Document, WrittenItem
from turnout.documents.json_schema import schema
from turnout.documents.models import (
    AttributeDocument,
    ExperimentDocument,
    FlagDocument,
    HoldoutDocument,
    ItemDocument,
    LayerDocument,
    QueryDocument,
    RuleDocument,
    SegmentDocument,
    VariantDocument,
    WorkspaceDocument,
)
from turnout.documents.problem import Fault, Problem
from turnout.documents.reading import read_mapping, read_paths
from turnout.documents.rewriting import CannotWrite, FieldChange, rewritten, set_fields
from turnout.documents.validation import (
    Invalid,
    validate_attribute,
    validate_item,
    validate_workspace,
)
from turnout.documents.writing import write_file

json_schema = schema

__all__ = [
    "AttributeDocument",
    "CannotWrite",
    "Catalogue",
    "Document",
    "ExperimentDocument",
    "Fault",
    "FieldChange",
    "FlagDocument",
    "HoldoutDocument",
    "Invalid",
    "ItemDocument",
    "LayerDocument",
    "Problem",
    "QueryDocument",
    "RuleDocument",
    "SegmentDocument",
    "SourceFile",
    "VariantDocument",
    "WorkspaceDocument",
    "WrittenItem",
    "json_schema",
    "read_mapping",
    "read_paths",
    "rewritten",
    "schema",
    "set_fields",
    "validate_attribute",
    "validate_item",
    "validate_workspace",
    "write_file",
]
