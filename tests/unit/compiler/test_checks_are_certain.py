"""What the checks tell is so: no request that the engine is asked contradicts them."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from turnout import Context, Engine
from turnout.compiler import compile_documents
from turnout.compiler.checks.conflicts import Wanted, find_conflict
from turnout.compiler.checks.terms import Reader
from turnout.documents import read_mapping

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)

NUMBERS = st.sampled_from([0, 1, 2, 2.0, 2.5, 2**53, 2**53 + 1])
TEXTS = st.sampled_from(["", "a", "A", "ab", "b", "ß", "ss", "2", "true"])
NEEDLES = st.sampled_from(["a", "A", "ab", "b", "ss"])
VERSIONS = st.sampled_from(["1", "1.0", "1.10", "1.9", "2.0-rc", "2.0"])
DATES = st.sampled_from(
    ["yesterday", "today", "tomorrow", "2 days ago", "3 hours ago", "2026-01-15", "01/14/2026"]
)
NETWORKS = st.sampled_from(["10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "::ffff:10.1.0.0/112", "::/0"])
LISTS = st.lists(st.sampled_from(["a", "A", "b", 2]), max_size=3)


def some(values):
    return values | st.lists(values, min_size=1, max_size=3)


def sorted_pair(values):
    return st.lists(values, min_size=2, max_size=2).map(sorted)


def operators(names, operand, **options):
    return st.one_of(*(st.fixed_dictionaries({name: operand}, optional=options) for name in names))


CASE = {"case_sensitive": st.booleans()}
COMPARISONS = st.one_of(
    operators(["is_set", "is_not_set", "is_empty", "is_not_empty", "is_any"], st.just(True)),
    operators(["is", "is_not"], some(NUMBERS)),
    operators(["is_greater_than", "is_less_than", "is_at_least", "is_at_most"], NUMBERS),
    operators(["is_between", "is_not_between"], sorted_pair(NUMBERS)),
    operators(["modulo"], st.just({"divisor": 2, "remainder": 1})),
    operators(["is", "is_not"], some(TEXTS), type=st.just("string"), **CASE),
    operators(["contains", "does_not_contain"], some(NEEDLES), type=st.just("string"), **CASE),
    operators(["contains", "does_not_contain"], some(NEEDLES), **CASE),
    operators(
        ["starts_with", "does_not_start_with", "ends_with", "does_not_end_with"],
        some(NEEDLES),
        **CASE,
    ),
    operators(["matches", "does_not_match"], some(NEEDLES), **CASE),
    operators(["is_on", "is_off"], st.just(True)),
    operators(["is", "is_not"], st.booleans()),
    operators(["is_greater_than", "is_less_than", "is_at_least", "is_at_most"], VERSIONS),
    operators(["is_since", "is_before", "is_after", "is_until", "is_not_after"], DATES),
    operators(["is_on_date"], some(DATES)),
    operators(["contains_any", "contains_all", "contains_none"], LISTS.filter(bool), **CASE),
    operators(["is", "is_not"], st.lists(LISTS.filter(bool), min_size=1, max_size=2), **CASE),
    operators(["is_in_cidr", "is_not_in_cidr"], some(NETWORKS)),
)
OF_PRESENCE = {"is_any", "is_set", "is_not_set"}
UNSET = st.sampled_from([{}, {}, {"on_unset": "match"}, {"on_unset": "unknown"}])
ATTRIBUTES = st.builds(
    lambda name, one, unset: {
        "attribute": name,
        **one,
        **({} if OF_PRESENCE & one.keys() else unset),
    },
    st.sampled_from(["x", "x", "x", "y"]),
    COMPARISONS,
    UNSET,
)
LEAVES = st.one_of(
    ATTRIBUTES,
    ATTRIBUTES,
    ATTRIBUTES,
    ATTRIBUTES,
    st.sampled_from([
        {"segment": "other"}, {"segment": "all"}, {"not_in_segment": "staff"},
        {"bucket_between": [0, 499]}, {"bucket_between": [500, 999]}, {"share": "50%"},
        {"flag": "g", "variant_is": "on"}, {"flag": "g", "variant_is_not": ["on", "off"]},
    ]),
)  # fmt: skip
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=6,
)
VALUES = st.one_of(
    NUMBERS, TEXTS, VERSIONS, st.booleans(), LISTS, st.none(), st.just("x" * 5000),
    st.sampled_from(["10.1.2.3", "::1", "11.0.0.1"]),
    st.sampled_from(["2026-01-14T00:00:00Z", "2026-01-15", "2026-01-15T09:00:00Z", "2027-01-01"]),
)  # fmt: skip
CONTEXTS = st.builds(
    lambda unit_id, attributes, partial: Context(unit_id, attributes, partial=partial),
    st.sampled_from([None, "u-1", "u-2", "u-3"]),
    st.dictionaries(st.sampled_from(["x", "y"]), VALUES),
    st.booleans(),
)
RULES = st.lists(
    st.fixed_dictionaries(
        {"when": CONDITIONS, "serve": st.sampled_from(["on", "off"])},
        optional={"on_unknown": st.sampled_from(["no_match", "match", "stop"])},
    ),
    min_size=2,
    max_size=4,
)


def compiled(match, rules):
    plain = {"variants": {"on": True, "off": False}, "default": "off"}
    named = [{"name": str(at), **rule} for at, rule in enumerate(rules)]
    documents = {
        "segments": {
            "s": {"match": match},
            "other": {"match": {"attribute": "x", "is": "a"}, "exclude_units": ["u-3"]},
            "staff": {"members": ["u-1"]},
            "all": {"kind": "everyone"},
        },
        "flags": {"f": {**plain, "rules": named}, "g": plain},
    }
    return documents, compile_documents(read_mapping(documents)).warnings


GROUPS = st.one_of(
    CONDITIONS,
    st.lists(ATTRIBUTES, min_size=2, max_size=3).map(lambda parts: {"all": parts}),
    st.lists(ATTRIBUTES, min_size=2, max_size=3).map(lambda parts: {"any": parts}),
)


def conflicts(documents):
    """Whether the segment `s` can never be TRUE, and never FALSE."""
    compiled = compile_documents(read_mapping(documents))
    candidates = compiled.find_warnings.args[0]
    item = candidates["segment", "s"].compiled
    term = Reader(candidates).condition(item.written["match"], item.message.rule, ("match",))
    return [find_conflict([Wanted(term, value)]) for value in (True, False)]


@settings(max_examples=250, deadline=None)
@given(match=GROUPS, contexts=st.lists(CONTEXTS, min_size=10, max_size=10))
def test_what_never_matches_is_never_true_and_what_leaves_nobody_out_never_false(match, contexts):
    documents, _ = compiled(match, [])
    never, always = conflicts(documents)
    if never or always:
        engine = Engine.from_documents(documents)
        states = {engine.check_segment("s", one, now=NOW).state for one in contexts}
        assert not (never and "TRUE" in states), never
        assert not (always and "FALSE" in states), always


@settings(max_examples=100, deadline=None)
@given(rules=RULES, contexts=st.lists(CONTEXTS, min_size=8, max_size=8))
def test_a_rule_that_is_never_reached_never_decides(rules, contexts):
    documents, warnings = compiled({"attribute": "x", "is": "a"}, rules)
    unreached = {
        one.message.split("rules[")[1][0] for one in warnings if "never reached" in one.message
    }
    if unreached:
        engine = Engine.from_documents(documents)
        for context in contexts:
            assert engine.decide("f", context, now=NOW).rule not in unreached
