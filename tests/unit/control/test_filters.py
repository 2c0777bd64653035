"""Filters: what they say, and where they are wrong."""

import pytest

from turnout.control.failures import InvalidArgument
from turnout.control.filters import Term, read_filter

FIELDS = {
    "status": ("=", "!="),
    "tags": (":",),
    "key": ("=",),
    "time": ("<", "<=", ">", ">="),
}


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", []),
        ("   ", []),
        ("checkout", [("", ":", ("checkout",))]),
        ("status = RUNNING", [("status", "=", ("RUNNING",))]),
        ("status=RUNNING", [("status", "=", ("RUNNING",))]),
        ("status != ARCHIVED", [("status", "!=", ("ARCHIVED",))]),
        (
            "status = RUNNING AND tags:checkout",
            [("status", "=", ("RUNNING",)), ("tags", ":", ("checkout",))],
        ),
        ("green tags:a button", [("", ":", ("green",)), ("tags", ":", ("a",)),
                                 ("", ":", ("button",))]),
        ("status = A OR status = B", [("status", "=", ("A", "B"))]),
        ("(status = A OR status = B) AND x", [("status", "=", ("A", "B")), ("", ":", ("x",))]),
        ("(tags:a) (tags:b)", [("tags", ":", ("a",)), ("tags", ":", ("b",))]),
        ('key = "till-*"', [("key", "=", ("till-*",))]),
        (r'"say \"AND\" \\ here"', [("", ":", ('say "AND" \\ here',))]),
        ("time >= 2026-03-01T09:30:00Z", [("time", ">=", ("2026-03-01T09:30:00Z",))]),
        ('"status"', [("", ":", ("status",))]),
        ("ünïcode", [("", ":", ("ünïcode",))]),
    ],
)  # fmt: skip
def test_a_filter_is_read(text, terms):
    assert [tuple(term)[:3] for term in read_filter(text, FIELDS)] == terms


def test_a_term_knows_where_it_stands():
    assert read_filter("a  status = B", FIELDS)[1] == Term("status", "=", ("B",), 4)


@pytest.mark.parametrize(
    ("text", "place", "told"),
    [
        ("stauts = A", 1, "unknown field `stauts`, did you mean `status`?"),
        ("zzz = A", 1, "unknown field `zzz`: there are `status`, `tags`, `key`, `time`"),
        ("x status : A", 10, "`status` is compared by `=` or `!=`, not by `:`"),
        ("status =", 9, "the value of `status` is missing"),
        ("status = = A", 10, "the value of `status` is missing"),
        ("= A", 1, "`=` stands where a term should be"),
        ("a AND", 6, "the filter ends where a term should be"),
        ("a OR", 5, "the filter ends where a term should be"),
        ("AND a", 1, "`AND` has no place here"),
        ("a AND AND b", 7, "`AND` has no place here"),
        ("NOT a", 1, "`NOT` has no place here: write `!=` instead"),
        ("(status = A", 12, "a `)` is missing"),
        ("(status = A b)", 13, "a `)` is missing"),
        ("status = A)", 11, "`)` stands where a term should be"),
        ("status = A OR tags:b", 15, "`OR` joins values of one field"),
        ("status != A OR status != B", 16, "`OR` joins values of one field"),
        ("a OR b", 6, "`OR` joins values of one field"),
        ('a "b', 3, "close its quotes"),
        ("a ! b", 3, "cannot be read"),
        ("x" * 2001, 2000, "at most 2,000 characters"),
        ("x " * 21, 41, "at most 20 terms"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text, place, told):
    with pytest.raises(InvalidArgument) as refused:
        read_filter(text, FIELDS)
    assert told in str(refused.value)
    assert refused.value.parts["place"] == str(place)
    assert refused.value.violations[0].field == "filter"


def test_a_bare_word_is_refused_where_no_text_is_searched():
    with pytest.raises(InvalidArgument, match="`anna` is compared with nothing"):
        read_filter("anna", FIELDS, words=False)
