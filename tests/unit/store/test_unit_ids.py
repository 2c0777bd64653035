"""What the store can keep as the id of a unit, and how it says which it cannot."""

import pytest

from turnout.store import MOST_ID_BYTES, Invalid, check_unit_ids, fault_of

GOOD = ["a", " ", "\t", "é", "e\u0301", "😀", "\uffff", "x" * MOST_ID_BYTES, "é" * 1024, "\x7f"]
ESCAPED = r"\xe9"


def test_any_text_is_an_id():
    check_unit_ids([])
    check_unit_ids(GOOD)
    assert [fault_of(one) for one in GOOD] == [""] * len(GOOD)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ("", "unit id 3 is empty"),
        ("a\0b", r"unit id 3 (`a\x00b`) holds what is no character"),
        ("\ud800", r"unit id 3 (`\ud800`) holds what is no character"),
        ("é" * 1025, f"unit id 3 (`{ESCAPED * 60}…`) has 2,050 bytes, the most is 2,048"),
    ],
)
def test_the_one_that_cannot_be_kept_is_named(bad, message):
    for before in (0, 1_000_000):
        with pytest.raises(Invalid) as refused:
            check_unit_ids(["a", "b", bad, "", "c"], before)
        assert refused.value.field == "unit_ids"
        assert refused.value.message == message.replace("id 3", f"id {before + 3:,}")
    assert message.endswith(fault_of(bad))
