"""Filters of lists: a subset of AIP-160, whose errors say where and what there is.

`status = RUNNING AND tags:checkout`; a bare word is looked for in texts; several terms in a row are
joined by AND; one field may have several values, `status = A OR status = B`.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from turnout.control.failures import InvalidArgument
from turnout.documents.names import nearest
from turnout.documents.problem import clip

MOST_TERMS = 20
MOST_CHARACTERS = 2000

_WORD = re.compile(
    r"""\s*(?:
        (?P<text> "(?:[^"\\]|\\.)*" )
        | (?P<sign> <= | >= | != | [=<>:()] )
        | (?P<word> (?: [^\s"=<>!:()] | (?<=\d):(?=\d) )+ )  # a colon inside of a time
    )""",
    re.VERBOSE,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_SIGNS = ("=", "!=", ":", "<", "<=", ">", ">=")
_WORDS = {
    "NOT": "write `!=` instead",
    "AND": "it stands between two terms",
    "OR": "it stands between two terms",
}


class Term(NamedTuple):
    """One comparison, or a word that is looked for."""

    field: str
    """Empty for a word."""
    sign: str
    values: tuple[str, ...]
    """Any of them."""
    place: int
    """In characters, from 1."""


class _Token(NamedTuple):
    kind: str
    text: str
    place: int


Fields = Mapping[str, tuple[str, ...]]
"""The signs that each field may be compared by."""


def read_filter(text: str, fields: Fields, *, words: bool = True) -> list[Term]:
    """Reads a filter: all of its terms must hold.

    Args:
        text: As sent.
        fields: What may be compared, and how.
        words: Bare words are looked for in texts.

    Raises:
        InvalidArgument: What is wrong, with its place.
    """
    if len(text) > MOST_CHARACTERS:
        raise _refused(f"a filter has at most {MOST_CHARACTERS:,} characters", MOST_CHARACTERS)
    tokens = _tokens(text)
    terms: list[Term] = []
    at = 0
    while at < len(tokens):
        if terms and _is_word(tokens[at], "AND"):
            at += 1
        alternatives, at = _alternatives(tokens, at, fields, words=words, length=len(text))
        terms.append(_joined(alternatives))
    if len(terms) > MOST_TERMS:
        raise _refused(f"a filter has at most {MOST_TERMS} terms", terms[MOST_TERMS].place)
    return terms


def _tokens(text: str) -> list[_Token]:
    found, at = [], 0
    while text[at:].strip():
        match = _WORD.match(text, at)
        if match is None:
            place = at + len(text[at:]) - len(text[at:].lstrip()) + 1
            raise _refused(f"`{clip(text[at:].strip())}` cannot be read: close its quotes", place)
        kind = str(match.lastgroup)
        found.append(_Token(kind, match[kind], match.start(kind) + 1))
        at = match.end()
    return found


def _alternatives(
    tokens: list[_Token], at: int, fields: Fields, *, words: bool, length: int
) -> tuple[list[Term], int]:
    """Terms that OR joins, with or without a bracket around them, and what comes after."""
    bracket = at < len(tokens) and tokens[at].text == "(" and tokens[at].kind == "sign"
    at += bracket
    found = []
    while True:
        term, at = _term(tokens, at, fields, words=words, length=length)
        found.append(term)
        if at == len(tokens) or not _is_word(tokens[at], "OR"):
            break
        at += 1
    if bracket:
        if at == len(tokens) or tokens[at].text != ")":
            place = tokens[at].place if at < len(tokens) else length + 1
            raise _refused("a `)` is missing: a bracket holds terms that `OR` joins", place)
        at += 1
    return found, at


def _term(
    tokens: list[_Token], at: int, fields: Fields, *, words: bool, length: int
) -> tuple[Term, int]:
    if at == len(tokens):
        raise _refused("the filter ends where a term should be", length + 1)
    first = tokens[at]
    if first.kind == "sign":
        raise _refused(f"`{first.text}` stands where a term should be", first.place)
    if first.kind == "word" and first.text in _WORDS:
        raise _refused(f"`{first.text}` has no place here: {_WORDS[first.text]}", first.place)
    if at + 1 == len(tokens) or tokens[at + 1].text not in _SIGNS or tokens[at + 1].kind != "sign":
        if not words:
            listed = ", ".join(f"`{name}`" for name in fields)
            text = f"`{clip(first.text)}` is compared with nothing: there are {listed}"
            raise _refused(text, first.place)
        return Term("", ":", (_value(first),), first.place), at + 1
    return _comparison(tokens, at, fields, length), at + 3


def _comparison(tokens: list[_Token], at: int, fields: Fields, length: int) -> Term:
    name, sign = tokens[at], tokens[at + 1]
    if name.text not in fields:
        listed = ", ".join(f"`{known}`" for known in fields)
        hint = nearest(name.text, fields) or f": there are {listed}"
        raise _refused(f"unknown field `{clip(name.text)}`{hint}", name.place)
    if sign.text not in fields[name.text]:
        listed = " or ".join(f"`{known}`" for known in fields[name.text])
        text = f"`{name.text}` is compared by {listed}, not by `{sign.text}`"
        raise _refused(text, sign.place)
    if at + 2 == len(tokens) or tokens[at + 2].kind == "sign":
        place = tokens[at + 2].place if at + 2 < len(tokens) else length + 1
        raise _refused(f"the value of `{name.text}` is missing", place)
    return Term(name.text, sign.text, (_value(tokens[at + 2]),), name.place)


def _joined(alternatives: list[Term]) -> Term:
    first = alternatives[0]
    for other in alternatives[1:]:
        if (other.field, other.sign) != (first.field, first.sign) or first.sign != "=":
            text = "`OR` joins values of one field, as in `status = A OR status = B`"
            raise _refused(text, other.place)
    return first._replace(values=tuple(one.values[0] for one in alternatives))


def _value(token: _Token) -> str:
    return _ESCAPED.sub(r"\1", token.text[1:-1]) if token.kind == "text" else token.text


def _is_word(token: _Token, text: str) -> bool:
    return token.kind == "word" and token.text == text


def _refused(message: str, place: int) -> InvalidArgument:
    return InvalidArgument(
        "filter", f"{message} (at character {place})", reason="BAD_FILTER", place=str(place)
    )


def only_one(term: Term) -> str:
    """The value of a field that takes one.

    Raises:
        InvalidArgument: There are several.
    """
    if len(term.values) > 1:
        raise _refused(f"`{term.field}` takes one value, without `OR`", term.place)
    return term.values[0]


def by_field(terms: Iterable[Term]) -> dict[str, str]:
    """The one value of each field, where a field takes one and is compared once.

    Raises:
        InvalidArgument: There are several.
    """
    found: dict[str, str] = {}
    for term in terms:
        if term.field in found:
            raise bad_value(term, f"`{term.field}` is compared twice")
        found[term.field] = only_one(term)
    return found


def bad_value(term: Term, message: str) -> InvalidArgument:
    """The error for a value that its field cannot have."""
    return _refused(message, term.place)
