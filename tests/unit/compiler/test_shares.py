"""Percentages are exact parts per million."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from snapshots import content, experiment, flag

from turnout.compiler.shares import percent, read_share


@given(st.integers(0, 1_000_000))
def test_every_ppm_is_read_as_it_is_written(ppm):
    exact = Fraction(ppm, 10_000)
    written = f"{int(exact)}.{ppm % 10_000:04}%"
    assert read_share(written) == ppm
    assert read_share(percent(ppm).replace(" ", "")) == ppm


@pytest.mark.parametrize(
    ("written", "ppm"),
    [("0%", 0), ("100%", 1_000_000), ("33.3333%", 333_333), ("0.0001%", 1), ("00.1%", 1_000)],
)
def test_shares(written, ppm):
    assert read_share(written) == ppm


@pytest.mark.parametrize(
    "written",
    ["100.0001%", "-1%", "+1%", "1.%", ".5%", "1e1%", "1 %", "%", "", "25", 25, 0.5, True, None,
     "0.00001%", "1.00000%", "1,5%", "\u0661%", "999999999999999999999%", [], {}],
)  # fmt: skip
def test_what_is_no_share(written):
    with pytest.raises(ValueError, match=r"share|100 %"):
        read_share(written)


def ranges(split):
    return [(one.start, one.end, one.variant) for one in split.ranges]


def test_split_is_contiguous_in_the_order_written():
    whole = content(
        flag(
            [{"split": {"c": "33.3333%", "a": "0%", "b": "66.6667%"}}],
            variants={"a": 1, "b": 2, "c": 3},
            default="a",
        )
    )
    split = whole.flags[0].rules[0].split
    assert ranges(split) == [(0, 333_333, 2), (333_333, 1_000_000, 1)]
    assert split.salt == "f.split"


def test_rules_of_a_flag_share_its_salt_unless_one_names_its_own():
    split = {"on": "50%", "off": "50%"}
    rules = [{"split": split}, {"split": split, "salt": "own"}, {"split": split}]
    salts = [rule.split.salt for rule in content(flag(rules, salt="flag")).flags[0].rules]
    assert salts == ["flag.split", "own.split", "flag.split"]


def test_experiment_may_leave_slots_free():
    variants = {
        "control": {"weight": "10%", "value": 1},
        "b": {"weight": "0%", "value": 2},
        "c": {"weight": "20.5%", "value": 3},
    }
    one = content(experiment(variants=variants, traffic="12.5%", salt="x", epoch=3)).experiments[0]
    assert ranges(one) == [(0, 100_000, 0), (100_000, 305_000, 2)]
    assert (one.traffic, one.traffic_salt, one.variant_salt) == (
        125_000,
        "x.traffic",
        "x.variant.3",
    )
