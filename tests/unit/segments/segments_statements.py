"""Statements as queries of documents make them."""

from turnout.segments.query import Statement


def asking(sql, column="id", **more):
    """A statement as a query of a document makes it."""
    parameters = more.pop("parameters", {})
    return Statement(sql, parameters, column, **{"limit": 1_000_000, "timeout_s": 30.0} | more)
