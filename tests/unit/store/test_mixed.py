"""The number that stands for a set of ids."""

import hashlib

from turnout.store.mixed import from_text, mixed, to_text


def test_one_id_is_its_hash():
    assert to_text(mixed(["é"])) == hashlib.sha256("é".encode()).hexdigest()


def test_order_does_not_matter_and_the_same_step_takes_out_again():
    assert mixed(["a", "b", "c"]) == mixed(["c", "a", "b"])
    assert mixed(["a", "b"]) ^ mixed(["b"]) == mixed(["a"])
    assert mixed([]) == 0
    assert mixed(["ab"]) != mixed(["a", "b"])


def test_the_log_tells_it_in_64_digits():
    assert to_text(0) == "0" * 64
    assert from_text(to_text(mixed(["a"]))) == mixed(["a"])
