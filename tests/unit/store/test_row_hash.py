"""The hash of a row: the same however it is given, another for every change of it."""

from datetime import timedelta

import pytest

from turnout.store.row_hash import row_hash
from turnout.store.tables import snapshot_contents, tokens

NOT_REVOKED = {
    "name": "ci", "id": "ci", "digest": "d", "role": "viewer", "revoked_at": None,
    "key_prefixes": ["a"], "tags": [],
}  # fmt: skip


def test_columns_come_in_the_order_of_the_table_and_null_is_as_good_as_none(moment):
    given = NOT_REVOKED | {"created_at": moment, "expires_at": moment}
    turned = dict(reversed(given.items()))
    del turned["revoked_at"]
    assert row_hash(tokens, given) == row_hash(tokens, turned)


@pytest.mark.parametrize("other", [{"role": "admin"}, {"tags": ["a"]}, {"key_prefixes": [["a"]]}])
def test_another_value_is_another_row(moment, other):
    given = NOT_REVOKED | {"created_at": moment, "expires_at": moment}
    assert row_hash(tokens, given) != row_hash(tokens, given | other)


def test_a_microsecond_and_a_byte_count(moment):
    given = {"revision": 1, "sealed": b"a", "history": b"b", "versions": b"c"}
    assert row_hash(snapshot_contents, given) != row_hash(
        snapshot_contents, given | {"sealed": b"b", "history": b"a"}
    )
    later = {"created_at": moment + timedelta(microseconds=1)}
    assert row_hash(tokens, {"created_at": moment}) != row_hash(tokens, later)
