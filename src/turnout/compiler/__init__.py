"""Documents become the content of a snapshot here, item by item."""

from turnout.compiler.compilation import compile_documents, judge_documents
from turnout.compiler.compiled import Compiled, CompileFailed
from turnout.documents import Problem

__all__ = ["CompileFailed", "Compiled", "Problem", "compile_documents", "judge_documents"]
