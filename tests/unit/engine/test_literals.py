"""The compiler asks the engine what a literal means."""

import pytest

from turnout.engine import check_number, check_regex, slot


def test_a_slot_is_that_of_the_contract():
    assert slot("exp1", "user-1") == 792368
    assert slot("exp1", "ünïcode-日本") == 675179
    assert slot("layer.checkout", "user-1") == 81612


@pytest.mark.parametrize("text", ["12", "-0.5", "1e3", "+.5", "5."])
def test_a_number_is_taken(text):
    assert check_number(text) is None


@pytest.mark.parametrize("text", ["", "twelve", "0x10", "1_000", "NaN", "1e999"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match=r"^[^A-Z].*[^.]$"):
        check_number(text)


def test_a_pattern_is_taken():
    assert check_regex("^a+$") is None
    assert check_regex("^a+$", case_sensitive=True) is None


@pytest.mark.parametrize(
    "pattern", ["(", "(?=a)", r"(a)\1", "(" * 200 + ")" * 200, "a{1000}{1000}"]
)
def test_what_is_no_pattern_is_refused(pattern):
    with pytest.raises(ValueError, match=r"."):
        check_regex(pattern, True)
