"""Plain scalars are those of the YAML 1.2 core schema."""

import math

import pytest

from turnout.documents.scalars import resolve


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None), ("~", None), ("null", None), ("NULL", None), ("nUll", "nUll"),
        ("true", True), ("True", True), ("FALSE", False), ("tRue", "tRue"),
        ("0", 0), ("-12", -12), ("+3", 3), ("007", 7), ("0o17", 15), ("0x1F", 31),
        ("1.5", 1.5), (".5", 0.5), ("1.", 1.0), ("1e3", 1000.0), ("-1.5E-2", -0.015),
        (".inf", math.inf), ("-.Inf", -math.inf),
    ],
)  # fmt: skip
def test_what_has_a_value(text, value):
    found = resolve(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "text",
    ["on", "off", "yes", "no", "y", "n", "On", "OFF", "1_000", "0b11", "0o8", "0xg", "-0x1", "1:30",
     "190:20:30", "2024-01-31", "1.2.3", "+", "-", ".", "e3", "1e", "=", "٣", "25%", "nan", "inf"],
)  # fmt: skip
def test_what_is_text(text):
    assert resolve(text) == text


def test_not_a_number_is_none():
    assert math.isnan(resolve(".nan"))


def test_long_numbers_are_refused():
    assert resolve("9" * 400) == int("9" * 400)
    with pytest.raises(ValueError, match="400 characters"):
        resolve("9" * 401)
