"""What finds the members of a dynamic segment."""

from turnout.releases.documents import Body
from turnout.store import json_text

_DEFAULT_UNIT = "user"


def found_by(body: Body) -> str:
    """Stands for what finds the members of a dynamic segment, in hex.

    Another query, other parameters or another unit have another one. The text of the query is no
    part of it: queries are not published.

    Args:
        body: Of the segment.
    """
    finding = {
        "query": body.get("query"),
        "parameters": body.get("parameters") or {},
        "unit": body.get("unit") or _DEFAULT_UNIT,
    }
    return json_text.fingerprint(json_text.canonical(finding))
