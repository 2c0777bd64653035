r"""Which parameters a query names: `:days`, as SQLAlchemy's `text()` reads them.

A parameter is a colon and a word, where no colon, backslash or word comes before. `x::date` and
`a[2:3]` hold none, and `\:` is a colon.
"""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

PARAMETER: Final = re.compile(r"(?<![:\w\\]):(\w+)(?![:\w])")


class TemplateShape(NamedTuple):
    """The parameters of a query that turnout brings along."""

    required: frozenset[str]
    """Somebody has to say these."""
    optional: frozenset[str]

    @property
    def names(self) -> frozenset[str]:
        """All of them."""
        return self.required | self.optional


def _shape(required: str, optional: str = "unit at days now") -> TemplateShape:
    return TemplateShape(frozenset(required.split()), frozenset(optional.split()))


TEMPLATES: Mapping[str, TemplateShape] = {
    "active": _shape("table"),
    "did_at_least": _shape("table event", "unit name at times days now"),
    "first_seen": _shape("table"),
    "lapsed": _shape("table"),
    "did_but_not": _shape("table event but_not", "unit name at days now"),
}
"""By name. What each asks is said where queries are run; a test holds the two together."""


def names_in(sql: str) -> list[str]:
    """Gives the parameters of a query in the order in which they come first.

    Example:
        >>> names_in("select id from t where day > :since and a::date < :until")
        ['since', 'until']
    """
    return list(dict.fromkeys(PARAMETER.findall(sql)))
