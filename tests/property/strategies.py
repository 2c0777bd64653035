"""Random documents and contexts for the slow model and the engine to agree on."""

from hypothesis import strategies as st

from reference.question import Ctx

ATTRIBUTES = ["text", "count", "switch", "tags", "other"]
WORDS = ["gold", "GOLD", "go", "ld", "Straße", "STRASSE", "ß", "é", "e\u0301", "42", "4", "true"]
NUMBERS = [0, 1, -1, 5, 42, 0.5, -2.5, 1e3, 2**53, 2**53 + 1, float(2**53), -(2**63), 2**63 - 1]
LOOSE = ["", " ", " 42 ", "4e1", "x", "9007199254740993", None, {}, float("nan"), float("inf")]
UNITS = [f"u-{n}" for n in range(12)]
KINDS = ["user", "company"]

words, numbers = st.sampled_from(WORDS), st.sampled_from(NUMBERS)
scalars = st.one_of(words, numbers, st.booleans())
values = st.one_of(scalars, st.sampled_from(LOOSE), st.lists(scalars, max_size=3))
percents = st.sampled_from([0, 1, 250_000, 333_333, 500_000, 999_999, 1_000_000])


def some(strategy):
    """One, or several."""
    return strategy | st.lists(strategy, min_size=1, max_size=3)


def pairs():
    return st.tuples(numbers, numbers).map(sorted)


OPERANDS = {
    "string": {
        **dict.fromkeys(["is", "is_not", "contains", "does_not_contain"], some(words)),
        **dict.fromkeys(["starts_with", "does_not_start_with", "ends_with"], some(words)),
        **dict.fromkeys(["does_not_end_with"], some(words)),
        **dict.fromkeys(["matches", "does_not_match"], st.sampled_from(["^g", "l", "^4.$", "d$"])),
    },
    "number": {
        **dict.fromkeys(["is", "is_not"], some(numbers)),
        **dict.fromkeys(["is_greater_than", "is_less_than", "is_at_least", "is_at_most"], numbers),
        **dict.fromkeys(["is_between", "is_not_between"], pairs() | st.lists(pairs(), min_size=1)),
        "modulo": st.builds(
            lambda d, r: {"divisor": d, "remainder": r % d}, st.integers(1, 9), st.integers(0, 8)
        ),
    },
    "boolean": {
        **dict.fromkeys(["is", "is_not"], some(st.booleans())),
        **dict.fromkeys(["is_on", "is_off"], st.just(True)),
    },
    "list": {
        **dict.fromkeys(["is", "is_not"], st.lists(words, min_size=1, max_size=3)),
        **dict.fromkeys(["contains", "does_not_contain"], some(words)),
        **dict.fromkeys(
            ["contains_any", "contains_all", "contains_none"],
            st.lists(words, min_size=1, max_size=3),
        ),
    },
    None: {
        **dict.fromkeys(
            ["is_any", "is_set", "is_not_set", "is_empty", "is_not_empty"], st.just(True)
        ),
        **dict.fromkeys(["contains", "does_not_contain"], some(words)),
    },
}


@st.composite
def comparisons(draw):
    kind = draw(st.sampled_from(list(OPERANDS)))
    operator = draw(st.sampled_from(sorted(OPERANDS[kind])))
    written = {"attribute": draw(st.sampled_from(ATTRIBUTES))}
    written[operator] = draw(OPERANDS[kind][operator])
    if kind:
        written["type"] = kind
    if draw(st.integers(0, 3)) == 0 and operator not in ("is_any", "is_set", "is_not_set"):
        written["on_unset"] = draw(st.sampled_from(["match", "no_match", "unknown"]))
    if kind in ("string", "list") and draw(st.integers(0, 3)) == 0:
        written["case_sensitive"] = True
    return written


buckets = st.builds(
    lambda pair, kind: {"bucket_between": sorted(pair), "unit": kind},
    st.tuples(st.integers(0, 999), st.integers(0, 999)),
    st.sampled_from(KINDS),
)


def conditions(segments):
    """Conditions that may look at the segments of these keys."""
    leaves = st.one_of(comparisons(), comparisons(), buckets)
    if segments:
        keys = st.sampled_from(segments)
        leaves |= st.builds(lambda k: {"segment": k}, keys)
        leaves |= st.builds(lambda k: {"not_in_segment": k}, keys)
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
            inner.map(lambda part: {"not": part}),
        ),
        max_leaves=6,
    )


