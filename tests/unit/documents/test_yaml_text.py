"""What is exported reads back as it was, and is short."""

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnout.documents.builder import Builder
from turnout.documents.yaml_text import CannotExport, yaml_text

ROOT = Path(__file__).parents[3]
SHOP = sorted((ROOT / "examples/shop").glob("*.yaml"))
NUMBERS = st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)
PLAIN = st.none() | st.booleans() | NUMBERS | st.text(max_size=30)
NAMES = st.text(min_size=1, max_size=12)
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)
ODD = [
    "on", "off", "no", "y", "null", "~", "", " ", "1e3", "1_000", "0o17", "017", "0x1f", "1:30",
    "2026-01-31", ".5", "+1", "-", "- a", "a: b", "a #b", "#a", "@a", "%a", "&a", "*a", "!a", "[a",
    "{a", "|", ">", "?", "'", '"', "a\nb", "a\n", "\na", "\ta", "a\t", "\x1b[31m", "ünï", "\ufeff",
    "\u2028", "<<", "=", "true", "5.10", "9" * 500,
]  # fmt: skip


def read(text):
    builder = Builder(text)
    builder.build()
    assert not builder.faults
    return builder.value


@given(st.dictionaries(NAMES, VALUES, max_size=5))
def test_what_is_written_reads_back_as_the_same(value):
    found = read(yaml_text(value)) or {}
    assert found == value
    assert repr(found) == repr(value)  # tells 1, 1.0 and true apart, and keeps the order


@pytest.mark.parametrize("text", ODD)
def test_a_text_stays_a_text_as_a_name_and_as_a_value(text):
    value = {"a": {text: text, "list": [text]}}
    assert read(yaml_text(value)) == value
    assert read(yaml_text(value, blocks=0)) == value


@pytest.mark.parametrize("file", SHOP, ids=lambda file: file.name)
def test_documents_of_people_take_no_more_lines_than_people_took(file):
    written = file.read_text(encoding="utf-8")
    value = read(written)
    text = yaml_text(value)
    assert read(text) == value
    assert len(text.splitlines()) <= 1.1 * len(written.splitlines())


def test_what_is_short_stands_on_one_line():
    rule = {"name": "ramp", "when": {"segment": "pro"}, "split": {"on": "25%", "off": "75%"}}
    text = yaml_text({"flags": {"x": {"default": "a", "rules": [rule]}}})
    assert text.splitlines() == [
        "flags:",
        "  x:",
        "    default: a",
        "    rules:",
        "    - {name: ramp, when: {segment: pro}, split: {'on': 25%, 'off': 75%}}",
    ]


def test_long_text_is_one_line():
    text = yaml_text({"flags": {"x": {"description": "word " * 60 + "end"}}})
    assert len(text.splitlines()) == 3


@pytest.mark.parametrize("value", [math.inf, math.nan, {1}, b"x"])
def test_what_no_document_holds_is_refused(value):
    with pytest.raises(CannotExport, match="no document holds"):
        yaml_text({"a": value})
