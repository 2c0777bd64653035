"""Compiles documents in tests and looks into what came out."""

from turnout.compiler import compile_documents
from turnout.documents import Catalogue, SourceFile, read_mapping
from turnout.documents.document import read_document
from turnout.snapshot.v1 import snapshot_pb2 as pb


def compiled(documents, history=None):
    return compile_documents(read_mapping(documents), history)


def content(documents):
    return pb.Content.FromString(compiled(documents).content)


def catalogue(**texts):
    """Files by name without suffix, as text."""
    return Catalogue(
        SourceFile(f"{name}.yaml", read_document(text.encode())) for name, text in texts.items()
    )


def messages(result):
    return [problem.message for problem in result.problems]


def segment(match, **fields):
    return {"segments": {"s": {"match": match, **fields}}}


def flag(rules=(), **fields):
    whole = {"variants": {"on": True, "off": False}, "default": "off", "rules": list(rules)}
    return {"flags": {"f": {**whole, **fields}}}


def experiment(**fields):
    variants = {"control": {"weight": "50%", "value": 1}, "b": {"weight": "50%", "value": 2}}
    return {"experiments": {"e": {"variants": variants, **fields}}}
