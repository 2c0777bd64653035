"""Conditions on the variant of a flag or an experiment."""

import pytest
from snapshots import compiled, content, experiment, flag, messages, segment


def flags(**whens):
    """Flags with the variants on and off, by name with the condition of their one rule."""
    plain = {"variants": {"on": True, "off": False}, "default": "off"}
    return {
        "flags": {
            name: {**plain, "rules": [{"when": when, "serve": "on"}] if when else []}
            for name, when in whens.items()
        }
    }


def needs(key, **operator):
    return {"flag": key, **(operator or {"variant_is": "on"})}


def test_a_condition_on_a_flag():
    whole = content(flags(a=needs("b", variant_is_not=["on", "off", "on"]), b=None))
    found = whole.flags[0].rules[0].when.variant
    assert whole.flags[found.flag].key == "b"
    assert list(found.variants) == ["off", "on"]
    assert found.negated


def test_a_condition_on_an_experiment():
    match = {"experiment": "e", "variant_is": "b"}
    whole = content({**segment(match), **experiment()})
    found = whole.segments[0].rule.variant
    assert found.WhichOneof("item") == "experiment"
    assert whole.experiments[found.experiment].key == "e"
    assert not found.negated


def test_a_flag_may_come_out_as_a_variant_of_its_experiment():
    documents = {
        **flags(a=needs("f", variant_is="b")),
        **experiment(type="integer"),
    }
    handing = flag([{"experiment": "e"}], variants={"x": 1}, default="x")
    documents["flags"] |= handing["flags"]
    assert not compiled(documents, {}).problems
    documents["flags"]["a"]["rules"][0]["when"]["variant_is"] = "c"
    (message,) = messages(compiled(documents, {}))
    assert "flag `f` has no variant `c`: there are `x`, `control`, `b`" in message


@pytest.mark.parametrize(
    ("when", "told"),
    [
        (needs("g"), "unknown flag `g`"),
        (needs("b", variant_is="onn"), "flag `b` has no variant `onn`, did you mean `on`?"),
        (needs("b", variant_is=True), "not `true`: write it in quotes"),
        (needs("b", variant_is=[]), "is empty: name at least one"),
        ({"flag": "b"}, "write `{flag: KEY, variant_is: NAME}`"),
        (
            {"flag": "b", "variant_is": "on", "variant_is_not": "on"},
            "stand in one condition: keep one",
        ),
        ({"flag": "b", "experiment": "b", "variant_is": "on"}, "stand in one condition"),
        ({"variant_is": "on"}, "`variant_is` has no item"),
        ({"experiment": "b", "variant_is": "on"}, "`b` is no experiment: write `flag: b`"),
        ({"flag": "b", "variant_is": "on", "unit": "user"}, "`unit` has no place beside `flag`"),
    ],
)
def test_refused(when, told):
    found = messages(compiled(flags(a=when, b=None), {}))
    assert any(told in message for message in found), found


def test_a_cycle_is_told_with_its_path():
    documents = flags(a=needs("b"), b={"segment": "s"}, c=needs("a"))
    documents["segments"] = {"s": {"match": {"any": [{"attribute": "x", "is": 1}, needs("a")]}}}
    result = compiled(documents, {})
    told = {problem.key: problem.message for problem in result.problems}
    own = "cannot depend on itself: "
    assert told["a"].endswith(f"a flag {own}flag `a` → flag `b` → segment `s` → flag `a`")
    assert told["b"].endswith(f"a flag {own}flag `b` → segment `s` → flag `a` → flag `b`")
    assert told["s"].endswith(f"a segment {own}segment `s` → flag `a` → flag `b` → segment `s`")
    assert told["s"].startswith("segments.s.match.any[1].flag:")
    assert len(told) == 3


def test_a_flag_on_itself_and_an_experiment_through_its_flag():
    (message,) = messages(compiled(flags(a=needs("a")), {}))
    assert "flag `a` → flag `a`" in message
    documents = flag([{"experiment": "e"}], variants={"x": 1}, default="x")
    documents |= experiment(audience=needs("f", variant_is="x"))
    assert any(
        "flag `f` → experiment `e` → flag `f`" in m for m in messages(compiled(documents, {}))
    )


def test_a_cycle_is_the_fault_of_the_flag_that_changed():
    good = compiled(flags(a=needs("b"), b=None), {})
    result = compiled(flags(a=needs("b"), b=needs("a")), good.history)
    (problem,) = result.problems
    assert (problem.key, problem.serving_last_good) == ("b", True)


def chain(length):
    return flags(
        **{f"f{n:02}": needs(f"f{n + 1:02}") for n in range(length)}, **{f"f{length:02}": None}
    )


def test_sixteen_levels_compile_and_a_seventeenth_is_refused():
    assert not compiled(chain(16), {}).problems
    (problem,) = compiled(chain(17), {}).problems
    assert problem.key == "f00"
    assert "more than 16 levels deep" in problem.message
    assert "flag `f00` → flag `f01`" in problem.message


def test_a_segment_on_the_way_is_no_level_but_its_own_condition_is():
    documents = chain(16)
    documents["segments"] = {"s": {"match": needs("f01")}, "t": {"match": {"segment": "s"}}}
    assert not compiled(documents, {}).problems
    documents["segments"]["s"]["match"] = needs("f00")
    assert {one.key for one in compiled(documents, {}).problems} >= {"s"}


def test_a_chain_that_grows_too_long_is_the_fault_of_the_flag_that_changed():
    good = compiled(chain(16), {})
    longer = chain(17)
    result = compiled(longer, good.history)
    (problem,) = result.problems
    assert (problem.key, problem.serving_last_good) == ("f16", True)