@st.composite
def segments_of(draw, earlier):
    written = {"unit": draw(st.sampled_from(KINDS))}
    match draw(st.sampled_from(["rule", "rule", "static", "everyone"])):
        case "rule":
            written["match"] = draw(conditions(earlier))
        case "static":
            written["members"] = draw(st.lists(st.sampled_from(UNITS), min_size=1, unique=True))
        case kind:
            written["kind"] = kind
    status = draw(st.sampled_from(["active"] * 6 + ["paused", "draft", "archived"]))
    written["status"] = status
    for name in ("include_units", "exclude_units"):
        if draw(st.integers(0, 4)) == 0:
            written[name] = draw(st.lists(st.sampled_from(UNITS), min_size=1, unique=True))
    for name in ("include", "exclude"):
        if earlier and draw(st.integers(0, 4)) == 0:
            written[name] = draw(st.lists(st.sampled_from(earlier), min_size=1, unique=True))
    return written


def percent(ppm):
    return f"{ppm // 10_000}.{ppm % 10_000:04}%"


@st.composite
def weights(draw, variants, *, whole):
    cuts = sorted(draw(st.lists(st.integers(0, 1_000_000), min_size=len(variants) - 1,
                                max_size=len(variants) - 1)))  # fmt: skip
    ends = [*cuts, 1_000_000 if whole else draw(st.integers(cuts[-1], 1_000_000))]
    return {
        variant: percent(end - start)
        for variant, start, end in zip(variants, [0, *ends], ends, strict=False)
    }


overrides = st.dictionaries(st.sampled_from(UNITS), st.sampled_from(["a", "b"]), max_size=2)


@st.composite
def experiments_of(draw, segments):
    shares = draw(weights(["a", "b", "c"], whole=False))
    written = {
        "status": draw(st.sampled_from(
            ["running"] * 6
            + ["draft", "enrolment_stopped", "paused", "concluded", "archived"]
        )),
        "killed": draw(st.sampled_from([False] * 5 + [True])),
        "unit": draw(st.sampled_from(KINDS)),
        "control": draw(st.sampled_from(["a", "b", "c"])),
        "traffic": percent(draw(percents)),
        "variants": {name: {"weight": share, "value": name} for name, share in shares.items()},
        "overrides": draw(overrides),
    }  # fmt: skip
    if draw(st.booleans()):
        written["audience"] = draw(conditions(segments))
    elif segments and draw(st.booleans()):
        chosen = st.lists(st.sampled_from(segments), min_size=1, max_size=2, unique=True)
        mode = draw(st.sampled_from(["all", "any"]))
        written["audience"] = {
            "include": {"mode": mode, "segments": draw(chosen)}, "exclude": draw(chosen),
        }  # fmt: skip
    return written


@st.composite
def rules_of(draw, segments, experiments):
    written = {}
    if draw(st.integers(0, 4)):
        written["when"] = draw(conditions(segments))
    match draw(st.sampled_from(["serve", "serve", "split", "experiment"])):
        case "experiment" if experiments:
            written["experiment"] = draw(st.sampled_from(experiments))
        case "split":
            written["split"] = draw(weights(["b", "a"], whole=True))
        case _:
            written["serve"] = draw(st.sampled_from(["a", "b", "c"]))
    if "when" in written and draw(st.booleans()):
        written["on_unknown"] = draw(st.sampled_from(["no_match", "match", "stop", "error"]))
    return written


@st.composite
def flags_of(draw, segments, experiments):
    return {
        "status": draw(st.sampled_from(["enabled"] * 9 + ["disabled"])),
        "unit": draw(st.sampled_from(KINDS)),
        "variants": {"a": "A", "b": "B", "c": "C"},
        "default": draw(st.sampled_from(["a", "b", "c"])),
        "overrides": draw(overrides),
        "rules": draw(st.lists(rules_of(segments, experiments), max_size=4)),
    }


@st.composite
def catalogues(draw):
    """A whole document; a segment looks only at those before it."""
    segments = {}
    for number in range(draw(st.integers(0, 4))):
        segments[f"s{number}"] = draw(segments_of(list(segments)))
    count = draw(st.integers(0, 2))
    experiments = {f"e{n}": draw(experiments_of(list(segments))) for n in range(count)}
    flags = {"f": draw(flags_of(list(segments), list(experiments)))}
    return {"segments": segments, "experiments": experiments, "flags": flags}


@st.composite
def contexts(draw):
    """What a question knows, for the model."""
    attributes = draw(st.dictionaries(st.sampled_from(ATTRIBUTES), values, max_size=5))
    names = st.sampled_from([*ATTRIBUTES, *KINDS]).filter(lambda name: name not in attributes)
    units = draw(st.dictionaries(st.sampled_from(KINDS), st.sampled_from(UNITS), max_size=2))
    unknown = draw(st.frozensets(names.filter(lambda name: name not in units), max_size=2))
    return Ctx(units, attributes, unknown, draw(st.sampled_from([False, False, True])))
