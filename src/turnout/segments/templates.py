"""Ready queries about what units did, which DuckDB and PostgreSQL both understand.

Days are spans of 24 hours before `now`, which is the database's clock unless it is given. Moments
without an offset are in UTC.
"""

from functools import cache

from turnout.documents.names import nearest
from turnout.documents.problem import clip
from turnout.segments.failures import BadQuery
from turnout.segments.template import Template, TemplateParameter

_EVENTS = TemplateParameter("table", "table", about="the events, a table or a file of them")
_UNIT = TemplateParameter("unit", "column", "user_id", "the column with the id of who did it")
_NAME = TemplateParameter("name", "column", "event", "the column with what was done")
_AT = TemplateParameter("at", "column", "occurred_at", "the column with when it was done")
_DAYS = TemplateParameter("days", "days", 30)
_NOW = TemplateParameter("now", "moment", about="the moment that days are counted back from")


def _text(name: str, about: str) -> TemplateParameter:
    return TemplateParameter(name, "text", about=about)


@cache
def templates() -> dict[str, Template]:
    """Gives all templates by name."""
    listed = (
        Template(
            "active",
            "did anything within the last days",
            """SELECT DISTINCT {unit} AS {id}
FROM {table}
WHERE {unit} IS NOT NULL AND {at} >= {since} AND {at} <= {until}""",
            (_EVENTS, _UNIT, _AT, _DAYS, _NOW),
        ),
        Template(
            "did_at_least",
            "did something so many times within the last days",
            """SELECT {unit} AS {id}
FROM {table}
WHERE {unit} IS NOT NULL AND {name} = :event
  AND {at} >= {since} AND {at} <= {until}
GROUP BY {unit}
HAVING COUNT(*) >= CAST(:times AS bigint)""",
            (
                _EVENTS,
                _UNIT,
                _NAME,
                _AT,
                _text("event", "what was done"),
                TemplateParameter("times", "count", 1),
                _DAYS,
                _NOW,
            ),
        ),
        Template(
            "first_seen",
            "did something for the first time within the last days",
            """SELECT {unit} AS {id}
FROM {table}
WHERE {unit} IS NOT NULL AND {at} <= {until}
GROUP BY {unit}
HAVING MIN({at}) >= {since}""",
            (_EVENTS, _UNIT, _AT, _DAYS, _NOW),
        ),
        Template(
            "lapsed",
            "did something before the last days, and nothing within them",
            """SELECT {unit} AS {id}
FROM {table}
WHERE {unit} IS NOT NULL AND {at} <= {until}
GROUP BY {unit}
HAVING MAX({at}) < {since}""",
            (_EVENTS, _UNIT, _AT, _DAYS, _NOW),
        ),
        Template(
            "did_but_not",
            "did one thing within the last days, and another not",
            """SELECT {unit} AS {id}
FROM {table}
WHERE {unit} IS NOT NULL AND {name} IN (:event, :but_not)
  AND {at} >= {since} AND {at} <= {until}
GROUP BY {unit}
HAVING COUNT(CASE WHEN {name} = :event THEN 1 END) > 0
  AND COUNT(CASE WHEN {name} = :but_not THEN 1 END) = 0""",
            (
                _EVENTS,
                _UNIT,
                _NAME,
                _AT,
                _text("event", "what was done"),
                _text("but_not", "what was not done"),
                _DAYS,
                _NOW,
            ),
        ),
    )
    return {one.name: one for one in listed}


def template(name: str) -> Template:
    """Gives a template; raises `BadQuery` when there is none of this name."""
    found = templates().get(name)
    if found is None:
        near = nearest(name, templates())
        listed = near or f": there are {', '.join(f'`{one}`' for one in templates())}"
        raise BadQuery("template", f"there is no template `{clip(name)}`{listed}")
    return found
